"""Labels of closures: the times in which a facility has no servers, but would have some without closures, and what
lies between.

Runs begin on Monday 2 January 2023 at midnight UTC, 08:00 in Beijing; in hours of a run, days of Beijing begin at 16,
40, 64 ...
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from corridors.model import Corridor
from sim.compile.assembly import compile_plan
from sim.core import rules
from sim.core.run_settings import RunSettings
from sim.engines import ENGINES, play, simulate
from sim.output.run_output import RunOutput
from sim.output.waiting_roots import waiting_roots
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
        (closure("pass", "2023-01-03", "2023-01-04"), [("gate", 24, 60)]),
        (closure("day", "2023-01-03"), [("gate", 24, 36), ("day.open", 24, 36)]),
        (closure("mine_border", "2023-01-03"), [("mine_border", 16, 40), ("mine_border.back", 16, 40)]),
        (closure("gate", "2023-01-05", "2023-02-28"), [("gate", 72, 84)]),
        (closure("gate", "2023-02-01"), []),
        ([closure("gate", "2023-01-03", id="one"), closure("gate", "2023-01-04", id="two")], [("gate", 24, 60)]),
        (
            [closure("gate", "2023-01-02", id="one"), closure("gate", "2023-01-04", id="two")],
            [("gate", 0, 12), ("gate", 48, 60)],
        ),
    ],
)
def test_a_closure_is_the_reason_from_its_first_opening_hour_to_its_last(
    row: Any, expected: list[tuple[str, float, float]]
) -> None:
    assert closed(border(row)) == expected


def test_a_facility_before_its_opening_date_is_closed_from_its_first_opening_hour_on() -> None:
    assert closed(border(opening_date="2023-01-04")) == [("gate", 0, 36)]


@pytest.mark.parametrize(
    ("last_day", "expected"),
    [("2023-01-03", [("gate", 24, 36)]), ("2023-01-04", [("gate", 24, 36)]), ("2023-01-05", [("gate", 24, 84)])],
)
def test_a_day_off_counts_for_a_closure_on_both_sides_of_it(last_day: str, expected: Any) -> None:
    """The gate is shut on Wednesdays, 4 January."""
    some_days = calendar("some_days"), shift("some_days", "08:00", "20:00", weekdays="mon-tue;thu")
    corridor = border(closure("gate", "2023-01-03", last_day), some_days)
    gate = replace(corridor.facilities["gate"], calendar="some_days")
    assert closed(replace(corridor, facilities={"gate": gate})) == expected


@pytest.mark.parametrize("engine", ENGINES)
def test_who_waits_over_a_closure_of_days_waits_for_it_at_night_too(engine: str) -> None:
    """The gate is closed in hours 24 to 60 of the run, a night included; all roots add up to all waiting."""
    plan = compile_plan(border(closure("gate", "2023-01-03", "2023-01-04"), servers=8), SETTINGS)
    trace, output = simulate(plan, engine), RunOutput.of(play(plan, engine))
    seconds = waiting_roots(output).seconds
    gate = (plan.op_code == rules.SERVE) & (plan.op_target == plan.labels.facility.index("gate"))
    at_gate = gate[trace.op]
    queued_s, started_s = (times_s[at_gate] for times_s in (trace.queued_s, trace.started_s))
    closed_s = np.minimum(started_s, 60 * HOUR_S) - np.maximum(queued_s, 24 * HOUR_S)
    by_closure = sum(s for (at, to), s in seconds.items() if at.at == "gate" and to.state.startswith("closure"))
    assert by_closure == closed_s[closed_s > 0].sum() > 0
    assert sum(seconds.values()) == pytest.approx(output.totals.wait_s.sum(), rel=1e-12)


def test_a_share_of_a_closure_that_leaves_a_server_is_no_closure() -> None:
    assert closed(border(closure("gate", "2023-01-03", servers_share=0.5), servers=2)) == []


def test_a_share_that_leaves_a_server_part_of_the_time_closes_for_the_rest() -> None:
    found = closed(border(closure("gate", "2023-01-03", servers_share=0.5)))
    assert {name for name, *_ in found} == {"gate"}
    assert all(24 <= low < high <= 36 for _, low, high in found)
    assert sum(high - low for _, low, high in found) == pytest.approx(6, abs=0.5)
