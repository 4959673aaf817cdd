"""Recovery of worlds worked by hand: 100 vehicles a day, a gate that is shut for four days from day 5 on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from corridors.model import Corridor
from sim.experiments.batch import passing_batch
from sim.experiments.experiment import Experiment
from sim.reports.answer_texts import AnswerTexts
from sim.reports.comparison_tables import ComparisonTables
from sim.reports.recovery_tables import closure_table, loss_table, recovery_sentences, recovery_table
from sim.statistics import nonnegative_interval
from sim.studies.answer import answer
from sim.studies.answer.closure import LEAST, LEAST_T, closure_figures, recovery_messages
from sim.studies.answer.subject import Subject
from sim.studies.compare import ExperimentResults, Recovery, ScenarioComparison, compare
from sim.text.names import Names
from tests.helpers.worlds import calendar, duration, facility, itinerary, port, service, shift, step, stock, world

GATE = {"op": "close", "address": "calendars.hours", "first_day": "2024-01-06", "last_day": "2024-01-09"}
ENGINES = ("compiled", "simpy")


def gate(work_min: float, *more: Any, **given: Any) -> Corridor:
    """A gate on the clock of UTC, so that its days are those of the figures; evenly spaced trains unless a fleet."""
    across = {"port": "border", "direction": "inbound", "loaded": True}
    steps = [step("serve", facility="gate", duration="work", **across), *more]
    usual: dict[str, Any] = {"per_day": 100.0, "arrivals": "timetable", "load_t": 50.0}
    return world(
        port("border"),
        calendar("hours", "UTC"),
        shift("hours", "00:00", "24:00"),
        facility("gate", 1, "hours", port="border", side="cn"),
        duration("work", work_min),
        itinerary("way", *steps),
        service("trains", "way", **(usual | given)),
    )


def fleet() -> Corridor:
    """A closed fleet whose demand is 100 trips a day, spread evenly over the hours of the gate."""
    made = gate(2.0, per_day=0.0, fleet=20, arrivals="fleet")
    across = {"port": "border", "direction": "inbound", "loaded": True}
    steps = itinerary(
        "way", step("draw", stock="demand", amount=1), step("serve", facility="gate", duration="work", **across)
    )
    demand = stock("demand", kind="demand", unit="trips", daily_quota=100, calendar="hours")
    names = ("ports", "calendars", "shifts", "facilities", "durations", "services")
    rows = [row for name in names for row in made.table(name).values()]
    return world(*rows, demand, steps)


def compared(corridor: Corridor, engine: str, days: int = 40, **change: Any) -> ScenarioComparison:
    experiment = Experiment.model_validate(
        {
            "id": "shut",
            "title_en": "Shut",
            "title_zh": "关闭",
            "scenarios": [{"id": "shut", "title_en": "Gate shut", "changes": [GATE | change]}],
            "start": "2024-01-01",
            "days": days,
            "warmup_days": 1,
            "replications": 2,
            "engine": engine,
        }
    )
    with passing_batch(experiment, corridor, {}) as outcome:
        assert not outcome.failed
        return compare(ExperimentResults.of(outcome.store), corridor, {})


def recovery(corridor: Corridor, engine: str, **change: Any) -> Recovery:
    (one,) = compared(corridor, engine, **change).recoveries
    assert (one.first_day, one.last_day, one.n) == (5, 8, 2)
    return one


@pytest.mark.parametrize("engine", ENGINES)
def test_spare_capacity_of_a_quarter_clears_four_days_in_sixteen(engine: str) -> None:
    one = recovery(gate(11.52), engine)  # 125 a day, but for the fifth of a second by which each is shorter
    assert one.peak.estimate == pytest.approx(400, abs=1)
    assert (one.days and one.days.estimate, one.open_days and one.open_days.estimate) == (16.0, 16.0)
    assert (one.lasting, one.fleet, one.at_origin_t) == (0, False, None)
    assert one.vehicles
    assert one.tonnes
    assert (one.vehicles.lost.estimate, one.vehicles.open.estimate) == (0.0, 0.0)
    assert one.vehicles.late.estimate == pytest.approx(400, abs=1)
    assert one.vehicles.delay.estimate == pytest.approx(4_000, rel=0.01)
    assert one.tonnes.late.estimate == 50 * one.vehicles.late.estimate
    assert one.delivered
    assert one.delivered.lost.estimate == 0.0


@pytest.mark.parametrize("engine", ENGINES)
def test_without_spare_capacity_the_queue_stays(engine: str) -> None:
    one = recovery(gate(14.4), engine)  # 100 a day
    assert one.peak.estimate == pytest.approx(400, abs=1)
    assert (one.days, one.open_days, one.lasting) == (None, None, 2)
    assert one.vehicles
    assert one.vehicles.lost.estimate == 0.0
    assert one.vehicles.open.estimate == pytest.approx(400, abs=1)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_closed_fleet_loses_closed_days_times_flow_and_its_queue_hides_it(engine: str) -> None:
    one = recovery(fleet(), engine)
    assert one.peak.estimate < 5
    assert one.fleet
    assert one.vehicles
    assert one.tonnes
    assert one.vehicles.lost.estimate == pytest.approx(400, abs=4)
    assert one.vehicles.late.estimate < 5
    assert one.at_origin_t
    assert one.at_origin_t.estimate == pytest.approx(400 * 50, rel=0.02)
    assert one.delivered
    assert one.delivered.lost.estimate == one.tonnes.lost.estimate


def test_half_the_capacity_is_a_disturbance_too() -> None:
    one = recovery(gate(11.52), "compiled", servers_share=0.5)
    assert one.partly
    assert one.peak.estimate == pytest.approx(4 * (100 - 62.5), abs=5)  # shares of a server are kept in slices
    assert one.days
    assert one.days.estimate == 6.0  # 150 at 25 a day


def test_closed_weekdays_are_no_open_days() -> None:
    """Saturday to Tuesday shut, 400 more than usual; 66.7 a day less from Wednesday on, but for a Sunday and the Monday
    on which the baseline works off its own queue of the Sunday."""
    made = gate(8.64)
    shifts = shift("hours", "00:00", "24:00", "Mon-Sat")
    names = ("ports", "calendars", "facilities", "durations", "services", "itineraries")
    one = recovery(world(*(row for name in names for row in made.table(name).values()), shifts), "compiled")
    assert (one.days and one.days.estimate, one.open_days and one.open_days.estimate) == (9.0, 8.0)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_sentences_say_queue_days_late_and_lost(language: str) -> None:
    def said(corridor: Corridor) -> tuple[list[str], ComparisonTables]:
        tables = ComparisonTables(compared(corridor, "compiled"), corridor, Names.of(corridor, language))
        return recovery_sentences(tables), tables

    (queue, late, port_), tables = said(gate(11.52))
    assert "16" in queue
    assert "399" in late
    assert ("None is lost" in late) == (language == "en")
    assert ("nothing less" in port_) == (language == "en")
    assert recovery_table(tables).rows[0][3:6] == ("400", "16.0", "16.0")
    (_, lost, origin, less), tables = said(fleet())
    assert ("Lost: 400 trips" in lost) == (language == "en")
    assert ("less delivered by the end" in less) == (language == "en")
    assert ("Only the trips are lost" in origin) == (language == "en")
    assert len(loss_table(tables).rows) == 1
    (row,) = closure_table(tables, "shut").rows
    (one,) = tables.of.recoveries
    assert row[0] == tables.names.group(one.klass, one.direction)
    assert row[4] == loss_table(tables).rows[0][3] == "400"
    unit = {"en": "\ntrips", "zh": "\n趟次"}[language]
    for table in (loss_table(tables), closure_table(tables, "shut")):
        assert sum(head.endswith(unit) for head in table.columns) == 2, "late and lost are trips, as in the sentences"


def test_the_answer_to_a_closed_fleet_has_trips_and_tonnes_lost_with_intervals_and_what_waits() -> None:
    corridor = fleet()
    comparison = compared(corridor, "compiled")
    made = answer(comparison, "shut", corridor)
    assert [one.code for one in made.closure] == [
        "closure.no_queue",
        "closure.all_lost",
        "closure.origin_lost",
        "closure.delivered_less",
    ]
    plain: list[dict[str, Any]] = AnswerTexts(comparison, corridor, "en").document(made)["closure_figures"]  # type: ignore[assignment]
    found = {one["figure"]: one for one in plain}
    assert list(found) == ["late", "lost", "late_t", "lost_t", "waits_t", "not_delivered_t"]
    (one,) = comparison.recoveries
    assert one.vehicles
    lost = found["lost"]
    assert (lost["unit"], lost["estimate"], lost["n"]) == ("trips", one.vehicles.lost.estimate, 2)
    assert 0 < lost["ci_low"] <= lost["estimate"] <= lost["ci_high"]
    assert found["lost_t"]["estimate"] == 50 * lost["estimate"]
    (queue, days, *_) = closure_figures(Subject(compared(gate(11.52), "compiled"), "shut"))
    assert (queue.figure, days.figure, days.found.estimate) == ("extra_queue", "days_until_normal", 16.0)


def test_cargo_that_is_still_to_come_at_the_end_of_the_run_is_neither_lost_nor_passed_over() -> None:
    (one,) = compared(gate(14.4), "compiled").recoveries
    assert [part.code for part in recovery_messages([one])] == [
        *("closure.lasting", "closure.late_arrivals", "closure.open", "closure.delivered_open")
    ]


def test_trips_that_may_all_be_made_up_are_not_said_to_be_lost() -> None:
    """Trips lost in one of three pairs: the t interval has 0."""
    (one,) = compared(fleet(), "compiled").recoveries
    assert one.vehicles
    for lost, code in (([0.0, 0.0, 30.0], "closure.lost_unclear"), ([25.0, 28.0, 30.0], "closure.lost")):
        loss = replace(one.vehicles, lost=nonnegative_interval(lost), late=nonnegative_interval([40.0] * 3))
        assert code in [part.code for part in recovery_messages([replace(one, vehicles=loss)])]


def test_a_queue_that_is_longer_than_the_trips_made_up_is_explained() -> None:
    """Two figures of what is late: vehicles at the gate, and trips that later days make up."""
    (one,) = compared(fleet(), "compiled").recoveries
    assert one.vehicles
    loss = replace(one.vehicles, lost=nonnegative_interval([25.0, 28.0, 30.0]), late=nonnegative_interval([40.0] * 3))
    for peak, explained in ((100.0, True), (40.0, False)):
        found = replace(one, vehicles=loss, peak=nonnegative_interval([peak] * 3))
        codes = [part.code for part in recovery_messages([found])]
        assert "closure.lost" in codes
        assert ("closure.net" in codes) == explained


def test_all_is_made_up_only_where_the_interval_is_below_a_trip_or_what_is_worth_a_word() -> None:
    """An estimate near nothing whose interval goes beyond the threshold is unclear."""
    (one,) = compared(fleet(), "compiled").recoveries
    assert one.vehicles
    assert one.delivered
    trips = {"late_fleet": [0.0, 0.0, 0.0], "lost_unclear": [0.0, 0.0, 1.2]}
    tonnes = {"delivered": [0.0, 0.0, 0.0], "delivered_unclear": [0.0, 0.0, 1_200.0]}
    late = nonnegative_interval([40.0] * 3)
    for (some, of_trips), (less, of_tonnes) in zip(trips.items(), tonnes.items(), strict=True):
        lost, lost_t = nonnegative_interval(of_trips), nonnegative_interval(of_tonnes)
        assert lost.estimate < LEAST
        assert lost_t.estimate < LEAST_T
        found = replace(
            one,
            vehicles=replace(one.vehicles, lost=lost, late=late),
            delivered=replace(one.delivered, lost=lost_t, open=nonnegative_interval([0.0] * 3)),
        )
        codes = [part.code for part in recovery_messages([found])]
        assert {f"closure.{some}", f"closure.{less}"} < {*codes}
        assert not {f"closure.{other}" for other in {*trips, *tonnes} - {some, less}} & {*codes}
