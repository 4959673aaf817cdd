"""Columns of a plan of values given one by one, or of parts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.core.plan import Ints, Ints32


def joined(parts: list[Any], dtype: Any) -> npt.NDArray[Any]:
    """Parts of one column, one after the other."""
    return np.concatenate(parts).astype(dtype, copy=False) if parts else np.empty(0, dtype)


def ints(values: Iterable[int]) -> Ints:
    """A column of 64 bits a value."""
    return np.array(list(values), np.int64)


def ints32(values: Iterable[int]) -> Ints32:
    """A column of 32 bits a value."""
    return np.array(list(values), np.int32)
