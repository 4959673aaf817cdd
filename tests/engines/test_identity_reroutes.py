"""Random worlds whose vehicles reroute: one trace, balances kept, and no vehicle on a closed link."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from corridors.clock.calendars import Calendars
from sim.compile.assembly import compile_plan
from sim.core.trace import Trace
from sim.engines import compiled, reference
from sim.kpi.detours import detour_table
from sim.kpi.run_tables import figures_of
from tests.helpers.random_worlds import random_world
from tests.helpers.saved_plans import save_plan
from tests.helpers.trace_diff import first_difference


def same_trace(seed: int) -> Trace:
    """The trace of a random world on both engines; a plan for which they differ is saved."""
    corridor, settings = random_world(seed)
    plan = compile_plan(corridor, settings)
    trace = compiled.run(plan)
    difference = first_difference(reference.run(plan), trace)
    if difference:
        difference = f"{save_plan(plan, f'reroute_{seed}')}\n{difference}"
    assert difference is None, difference
    calendars = Calendars(corridor, settings.epoch, settings.horizon_s)
    link = np.array(plan.labels.op_link)[trace.op]
    for name in corridor.links:
        entered = trace.started_s[(link == name) & (trace.started_s >= 0)]
        times, level = calendars.link_open(name)
        assert (level[np.searchsorted(times, entered, "right") - 1] > 0).all(), (seed, name)
    return trace


@pytest.mark.parametrize("first", range(0, 60, 20))
def test_random_worlds_that_reroute_have_one_trace_and_enter_no_closed_link(first: int) -> None:
    seen: Counter[str] = Counter()
    for seed in range(first, first + 20):
        trace = same_trace(seed)
        table = detour_table(trace)
        seen["vehicles"] += int(table["vehicles"].sum())
        seen["worlds"] += not table.empty
    assert seen["worlds"] >= 5
    assert seen["vehicles"] > 50


@pytest.mark.slow
@pytest.mark.parametrize("first", range(1_000, 6_000, 500))
def test_many_random_worlds_that_reroute_have_one_trace(first: int) -> None:
    for seed in range(first, first + 500):
        same_trace(seed)


@pytest.mark.parametrize("seed", range(8))
def test_balances_hold_and_without_rerouting_no_vehicle_is_on_a_detour(seed: int) -> None:
    corridor, settings = random_world(seed)
    figures = figures_of(compiled.run(compile_plan(corridor, settings)))
    assert figures.problems == ()
    waits = {id: replace(row, reroute_after_h=None) for id, row in corridor.services.items()}
    trace = compiled.run(compile_plan(replace(corridor, services=waits), settings))
    assert not any(trace.plan.labels.op_detour)
    assert detour_table(trace).empty
