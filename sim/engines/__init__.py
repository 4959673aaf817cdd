"""Engines by name. Each takes a Plan and returns the same Trace, row for row.

The modules are imported only when they run: SimPy and numba stay out of start-up.
"""

from __future__ import annotations

from importlib import import_module
from typing import Final

from sim.plan import Plan
from sim.trace import Trace

ENGINES: Final = {"simpy": "sim.engines.reference", "compiled": "sim.engines.compiled"}


def simulate(plan: Plan, engine: str = "simpy") -> Trace:
    """Run ``plan`` on the engine of that name; raises KeyError for an unknown engine, PlanError for a bad plan."""
    trace: Trace = import_module(ENGINES[engine]).run(plan)
    return trace
