"""The tables of one run that are made from its visits: what must be the same however these come in."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from sim import bottlenecks, kpi, waiting

TABLES: tuple[Callable[..., pd.DataFrame], ...] = (
    kpi.kpi_table,
    kpi.facility_table,
    kpi.link_table,
    bottlenecks.momentary_table,
    waiting.waiting_by_cause,
    waiting.dwell_by_step,
    waiting.throughput_over_time,
    waiting.waiting_by_day,
)
