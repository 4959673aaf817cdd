"""State of every facility over time: vehicles waiting, servers busy and servers at work.

Input: events at facilities (:mod:`sim.output.step_loop`) in any order. Output: a :class:`StateTrajectory` for each
facility. Utilisation, longest queues, the check of conservation and the momentary bottleneck are computed from these.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.core.plan import Ints, Ints32
from sim.output import step_loop
from sim.output.integer_sort import ascending
from sim.output.intervals import Servers
from sim.output.machine_loops import suiting
from sim.output.vehicle_rows import Bools


@dataclass(frozen=True)
class StateTrajectory:
    """The state of one facility after each instant at which it changes.

    Arrays are (n_instants,). There is an instant at second 0 and one at the horizon, at which everything under way
    counts as over.
    """

    time_s: Ints
    waiting: Ints32
    busy: Ints32
    """Servers kept by vehicles, or by the headway of a path."""
    servers: Ints
    """Servers at work (not below 0)."""
    began: Bools
    """Whether work of some length began at this instant."""

    def lasting_s(self) -> Ints:
        """Seconds until the next instant."""
        return np.diff(self.time_s, append=self.time_s[-1])


def trajectories(key: Ints, servers: Servers, horizon_s: int) -> list[StateTrajectory]:
    """The trajectory of each facility, in their order, from all events, each as one integer: (facility, second, kind).

    The array of the events is overwritten.
    """
    n, bit = len(servers.first) - 1, horizon_s.bit_length()
    key = ascending(key)
    waiting, busy, began = np.empty(len(key), np.int32), np.empty(len(key), np.int32), np.empty(len(key), bool)
    instant = key[: suiting(len(key), step_loop.PLAIN, step_loop.HELPERS).follow(key, waiting, busy, began)]
    first = np.searchsorted(instant, np.arange(n + 1, dtype=np.int64) << bit)
    instant &= (1 << bit) - 1
    found = []
    for k in range(n):
        here = slice(first[k], first[k + 1])
        time_s, steps = instant[here], slice(servers.first[k], servers.first[k + 1])
        begins = np.searchsorted(time_s, servers.time_s[steps])
        level = np.maximum(servers.level[steps], 0)
        at_work = np.repeat(level, np.diff(begins, append=len(time_s)))
        found.append(StateTrajectory(time_s, waiting[here], busy[here], at_work, began[here]))
    return found
