"""The one reading of a run: the same whatever the size of its pieces, right where next to nothing happens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date

import numpy as np
import pandas as pd
import pytest

from corridors.messages import message
from sim.compile.assembly import compile_plan
from sim.core.plan import Ints, Plan
from sim.core.plan_builder import PlanBuilder
from sim.core.rules import NOT_YET
from sim.core.run_settings import RunSettings
from sim.core.trace import Rows, Trace, Visits
from sim.core.units import DAY_S
from sim.engines import compiled
from sim.kpi import facilities, waiting
from sim.kpi.run_tables import RunTables, figures_of, tables_of
from sim.output import deadlock
from sim.output.conservation import check
from sim.output.intervals import WaitReader
from sim.output.queue_lengths import waits_of
from sim.output.run_output import CHECKS, EVERY_TABLE, RunOutput
from sim.output.single_pass import Piece
from tests.helpers.hand_traces import hand_trace
from tests.helpers.run_tables import TABLES
from tests.helpers.small_border import small_border


@dataclass(frozen=True)
class InPieces:
    """The visits of a run, some rows at a time."""

    whole: Visits
    rows: int
    read: list[int]
    """One entry for each time that all of them were read."""

    @property
    def plan(self) -> Plan:
        return self.whole.plan

    @property
    def vehicle_left_s(self) -> Ints:
        return self.whole.vehicle_left_s

    @property
    def repair_started_s(self) -> Ints:
        return self.whole.repair_started_s

    @property
    def check_count(self) -> Ints:
        return self.whole.check_count

    @property
    def events(self) -> int:
        return self.whole.events

    def __len__(self) -> int:
        return len(self.whole)

    def pieces(self, rows_at_a_time: int = 0) -> Iterator[Rows]:
        self.read.append(rows_at_a_time)
        return self.whole.pieces(self.rows)

    def between(self, first_vehicle: int, end_vehicle: int, from_s: int, to_s: int) -> Iterator[Rows]:
        return self.whole.between(first_vehicle, end_vehicle, from_s, to_s)

    def trace(self) -> Trace:
        return self.whole.trace()


def border(days: int, warmup_days: int) -> Visits:
    """Trains, trucks and fleets; at the end some are under way."""
    return compiled.play(compile_plan(small_border(), RunSettings(date(2023, 3, 6), days, warmup_days)))


@pytest.mark.parametrize(("days", "warmup_days"), [(1, 0), (8, 3)])
@pytest.mark.parametrize("rows", [1, 40])
def test_pieces_of_any_size_tell_the_same(days: int, warmup_days: int, rows: int) -> None:
    played = border(days, warmup_days)
    whole = RunOutput.whole(played)
    for visits in (played, played.trace()):
        cut = RunOutput.whole(InPieces(visits, rows, []))
        for table in TABLES:
            pd.testing.assert_frame_equal(table(cut), table(whole), check_exact=True)
        assert check(cut) == []
        assert deadlock.deadlocks(cut) == deadlock.deadlocks(whole)
        for port in small_border().ports:
            both = (waiting.queue_over_time(of, port=port, every_s=1800) for of in (cut, whole))
            pd.testing.assert_frame_equal(*both, check_exact=True)


@pytest.mark.parametrize("name", [one.name for one in fields(RunTables)])
def test_a_table_by_itself_is_that_of_all_tables(name: str) -> None:
    """Whatever is not looked for: without the causes of waiting, they are looked for once a table needs them."""
    played = border(8, 3)
    whole = figures_of(played)
    assert whole.waiting.size
    alone, later = figures_of(played, [name]), RunOutput.whole(played, CHECKS)
    assert not alone.problems
    assert later.records.totals.closed_s.size == 0
    for found in (alone, tables_of(later, [name])):
        pd.testing.assert_frame_equal(found.by_name()[name], whole.by_name()[name], check_exact=True)


def test_the_series_of_all_ports_read_a_run_once() -> None:
    visits = InPieces(border(4, 0), 500, [])
    series = waiting.traffic_series(visits, small_border().ports)
    assert len(visits.read) == 1
    assert list(series.queues) == list(small_border().ports)
    for port, queue in series.queues.items():
        by_itself = waiting.queue_over_time(visits.whole, port=port)
        assert queue["inside"].max() > 0
        pd.testing.assert_frame_equal(queue, by_itself, check_exact=True)
    throughput = waiting.throughput_over_time(visits.whole)
    pd.testing.assert_frame_equal(series.throughput, throughput, check_exact=True)


def test_queues_at_regular_instants_are_those_that_one_counts() -> None:
    visits = border(3, 0)
    trace, labels = visits.trace(), visits.plan.labels
    port = next(port for port in labels.op_port if port)
    answer = waiting.queue_over_time(visits, port=port, every_s=2500)
    here = np.array(labels.op_port)[trace.op] == port
    until = {"waiting": trace.started_s, "inside": trace.finished_s}
    assert answer["time_s"].nunique() > 10
    for time_s, rows in answer.groupby("time_s"):
        for column, end_s in until.items():
            there = here & (trace.queued_s <= time_s) & ((end_s > time_s) | (end_s == -1))
            assert rows[column].sum() == there.sum(), (time_s, column)


def truck_and_gate(arrivals: list[int]) -> Plan:
    b = PlanBuilder(DAY_S)
    gate = b.facility("gate", port="ceke", side="cn")
    b.service("truck", vehicle_class="truck")
    b.serve(gate, 600, "gate", port="ceke", direction="inbound", side="cn")
    b.end()
    b.vehicles(arrivals)
    return b.build()


def test_a_run_to_which_nobody_comes_has_tables_without_traffic() -> None:
    played = compiled.play(truck_and_gate([]))
    for visits in (played, played.trace()):
        measured = RunOutput.whole(visits)
        assert check(measured) == []
        assert waiting.waiting_by_cause(measured).empty
        assert waiting.waiting_by_day(measured)["vehicles_waiting"].tolist() == [0.0]
        assert waiting.throughput_over_time(measured)["vehicles"].tolist() == [0]
        assert waiting.queue_over_time(measured, port="ceke")["inside"].tolist() == [0] * 24
        assert facilities.facility_table(measured)["utilisation"].tolist() == [0.0]


def test_vehicles_of_which_a_run_has_no_row_at_all_are_missed() -> None:
    lost = hand_trace(truck_and_gate([0, 60]), [], {})
    assert check(lost) == [message("conservation.count", "runs", n=2, departed=0, in_system=0, without_rows=2)]


def test_who_takes_from_a_stock_spends_no_time_there() -> None:
    b = PlanBuilder(100)
    coal = b.stock("coal", 5)
    b.service("train", vehicle_class="train")
    b.draw(coal, 1, "load")
    b.end()
    b.vehicles([0])
    trace = hand_trace(b.build(), [(0, "load", 0, 0, 30, 30)], {0: 30})
    times = {"queued": 0, "started": 0, "finished": 30, "departed": 30}
    row = message("conservation.row", "runs", vehicle="train-000000", step="load", **times)
    assert check(trace) == [message("conservation.instant_took_time", "runs", n=1, first=row)]


def test_a_wait_inland_is_told_to_the_crossing_that_comes_next() -> None:
    """A truck books its way out, and abroad its way home; a wait without a crossing ahead counts for the last."""
    b = PlanBuilder(DAY_S)
    booking = b.facility("booking", port="ceke")
    gate = b.facility("gate", port="ceke")
    b.service("truck", vehicle_class="truck")
    b.serve(booking, 60, "book_out")
    b.serve(gate, 60, "out", port="ceke", direction="outbound")
    b.serve(booking, 60, "book_home")
    b.serve(gate, 60, "home", port="ceke", direction="inbound")
    b.serve(booking, 60, "settle")
    b.end()
    b.vehicles([0])
    plan = b.build()
    answer = dict(zip(plan.labels.op_step, (group[1] for group in waits_of(plan)), strict=True))
    wanted = {"book_out": "outbound", "out": "outbound", "book_home": "inbound", "home": "inbound", "settle": "inbound"}
    assert {step: answer[step] for step in wanted} == wanted


class LongestWait:
    """A user-defined observer: the longest wait of a run."""

    def __init__(self, visits: Visits) -> None:
        self.wait_s = 0

    def add(self, piece: Piece) -> None:
        waited = piece.derived(WaitReader)
        self.wait_s = max(self.wait_s, int((waited.until_s - waited.queued_s).max(initial=0)))

    def result(self) -> int:
        return self.wait_s


def test_an_added_observer_shares_the_scan_of_all_others() -> None:
    visits = InPieces(border(8, 0), 500, [])
    output = RunOutput(visits)
    output.observe(LongestWait, *EVERY_TABLE)
    trace = visits.trace()
    until_s = np.where(trace.started_s == NOT_YET, trace.plan.horizon_s, trace.started_s)
    assert output.result(LongestWait) == (until_s - trace.queued_s).max() > 0
    for table in TABLES:
        table(output)
    assert check(output) == []
    assert len(visits.read) == 1


def test_an_observer_scans_a_run_once_however_often_it_is_asked() -> None:
    visits = InPieces(border(4, 0), 500, [])
    output = RunOutput(visits)
    assert output.result(LongestWait) == output.result(LongestWait)
    assert output.totals is output.totals
    assert len(visits.read) == 2
