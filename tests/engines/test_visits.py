"""Figures come from the trace alone: what an engine keeps instead of a trace gives the same, number for number."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd
import pytest

from benchmarks import world
from corridors.load import load_corridor
from sim.compile.assembly import compile_plan
from sim.core.plan import Plan
from sim.core.rules import NOT_YET
from sim.core.run_settings import RunSettings
from sim.core.trace import Visits
from sim.engines import compiled, reference
from sim.kpi import key_figures, waiting
from sim.output import conservation, deadlock
from sim.output.run_output import RunOutput
from sim.output.vehicle_rows import VehicleRows, vehicle_rows
from sim.run import prepare, run_scenario
from sim.studies.corridor_performance import performance
from sim.studies.validation.measures import RunFigures
from tests.helpers.plans import random_plan
from tests.helpers.run_tables import TABLES
from tests.helpers.small_border import small_border
from tests.helpers.trace_diff import first_difference

COLUMNS = ("vehicle", "op", "queued_s", "started_s", "finished_s", "departed_s", "new_journey")


def small_border_plan() -> Plan:
    return compile_plan(small_border(), RunSettings(date(2023, 3, 6), days=40, warmup_days=5))


def baseline_plan() -> Plan:
    case = prepare(load_corridor(), days=12, warmup_days=3)
    return compile_plan(case.corridor, case.settings)


@pytest.mark.parametrize("plan_of", [small_border_plan, baseline_plan, lambda: world.plan(days=3)])
def test_every_table_is_the_same_with_and_without_a_trace(plan_of: Callable[[], Plan]) -> None:
    plan = plan_of()
    played, trace = compiled.play(plan), reference.run(plan)
    assert len(played) == len(trace) > 0
    kept, full = RunOutput.whole(played), RunOutput(trace)
    for table in TABLES:
        pd.testing.assert_frame_equal(table(kept), table(full), check_exact=True)
    assert key_figures.vehicle_counts(played) == key_figures.vehicle_counts(trace)
    assert conservation.check(kept) == conservation.check(full) == []
    assert deadlock.deadlocks(played) == deadlock.deadlocks(trace)


def test_every_table_is_the_same_after_twelve_years() -> None:
    """In pieces, seconds have 32 bits: nothing that is worked out of them may need more."""
    plan = compile_plan(small_border(), RunSettings(date(2023, 3, 6), days=12 * 365, warmup_days=5))
    played = compiled.play(plan)
    kept, full = RunOutput.whole(played), RunOutput(played.trace())
    for table in TABLES:
        pd.testing.assert_frame_equal(table(kept), table(full), check_exact=True)
    assert conservation.check(kept) == []


@pytest.mark.parametrize("rows_at_a_time", [5, 2**15])
def test_lives_are_the_same_with_and_without_a_trace(rows_at_a_time: int) -> None:
    """Also of fleets whose trips take no time, or end and begin at one instant, in pieces of any size."""
    for seed in range(150):
        plan = random_plan(seed)
        kept, full = (
            list(vehicle_rows(visits, rows_at_a_time)) for visits in (compiled.play(plan), compiled.run(plan))
        )
        for column in COLUMNS:
            assert (joined(kept, column) == joined(full, column)).all(), (seed, column)


def joined(pieces: list[VehicleRows], column: str) -> np.ndarray:
    return np.concatenate([getattr(piece, column) for piece in pieces])


def test_pieces_hold_all_rows_of_their_vehicles_one_after_another() -> None:
    plan = small_border_plan()
    played: Visits = compiled.play(plan)
    for visits in (played, played.trace()):
        pieces = list(visits.pieces(500))
        assert len(pieces) > 3
        assert [piece.first for piece in pieces] == [0, *np.cumsum([len(piece) for piece in pieces])[:-1]]
        vehicles = [set(piece.vehicle.tolist()) for piece in pieces]
        assert sum(map(len, vehicles)) == len(set.union(*vehicles))


def test_a_run_makes_its_trace_when_it_is_asked_for() -> None:
    result = run_scenario(prepare(small_border(), start=date(2023, 3, 6), days=10, warmup_days=0), "compiled")
    plan = result.visits.plan
    assert result.trace is result.trace
    assert first_difference(reference.run(plan), result.trace) is None
    assert result.record()["visits"] == len(result.trace)


def test_queues_indicators_and_published_quantities_need_no_trace() -> None:
    result = run_scenario(prepare(small_border(), start=date(2023, 3, 6), days=10, warmup_days=2), "compiled")
    port = next(port for port in result.visits.plan.labels.op_port if port)
    mine, of_trace = (waiting.queue_over_time(visits, port=port) for visits in (result.visits, result.trace))
    assert mine["waiting"].max() > 0
    pd.testing.assert_frame_equal(mine, of_trace, check_exact=True)
    assert performance(result.visits) == performance(result.trace)
    begun = np.bincount(result.trace.op[result.trace.started_s != NOT_YET], minlength=result.visits.plan.n_ops)
    assert begun.max() > 0
    assert (RunFigures(result).begun == begun).all()
