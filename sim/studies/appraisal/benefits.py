"""What a year with works is worth to a flow, by the way the flow answers.

Input: for each flow the tonnes delivered per day and the generalised cost of a tonne (:mod:`.generalised`), 0 in the
reference world and 1 with the works, divided into *m* (moving, handling, carbon) and *w* (waiting). Output: USD per
day by stream. With T in t/day and g = m + w in USD/t:

=============  =====================================================================================================
``elastic``    (g0 - g1) (T0 + T1) / 2, the rule of half
``diverts``    T1 (D - w1) - T0 (D - w0) + (m0 - m1) (T0 + T1) / 2: cargo that is not carried takes another way, at D
               USD/t more; w is at most the ``cap``
``rationed``   T1 (g0 - g1) + rent (T1 - T0): more cargo wants to come than gets through
``shifted``    as ``diverts`` for min(T0, T1), and ``worth`` (T1 - T0): the works change the services themselves
=============  =====================================================================================================

Sources: rule of half, TAG unit A1.3 (Department for Transport); the other three follow from the area between the two
willingness-to-pay curves under the stated answer of the flow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Regime = Literal["elastic", "diverts", "rationed", "shifted"]
REGIMES: Final[tuple[Regime, ...]] = ("elastic", "diverts", "rationed", "shifted")


@dataclass(frozen=True)
class World:
    """Flows of one world. Shapes end with (flows,)."""

    tonnes: Floats
    """(..., flows) delivered, t/day."""
    moving: Floats
    """(parts, ..., flows) parts of the cost m, USD/t."""
    waiting: Floats
    """(parts, ..., flows) parts of the cost w, USD/t."""


@dataclass(frozen=True)
class Answer:
    """How flows answer, and at which prices. All arrays (flows,) but for the cap."""

    regime: npt.NDArray[np.str_]
    detour: Floats
    """D, USD/t."""
    rent: Floats
    worth: Floats
    cap: Floats
    """(..., flows) most that waiting costs a tonne of a flow that diverts, USD/t."""


@dataclass(frozen=True)
class Benefit:
    """USD per day, by the parts of the cost of a tonne and beyond them."""

    moving: Floats
    """(parts, ..., flows)."""
    waiting: Floats
    """(parts, ..., flows)."""
    detour: Floats
    """(..., flows) detours saved."""
    rent: Floats
    worth: Floats

    @property
    def total(self) -> Floats:
        """(..., flows) the sum of all parts."""
        return np.asarray(
            self.moving.sum(axis=0) + self.waiting.sum(axis=0) + self.detour + self.rent + self.worth, float
        )


def benefit(before: World, after: World, answer: Answer) -> Benefit:
    """The benefit of a day: ``after`` against ``before``.

    A flow that one world does not carry has no cost of a tonne there; the cost of the other world is taken, so that
    only its detour, rent or worth counts.
    """
    t0, t1 = before.tonnes, after.tonnes
    m0, m1 = _where_carried(before.moving, after.moving, t0, t1)
    w0, w1 = (_with_points(w, answer.cap) for w in _where_carried(before.waiting, after.waiting, t0, t1))
    diverts, rationed, shifted = (answer.regime == one for one in REGIMES[1:])
    less = np.minimum(t0, t1)
    # Tonnes that each world counts for: those of a shifted flow are the same in both.
    n0, n1 = np.where(shifted, less, t0), np.where(shifted, less, t1)
    half = np.where(rationed, n1, (n0 + n1) / 2)
    moving = (m0 - m1) * half
    capped = diverts | shifted
    s0, s1 = (_share_within(w, answer.cap) for w in (w0, w1))
    waiting = np.where(capped, w0 * s0 * n0 - w1 * s1 * n1, (w0 - w1) * half)
    more = t1 - t0
    return Benefit(
        moving,
        waiting,
        np.where(diverts, answer.detour * more, 0.0),
        np.where(rationed, answer.rent * more, 0.0),
        np.where(shifted, answer.worth * more, 0.0),
    )


def _where_carried(before: Floats, after: Floats, t0: Floats, t1: Floats) -> tuple[Floats, Floats]:
    """The costs of a tonne; where a world carries nothing, those of the other."""
    return np.where(t0 > 0, before, after), np.where(t1 > 0, after, before)


def _with_points(parts: Floats, like: Floats) -> Floats:
    """(parts, ..., flows) with an axis of length 1 where ``like`` has one of points of the prices, and they do not."""
    missing = max(0, like.ndim + 1 - parts.ndim)
    return parts.reshape(parts.shape[0], *(1,) * missing, *parts.shape[1:])


def _share_within(waiting: Floats, cap: Floats) -> Floats:
    """(..., flows) the share of the cost of waiting that is within the cap."""
    total = waiting.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(total > cap, cap / total, 1.0)
