"""Vehicles that took another way around a closed link, and how much longer they ran.

Input: a run of services that reroute ("Rerouting" in :mod:`sim.core.rules`). Output: one row for each service and link.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from corridors.messages import Message, message
from sim.core.trace import Visits
from sim.core.units import HOUR_S
from sim.output.run_output import RunOutput

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ["class", "service", "link", "vehicles", "more_h"]
RESULTS: Final = "results"
"""The catalogue of the messages."""


def detour_table(visits: Visits | RunOutput) -> pd.DataFrame:
    """Detours of the measured window, sorted by class, service and link; none without any.

    Columns: class, service; link, the closed link that is avoided; vehicles, those that ran over the first link of a
    detour around it and reached its end in the window, each time that they did; more_h, by how many hours their detours
    run longer than the ways that they replace, in all.
    """
    import pandas as pd

    output = RunOutput.of(visits)
    labels = output.plan.labels
    rows = []
    if any(labels.op_detour):
        done = output.totals.done.tolist()
        rows = [
            (labels.op_class[op], labels.op_service[op], link, done[op], done[op] * labels.op_detour_s[op] / HOUR_S)
            for op, link in enumerate(labels.op_detour)
            if link and done[op]
        ]
    table = pd.DataFrame(rows, columns=COLUMNS)
    if not rows:
        return table
    return table.groupby(COLUMNS[:3], as_index=False)[COLUMNS[3:]].sum()


def messages(table: pd.DataFrame) -> Iterator[Message]:
    """A message for each class and link of a :func:`detour_table`. Values are ids and numbers."""
    for (klass, link), rows in table.groupby(["class", "link"]):
        n, more_h = int(rows["vehicles"].sum()), float(rows["more_h"].sum())
        yield message("detour", RESULTS, traffic_class=str(klass), thing=str(link), n=n, each=more_h / n, hours=more_h)
