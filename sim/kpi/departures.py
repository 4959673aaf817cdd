"""The journeys of the vehicles of a service that leave on a day, and their time at ports.

Input: the output of a run. Output: tables with a row for each journey, or for each port that these journeys cross.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np

from corridors.clock.local_time import zone
from sim.core.units import DAY_S, HOUR_S
from sim.core.vehicle_names import vehicle_name
from sim.output.run_output import RunOutput

if TYPE_CHECKING:
    import pandas as pd

COLUMNS: Final = ["vehicle", "journey", "start_s", "end_s", "days", "wait_h"]
PORT_COLUMNS: Final = ["port", "vehicles", "dwell_h", "wait_h"]


def departures(output: RunOutput, service: str, day: date) -> pd.DataFrame:
    """The journeys of a service that begin on a day on the clock of the world, in the order of their start.

    Columns: vehicle (its name), journey (its position in the history), start_s and end_s in seconds from the start of
    the run (-1 for one that is not over), days from start to the end of the last step, wait_h in all queues; NaN for
    one that is not over.
    """
    import pandas as pd

    plan, journeys = output.plan, output.history.journeys
    begin = plan.labels.epoch
    first = datetime.combine(day, datetime.min.time(), zone(plan.labels.clock))
    from_s, until_s = (int((one - begin).total_seconds()) for one in (first, first + timedelta(1)))
    services = plan.labels.service
    own = services.index(service) if service in services else -1
    chosen = np.flatnonzero((journeys.service == own) & (journeys.start_s >= from_s) & (journeys.start_s < until_s))
    chosen = chosen[np.lexsort((chosen, journeys.start_s[chosen]))]
    rows = []
    for k in chosen.tolist():
        start_s, done_s = int(journeys.start_s[k]), int(journeys.done_s[k])
        over = done_s >= 0
        took = (done_s - start_s) / DAY_S if over else np.nan
        waited = float(journeys.waited_s[k]) / HOUR_S if over else np.nan
        rows.append((vehicle_name(plan, int(journeys.vehicle[k])), k, start_s, done_s, took, waited))
    return pd.DataFrame(rows, columns=COLUMNS)


def port_times(output: RunOutput, found: pd.DataFrame) -> pd.DataFrame:
    """Per port the vehicles of these journeys that left it, and their mean time and wait there, in hours."""
    import pandas as pd

    history = output.history
    crossings = history.crossings
    mine = np.isin(crossings.journey, found["journey"].to_numpy()) & (crossings.exit_s >= 0)
    rows: dict[str, list[tuple[float, float]]] = {}
    for k in np.flatnonzero(mine).tolist():
        port = history.groups[crossings.group[k]][0]
        rows.setdefault(port, []).append((crossings.dwell_s[k, 0] / HOUR_S, crossings.wait_s[k, 0] / HOUR_S))
    means = [(port, len(times), *np.mean(times, axis=0).tolist()) for port, times in rows.items()]
    return pd.DataFrame(means, columns=PORT_COLUMNS)
