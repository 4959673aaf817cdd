"""Servers and service where only arrivals and departures are known.

First come, first served with *c* servers: the *i*-th to arrive starts at the later of its arrival and the departure *c*
before (of all departures in order). So each *c* gives services without a further assumption; *c* is possible if hardly
one is negative and services do not depend on the number present at arrival, as services with waiting left in them do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

LEAST_VISITS: Final = 200
NEGATIVE: Final = 0.005
OVERTAKING: Final = 0.20
MOST_SERVERS: Final = 60


@dataclass(frozen=True)
class Station:
    """What arrivals and departures say; ``servers`` is 0 where they say nothing, for the reason given."""

    servers: int
    low: int
    high: int
    services: Floats
    """With the value, in the order of arrival; seconds."""
    mean_bounds: tuple[float, float]
    """Means of service, in seconds, with the least and the greatest possible number of servers."""
    capacity_bounds: tuple[float, float]
    """Vehicles an hour that these numbers can serve."""
    reason: str = ""


def services(arrived: Floats, left: Floats, servers: int) -> Floats:
    """The services of visits in order of arrival, with so many servers; arrays in that order."""
    ends = np.sort(left)
    free = np.concatenate([np.full(servers, -np.inf), ends])[: len(arrived)]
    return left - np.maximum(arrived, free)


def rank_correlation(x: Floats, y: Floats) -> float:
    """Spearman's correlation; 0 if one is constant."""
    from scipy.stats import rankdata

    a, b = rankdata(x), rankdata(y)
    if np.ptp(a) == 0 or np.ptp(b) == 0:
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])


def station(arrived: Floats, left: Floats, slack: float = 0.0, known: int | None = None) -> Station:
    """The least and the greatest number of servers with which arrivals and departures are possible."""
    order = np.lexsort((left, arrived))
    arrived, left = arrived[order], left[order]
    n = len(arrived)
    nothing = Station(0, 0, 0, np.zeros(0), (np.nan, np.nan), (np.nan, np.nan))
    if known is not None:
        return _of(arrived, left, known, known, known)
    if n < LEAST_VISITS:
        return replace(nothing, reason="few_visits")
    present = (np.arange(n) - np.searchsorted(np.sort(left), arrived, side="right")).astype(np.float64)
    possible = []
    for servers in range(1, MOST_SERVERS + 1):
        took = services(arrived, left, servers)
        negative = float((took < -slack).mean())
        if negative <= NEGATIVE and abs(rank_correlation(took, present)) <= 2 / np.sqrt(n):
            possible.append(servers)
        elif possible and negative <= NEGATIVE:
            break  # More servers only leave more of the waiting in the services.
        if servers > present.max() + 1:
            break
    if not possible:
        return replace(nothing, reason="no_number_fits")
    found = _of(arrived, left, possible[0], possible[0], possible[-1])
    # Departures that overtake by more than nearly all services last are of another discipline than first come.
    usual = float(np.quantile(found.services, 0.9))
    latest = np.maximum.accumulate(left)
    if float((latest - left > max(usual, slack)).mean()) > OVERTAKING:
        return replace(nothing, reason="not_first_come")
    return found


def _of(arrived: Floats, left: Floats, value: int, low: int, high: int) -> Station:
    means = tuple(float(np.maximum(services(arrived, left, c), 0.0).mean()) for c in (low, high))
    rates = tuple(3600.0 * c / mean if mean > 0 else np.inf for c, mean in zip((low, high), means, strict=True))
    took = np.maximum(services(arrived, left, value), 0.0)
    return Station(value, low, high, took, (means[0], means[1]), (min(rates), max(rates)))
