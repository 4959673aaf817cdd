"""Labels of closures: the times in which a facility has no servers, but would have some without closures.

Runs begin on Monday 2 January 2023 at midnight UTC, 08:00 in Beijing; in hours of a run, days of Beijing begin at 16,
40, 64 ...
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from corridors.model import Corridor
from sim.compile.assembly import compile_plan
from sim.core.run_settings import RunSettings
from tests.helpers.worlds import (
    calendar,
    closure,
    duration,
    facility,
    itinerary,
    link,
    place,
    port,
    service,
    shift,
    step,
    world,
)

HOUR_S = 3600
SETTINGS = RunSettings(date(2023, 1, 2), 4)
DAY = calendar("day"), shift("day", "08:00", "20:00")
"""Open in hours 0 to 12, 24 to 36 ... of the run."""


def border(*rows: Any, servers: int = 1, **of_gate: Any) -> Corridor:
    """Trucks that travel over a road, wait for a calendar and pass a gate."""
    return world(
        [place("mine"), place("border"), port("pass", "border", "border")],
        link("mine", "border", mode="road", paths_per_day=100.0),
        facility("gate", servers, "day", port="pass", **of_gate),
        duration("check", 10),
        itinerary(
            "trip",
            step("mark", place="mine"),
            step("travel", step="go", place="border", mode="road"),
            step("wait", step="dawn", calendar="day", place="border"),
            step("serve", facility="gate", duration="check"),
        ),
        service("trucks", "trip", 12),
        DAY,
        list(rows),
    )


def closed(corridor: Corridor) -> list[tuple[str, float, float]]:
    """(facility, from, to) of the labels, in hours."""
    labels = compile_plan(corridor, SETTINGS).labels
    return [(labels.facility[at], low / HOUR_S, high / HOUR_S) for at, low, high in labels.closures]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ((), []),
        (closure("gate", "2023-01-03"), [("gate", 24, 36)]),
        (closure("pass", "2023-01-03", "2023-01-04"), [("gate", 24, 36), ("gate", 48, 60)]),
        (closure("day", "2023-01-03"), [("gate", 24, 36), ("day.open", 24, 36)]),
        (closure("mine_border", "2023-01-03"), [("mine_border", 16, 40), ("mine_border.back", 16, 40)]),
        (closure("gate", "2023-01-05", "2023-02-28"), [("gate", 72, 84)]),
        (closure("gate", "2023-02-01"), []),
    ],
)
def test_a_closure_is_the_reason_in_opening_hours_only(row: Any, expected: list[tuple[str, float, float]]) -> None:
    assert closed(border(row)) == expected


def test_a_facility_before_its_opening_date_is_closed_in_its_opening_hours() -> None:
    assert closed(border(opening_date="2023-01-04")) == [("gate", 0, 12), ("gate", 24, 36)]


def test_a_share_of_a_closure_that_leaves_a_server_is_no_closure() -> None:
    assert closed(border(closure("gate", "2023-01-03", servers_share=0.5), servers=2)) == []


def test_a_share_that_leaves_a_server_part_of_the_time_closes_for_the_rest() -> None:
    found = closed(border(closure("gate", "2023-01-03", servers_share=0.5)))
    assert {name for name, *_ in found} == {"gate"}
    assert all(24 <= low < high <= 36 for _, low, high in found)
    assert sum(high - low for _, low, high in found) == pytest.approx(6, abs=0.5)
