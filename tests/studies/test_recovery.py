"""Recovery after closures, openings within the run, and the target traffic of a scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from corridors.model import Corridor
from corridors.overlay.changes import Change
from corridors.overlay.proposals import Proposal
from sim.reports.comparison_tables import ComparisonTables
from sim.reports.recovery_tables import recovery_table
from sim.statistics import nonnegative_interval
from sim.statistics.paired import paired_difference
from sim.studies.answer.closure import closure
from sim.studies.answer.subject import Subject
from sim.studies.compare import Effect, ExperimentResults, ScenarioComparison, Traffic, compare
from sim.studies.compare.recovery import FlowLoss, open_part, with_interval_of
from sim.studies.compare.target_traffic import shut_traffic, target_traffic
from sim.text.names import Language, Names
from tests.helpers.hand_results import BASELINE, CLASS, PORT, results_of
from tests.helpers.stories import world_of_three_trains
from tests.helpers.worlds import calendar, facility, itinerary, port, service, step, world

SHUT = {"op": "close", "address": "calendars.gate", "first_day": "2023-01-16", "last_day": "2023-01-20"}
"""Days 15 to 19 of a run that begins with the year."""
USUAL = [10.0] * 40
BACKLOG = [10.0] * 15 + [30.0, 50.0, 70.0, 90.0, 110.0, 70.0, 40.0, 15.0] + [10.0] * 17
"""100 more than usual on the last day shut; 60, 30 and 5 more on the open days that follow."""
MEANT = {"shut": (Traffic(PORT, CLASS),)}


def closed(
    backlog: Sequence[float] = BACKLOG,
    change: Mapping[str, Any] = SHUT,
    tonnes: Sequence[float] = (900.0, 910.0, 890.0),
) -> ExperimentResults:
    dwell = {BASELINE: [10.0, 11.0, 12.0], "shut": [12.0, 13.0, 14.0]}
    results = results_of(
        dwell, {BASELINE: [1000.0, 1010.0, 990.0], "shut": tonnes}, backlog={BASELINE: USUAL, "shut": backlog}
    )
    results.scenarios["shut"]["changes"] = [change]  # type: ignore[index]
    return results


def compared(results: ExperimentResults) -> ScenarioComparison:
    return compare(results, world_of_three_trains(), {}, targets=MEANT)


def table(results: ExperimentResults, language: Language = "en") -> tuple[tuple[str, ...], ...]:
    named = Names.of(world_of_three_trains(), language)
    return recovery_table(ComparisonTables(compared(results), world_of_three_trains(), named)).rows


def test_the_backlog_of_a_closure_is_gone_on_the_third_open_day() -> None:
    (one,) = compared(closed()).recoveries
    assert (one.first_day, one.last_day, one.lasting) == (15, 19, 0)
    assert one.backlog.estimate == 100.0
    assert one.days
    assert one.days.estimate == 3.0
    (row,) = table(closed())
    # 100 t a day less over 30 measured days
    assert row[2:] == ("2023-01-16 to 2023-01-20", "100", "3.00", "3.00", "3.00")
    assert table(closed(), "zh")[0][2] == "2023-01-16至2023-01-20"


def test_open_days_are_no_more_than_all_days() -> None:
    """Three runs with 1, 1 and 3 days, of which 0, 0 and 3 are open: a separate interval would reach 74 days."""
    days, opened = nonnegative_interval([1, 1, 3]), nonnegative_interval([0, 0, 3])
    assert opened.high > days.high
    found = open_part(opened, days)
    assert (found.estimate, found.low, found.high) == (1, opened.low, days.high)


def test_what_a_port_delivers_less_has_the_interval_of_the_headline() -> None:
    """The same figure, over so many measured days, has no second interval; another figure keeps its own."""
    change = paired_difference([100.0, 110.0, 90.0], [90.0, 105.0, 75.0])
    cargo = Effect("shut", PORT, "all", "both", "delivered_t_per_day", "t/day", change, 0.1, "worse", 0)
    lost = nonnegative_interval([300.0, 150.0, 450.0])
    loss = FlowLoss(*[lost] * 5)
    found = with_interval_of(cargo, loss, 30)
    assert found
    assert (found.lost.estimate, found.lost.low) == (lost.estimate, max(0.0, -30 * change.difference.high))
    assert found.lost.high == pytest.approx(-30 * change.difference.low)
    assert replace(found, lost=lost) == loss
    assert with_interval_of(cargo, loss, 29) == loss
    assert with_interval_of(None, loss, 30) == loss


def test_the_answer_has_the_queue_and_the_open_days_of_the_section_on_recovery() -> None:
    """The end of the worst day, not its mean; of the days until normal those that are open."""
    found = compared(closed())
    (one,) = found.recoveries
    assert one.days
    assert one.open_days
    at_end, open_days = replace(one.peak, estimate=191.0), replace(one.open_days, estimate=2.0)
    other = replace(found, recoveries=(replace(one, peak=at_end, open_days=open_days),))
    said = [dict(part.params) for part in closure(Subject(other, "shut"), world_of_three_trains())]
    (queue,) = [params for params in said if "amount" in params]
    amounts = [queue["amount"], *(dict(queue[key].params)["amount"] for key in ("days", "open_days"))]
    assert [dict(one.params)["value"] for one in amounts] == [191.0, 3.0, 2.0]


def test_a_backlog_that_stays_is_said_to_stay() -> None:
    (one,) = compared(closed([10.0] * 15 + [110.0] * 25)).recoveries
    assert (one.days, one.lasting) == (None, 1)
    assert table(closed([10.0] * 15 + [110.0] * 25))[0][4] == "not within the run"


def test_cargo_that_is_made_up_is_not_lost() -> None:
    assert table(closed(tonnes=[1000.0, 1010.0, 990.0]))[0][6] == "—"


@pytest.mark.parametrize(
    "change",
    [
        SHUT | {"last_day": "2023-12-31"},
        SHUT | {"first_day": "2022-12-01", "last_day": "2022-12-02"},
        {"op": "add", "address": "facilities.crane.servers", "value": 1},
    ],
    ids=["never open again", "before the run", "no closure"],
)
def test_without_a_closure_within_the_run_there_is_nothing_to_recover_from(change: Mapping[str, Any]) -> None:
    assert compared(closed(change=change)).recoveries == ()
    assert table(closed(change=change)) == ()


def test_a_capacity_that_is_reduced_is_shut_in_part() -> None:
    (one,) = compared(closed(change=SHUT | {"servers_share": 0.5})).recoveries
    assert one.partly
    assert table(closed(change=SHUT | {"servers_share": 0.5}))[0][2] == "2023-01-16 to 2023-01-20, in part"
    assert not compared(closed()).recoveries[0].partly


def test_who_does_not_wait_more_has_nothing_to_recover_from() -> None:
    assert compared(closed(USUAL)).recoveries == ()
    assert compared(replace(closed(), backlog=closed().backlog.head(0))).recoveries == ()


def test_a_warning_on_openings_within_the_measured_days() -> None:
    """Ten days of warm-up, forty in all: a mean over thirty days of which the railway works on twenty."""
    for day, expected in (("2023-01-21", True), ("2023-01-05", False), ("2023-02-10", False)):
        railway = {"op": "add", "address": "links.railway", "row": {"opening_date": day}}
        warnings = compared(closed(change=railway)).warnings
        found = [dict(one.params)["scenarios"] for one in warnings if one.code == "warning.part_of_time"]
        assert found == ([("shut",)] if expected else [])


def border() -> Corridor:
    """Bulk and container trains pass one customs hall; the gate has the hours of a separate calendar."""
    trains = [
        itinerary(klass, step("serve", facility="customs", port=PORT, direction="inbound"))
        for klass in ("bulk", "boxes")
    ]
    services = [service(klass, klass, vehicle_class=klass) for klass in ("bulk", "boxes")]
    return world(
        port(PORT), facility("customs"), facility("gate", calendar="gate"), calendar("gate"), *trains, *services
    )


def meant(address: str, relieves: str = "") -> tuple[Traffic, ...]:
    """For whom a scenario is that changes this; boxes wait longest."""
    results = results_of({BASELINE: [1.0], "plan": [1.0]}, proposals={"plan": ["plan"]})
    results.scenarios["plan"]["changes"] = [{"op": "set", "address": address, "value": 1}]  # type: ignore[index]
    passed = [("bulk", "customs"), ("boxes", "customs"), ("trucks", "gate")]
    rows = [
        {
            "scenario": one,
            "replication": 0,
            "port": PORT,
            "direction": "inbound",
            "class": klass,
            "at": at,
            "cause": "busy",
            "hours": hours,
        }
        for one in (BASELINE, "plan")
        for hours, (klass, at) in enumerate(passed)
    ]
    results = replace(results, dwell=pd.DataFrame(rows), waiting=pd.DataFrame(rows))
    said: dict[str, Any] = {"id": "plan", "title_en": "Plan", "title_zh": "方案", "measure": "M03", "article": "1"}
    plan = Proposal(**said, changes=(Change(op="set", address=address, value=1),), relieves=(relieves,))
    return target_traffic(results, border(), {"plan": plan})["plan"]


def test_a_proposal_is_meant_for_those_who_pass_what_it_relieves() -> None:
    assert meant("facilities.customs.servers", "customs") == (Traffic(PORT, "boxes"), Traffic(PORT, "bulk"))


def test_where_only_some_of_them_go_another_way_it_is_meant_for_these() -> None:
    assert meant("itineraries.bulk.serve_1.facility", "customs") == (Traffic(PORT, "bulk"),)


def test_a_closure_is_meant_for_those_who_find_the_gate_shut() -> None:
    assert meant("calendars.gate") == (Traffic(PORT, "trucks"),)


def test_a_closed_link_shuts_the_traffic_of_both_directions() -> None:
    results = results_of({BASELINE: [1.0], "shut": [1.0]})
    results.scenarios["shut"]["changes"] = [SHUT | {"address": "links.bridge"}]  # type: ignore[index]
    passed = [("outbound", "boxes", "bridge"), ("inbound", "bulk", "bridge.back"), ("inbound", "trucks", "gate")]
    rows = [
        {"scenario": BASELINE, "replication": 0, "port": PORT, "direction": direction, "class": klass, "at": at}
        for direction, klass, at in passed
    ]
    results = replace(results, dwell=pd.DataFrame(rows))
    assert shut_traffic(results, "shut", border()) == {Traffic(PORT, "boxes"), Traffic(PORT, "bulk")}
