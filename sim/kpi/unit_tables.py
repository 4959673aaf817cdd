"""Tables of a run taken apart by unit, and put together again in the order in which a run makes them.

Input: the tables of a run of some units of a plan (:mod:`sim.kpi.plan_units`). Output: the rows of each unit; or the
tables of a run of all of them together, equal to the last bit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, groupby
from sys import intern
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from sim.core.plan import Ints
from sim.kpi import key_figures, queue_growth
from sim.kpi.frames import text_column
from sim.kpi.plan_units import Units
from sim.kpi.run_tables import RunTables
from sim.kpi.waiting import cause_rank

if TYPE_CHECKING:
    import pandas as pd

GROUP: Final = ("port", "direction", "class")


@dataclass(frozen=True)
class UnitRows:
    """The rows that one unit has in a table; they do not change."""

    columns: dict[str, Column]
    """Text as objects."""
    dtypes: dict[str, Any]
    """Those of the table of a run."""
    keys: list[tuple[Any, ...]]
    """By which the table of all units is sorted, those of consecutive rows with equal keys once, ascending."""
    ends: list[int]
    """Where the rows of each key end."""

    def __len__(self) -> int:
        return _n_rows(self.columns)

    @property
    def size(self) -> int:
        """Bytes in memory, roughly."""
        return len(self) * len(self.columns) * BYTES_OF_CELL + len(self.keys) * BYTES_OF_KEY

    def rows(self) -> list[tuple[Any, ...]]:
        """The rows as plain values."""
        return list(zip(*(column.tolist() for column in self.columns.values()), strict=True))

    def has_order_of(self, other: UnitRows) -> bool:
        """Whether rows have the keys and the texts of those of another, so that only numbers differ."""
        return self is other or (
            (self.keys, self.ends, self.dtypes) == (other.keys, other.ends, other.dtypes)
            and len(self) == len(other)
            and all(
                _equal(column, other.columns[name]) for name, column in self.columns.items() if column.dtype == object
            )
        )


def _equal(one: Column, other: Column) -> bool:
    return one.tolist() == other.tolist()


BYTES_OF_CELL: Final = 16
BYTES_OF_KEY: Final = 160
Column = npt.NDArray[Any]
Parts = dict[str, UnitRows | None]
"""The rows of one unit by table; None for a table without rows."""


@dataclass(frozen=True)
class Order:
    """How rows of a table belong to units, and their order."""

    name: str
    """The column with the facility, stock, link or service whose unit has the row; '' where port and class say it."""
    by: tuple[str, ...]
    """Columns by which the table is sorted; equal rows, which are of one unit, keep their order."""
    falling: str = ""
    """The one of them that falls."""
    by_group: bool = True
    """Whether port and class say the unit of a row with a port."""

    def keys(self, of_table: Mapping[str, Column]) -> Iterator[tuple[Any, ...]]:
        """By row that by which the table is sorted; the columns in ``by`` have no missing values."""
        columns = [of_table[name].tolist() for name in self.by]
        for k, name in enumerate(self.by):
            if name == self.falling:
                columns[k] = [-value for value in columns[k]]
            elif name == "cause":
                columns[k] = [cause_rank(value) for value in columns[k]]
        return zip(*columns, strict=True)


ORDERS: Final = {
    "kpis": Order("", ()),
    "facilities": Order("facility", ("port", "side", "facility"), by_group=False),
    "links": Order("link", ("link",), by_group=False),
    "bottlenecks": Order("facility", (*GROUP, "share_of_waiting", "facility"), "share_of_waiting"),
    "momentary": Order("facility", (*GROUP, "momentary_share", "facility"), "momentary_share"),
    "waiting": Order("at", (*GROUP, "at", "cause")),
    "waiting_by_root": Order("at", (*GROUP, "at", "root", "root_state", "stock", "stock_state", "stock_service")),
    "dwell": Order("", GROUP),
    "backlog": Order("", GROUP),
    "stocks": Order("stock", ("port", "stock"), by_group=False),
    "growing": Order("facility", ()),
    "rising": Order("facility", ("class", "facility"), by_group=False),
    "detours": Order("service", ("class", "service", "link"), by_group=False),
    "orders": Order("order", ("begins", "order"), by_group=False),
    "flows": Order("service", ("service",), by_group=False),
    "load": Order("facility", ("port", "facility"), by_group=False),
    "waits_over": Order("", GROUP),
}


def apart(tables: RunTables, names: Collection[str], units: Units, wanted: Sequence[int]) -> dict[int, Parts]:
    """The rows of each of the ``wanted`` units in some tables of a run of these."""
    found: dict[int, Parts] = {unit: {} for unit in wanted}
    for name in names:
        table, order = tables.by_name()[name], ORDERS[name]
        dtypes = {str(name): dtype for name, dtype in table.dtypes.items()}
        columns = {str(name): _shared(column.to_numpy()) for name, column in table.items()}
        if name == "kpis":
            own = np.flatnonzero(columns["class"] != key_figures.ALL_CLASSES)
            columns = {name: column[own] for name, column in columns.items()}
        rows: dict[int, list[int]] = {}
        owners = _owners(columns, order, units) if len(wanted) != 1 else [*wanted] * _n_rows(columns)
        for place, unit in enumerate(owners):
            rows.setdefault(unit, []).append(place)
        for unit in wanted:
            found[unit][name] = _rows_of_unit(columns, dtypes, rows[unit], order) if unit in rows else None
    return found


def _n_rows(columns: Mapping[str, Column]) -> int:
    return len(next(iter(columns.values()), ()))


def _shared(column: Column) -> Column:
    """A column of text in which equal texts are one object, as many rows have few of them."""
    if column.dtype != object:
        return column
    texts = np.empty(len(column), object)
    texts[:] = [intern(text) if type(text) is str else text for text in column.tolist()]
    return texts


def _rows_of_unit(columns: Mapping[str, Column], dtypes: dict[str, Any], places: list[int], order: Order) -> UnitRows:
    own = {name: column[places] for name, column in columns.items()}
    runs = [(key, sum(1 for _ in rows)) for key, rows in groupby(order.keys(own))] if order.by else []
    return UnitRows(own, dtypes, [key for key, _ in runs], np.cumsum([n for _, n in runs]).tolist())


def _owners(columns: Mapping[str, Column], order: Order, units: Units) -> list[int]:
    """The unit of each row."""
    n = _n_rows(columns)
    names = columns[order.name].tolist() if order.name and n else [""] * n
    if not order.by_group:
        return [units.of_name[name] for name in names]
    if not n:
        return []
    groups = zip(columns["port"].tolist(), columns["class"].tolist(), names, strict=True)
    return [units.of_group[port, klass] if port else units.of_name[name] for port, klass, name in groups]


class LastJoins:
    """How the rows of units were put together last, by table: mostly only the numbers of one unit are others now."""

    def __init__(self) -> None:
        self._last: dict[str, _Join] = {}

    def of(self, name: str, parts: Sequence[UnitRows]) -> _Join:
        """How rows of units are put together in a table."""
        last = self._last.get(name)
        join = last.with_parts(parts) if last is not None and last.suits(parts) else _join_of(name, parts)
        self._last[name] = join
        return join

    def note(self, parts: Sequence[Parts], whole: RunTables) -> None:
        """Keep the texts of a run of all units, whose rows are ``parts``."""
        tables = whole.by_name()
        for name in parts[0]:
            if some := [rows for part in parts if (rows := part[name]) is not None]:
                self._last[name] = join = _join_of(name, some)
                join.keep_texts(tables[name])


def _join_of(name: str, parts: Sequence[UnitRows]) -> _Join:
    return _KeyFigures(parts) if name == "kpis" else _Join(parts)


def together(
    parts: Sequence[Parts], empty: Mapping[str, pd.DataFrame], last: LastJoins | None = None
) -> RunTables | None:
    """The tables of all units, as far as their parts have them; how they were put together is kept in ``last``.

    ``empty`` are tables without rows as a run makes them, of units with services if any has. None if there is none for
    a table that is empty.
    """
    import pandas as pd

    last = last or LastJoins()
    made: dict[str, Any] = {}
    for name in parts[0]:
        some = [rows for part in parts if (rows := part[name]) is not None]
        if name == "growing" and some:
            made[name] = queue_growth.sorted_rows(row for part in some for row in part.rows())
        elif some:
            made[name] = last.of(name, some).table()
        elif name in empty:
            made[name] = empty[name].copy()
        else:
            return None
    return RunTables(**{name: made[name] if name in made else pd.DataFrame() for name in ORDERS})


class _Join:
    """Rows of units in the order of a run."""

    def __init__(self, parts: Sequence[UnitRows]) -> None:
        self.parts = parts
        self.texts: dict[str, Any] = {}
        """The columns of text, as the table has them."""

    @cached_property
    def order(self) -> Ints:
        """The positions of the rows of the table among those of the units."""
        first = np.cumsum([0, *(len(part) for part in self.parts)]).tolist()
        runs = [
            (key, begin + at, end + at)
            for part, at in zip(self.parts, first, strict=False)
            for key, begin, end in zip(part.keys, [0, *part.ends], part.ends, strict=False)
        ]
        in_order = sorted(runs, key=lambda run: run[0])
        return np.concatenate([np.arange(begin, end) for _, begin, end in in_order])

    def suits(self, parts: Sequence[UnitRows]) -> bool:
        """Whether other rows have the same order and the same texts."""
        return len(parts) == len(self.parts) and all(
            one.has_order_of(other) for one, other in zip(parts, self.parts, strict=True)
        )

    def with_parts(self, parts: Sequence[UnitRows]) -> _Join:
        """The same order of rows that suit it."""
        other = copy(self)
        other.parts = parts
        return other

    def keep_texts(self, table: pd.DataFrame) -> None:
        """Keep the columns of text of the table, but for those that are plain objects."""
        self.texts = {str(name): column.array.copy() for name, column in table.items() if _is_text(column.dtype)}

    def table(self) -> pd.DataFrame:
        """The table of all rows."""
        import pandas as pd

        dtypes = self.parts[0].dtypes
        if any(part.dtypes != dtypes for part in self.parts):
            tables = [_table(part.columns, part.dtypes) for part in self.parts]
            return pd.concat(tables, ignore_index=True).take(self.order).reset_index(drop=True)
        columns = {name: self.texts[name] if name in self.texts else self.column(name) for name in dtypes}
        table = _table(columns, dtypes)
        if not self.texts:
            self.keep_texts(table)
        return table

    def column(self, name: str) -> Column:
        """One column of the table."""
        return np.concatenate([part.columns[name] for part in self.parts])[self.order]


class _KeyFigures(_Join):
    """Rows of key figures with the sums over classes."""

    @cached_property
    def totals(self) -> key_figures.Totals:
        """Their order, and what is added up."""
        texts = (zip(*(part.columns[name].tolist() for name in key_figures.TEXTS), strict=True) for part in self.parts)
        return key_figures.Totals([*chain.from_iterable(texts)])

    def table(self) -> pd.DataFrame:
        values, n = (np.concatenate([part.columns[name] for part in self.parts]) for name in key_figures.NUMBERS)
        return self.totals.table(values, n, self.texts)


def _is_text(dtype: Any) -> bool:
    return bool(dtype == "str" or dtype == "string")


def _table(columns: Mapping[str, Any], dtypes: Mapping[str, Any]) -> pd.DataFrame:
    """The table of some columns; text is given as objects, or as the table has it."""
    import pandas as pd

    plain = np.dtype(object)
    return pd.DataFrame(
        {
            name: column if column.dtype == dtypes[name] != plain else text_column(column, dtypes[name])
            for name, column in columns.items()
        }
    )
