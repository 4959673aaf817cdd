"""Tables of a run taken apart by unit, and put together again in the order in which a run makes them.

Input: the tables of a run of some units of a plan (:mod:`sim.kpi.plan_units`). Output: the rows of each unit; or the
tables of a run of all of them together, equal to the last bit.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sim.core.wait_causes import CAUSES
from sim.kpi import key_figures, queue_growth
from sim.kpi.plan_units import Units
from sim.kpi.run_tables import RunTables, bottlenecks_of

if TYPE_CHECKING:
    import pandas as pd

GROUP: Final = ("port", "direction", "class")
OF_BOTTLENECKS: Final = ("waiting", "momentary", "waiting_by_root")
"""The tables of which that of bottlenecks is made."""
Parts = dict[str, "pd.DataFrame | None"]
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
    "detours": Order("service", ("class", "service", "link"), by_group=False),
    "orders": Order("order", ("begins", "order"), by_group=False),
    "flows": Order("service", ("service",), by_group=False),
    "load": Order("facility", ("port", "facility", "hour"), by_group=False),
    "waits_over": Order("", GROUP),
}


def with_ingredients(only: Collection[str] | None) -> list[str]:
    """The names of some tables, or all, and of those from which they are made here."""
    if only is None:
        return list(ORDERS)
    return [name for name in ORDERS if name in only or ("bottlenecks" in only and name in OF_BOTTLENECKS)]


def apart(tables: RunTables, names: Collection[str], units: Units, wanted: Sequence[int]) -> dict[int, Parts]:
    """The rows of each of the ``wanted`` units in some tables of a run of these."""
    found: dict[int, Parts] = {unit: {} for unit in wanted}
    for name in names:
        table, order = tables.by_name()[name], ORDERS[name]
        if name == "kpis":
            table = table[table["class"] != key_figures.ALL_CLASSES]
        rows: dict[int, list[int]] = {}
        for place, unit in enumerate(_owners(table, order, units)):
            rows.setdefault(unit, []).append(place)
        for unit in wanted:
            found[unit][name] = table.take(rows[unit]).reset_index(drop=True) if unit in rows else None
    return found


def together(parts: Sequence[Parts], run: RunTables | None = None) -> RunTables | None:
    """The tables of all units, as far as their parts have them.

    ``run`` are the tables of a run of some units, with services if any has. None if a table is empty and there is no
    such run: an empty table is taken as a run makes it.
    """
    import pandas as pd

    made: dict[str, Any] = {}
    for name in parts[0]:
        order = ORDERS[name]
        some = [table for part in parts if (table := part[name]) is not None]
        if some:
            made[name] = _sorted(name, pd.concat(some, ignore_index=True), order)
        elif run is not None:
            made[name] = getattr(run, name)
        else:
            return None
    if "bottlenecks" in made and made["bottlenecks"].empty:
        # Its form depends on that of the tables of which it is made.
        made["bottlenecks"] = bottlenecks_of(*(made[name] for name in OF_BOTTLENECKS))
    return RunTables(**{name: made[name] if name in made else pd.DataFrame() for name in ORDERS})


def _owners(table: pd.DataFrame, order: Order, units: Units) -> list[int]:
    """The unit of each row."""
    names = table[order.name].tolist() if order.name else [""] * len(table)
    if not order.by_group:
        return [units.of_name[name] for name in names]
    groups = zip(table["port"].tolist(), table["class"].tolist(), names, strict=True)
    return [units.of_group[port, klass] if port else units.of_name[name] for port, klass, name in groups]


def _sorted(name: str, table: pd.DataFrame, order: Order) -> pd.DataFrame:
    """The rows in the order of a run, with what is made of several units."""
    if name == "kpis":
        return key_figures.with_totals(table.itertuples(index=False, name=None))
    if name == "growing":
        return queue_growth.sorted_rows(table.itertuples(index=False, name=None))
    rank = {cause: k for k, cause in enumerate(CAUSES)}
    return table.sort_values(
        list(order.by),
        ascending=[column != order.falling for column in order.by],
        key=(lambda column: column.map(rank) if column.name == "cause" else column) if name == "waiting" else None,
        kind="stable",
        ignore_index=True,
    )
