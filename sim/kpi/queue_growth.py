"""Queues that grow without bound: more arrives than gets through.

The mean, median and 95th percentile of waiting and dwell times of such a queue are no properties of the port: they are
as long as the run. Input: the vehicles that wait on each day of the run, warm-up included (test:
:mod:`sim.statistics.stability`). Output: the growth of each queue, with the facility where it grows most.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from corridors.messages import Message, message
from sim.core.trace import Visits
from sim.core.units import DAY_S
from sim.output.crossings import Floats, Group
from sim.output.run_output import RunOutput

if TYPE_CHECKING:
    import pandas as pd

    from sim.statistics import Interval

LEAST_WAITING: Final = 1.0
"""Vehicles; shorter queues are not assessed."""
LEAST_DAYS: Final = 20
"""Shorter runs do not show growth."""
COLUMNS = [
    *("port", "direction", "class", "facility", "growth_per_day", "ci_low", "ci_high"),
    *("arrivals_per_day", "departures_per_day"),
]
RESULTS = "results"
"""The catalogue of the messages."""
NAN: Final = float("nan")


def growth_of(vehicles: Floats, warmup_days: int) -> Interval | None:
    """Growth in vehicles per day of a queue that grows without bound; None for any other.

    ``vehicles`` has shape (n_days,) or (n_replications, n_days) and includes the warm-up.
    """
    if vehicles.shape[-1] < LEAST_DAYS or vehicles[..., warmup_days:].mean() < LEAST_WAITING:
        return None
    from sim.statistics import Series, growing

    found = growing(Series(vehicles, 1.0))
    return found.rate if found else None


def growing_queues(visits: Visits | RunOutput) -> pd.DataFrame:
    """One row for each queue that grows; none for runs of fewer than 20 days.

    Queues at ports come first, the fastest first.

    Columns: port, direction, class (see :func:`sim.output.queue_lengths.waits_of`; '' for port and direction away from
    ports, where each facility has its own queue); facility, the facility or stock where the queue grows most;
    growth_per_day with its 95% interval ci_low to ci_high; departures_per_day, crossings that ended in the second half
    of the run, and arrivals_per_day, the growth more (NaN away from ports).
    """
    import pandas as pd

    output = RunOutput.of(visits)
    rows = list(_rows(output))
    rows.sort(key=lambda row: (not row[0], -row[4], row[:4]))
    return pd.DataFrame(rows, columns=COLUMNS)


def _rows(output: RunOutput) -> Iterator[tuple[Any, ...]]:
    queues = output.daily_queues
    warmup_days = output.plan.labels.warmup_s // DAY_S
    by_place: dict[tuple[Group, str], dict[str, Floats]] = {}
    for (group, place), vehicles in zip(queues.keys, queues.vehicles, strict=True):
        by_place.setdefault((group, "" if group[0] else place), {})[place] = vehicles
    departures: Mapping[Group, float] | None = None
    for (group, _), places in by_place.items():
        found = growth_of(np.sum(list(places.values()), axis=0), warmup_days)
        if found is None:
            continue
        departures = _departures(output) if departures is None else departures
        through = departures.get(group, NAN)
        place = max(sorted(places), key=lambda place: _gain(places[place]))
        yield (*group, place, found.estimate, found.low, found.high, through + found.estimate, through)


def _gain(vehicles: Floats) -> float:
    """By how much a queue is longer in the last quarter of a run than in the quarter before."""
    quarter = len(vehicles) // 4
    return float(vehicles[-quarter:].mean() - vehicles[-2 * quarter : -quarter].mean())


def _departures(output: RunOutput) -> dict[Group, float]:
    """Crossings of each group that ended in the second half of the run, per day."""
    history, horizon_s = output.history, output.plan.horizon_s
    crossings, half_s = history.crossings, horizon_s // 2
    ended = np.bincount(crossings.group[crossings.leave_in(half_s, horizon_s)], minlength=len(history.groups))
    return dict(zip(history.groups, (ended / ((horizon_s - half_s) / DAY_S)).tolist(), strict=True))


def messages(table: pd.DataFrame) -> Iterator[Message]:
    """A message for each row of :func:`growing_queues`. Values are ids and numbers."""
    for row in table.to_dict("records"):
        values = {"traffic_class": row["class"], "thing": row["facility"], "rate": row["growth_per_day"]}
        if not row["port"]:
            yield message("growing.inland", RESULTS, **values)
            continue
        group = {"port": row["port"], "direction": row["direction"], **values}
        through = row["departures_per_day"]
        if not through > 0:
            yield message("growing.stopped", RESULTS, **group)
            continue
        flows = {"arrivals": row["arrivals_per_day"], "departures": through}
        yield message("growing.port", RESULTS, excess=100 * row["growth_per_day"] / through, **flows, **group)
