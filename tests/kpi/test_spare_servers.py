"""Servers that are added where those of before were never all in use: every vehicle moves as without them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from corridors.model import Corridor
from corridors.overlay.applying import apply, lay_over
from corridors.overlay.changes import Change
from sim import engines, reuse
from sim.cli.single_run import AskedCase, _weighed_notes
from sim.kpi.spare_servers import spare_servers
from sim.run import BASELINE, RunResult, prepare, run_scenario
from sim.text.names import Names
from tests.helpers.trace_diff import first_difference
from tests.helpers.worlds import (
    alternative,
    calendar,
    departure,
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


def gate_of(minutes: float, servers: int, **gate: Any) -> Corridor:
    """Two trains a day, at 8:00 and 8:20, at a gate that takes so many minutes."""
    return world(
        [place(name, country="MN" if name == "beyond" else "CN") for name in ("border", "beyond")],
        port("pass", "border", "beyond"),
        link("border", "beyond", mode="road"),
        calendar("short"),
        shift("short", "08:00", "20:00", servers_share=0.7),
        facility("gate", servers, port="pass", **gate),
        duration("check", minutes),
        itinerary(
            "trip",
            step("mark", place="border"),
            step("serve", facility="gate", duration="check", port="pass", direction="outbound"),
        ),
        service("trains", "trip", 2, arrivals="timetable"),
        departure("first", "trains", "08:00"),
        departure("second", "trains", "08:20"),
    )


def run_with(baseline: Corridor, *changes: Change) -> RunResult:
    case = prepare(baseline, start=date(2025, 1, 1), days=5, warmup_days=0)
    case = replace(case, corridor=apply(baseline, changes), changes=changes)
    return run_scenario(case, "simpy")


MORE = Change(op="add", address="facilities.gate.servers", value=5, origin="mine")


@pytest.mark.parametrize(
    ("minutes", "servers", "gate", "most"),
    [
        (10, 1, {}, 1),
        (30, 2, {}, 2),
        (30, 3, {}, 2),
        (30, 1, {}, None),  # The second waits ten minutes.
        (10, 2, {"calendar": "short"}, None),  # A share of the servers is away at some times.
        (10, 2, {"mtbf_h": 50.0, "mttr_h": 1.0}, None),  # Each server breaks down at its own times.
    ],
)
def test_servers_that_no_vehicle_needs_are_told(
    minutes: float, servers: int, gate: dict[str, Any], most: int | None
) -> None:
    baseline = gate_of(minutes, servers, **gate)
    result = run_with(baseline, MORE)
    found = list(spare_servers(baseline, result.case.corridor, result.case.changes, result.visits))
    assert [(one.code, one.column) for one in found] == (
        [] if most is None else [("idle.spare_servers", "facilities.gate.servers")]
    )
    if most is not None:
        assert dict(found[0].message.params) == {"facility": "gate", "most": most, "before": servers}  # type: ignore[union-attr]
        before = run_with(baseline).trace
        assert first_difference(result.trace, replace(before, plan=result.trace.plan)) is None


def gate_with(work: float, *more: Any) -> Corridor:
    """A gate where a train at 8:00 takes 40 minutes, and rows about a train at 8:10, which takes ``work`` minutes."""
    into = {"port": "pass", "direction": "outbound"}
    return world(
        [place(name, country="MN" if name == "beyond" else "CN") for name in ("border", "beyond")],
        port("pass", "border", "beyond"),
        link("border", "beyond", mode="road"),
        *(facility(name, 1, port="pass") for name in ("gate", "other", "third")),
        duration("check", 40),
        duration("work", work),
        itinerary("slow", step("mark", place="border"), step("serve", facility="gate", duration="check", **into)),
        itinerary("quick", step("mark", place="border"), step("serve", facility="gate", duration="work", **into)),
        service("direct", "slow", 1, arrivals="timetable"),
        departure("first", "direct", "08:00"),
        *more,
    )


def is_spare(baseline: Corridor) -> bool:
    """Whether servers that are added at the gate are said to have no effect."""
    result = run_with(baseline, MORE)
    return bool(list(spare_servers(baseline, result.case.corridor, result.case.changes, result.visits)))


@pytest.mark.parametrize("minutes", [0, 1])
def test_a_server_for_work_that_takes_no_time_is_needed(minutes: float) -> None:
    later = (service("quick", "quick", 1, arrivals="timetable"), departure("second", "quick", "08:10"))
    baseline = gate_with(minutes, *later)
    before, after = run_with(baseline).trace, run_with(baseline, MORE).trace
    assert first_difference(after, replace(before, plan=after.plan)) is not None
    assert not is_spare(baseline)


@pytest.mark.parametrize(("watch", "said"), [("gate", False), ("third;gate", False), ("third", True)])
def test_servers_that_vehicles_compare_are_not_told(watch: str, said: bool) -> None:
    into = {"port": "pass", "direction": "outbound"}
    ways = (
        itinerary("line", step("mark", place="border"), step("choose", step="pick", choice="way")),
        *(itinerary(name, step("serve", facility=name, duration="work", **into)) for name in ("third", "other")),
        alternative("way", "third", "delay", watch=watch),
        alternative("way", "other", "delay", watch="other", bias_h=0.1),
        service("trains", "line", 1, arrivals="timetable"),
        departure("second", "trains", "08:10"),
    )
    assert is_spare(gate_with(50, *ways)) == said


@pytest.mark.parametrize("changes", [(MORE,), ()])
def test_a_run_without_its_rows_is_not_made_again_for_the_warning(
    changes: tuple[Change, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    baseline = gate_with(
        50,
        [place(name, country=country) for name, country in (("near", "CN"), ("far", "MN"))],
        port("apart", "near", "far"),
        facility("lonely", 1, port="apart"),
        itinerary("away", step("serve", facility="lonely", duration="work", port="apart", direction="outbound")),
        service("apart", "away", 1, arrivals="timetable"),
        departure("second", "apart", "08:10"),
    )
    monkeypatch.setattr(reuse, "MANY_TRIPS", 0)
    result = run_with(baseline, *changes)
    monkeypatch.setattr(engines, "play", None)
    assert AskedCase(baseline, BASELINE, result.case, {}, {}).warn_spare(result) == []
    assert ("is not examined in so large a run" in capsys.readouterr().err) == bool(changes)


def test_several_changes_of_the_servers_of_one_facility_have_one_warning() -> None:
    baseline = gate_of(10, 1)
    changes = (MORE, Change(op="scale", address="facilities.gate.servers", value=2, origin="mine"))
    case = prepare(baseline, start=date(2025, 1, 1), days=5, warmup_days=0)
    case = replace(case, corridor=lay_over(baseline, changes, True), changes=changes)
    result = run_scenario(case, "simpy")
    [found] = spare_servers(baseline, case.corridor, changes, result.visits)
    assert found.found == "facilities.gate.servers=+5; facilities.gate.servers=*2"


@pytest.mark.parametrize(
    "change",
    [
        Change(op="add", address="facilities.gate.servers", value=-1),
        Change(op="set", address="durations.check.mean_min", value=5),
    ],
)
def test_other_changes_are_not_looked_at(change: Change) -> None:
    baseline = gate_of(10, 2)
    result = run_with(baseline, change)
    assert list(spare_servers(baseline, result.case.corridor, (change,), result.visits)) == []


@pytest.mark.parametrize(
    ("minutes", "price", "said"),
    [(10, 99, "0 with the change and without it"), (30, 99, "Cost per tonne: "), (10, 0, "Cost per tonne: ")],
)
def test_a_price_of_what_does_not_occur_says_that_it_is_nothing_without_the_change_too(
    minutes: float, price: float, said: str
) -> None:
    baseline = gate_of(minutes, 1)
    dear = Change(op="set", address="classes.train.wait_usd_per_h", value=price)
    dated = Change(op="set", address="services.trains.opening_date", value="2020-01-01")
    result = run_with(baseline, dear, dated)
    [note] = _weighed_notes(result, Names.of(result.case.corridor, "en"))
    assert said in note
    assert ("without it" in note) == (said != "Cost per tonne: ")
