"""Tables that a run and its replications share."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True, repr=False)
class Tables:
    """Tables of one run, or of several with ``replication`` as the first column. Units are in ``attrs["units"]``."""

    kpis: pd.DataFrame
    """port, side, direction, class, kpi, unit, value, n (observations)."""
    facilities: pd.DataFrame
    """port, side, facility, served, utilisation, mean_wait_h, p95_wait_h, mean_queue, max_queue."""
    links: pd.DataFrame
    """link, vehicles_per_day, utilisation, mean_wait_h."""
    bottlenecks: pd.DataFrame
    """port, direction, class, facility, share_of_waiting, momentary_share, root, root_state, root_share."""
    waiting: pd.DataFrame
    """port, direction, class, at, cause, hours."""
    waiting_by_root: pd.DataFrame
    """port, direction, class, at, root, root_state, stock, stock_state, stock_service, hours."""
    dwell: pd.DataFrame
    """port, direction, class, side, step, at, wait_h, service_h."""
    backlog: pd.DataFrame
    """port, direction, class, day, vehicles_waiting, waiting_end, crossings, fleet_crossings, crossed_t,
    fleet_crossed_t, delivered_t."""
    stocks: pd.DataFrame
    """port, side, stock, stock_kind, unit, capacity, level_first, level_start, level_end, change, level_min,
    level_max, in_per_day, out_per_day, drift_per_day, days_until_full, days_until_empty; in units of the stock."""


TABLES: Final = tuple(field.name for field in fields(Tables))
"""Names of the tables."""
