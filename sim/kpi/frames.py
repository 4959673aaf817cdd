"""Tables of a run from rows of text and numbers, without the fixed costs of grouping, sorting and joining in pandas."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

GROUP: Final = ("port", "direction", "class")
Group = tuple[str, str, str]
Row = tuple[Any, ...]
Key = TypeVar("Key", bound=Hashable)


def rows_of(table: pd.DataFrame, columns: Sequence[str] | None = None) -> list[Row]:
    """Some columns of a table, or all, as rows."""
    return list(zip(*(table[name].tolist() for name in (table if columns is None else columns)), strict=True))


def by_group(table: pd.DataFrame, columns: Sequence[str]) -> dict[Group, list[Row]]:
    """Some columns of a table as rows by port, direction and class, in the order in which these first come."""
    found: dict[Group, list[Row]] = {}
    for group, row in zip(rows_of(table, GROUP), rows_of(table, columns), strict=True):
        found.setdefault(group, []).append(row)  # type: ignore[arg-type]
    return found


def beside(kpis: pd.DataFrame, *names: str) -> dict[Group, tuple[float, ...]]:
    """Key figures of both sides together by port, direction and class; NaN for one that is not there."""
    found: dict[Group, dict[str, float]] = {}
    rows = rows_of(kpis, [*GROUP, "side", "kpi", "value"])
    for port, direction, klass, side, kpi, value in rows:
        if side == "both" and kpi in names and not math.isnan(value):
            found.setdefault((port, direction, klass), {})[kpi] = value
    return {group: tuple(of.get(name, math.nan) for name in names) for group, of in found.items()}


def typed_table(columns: Sequence[str], rows: Sequence[Row], numbers: Sequence[str]) -> pd.DataFrame:
    """The table of some rows; all columns but ``numbers`` are text, also where there is no row or a value is missing
    (NaN)."""
    import pandas as pd

    text = pd.Series([""]).dtype  # As pandas itself takes text.
    values = list(zip(*rows, strict=True)) or [()] * len(columns)
    return pd.DataFrame(
        {
            name: np.array(column, float) if name in numbers else text_column(column, text)
            for name, column in zip(columns, values, strict=True)
        }
    )


def text_column(texts: Sequence[Any], dtype: Any) -> Any:
    """Texts, or objects, as a column of a table of exactly this type."""
    import pandas as pd

    plain = np.dtype(object)
    return pd.Series(texts, dtype=plain) if dtype == plain else pd.array(texts, dtype=dtype)


def sums_by_key(rows: Iterable[tuple[Key, float]]) -> dict[Key, float]:
    """Sums of the values of each key, in the order in which keys first come; a missing value (NaN) adds nothing.

    The sums of groups in pandas 3.1 to the last bit, without the fixed costs of grouping there: where the rows of each
    key follow one another, each sum is that of NumPy, else rounding errors are carried along (Kahan 1965).
    """
    number: dict[Key, int] = {}
    pairs = [(number.setdefault(key, len(number)), float(value)) for key, value in rows]
    which, values = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    if which == sorted(which) and not any(map(math.isnan, values)):
        first = [k for k, key in enumerate(which) if k == 0 or key != which[k - 1]]
        sums = np.add.reduceat(values, first).tolist() if first else []
    else:
        sums = _sums_with_errors(len(number), pairs)
    return dict(zip(number, sums, strict=True))


def _sums_with_errors(n: int, pairs: Iterable[tuple[int, float]]) -> list[float]:
    """Sums of values by the number of their key, in which rounding errors are carried along."""
    sums, lost = [0.0] * n, [0.0] * n
    for key, value in pairs:
        if not math.isnan(value):
            added = value - lost[key]
            total = sums[key] + added
            rounded = total - sums[key] - added
            sums[key], lost[key] = total, 0.0 if math.isnan(rounded) else rounded
    return sums
