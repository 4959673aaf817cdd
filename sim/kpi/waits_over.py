"""Share of the vehicles that wait longer at a port than a promised time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from sim.core.trace import Visits
from sim.core.units import HOUR_S
from sim.output import group_statistics
from sim.output.idle import IdleObserver
from sim.output.journey_cuts import HistoryObserver
from sim.output.run_output import RunOutput

if TYPE_CHECKING:
    import pandas as pd

PROMISES_H: Final = (0.25, 0.5, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 18.0, 24.0, 36.0, 48.0, 72.0, 120.0, 168.0)
"""Promised times, hours."""


def waits_over(visits: Visits | RunOutput) -> pd.DataFrame:
    """One row for each port, direction and class with crossings that end in the window, and each promised time.

    hours: the promised time. vehicles: crossings. share: of them, those whose waiting at the port, both sides together,
    is longer. Vehicles that wait for demand are idle: this time does not count.
    """
    import pandas as pd

    output = RunOutput.of(visits)
    output.observe(HistoryObserver, IdleObserver)
    crossings, groups = output.history.crossings, output.history.groups
    over = crossings.leave_in(output.plan.labels.warmup_s, output.plan.horizon_s)
    crossing, _, idle_s = output.idle.at_crossings(output.history)
    idle = group_statistics.sums(crossing, idle_s, len(crossings)).astype(np.int64)
    group, wait_s = crossings.group[over], (crossings.wait_s[:, 0] - idle)[over]
    promised = (np.array(PROMISES_H) * HOUR_S).astype(np.int64)
    # By group how many waits are longer than none of the promised times, than the first, the first two, and so on.
    n, longer_than = len(promised) + 1, np.searchsorted(promised, wait_s, side="left")
    counted = np.bincount(group * np.int64(n) + longer_than, minlength=len(groups) * n).reshape(-1, n)
    rows = [
        (*key, hours, vehicles, 1 - within / vehicles)
        for key, *upto, vehicles in zip(groups, *np.cumsum(counted, axis=1).T.tolist(), strict=True)
        if vehicles
        for hours, within in zip(PROMISES_H, upto, strict=True)
    ]
    return pd.DataFrame(rows, columns=["port", "direction", "class", "hours", "vehicles", "share"])
