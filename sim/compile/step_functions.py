"""Step functions of time: seconds, the first of them 0, and the value from each on."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.core.plan import Ints

StepFunction = tuple[Ints, npt.NDArray[Any]]


def together(functions: Sequence[StepFunction]) -> tuple[Ints, list[npt.NDArray[Any]]]:
    """The seconds of some functions, one at least, and the values of each at them."""
    times_s = reduce(np.union1d, [times for times, _ in functions])
    return times_s, [values[np.searchsorted(times, times_s, "right") - 1] for times, values in functions]
