"""The program of a service as columns of a plan, made of its steps as they are given to a builder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import repeat
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.core import rules
from sim.core.columns import ints, ints32
from sim.core.components import TO_FACILITY
from sim.core.plan import Ints, Ints32

Durations = int | Sequence[int] | npt.NDArray[Any]

DRAWN: Final = (*sorted(rules.TIMED), rules.BRANCH)
"""Ops with durations or outcomes."""
OP_LABELS: dict[str, Any] = {
    "place": "",
    "link": "",
    "port": "",
    "side": "",
    "direction": "",
    "clearance": False,
    "cause": "busy",
    "loaded": True,
    "part": False,
    "km": 0.0,
    "cost_usd": 0.0,
    "co2_kg": 0.0,
    "detour": "",
    "detour_s": 0,
}
"""Labels of a step and what they are when not given; see ``Labels.op_*``."""


class Op(NamedTuple):
    """One step as it is given, with a value for each of :data:`OP_LABELS`, in their order."""

    code: int
    step: str
    labels: dict[str, Any]
    target: int = -1
    amount: int = 0
    slot: int = -1
    jump: str = ""
    draws: npt.NDArray[np.int32] | None = None
    alternatives: tuple[tuple[str, int, tuple[int, ...]], ...] = ()


@dataclass(frozen=True)
class Steps:
    """The program of one service as columns, by op; jumps count from its first op, draws from its first number.

    Other plans may have the same: nothing in it may be changed.
    """

    code: npt.NDArray[np.int8]
    target: Ints32
    amount: Ints
    slot: Ints32
    jump: Ints32
    draw: Ints
    trip_stride: Ints
    vehicle_stride: Ints
    draws: tuple[Ints32, ...]
    """Numbers of the ops that have some, in the order of the ops."""
    n_draws: int
    choice_count: Ints32
    alternative_jump: Ints32
    alternative_bias_s: Ints
    alternative_watches: Ints32
    """Facilities that each alternative watches."""
    watch_facility: Ints32
    step: tuple[str, ...]
    labels: dict[str, tuple[Any, ...]]

    def at(self, facilities: Ints32, stocks: Ints32) -> Steps:
        """The same steps at facilities and stocks with other indices, each given by its index here."""
        target = self.target.copy()
        for codes, index in ((TO_FACILITY, facilities), (rules.AT_STOCK, stocks)):
            here = np.isin(self.code, list(codes))
            target[here] = index[target[here]]
        return replace(self, target=target, watch_facility=facilities[self.watch_facility])

    @staticmethod
    def of(ops: Sequence[Op], places: dict[str, int]) -> Steps:
        """The columns of ops; ``places`` are those of the labels to jump to."""
        draws, where = _pool([op.draws for op in ops])
        labels = zip(*(op.labels.values() for op in ops), strict=True) if ops else repeat((), len(OP_LABELS))
        alternatives = [(places[label], bias, watch) for op in ops for label, bias, watch in op.alternatives]
        return Steps(
            code=np.array([op.code for op in ops], np.int8),
            target=ints32(op.target for op in ops),
            amount=ints(op.amount for op in ops),
            slot=ints32(op.slot for op in ops),
            jump=ints32(places[op.jump] if op.jump else -1 for op in ops),
            draw=ints(w[0] for w in where),
            trip_stride=ints(w[1] for w in where),
            vehicle_stride=ints(w[2] for w in where),
            draws=tuple(draws),
            n_draws=sum(len(one) for one in draws),
            choice_count=ints32(len(op.alternatives) for op in ops),
            alternative_jump=ints32(a[0] for a in alternatives),
            alternative_bias_s=ints(a[1] for a in alternatives),
            alternative_watches=ints32(len(a[2]) for a in alternatives),
            watch_facility=ints32(f for a in alternatives for f in a[2]),
            step=tuple(op.step for op in ops),
            labels=dict(zip(OP_LABELS, labels, strict=True)),
        )

    def with_draws(self, given: Sequence[Durations]) -> Steps:
        """The same program with other durations and outcomes, by op; what is given for ops without any is not read."""
        drawn = np.isin(self.code, DRAWN).tolist()
        draws, where = _pool([as_draws(one) if has else None for one, has in zip(given, drawn, strict=True)])
        return replace(
            self,
            draw=ints(w[0] for w in where),
            trip_stride=ints(w[1] for w in where),
            vehicle_stride=ints(w[2] for w in where),
            draws=tuple(draws),
            n_draws=sum(len(one) for one in draws),
        )


def as_draws(values: Durations) -> npt.NDArray[np.int32]:
    """() for a constant, (1, vehicles) for one trip, (trips, vehicles) for a fleet."""
    if isinstance(values, int) and 0 <= values < 2**31:
        return np.array(values, np.int32)
    array = np.asarray(values)
    if array.size and (array.min() < 0 or array.max() >= 2**31):
        raise ValueError(f"draws must lie in [0, 2^31); found {array.min()} to {array.max()}")
    array = array.astype(np.int32, copy=False)
    return array[np.newaxis, :] if array.ndim == 1 else array


NO_DRAW = -1
"""Place of the numbers of an op that has none."""


def _pool(draws: Sequence[Ints32 | None]) -> tuple[list[Ints32], list[tuple[int, int, int]]]:
    """All draws one after the other, and (offset, trip stride, vehicle stride) per op."""
    parts: list[Ints32] = []
    where: list[tuple[int, int, int]] = []
    size = 0
    for drawn in draws:
        if drawn is None:
            where.append((NO_DRAW, 0, 0))
            continue
        constant = drawn.ndim == 0
        where.append((size, 0, 0) if constant else (size, drawn.shape[1], 1))
        parts.append(drawn.reshape(-1))
        size += drawn.size
    return parts, where
