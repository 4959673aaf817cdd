"""Standstill at the end of a run: a closure that lasts to it, and the twins that are none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd
import pytest

from corridors.overlay.proposals import Scenario
from sim.kpi.run_notes import notes
from sim.kpi.standstill import messages
from sim.run import prepare, run_scenario
from tests.helpers.worlds import closure, duration, facility, itinerary, parameter, place, port, service, step, world


def days_of(crossings: Sequence[int], waiting: Sequence[int]) -> pd.DataFrame:
    rows = {"port": "p", "direction": "outbound", "class": "truck", "waiting_end": waiting, "crossings": crossings}
    return pd.DataFrame(rows | {"day": range(len(crossings))})


@pytest.mark.parametrize(
    ("crossings", "waiting", "found"),
    [
        ([24, 24, 24, 0, 0], [0, 0, 0, 24, 48], (2, 48)),  # 48 of 36 needed
        ([24, 24, 24, 0], [0, 0, 0, 36], (1, 36)),
        ([0, 0], [5, 9], (2, 9)),  # no vehicle ever got through
        ([24, 24, 24, 0], [0, 0, 0, 35], None),  # an ordinary day without traffic
        ([24, 24, 0, 24], [0, 0, 24, 100], None),  # the last day has crossings
        ([24, 24, 0, 0], [0, 0, 0, 0], None),  # no traffic any more
        ([0, 0, 1, 0], [0, 0, 0, 1], None),  # a single vehicle
        ([1, 0, 0, 1, 0, 0, 1, 0], [0, 0, 0, 0, 0, 0, 0, 2], None),  # two trains on a day as most are
        ([1, 0, 0, 1, 0, 0, 1, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0, 1, 2], (3, 2)),  # three days miss 1.3 trains
    ],
)
def test_standstill_is_where_more_wait_than_cross_in_a_day_and_a_half(
    crossings: list[int], waiting: list[int], found: tuple[int, int] | None
) -> None:
    made = [dict(one.params) for one in messages(days_of(crossings, waiting))]
    assert [(one["n"], one["vehicles"]) for one in made] == ([found] if found else [])
    assert not list(messages(days_of(crossings, waiting), {("p", "outbound", "truck")}))


def test_those_who_wait_for_the_port_elsewhere_are_said_to() -> None:
    days, group = days_of([24, 24, 24, 0], [0, 0, 0, 63]), ("p", "outbound", "truck")
    [apart] = messages(days, inside={group: 7})
    assert (apart.code, dict(apart.params)["vehicles"], dict(apart.params)["inside"]) == ("standstill_elsewhere", 63, 7)
    [none_there] = messages(days, inside={})
    assert dict(none_there.params)["inside"] == 0
    assert [one.code for one in messages(days, inside={group: 63})] == ["standstill"]


def run(*rows: Any) -> list[tuple[str, Any]]:
    """The notes on queues of ten days, one truck an hour through a gate of half an hour."""
    marks = {"place": "border", "port": "pass", "direction": "outbound"}
    made = world(
        place("border"),
        port("pass"),
        facility("gate", port="pass", place="border"),
        duration("check", 30.0),
        itinerary("way", step("mark", **marks), step("serve", facility="gate", duration="check", **marks)),
        service("trucks", "way", 24.0, arrivals="timetable"),
        *(parameter("run_start", 20250101), parameter("run_days", 10), parameter("run_warmup_days", 0)),
        *rows,
    )
    result = run_scenario(prepare(made, Scenario(id="ten", start=date(2025, 1, 1), days=10, warmup_days=0)))
    return [(one.code, dict(one.params)) for one in notes(result) if one.code in ("standstill", "growing.too_short")]


def test_a_closure_to_the_end_of_the_run_is_reported_with_those_that_wait() -> None:
    [(code, values)] = run(closure("gate", "2025-01-08", "2025-01-12"))
    assert (code, values["port"], values["direction"]) == ("standstill", "pass", "outbound")
    # Three days of 24 trucks wait at the end of the tenth day, but for those of its last hour in UTC+8.
    assert values["n"] in (2, 3)
    assert 60 <= values["vehicles"] <= 80


def test_a_queue_of_a_closed_gate_has_one_note() -> None:
    """It rises in each quarter of the ten days, but says nothing of growth without bound."""
    assert [code for code, _ in run(closure("gate", "2025-01-05", "2025-01-12"))] == ["standstill"]


def test_a_closure_that_ends_before_the_run_and_an_open_gate_are_no_standstill() -> None:
    assert run(closure("gate", "2025-01-03", "2025-01-05")) == []
    assert run() == []
