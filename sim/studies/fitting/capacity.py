"""Servers at work, where it is known when work began: while a vehicle waits, all servers at work are busy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

from sim.core.units import DAY_S
from sim.studies.fitting.estimate import Estimate, word

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LEAST_INSTANTS: Final = 30
LEAST_DAYS: Final = 7


def in_service(started: Floats, finished: Floats, at: Floats) -> Ints:
    """How many visits are in service at each instant; work is under way from its start to before its end."""
    begun = np.searchsorted(np.sort(started[~np.isnan(started)]), at, side="right")
    done = np.searchsorted(np.sort(finished[~np.isnan(started)]), at, side="right")
    return begun - done


def greatest(started: Floats, finished: Floats) -> int:
    """The most visits that were in service at once."""
    starts = started[~np.isnan(started)]
    return int(in_service(started, finished, starts).max()) if len(starts) else 0


def waiting_instants(arrived: Floats, started: Floats, slack: float) -> Floats:
    """Instants at which a vehicle waits for certain: the middle of each wait that rounding does not explain."""
    waits = started - arrived > 2 * slack
    return (arrived[waits] + started[waits]) / 2


def servers(
    address: str,
    arrived: Floats,
    started: Floats,
    finished: Floats,
    is_open: npt.NDArray[np.bool_] | None = None,
    slack: float = 0.0,
    days: Callable[[Floats], Ints] = lambda seconds: np.floor_divide(seconds, DAY_S).astype(np.int64),
) -> Estimate:
    """The number of servers of a facility, of all visits that it served.

    Arrays of seconds, NaN where unknown. ``is_open`` says of each instant of :func:`waiting_instants` whether the
    calendar has servers then. ``days`` are the days of instants on the clock of the log.
    """
    both = ~np.isnan(started) & ~np.isnan(finished)
    at = waiting_instants(arrived[both], started[both], slack)
    if is_open is not None:
        at = at[is_open]
    busy = in_service(started[both], finished[both], at)
    # A server that is changing over to the next vehicle, or a rounded time, leaves fewer for a moment.
    at, busy = at[busy > 0], busy[busy > 0]
    day = days(at)
    n_days, n = len(np.unique(day)), len(at)
    if n < LEAST_INSTANTS or n_days < LEAST_DAYS:
        # Rounded times overlap by the unit of rounding at both ends.
        sure = finished[both] - started[both] > 2 * slack
        most = greatest(started[both][sure] + slack, finished[both][sure] - slack)
        bare = Estimate(address, float("nan"), most, float("inf"), n, 0, n_days, "concurrency")
        return bare.refused(word("at_least", n=most))
    medians = [float(np.median(busy[day == one])) for one in np.unique(day)]
    low, high = np.quantile(medians, [0.05, 0.95])
    return Estimate(address, float(np.median(busy)), float(low), float(high), n, 0, n_days, "concurrency")
