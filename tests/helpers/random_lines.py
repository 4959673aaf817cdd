"""Random single lines with passing places, up to one and a half times their capacity.

``random_line(seed)`` makes a line of one to three links in a row, each a single track with 0 to 6 passing places of two
to four tracks, equal or unequal sections, some with a limit of paths, some closed for a day or two. Trains of several
priorities run both ways, over all of the line or a part; some keep a track of a yard, some take a detour around a
closed link. They arrive within two days; the run is long enough for all to leave.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

from corridors.model import Corridor, Link
from corridors.single_tracks import lengths_km
from sim.core.run_settings import RunSettings
from tests.helpers.worlds import closure, facility, itinerary, link, place, service, step, world

START = date(2023, 1, 2)
DAYS_OF_TRAINS = 2
DAYS = 24
"""A section of 5 km takes some 500 trains a day at the highest load; with 30 pairs of paths they need 18 days."""
LOADS = (0.1, 0.4, 0.8, 1.0, 1.2, 1.5)
"""Offered load of the longest section."""


def random_line(seed: int) -> tuple[Corridor, RunSettings, float]:
    """The line that belongs to ``seed``, the settings of its run, and the load of its longest section."""
    random = Random(seed)
    count = random.choice((1, 1, 2, 3))
    places = [f"p{n}" for n in range(count + 1)]
    links = [_link(random, n) for n in range(count)]
    load = random.choice(LOADS)
    longest_min = max(60 * km / row.speed_kmh for row in links for km in lengths_km(row))
    per_day = load * 1440 / longest_min
    rows = [row for n in range(random.randint(2, 5)) for row in _service(random, n, places, links, per_day)]
    others = [one for one in rows if not isinstance(one, list)]
    total = sum(row.per_day for row in others)
    # The services share the trains of the load.
    rows = [one if isinstance(one, list) else _scaled(one, per_day / total) for one in rows]
    way_around = link(places[0], places[-1], id="around", length_km=500.0) if random.random() < 0.3 else []
    corridor = world(
        [place(name) for name in places],
        links,
        way_around,
        [facility("yard", 2, kind="track", place=places[-1])],
        [row for one in links for row in _closures(random, one.id)],
        rows,
    )
    return corridor, RunSettings(START, DAYS, 0, seed), load


def _scaled(row: Any, factor: float) -> Any:
    return replace(row, per_day=row.per_day * factor)


def _link(random: Random, n: int) -> Link:
    lengths = [random.choice((5.0, 12.0, 20.0, 33.3)) for _ in range(random.randint(1, 7))]
    equal = random.random() < 0.5
    declared: dict[str, Any] = {"passing_places": len(lengths) - 1} if equal else {}
    if not equal or random.random() < 0.2:
        declared["sections_km"] = ";".join(str(km) for km in lengths)
    return link(
        f"p{n}",
        f"p{n + 1}",
        length_km=sum(lengths),
        speed_kmh=random.choice((30.0, 40.0, 70.0)),
        tracks=1,
        passing_tracks=random.choice((None, None, 2, 3, 4)),
        paths_per_day=random.choice((None, None, None, 30.0, 60.0)),
        **declared,
    )


def _closures(random: Random, target: str) -> list[Any]:
    if random.random() < 0.7:
        return []
    first = START + timedelta(days=random.randint(-1, DAYS_OF_TRAINS))
    last = first + timedelta(days=random.randint(0, 1))
    return [closure(target, str(first), str(last), servers_share=random.choice((0.0, 0.0, 0.5)))]


def _service(random: Random, n: int, places: list[str], links: list[Link], per_day: float) -> list[Any]:
    """A service in one direction over some of the links; with a yard track it is kept over the whole way."""
    first = random.randrange(len(links))
    last = random.randint(first, len(links) - 1)
    ends = [places[first], places[last + 1]]
    if n % 2:
        ends.reverse()
    own = service(
        f"s{n}",
        f"i{n}",
        random.uniform(0.2, 1.0),
        priority=random.randint(0, 3),
        initial_backlog=random.choice((0, 0, 3)),
        closing_date=str(START + timedelta(days=DAYS_OF_TRAINS)),
        reroute_after_h=random.choice((None, None, 0.0, 3.0)),
    )
    start = step("mark", step="start", place=ends[0])
    go = step("travel", step="go", place=ends[1], mode="rail_1435")
    if ends[1] == places[-1] and random.random() < 0.3:
        keep, leave = step("hold", step="keep", facility="yard"), step("free", step="leave", facility="yard")
        return [own, itinerary(f"i{n}", start, keep, go, leave)]
    return [own, itinerary(f"i{n}", start, go)]
