"""Every engine gives the traces worked by hand in ``tests/worked``."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import pytest

from sim.core import rules
from sim.engines import ENGINES, simulate
from tests import worked

WORLDS = sorted(module.name for module in iter_modules(worked.__path__))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", WORLDS)
def test_trace_is_as_worked_by_hand(name: str, engine: str) -> None:
    world = import_module(f"tests.worked.{name}")
    trace = simulate(world.plan(), engine)
    steps = trace.plan.labels.op_step
    rows = [
        (vehicle, steps[op], *times, rules.OUTCOMES[outcome])
        for vehicle, op, *times, outcome in zip(
            trace.vehicle.tolist(),
            trace.op.tolist(),
            trace.queued_s.tolist(),
            trace.started_s.tolist(),
            trace.finished_s.tolist(),
            trace.departed_s.tolist(),
            trace.outcome.tolist(),
            strict=True,
        )
    ]
    assert rows == _rows(world.ROWS)
    assert trace.vehicle_left_s.tolist() == [_second(text) for text in world.LEFT.split()]
    assert trace.repair_started_s.tolist() == [_second(text) for text in getattr(world, "REPAIRS", "").split()]
    assert trace.check_count.tolist() == [_second(text) for text in getattr(world, "CHECKS", "").split()]


def test_worked_traces_cover_every_step_and_outcome() -> None:
    """So that no rule is without an example to look at."""
    worlds: list[Any] = [import_module(f"tests.worked.{name}") for name in WORLDS]
    codes = {code for world in worlds for code in world.plan().op_code.tolist()}
    assert codes == set(range(len(rules.STEP_NAMES)))
    outcomes = {row[-1] for world in worlds for row in _rows(world.ROWS)}
    assert outcomes == set(rules.OUTCOMES)


def _rows(table: str) -> list[tuple[Any, ...]]:
    _, *lines = table.strip().splitlines()
    cells = [line.split(maxsplit=6) for line in lines]
    return [(int(vehicle), step, *map(_second, times), outcome) for vehicle, step, *times, outcome in cells]


def _second(text: str) -> int:
    return rules.NOT_YET if text == "-" else int(text)
