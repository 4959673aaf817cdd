"""Tables of a run taken apart by unit, and put together again in the order in which a run makes them.

Input: the tables of a run of some units of a plan (:mod:`sim.kpi.plan_units`). Output: the rows of each unit; or the
tables of a run of all of them together, equal to the last bit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.kpi import key_figures, queue_growth
from sim.kpi.frames import rows_of
from sim.kpi.plan_units import Units
from sim.kpi.run_tables import RunTables
from sim.kpi.waiting import cause_rank

if TYPE_CHECKING:
    import pandas as pd

GROUP: Final = ("port", "direction", "class")


@dataclass(frozen=True)
class UnitRows:
    """The rows that one unit has in a table."""

    table: pd.DataFrame
    keys: list[tuple[Any, ...]]
    """By which the table of all units is sorted, those of consecutive rows with equal keys once, ascending."""
    ends: list[int]
    """Where the rows of each key end."""

    @property
    def size(self) -> int:
        """Bytes in memory, roughly."""
        return self.table.size * BYTES_OF_CELL + len(self.keys) * BYTES_OF_KEY


BYTES_OF_CELL: Final = 16
BYTES_OF_KEY: Final = 160
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

    def keys(self, table: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
        """By row that by which the table is sorted; the columns in ``by`` have no missing values."""
        columns = [table[name].tolist() for name in self.by]
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
        if name == "kpis":
            table = table[table["class"] != key_figures.ALL_CLASSES].reset_index(drop=True)
        rows: dict[int, list[int]] = {}
        for place, unit in enumerate(_owners(table, order, units)):
            rows.setdefault(unit, []).append(place)
        for unit in wanted:
            found[unit][name] = _rows_of_unit(table, rows[unit], order) if unit in rows else None
    return found


def _rows_of_unit(table: pd.DataFrame, places: list[int], order: Order) -> UnitRows:
    own = table.copy() if len(places) == len(table) else table.take(places).reset_index(drop=True)
    runs = [(key, sum(1 for _ in rows)) for key, rows in groupby(order.keys(own))] if order.by else []
    return UnitRows(own, [key for key, _ in runs], np.cumsum([n for _, n in runs]).tolist())


def together(parts: Sequence[Parts], empty: Mapping[str, pd.DataFrame]) -> RunTables | None:
    """The tables of all units, as far as their parts have them.

    ``empty`` are tables without rows as a run makes them, of units with services if any has. None if there is none for
    a table that is empty.
    """
    import pandas as pd

    made: dict[str, Any] = {}
    for name in parts[0]:
        some = [rows for part in parts if (rows := part[name]) is not None]
        if some:
            made[name] = _joined(name, some)
        elif name in empty:
            made[name] = empty[name].copy()
        else:
            return None
    return RunTables(**{name: made[name] if name in made else pd.DataFrame() for name in ORDERS})


def _owners(table: pd.DataFrame, order: Order, units: Units) -> list[int]:
    """The unit of each row."""
    names = table[order.name].tolist() if order.name else [""] * len(table)
    if not order.by_group:
        return [units.of_name[name] for name in names]
    groups = zip(table["port"].tolist(), table["class"].tolist(), names, strict=True)
    return [units.of_group[port, klass] if port else units.of_name[name] for port, klass, name in groups]


def _joined(name: str, parts: Sequence[UnitRows]) -> pd.DataFrame:
    """The rows of all units in the order of a run, with what is made of several units."""
    import pandas as pd

    if name in ("kpis", "growing"):
        rows = [row for part in parts for row in rows_of(part.table)]
        return key_figures.with_totals(rows) if name == "kpis" else queue_growth.sorted_rows(rows)
    if len(parts) == 1:
        return parts[0].table.copy()
    first = np.cumsum([0, *(len(part.table) for part in parts)]).tolist()
    runs = [
        (key, begin + at, end + at)
        for part, at in zip(parts, first, strict=False)
        for key, begin, end in zip(part.keys, [0, *part.ends], part.ends, strict=False)
    ]
    table = pd.concat([part.table for part in parts], ignore_index=True)
    in_order = sorted(runs, key=lambda run: run[0])
    if in_order == runs:
        return table
    return table.take(np.concatenate([np.arange(begin, end) for _, begin, end in in_order])).reset_index(drop=True)
