"""Load of the facilities of ports by hour of the week: vehicles that wait, servers kept and servers at work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from corridors.clock.local_time import offsets_s, seconds, zone
from sim.core.plan import Ints, Plan
from sim.core.trace import Visits
from sim.core.units import DAY_S, HOUR_S
from sim.output.facility_state import STATES
from sim.output.journeys import Floats
from sim.output.run_output import RunOutput

if TYPE_CHECKING:
    import pandas as pd

WEEK_H: Final = 7 * 24
MONDAY_S: Final = 4 * DAY_S
"""The first Monday of 1970."""


def prepare(output: RunOutput) -> None:
    """Have the sums by hour ready with all else that is made of the events at facilities."""
    output.trajectories.expect(periods=(HOUR_S, len(_hours(output.plan))))


def load_by_hour(visits: Visits | RunOutput) -> pd.DataFrame:
    """One row for each facility of a port that served vehicles and each hour of the week of the measured window.

    hour: hours since Monday 00:00 on the clock of the world (Labels.clock). waiting, busy, servers: vehicles that
    wait, servers kept by vehicles and servers at work, means over the time of these hours in the window. Sorted by
    port, facility and hour; hours that the window does not have are left out, and so are parts of an hour at its end.
    """
    import pandas as pd

    output = RunOutput.of(visits)
    plan, labels = output.plan, output.plan.labels
    hour = _hours_of_week(plan, _hours(plan))
    balances = output.trajectories.balances
    times = np.bincount(hour, minlength=WEEK_H)
    there = np.flatnonzero(times)
    shown: list[tuple[str, str]] = []
    columns: dict[str, list[Floats]] = {state: [] for state in STATES}
    for port, name, k in sorted(zip(labels.facility_port, labels.facility, range(plan.n_facilities), strict=True)):
        if not port or not balances[k].has_begun:
            continue
        shown.append((port, name))
        for column, amounts in output.trajectories.by_period(k, HOUR_S, len(hour)).items():
            sums = np.bincount(hour, weights=amounts, minlength=WEEK_H)
            columns[column].append(sums[there] / (HOUR_S * times[there]))
    n = len(there)
    return pd.DataFrame(
        {
            "port": np.repeat([port for port, _ in shown], n).astype(object),
            "facility": np.repeat([name for _, name in shown], n).astype(object),
            "hour": np.tile(there, len(shown)),
            **{state: np.concatenate([*found, np.empty(0)]) for state, found in columns.items()},
        }
    )


def _hours(plan: Plan) -> Ints:
    """When each hour of the measured window begins."""
    return np.arange(plan.labels.warmup_s, plan.horizon_s + 1, HOUR_S)[:-1]


def _hours_of_week(plan: Plan, times_s: Ints) -> Ints:
    """Hours since Monday 00:00 on the clock of the world in which instants of a run lie."""
    at_s = seconds(plan.labels.epoch) + times_s
    return np.asarray((at_s + offsets_s(at_s, zone(plan.labels.clock)) - MONDAY_S) // HOUR_S % WEEK_H)
