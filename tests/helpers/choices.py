"""Choices that several worked worlds have in common."""

from __future__ import annotations

from sim.core.plan_builder import PlanBuilder


def gate_or_mark(b: PlanBuilder, gate: int, watched: list[int] | None = None) -> None:
    """Choose between the gate, a second of service, and a mark that costs 5 s; both end the trip.

    The gate costs the delay at what is ``watched``, as a rule at the gate.
    """
    b.choose([("x", 0, [gate] if watched is None else watched), ("y", 5, [])])
    b.label("x")
    b.serve(gate, 1)
    b.end()
    b.label("y")
    b.mark("other")
    b.end()
