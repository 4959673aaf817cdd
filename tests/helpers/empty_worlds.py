"""Worlds in which nothing happens somewhere, each as a case of a few days: for tests of what has no value."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final

from corridors.model import Corridor
from sim.run import BASELINE, Case, prepare
from tests.helpers.small_batch import my_port
from tests.helpers.worlds import itinerary, link, place, service, step, world

START: Final = date(2025, 1, 1)


def line_only() -> Corridor:
    """Trains over one section between two places: no port, no facility, no duration."""
    return world(
        place("west"),
        place("east"),
        link("west", "east", paths_per_day=24.0),
        itinerary("over", step("mark", place="west"), step("travel", place="east", mode="rail_1435")),
        service("trains", "over", per_day=4.0),
    )


def passed() -> Corridor:
    """A port that trucks drive through without a stop."""
    corridor = my_port()
    return replace(corridor, itineraries={k: s for k, s in corridor.itineraries.items() if s.kind != "serve"})


def changed(table: str, id: str, **values: object) -> Corridor:
    """The small world with other values in one row."""
    corridor = my_port()
    rows = corridor.table(table)
    return replace(corridor, **{table: {**rows, id: replace(rows[id], **values)}})


def _case(corridor: Corridor, days: int = 10, warmup_days: int = 2) -> Case:
    return prepare(corridor, BASELINE, start=START, days=days, warmup_days=warmup_days)


def _at_end() -> Case:
    """Trucks that come on the second day and are all through before the measured days begin."""
    corridor = changed("services", "trucks_out", closing_date="2025-01-03")
    return _case(corridor, warmup_days=9)


EMPTY: Final = {
    "no_vehicles": lambda: _case(changed("services", "trucks_out", per_day=0.0)),
    "few_vehicles": lambda: _case(changed("services", "trucks_out", per_day=1.0)),
    "no_servers": lambda: _case(changed("facilities", "exit_gate", servers=0)),
    "no_customs": lambda: _case(changed("facilities", "entry_customs", servers=0)),
    "passed": lambda: _case(passed()),
    "line_only": lambda: _case(line_only()),
    "one_day": lambda: _case(my_port(), days=1, warmup_days=0),
    "all_warm_up": _at_end,
}
"""Makes the case of each world, by name."""
