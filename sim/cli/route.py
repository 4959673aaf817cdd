"""``bridgehead route``: ranked routes between two places of the network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from corridors.load import load_corridor
from corridors.model import Corridor
from sim.cli import console
from sim.cli.options import Data
from sim.cli.words import figure, language, say

if TYPE_CHECKING:
    from corridors.network import Route
    from sim.text.names import Names


def route(
    origin: Annotated[str, typer.Argument(metavar="FROM")],
    destination: Annotated[str, typer.Argument(metavar="TO")],
    by: Annotated[Literal["time", "cost"], typer.Option("--by", metavar="time|cost")] = "time",
    number: Annotated[int, typer.Option("-k", min=1, max=50, metavar="N")] = 3,
    data: Data = None,
) -> None:
    """Rank the routes between two places."""
    from corridors.graph import routes
    from sim.text.names import Names

    corridor = load_corridor(data)
    found = routes(corridor, origin, destination, k=number, by=by)
    names = Names.of(corridor, language())
    columns = [say(key) for key in ("alternative", "over", "gauge_changes", "km", "hours", "usd_per_t")]
    ways = zip(_ways(corridor, found), found, strict=True)
    rows = [[str(rank), *_row(way, one, names)] for rank, (way, one) in enumerate(ways, start=1)]
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
    """Places that describe a route: ends, borders, changes of gauge or mode.

    Routes with the same description also get a place in the middle of the part that only they use.
    """
    plain = [[place for place in one.places if _matters(corridor, one, place)] for one in found]
    ways = []
    for one, way in zip(found, plain, strict=True):
        alike = [other for other, text in zip(found, plain, strict=True) if other is not one and text == way]
        own = [place for place in one.places if not any(place in other.places for other in alike)] if alike else []
        telling = own[len(own) // 2 : len(own) // 2 + 1]
        ways.append([place for place in one.places if place in (*way, *telling)])
    return ways


def _matters(corridor: Corridor, found: Route, place: str) -> bool:
    k = found.places.index(place)
    around = {corridor.places[near].country for near in found.places[max(k - 1, 0) : k + 2]}
    return k in (0, len(found.places) - 1) or place in found.transshipments or len(around) > 1
