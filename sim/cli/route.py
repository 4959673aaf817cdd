"""``bridgehead route``: ranked ways from one place to another over the whole graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from corridors.load import load_corridor
from corridors.model import Corridor
from sim.cli import console
from sim.cli.options import Data, Speak
from sim.text import cli
from sim.text.cli import figure, say

if TYPE_CHECKING:
    from corridors.network import Route
    from sim.text.names import Names


def route(
    origin: Annotated[str, typer.Argument(metavar="FROM", help="Id or name of a place, in English or Chinese.")],
    destination: Annotated[str, typer.Argument(metavar="TO", help="Id or name of a place.")],
    by: Annotated[Literal["time", "cost"], typer.Option("--by", help="What is least comes first.")] = "time",
    count: Annotated[int, typer.Option("-k", min=1, max=50, metavar="N", help="How many routes.")] = 3,
    data: Data = None,
    language: Speak = "en",
) -> None:
    """Rank the routes between two places; a change of gauge needs a place that can transship."""
    from corridors.graph import routes
    from sim.text.names import Names

    cli.use(language)
    corridor = load_corridor(data)
    found = routes(corridor, origin, destination, k=count, by=by)
    names = Names.of(corridor, language)
    columns = [say(key) for key in ("alternative", "over", "gauge_changes", "km", "hours", "usd_per_t")]
    told = zip(_ways(corridor, found), found, strict=True)
    rows = [[str(number), *_row(way, one, names)] for number, (way, one) in enumerate(told, start=1)]
    out = console.out()
    out.print(console.table(out, columns, rows, texts=2))
    out.print(say("route_note"))


def _row(way: list[str], found: Route, names: Names) -> list[str]:
    return [
        " - ".join(map(names.thing, way)),
        str(found.gauge_changes),
        f"{found.km:,.0f}",
        figure(found.hours),
        figure(found.usd_per_t),
    ]


def _ways(corridor: Corridor, found: list[Route]) -> list[list[str]]:
    """Of each route the ends and the places where something happens: another country, or another gauge or mode.

    Routes that would read alike also name a place, halfway along what is theirs alone.
    """
    plain = [[place for place in one.places if _matters(corridor, one, place)] for one in found]
    ways = []
    for one, way in zip(found, plain, strict=True):
        alike = [other for other, told in zip(found, plain, strict=True) if other is not one and told == way]
        own = [place for place in one.places if not any(place in other.places for other in alike)] if alike else []
        telling = own[len(own) // 2 : len(own) // 2 + 1]
        ways.append([place for place in one.places if place in (*way, *telling)])
    return ways


def _matters(corridor: Corridor, found: Route, place: str) -> bool:
    k = found.places.index(place)
    around = {corridor.places[near].country for near in found.places[max(k - 1, 0) : k + 2]}
    return k in (0, len(found.places) - 1) or place in found.transshipments or len(around) > 1
