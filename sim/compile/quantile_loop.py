"""The look-up of whole seconds as a loop, which is faster as machine code than numpy's passes over all numbers.

See :mod:`sim.compile.integer_quantiles`, which has the limits, and does without this where numba is not loaded.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
FEW: Final = 256
"""Numbers up to which numpy is as fast."""
UNDECIDED: Final = -1
"""In place of the second of a number that is too near to a limit."""


def look_up(
    u: Floats,
    begin: Floats,
    second: npt.NDArray[np.int32],
    undecided: npt.NDArray[np.bool_],
    near: float,
    found: npt.NDArray[np.int32],
) -> int:
    """Write the second of each number; return how many are too near to a limit.

    ``second`` and ``undecided`` are by equal steps of the unit interval, whose number is a power of 2.
    """
    steps, n_near = len(second), 0
    for k in range(len(u)):
        x = u[k]
        step = int(x * steps)
        at = second[step]
        if undecided[step]:
            low, high = at, len(begin) - 1  # The last begins at infinity.
            while high - low > 1:
                middle = (low + high) // 2
                if begin[middle] <= x:
                    low = middle
                else:
                    high = middle
            at = low
            if x - begin[at] < near or begin[at + 1] - x < near:
                at = UNDECIDED
                n_near += 1
        found[k] = at
    return n_near


def machine_loop(n: int) -> Callable[..., int] | None:
    """The loop as machine code, for so many numbers; None where numpy is as fast, or nothing has loaded numba."""
    return _compiled() if n > FEW and "numba" in sys.modules else None


@cache
def _compiled() -> Callable[..., int] | None:
    try:
        from sim.core.machine_code import is_switched_off, jit
    except ImportError:
        return None
    made: Any = jit(look_up)
    return None if is_switched_off() else made
