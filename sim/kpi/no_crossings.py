"""Flows without a crossing in the measured days: figures of 0 that say nothing about the port.

A flow may close before these days, have no weight in their months, or be rare. Input: the key figures of a run. Output:
one message that names all such traffic. Where vehicles wait at the end, :mod:`sim.kpi.standstill` says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from corridors.messages import Message, message
from sim.kpi.frames import beside
from sim.kpi.key_figures import ALL_CLASSES

if TYPE_CHECKING:
    import pandas as pd

CROSSINGS, WAITING = "vehicles_per_day", "backlog_end"
RESULTS: Final = "results"


def messages(kpis: pd.DataFrame) -> Iterator[Message]:
    """The message about each port, direction and class that no vehicle crosses and at which none is left."""
    groups = tuple(
        message("no_crossings.group", RESULTS, port=port, direction=direction, traffic_class=klass)
        for (port, direction, klass), (crossings, waiting) in beside(kpis, CROSSINGS, WAITING).items()
        if crossings == 0 and waiting == 0 and port and klass != ALL_CLASSES
    )
    if groups:
        yield message("no_crossings", RESULTS, groups=groups)
