"""Random small worlds with closed links, detours, shares, breakdowns and choices, for compile step and engines.

``random_world(seed)`` makes one. Places form a ring with chords, so that there is nearly always another way; links have
one or two tracks, a few paths a day or no limit, both ways or one. Most links close, some twice or on week days, and
most services reroute, among them fleets. Every world has a way for every travel.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from corridors.model import Corridor
from sim.core.run_settings import RunSettings
from tests.helpers.worlds import (
    alternative,
    calendar,
    closure,
    duration,
    facility,
    itinerary,
    link,
    place,
    service,
    share,
    shift,
    step,
    world,
)

START = date(2023, 1, 2)
MODES = ("road", "rail_1435")
AFTER_H = (0.0, 0.0, 0.5, 3.0, 12.0, 100.0, None)


def random_world(seed: int) -> tuple[Corridor, RunSettings]:
    """The world that belongs to ``seed``, and the settings of a run of a few days."""
    random = Random(seed)
    days = random.randint(2, 6)
    places = [f"p{n}" for n in range(random.randint(3, 6))]
    links = _links(random, places)
    gates = [
        facility(
            f"gate{n}",
            random.randint(1, 3),
            calendar=random.choice(("", "day")),
            place=random.choice(places),
            mtbf_h=(failing := random.choice((None, None, 9.0))),
            mttr_h=failing and 2.0,
        )
        for n in range(2)
    ]
    corridor = world(
        [place(name) for name in places],
        links,
        [row for n, one in enumerate(links) for row in _closures(random, one.id, n, days)],
        [calendar("day"), shift("day", "06:00", "20:00", servers_share=random.choice((1.0, 0.4)))],
        gates,
        [closure(gate.id, f"2023-01-{random.randint(2, 8):02}", servers_share=0.4) for gate in gates],
        [duration("work", 40, "exponential"), share("some", 0.5)],
        [row for n in range(random.randint(1, 4)) for row in _service(random, n, places)],
    )
    return corridor, RunSettings(START, days, 0, seed)


def _links(random: Random, places: list[str]) -> list[Any]:
    ring = list(zip(places, [*places[1:], places[0]], strict=True))
    chords = [tuple(random.sample(places, 2)) for _ in range(random.randint(0, 4))]
    return [
        link(
            *ends,
            id=f"{mode}_{n}",
            mode=mode,
            length_km=random.choice((20.0, 60.0, 60.0, 90.0, 300.0)),
            paths_per_day=random.choice((None, None, 5.0, 24.0, 96.0)),
            tracks=random.choice((1, 2, 2)),
            both_ways=n < len(ring) or random.random() < 0.7,
        )
        for mode in MODES
        for n, ends in enumerate([*ring, *chords])
    ]


def _closures(random: Random, target: str, n: int, days: int) -> list[Any]:
    found = []
    for k in range(random.choice((0, 1, 1, 2))):
        first = START + timedelta(days=random.randint(-1, days))
        last = first + timedelta(days=random.randint(0, 2))
        found.append(
            closure(
                target,
                str(first),
                str(last),
                id=f"closed_{n}_{target}_{k}",
                servers_share=random.choice((0.0, 0.0, 0.0, 0.5)),
                weekdays=random.choice(("daily", "daily", "Mon;Wed;Fri")),
            )
        )
    return found


def _service(random: Random, n: int, places: list[str]) -> list[Any]:
    """A service over two travels with work, a branch or a choice; a fleet comes back to where it began."""
    fleet = random.choice((0, 0, 5))
    begin, middle = random.sample(places, 2)
    end = begin if fleet else random.choice([one for one in places if one != middle])
    mode = random.choice(MODES)
    own = service(
        f"s{n}",
        f"i{n}",
        0.0 if fleet else random.choice((6.0, 30.0)),
        fleet=fleet,
        start_spread_h=4.0,
        priority=random.randint(0, 2),
        initial_backlog=0 if fleet else random.choice((0, 3)),
        reroute_after_h=random.choice(AFTER_H),
    )
    go = step("travel", step="go", place=middle, mode=mode)
    back = step("travel", step="back", place=end, mode=mode)
    serve = step("serve", step="work", facility="gate0", duration="work")
    start = step("mark", step="start", place=begin)
    kind = random.randrange(4)
    if kind == 0:
        hold, free = step("hold", step="hold", facility="gate1"), step("free", step="free", facility="gate1")
        return [own, itinerary(f"i{n}", start, hold, go, serve, free, back)]
    if kind == 1:
        branch = step("branch", step="skip", share="some", to="back")
        return [own, itinerary(f"i{n}", start, go, branch, serve, back)]
    if kind == 2:
        ways = [
            alternative(f"c{n}", f"i{n}_{name}", rule, watch=name, share=0.5)
            for rule in (random.choice(("delay", "shares")),)
            for name in ("gate0", "gate1")
        ]
        onward = [
            itinerary(f"i{n}_{name}", step("serve", step="work", facility=name, duration="work"), back)
            for name in ("gate0", "gate1")
        ]
        return [own, itinerary(f"i{n}", start, go, step("choose", step="pick", choice=f"c{n}")), *onward, *ways]
    return [own, itinerary(f"i{n}", start, go, serve, back)]
