"""The trace of a world on which both engines agree, and which keeps all balances."""

from __future__ import annotations

from corridors.model import Corridor
from sim.compile.assembly import compile_plan
from sim.core.run_settings import RunSettings
from sim.core.trace import Trace
from sim.engines import simulate
from sim.output.conservation import check
from tests.helpers.trace_diff import first_difference


def agreed_trace(corridor: Corridor, settings: RunSettings) -> Trace:
    """The trace of the compiled engine, which is that of the reference engine, with all its balances kept."""
    plan = compile_plan(corridor, settings)
    compiled, reference = simulate(plan, "compiled"), simulate(plan, "simpy")
    assert first_difference(compiled, reference) is None
    assert check(compiled) == []
    return compiled
