"""Engines by name. Each takes a Plan and returns the same Trace, row for row.

The modules are imported only when they run: SimPy and numba stay out of start-up.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Final

from sim.core.plan import Plan
from sim.core.trace import Trace, Visits

ENGINES: Final = {"simpy": "sim.engines.reference", "compiled": "sim.engines.compiled"}


def resolve_engine(name: str | None = None) -> str:
    """The engine that will run: the requested one, or with None the fastest available.

    Without a working numba, or where it makes no machine code, there is no compiled engine, and SimPy runs instead of
    it, with the same figures; callers report it where the result differs from the request. Raises KeyError for an
    unknown engine.
    """
    if name is not None and name not in ENGINES:
        raise KeyError(name)
    return "compiled" if name != "simpy" and _is_numba_here() else "simpy"


def _is_numba_here() -> bool:
    """Whether the compiled engine can be imported: a numba that does not suit the numpy beside it says so only then."""
    if find_spec("numba") is None:
        return False
    try:
        import_module(ENGINES["compiled"])
    except ImportError:
        return False
    return True


def simulate(plan: Plan, engine: str = "simpy") -> Trace:
    """Run ``plan`` on the engine of that name; raises KeyError for an unknown engine, PlanError for a bad plan."""
    return play(plan, engine).trace()


def play(plan: Plan, engine: str = "simpy") -> Visits:
    """The same without a Trace where the engine has its rows in another form already: all that figures need."""
    visits: Visits = import_module(ENGINES[engine]).play(plan)
    return visits
