"""Waiting by its roots: the facility, opening hours or stock for which vehicles wait in the end.

The roots are those of :mod:`sim.output.waiting_roots`. They are followed at every instant, so the hours of all rows add
up to all waiting in the measured window (:func:`sim.kpi.waiting.waiting_by_cause`), of each place and group.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from corridors.messages import Message, message
from sim.core.trace import Visits
from sim.core.units import HOUR_S
from sim.kpi.frames import Row, rows_of, sums_by_key, typed_table
from sim.output.journeys import Group
from sim.output.run_output import RunOutput
from sim.output.waiting_roots import AT_WORK, DEMAND, EMPTY, FULL, TRAVEL, waiting_roots

if TYPE_CHECKING:
    import pandas as pd

_Root = tuple[str, str]
"""Root and its state."""

KEYS: Final = ["port", "direction", "class"]
COLUMNS: Final = [*KEYS, "at", "root", "root_state", "stock", "stock_state", "stock_service", "hours"]
MAIN: Final = ["root", "root_state", "root_share"]
LEAST_SHARE: Final = 0.1
"""Share of the waiting below which a message mentions no root."""
MOST_ROOTS: Final = 2
"""Number of roots that a message mentions, and of states behind a stock."""
RESULTS: Final = "results"
"""The catalogue of the messages."""


def waiting_by_root(visits: Visits | RunOutput) -> pd.DataFrame:
    """All waiting inside the window, in vehicle-hours, split by where and by root.

    Columns: port, direction, class (as in :func:`sim.kpi.waiting.waiting_by_cause`); at (facility or stock); root
    (facility, link, place or stock) and root_state (one of :data:`sim.output.waiting_roots.STATES`); the first stock
    through which the root was followed, its state (full or empty) and the service that draws from it, or fills it, ''
    for none; hours.
    """
    import pandas as pd

    found = waiting_roots(RunOutput.of(visits))
    rows: list[Row] = [
        (*found.groups[origin.group], origin.at, *end, origin.stock, origin.stock_state, origin.service, s / HOUR_S)
        for (origin, end), s in found.seconds.items()
    ]
    rows.sort(key=lambda row: row[:-1])
    return pd.DataFrame(rows, columns=COLUMNS)


def congestion(roots: pd.DataFrame) -> pd.DataFrame:
    """The rows of a :func:`waiting_by_root` that are congestion: all but waiting for demand, idle vehicles."""
    return roots[(roots["root_state"] != DEMAND) | (roots["at"] != roots["root"])]


def is_congestion(row: Mapping[str, Any]) -> bool:
    """Whether a row of a :func:`waiting_by_root` is congestion."""
    return bool(row["root_state"] != DEMAND or row["at"] != row["root"])


def with_main_root(bottlenecks: pd.DataFrame, roots: pd.DataFrame) -> pd.DataFrame:
    """A :func:`sim.kpi.bottlenecks.bottleneck_table` with the main root of the waiting at each facility or stock.

    Added columns: root, root_state, root_share (of the waiting there). A root behind a full or empty stock counts for
    the stock.
    """
    behind_stocks = (
        ((*row[:4], row[6], row[7]) if row[6] else row[:6], row[8])
        for row in rows_of(roots, [*KEYS, "at", "root", "root_state", "stock", "stock_state", "hours"])
    )
    hours = sums_by_key(behind_stocks)
    total = sums_by_key((key[:4], hours[key]) for key in sorted(hours))
    main: dict[tuple[str, ...], tuple[str, str, float]] = {}
    for key in sorted(hours, key=lambda key: (-hours[key], key[4:])):
        main.setdefault(key[:4], (key[4], key[5], hours[key] / total[key[:4]]))
    none = (math.nan,) * len(MAIN)
    rows = [(*row, *main.get(row[:4], none)) for row in rows_of(bottlenecks)]
    columns = list(map(str, bottlenecks))
    numbers = [name for name in columns if name not in (*KEYS, "facility")]
    return typed_table([*columns, *MAIN], rows, [*numbers, MAIN[-1]])


def with_stocks(roots: pd.DataFrame) -> pd.DataFrame:
    """Roots with the stock in place of what lies behind it."""
    behind = roots["stock"] != ""
    return roots.assign(
        root=roots["root"].where(~behind, roots["stock"]),
        root_state=roots["root_state"].where(~behind, roots["stock_state"]),
    )


def root_messages(roots: pd.DataFrame) -> dict[tuple[Group, str], tuple[Message, ...]]:
    """By (port, direction, class) and place messages for the main roots of waiting there, the largest first.

    A place that is the only root itself, at work, has none. The values of the messages are ids.
    """
    hours: dict[tuple[Group, str], dict[_Root, dict[_Root, float]]] = {}
    columns = [*KEYS, "at", "root", "root_state", "stock", "stock_state", "stock_service", "hours"]
    for *group, at, root, root_state, stock, stock_state, stock_service, part in rows_of(roots, columns):
        port, direction, klass = group
        head, state = (stock, stock_state) if stock else (root, root_state)
        # A vehicle on its way to a stock is named by its service rather than by the link.
        end, end_state = stock_service if stock and root_state == TRAVEL else root, root_state
        ends = hours.setdefault(((port, direction, klass), at), {}).setdefault((head, state), {})
        ends[end, end_state] = ends.get((end, end_state), 0.0) + part
    return {
        key: () if list(by_root) == [(key[1], AT_WORK)] else tuple(_messages(by_root)) for key, by_root in hours.items()
    }


def _messages(by_root: dict[_Root, dict[_Root, float]]) -> Iterator[Message]:
    total = sum(sum(ends.values()) for ends in by_root.values())
    for (root, state), share in _largest({root: sum(ends.values()) / total for root, ends in by_root.items()}):
        ends = by_root[root, state]
        if state in (FULL, EMPTY) and list(ends) != [(root, state)]:
            whole = sum(ends.values())
            parts = tuple(_end(end, part / whole) for end, part in _largest(ends))
            yield message(f"root_{state}", RESULTS, thing=root, share=share, ends=parts)
        else:
            yield message("root", RESULTS, thing=root, root_state=state, share=share)


def _end(end: _Root, share: float) -> Message:
    """A state behind a full or an empty stock."""
    thing, state = end
    if state == TRAVEL:
        return message("under_way", RESULTS, service=thing, share=share)
    return message("root", RESULTS, thing=thing, root_state=state, share=share)


def _largest(parts: dict[_Root, float]) -> list[tuple[_Root, float]]:
    """The largest parts, at least one, the largest first."""
    total = sum(parts.values())
    ordered = sorted(parts.items(), key=lambda item: (-item[1], item[0]))
    return [ordered[0], *(item for item in ordered[1:MOST_ROOTS] if item[1] >= LEAST_SHARE * total)]
