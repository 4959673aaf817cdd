"""Tables of one run that are made from its visits, whatever their order or source."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from sim.kpi import bottlenecks, facilities, key_figures, load_by_hour, waiting, waits_over

TABLES: tuple[Callable[..., pd.DataFrame], ...] = (
    key_figures.kpi_table,
    facilities.facility_table,
    facilities.link_table,
    bottlenecks.momentary_table,
    waiting.waiting_by_cause,
    waiting.dwell_by_step,
    waiting.throughput_over_time,
    waiting.waiting_by_day,
    load_by_hour.load_by_hour,
    waits_over.waits_over,
)
