"""Tables of a run from rows of text and numbers, without the fixed costs of grouping, sorting and joining in pandas."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

Row = tuple[Any, ...]
Key = TypeVar("Key", bound=Hashable)


def rows_of(table: pd.DataFrame, columns: Sequence[str] | None = None) -> list[Row]:
    """Some columns of a table, or all, as rows."""
    return list(zip(*(table[name].tolist() for name in (table if columns is None else columns)), strict=True))


def beside(kpis: pd.DataFrame, *names: str) -> pd.DataFrame:
    """Key figures of both sides together as columns, by port, direction and class; without rows if one is not there."""
    both = kpis[(kpis["side"] == "both") & kpis["kpi"].isin(names)]
    wide = both.pivot_table(index=["port", "direction", "class"], columns="kpi", values="value", sort=False)
    return wide if set(names) <= set(wide.columns) else wide.iloc[:0].reindex(columns=list(names))


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
