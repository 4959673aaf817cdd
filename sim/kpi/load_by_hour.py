"""Load of the facilities of ports by hour of the week: vehicles that wait, servers kept and servers at work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from corridors.clock.local_time import offsets_s, seconds, zone
from sim.core.plan import Ints, Ints32, Plan
from sim.core.trace import Visits
from sim.core.units import DAY_S, HOUR_S
from sim.output.facility_state import StateTrajectory
from sim.output.journeys import Floats
from sim.output.run_output import RunOutput

if TYPE_CHECKING:
    import pandas as pd

WEEK_H: Final = 7 * 24
MONDAY_S: Final = 4 * DAY_S
"""The first Monday of 1970."""
STATES: Final = ("waiting", "busy", "servers")
"""Columns of :func:`load_by_hour`, fields of a :class:`StateTrajectory`."""


def load_by_hour(visits: Visits | RunOutput) -> pd.DataFrame:
    """One row for each facility of a port that served vehicles and each hour of the week of the measured window.

    hour: hours since Monday 00:00 on the clock of the world (Labels.clock). waiting, busy, servers: vehicles that
    wait, servers kept by vehicles and servers at work, means over the time of these hours in the window. Sorted by
    port, facility and hour; hours that the window does not have are left out, and so are parts of an hour at its end.
    """
    import pandas as pd

    output = RunOutput.of(visits)
    plan, labels = output.plan, output.plan.labels
    edges = np.arange(labels.warmup_s, plan.horizon_s + 1, HOUR_S)
    hour = _hours_of_week(plan, edges[:-1])
    times = np.bincount(hour, minlength=WEEK_H)
    there = np.flatnonzero(times)
    shown = sorted(
        (labels.facility_port[k], name, k)
        for k, name in enumerate(labels.facility)
        if labels.facility_port[k] and output.trajectories[k].began.any()
    )
    columns: dict[str, list[Floats]] = {state: [] for state in STATES}
    for _, _, k in shown:
        for state, amounts in _by_hour(output.trajectories[k], edges).items():
            sums = np.bincount(hour, weights=amounts, minlength=WEEK_H)
            columns[state].append(sums[there] / (HOUR_S * times[there]))
    n = len(there)
    return pd.DataFrame(
        {
            "port": np.repeat([port for port, _, _ in shown], n).astype(object),
            "facility": np.repeat([name for _, name, _ in shown], n).astype(object),
            "hour": np.tile(there, len(shown)),
            **{state: np.concatenate([*found, np.empty(0)]) for state, found in columns.items()},
        }
    )


def _hours_of_week(plan: Plan, times_s: Ints) -> Ints:
    """Hours since Monday 00:00 on the clock of the world in which instants of a run lie."""
    at_s = seconds(plan.labels.epoch) + times_s
    return np.asarray((at_s + offsets_s(at_s, zone(plan.labels.clock)) - MONDAY_S) // HOUR_S % WEEK_H)


def _by_hour(state: StateTrajectory, edges: Ints) -> dict[str, Ints]:
    """(n_hours,) the integral of each state over each hour."""
    lasting_s = state.lasting_s()
    at = np.searchsorted(state.time_s, edges, side="right") - 1
    since_s = edges - state.time_s[at]
    found = {}
    for name in STATES:
        values: Ints | Ints32 = getattr(state, name)
        amounts = values * lasting_s
        until = np.cumsum(amounts) - amounts
        found[name] = np.diff(until[at] + values[at] * since_s)
    return found
