"""Few vehicles that wait very long: the mean waiting time is above the 95th percentile of the whole dwell time.

So a table may show a 95th percentile of minutes beside a mean of hours: one vehicle in thirty waits a night.
Input: the key figures of a run. Output: a message for each such traffic.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from corridors.messages import Message, message
from sim.kpi.frames import beside

if TYPE_CHECKING:
    import pandas as pd

MEAN, PERCENTILE = "wait_h_mean", "dwell_h_p95"
RESULTS: Final = "results"


def messages(kpis: pd.DataFrame) -> Iterator[Message]:
    """A message for each port, direction and class whose mean wait is longer than the dwell time of 95 in 100."""
    for (port, direction, klass), (wait, dwell) in beside(kpis, MEAN, PERCENTILE).items():
        if wait > dwell:
            values = {"port": port, "direction": direction, "traffic_class": klass}
            yield message("long_waits", RESULTS, **values, wait=wait, dwell=dwell)
