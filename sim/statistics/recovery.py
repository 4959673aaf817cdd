"""Recovery of a disturbance, from daily series of paired replications.

Input: differences between the disturbed and the undisturbed run of the same replication, arrays (n_replications,
n_days), and the first and last day of the disturbance. Output: figures of each replication, arrays (n_replications,).

Oracle, worked by hand (tests): a deterministic flow of 100 a day, capacity 125, shut for 4 days. The excess queue is
400 at the end of the fourth day and gone after 16 days; nothing is lost, and the area between the cumulated flows
(resilience triangle, Bruneau et al. 2003, Earthquake Spectra 19(4)) is 4 x 400 / 2 + 16 x 400 / 2 = 4,000 vehicle-days.
With a capacity of 100, the 400 stay. A closed fleet that could not make its trips loses them: closed days x flow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from sim.statistics.samples import Floats

GONE: Final = 0.05
"""A disturbance is over when at most this share of its greatest effect is left."""
NEVER: Final = float("nan")


@dataclass(frozen=True)
class QueueRecovery:
    """The excess queue of a disturbance."""

    peak: Floats
    """Largest excess at the end of a day."""
    worst: Floats
    """Largest excess as a mean over a day."""
    days: Floats
    """Days after the last disturbed one at whose end at most :data:`GONE` of the excess is left; 0 without an excess of
    ``least``; :data:`NEVER` if it is not gone within the series."""


def queue_recovery(mean: Floats, at_end: Floats | None, last: int, least: float) -> QueueRecovery:
    """Recovery of a queue from its excess as daily means and at the ends of days; where these are not known, a day
    counts as a whole by its mean."""
    worst = np.maximum(mean.max(axis=1), 0.0)
    excess, peak = (mean, worst) if at_end is None else (at_end, np.maximum(at_end.max(axis=1), 0.0))
    days = 1.0 + _first(excess[:, last + 1 :] <= GONE * peak[:, np.newaxis])
    return QueueRecovery(peak, worst, np.where(np.maximum(worst, peak) < least, 0.0, days))


@dataclass(frozen=True)
class FlowRecovery:
    """What a disturbance keeps from passing: vehicles or tonnes."""

    most: Floats
    """The most that are missing at the end of a day."""
    late: Floats
    """``most`` less ``lost``: they pass later, or still have to."""
    lost: Floats
    """Missing indefinitely."""
    open: Floats
    """Missing at the end of the series and not lost."""
    delay: Floats
    """Area between the cumulated flows until the missing are back to those that are lost, in units x days."""
    days: Floats
    """Days after the last disturbed one until then; :data:`NEVER` if not within the series."""


def flow_recovery(missing: Floats, lost: Floats, last: int) -> FlowRecovery:
    """Recovery of a flow.

    ``missing`` is the cumulated flow of the undisturbed run less that of the disturbed one at the end of each day;
    ``lost`` (n_replications,) how much of its last value is lost indefinitely.
    """
    most = np.maximum(missing.max(axis=1), 0.0)
    lost = np.clip(lost, 0.0, most)
    late = most - lost
    days = _first(missing[:, last:] - lost[:, np.newaxis] <= GONE * np.where(late > 0, late, 1.0)[:, np.newaxis])
    end = np.where(np.isnan(days), missing.shape[1] - 1, last + np.nan_to_num(days)).astype(np.int64)
    area = np.cumsum(missing, axis=1) - missing / 2
    delay = area[np.arange(len(area)), end]
    return FlowRecovery(most, late, lost, np.maximum(missing[:, -1] - lost, 0.0), np.maximum(delay, 0.0), days)


def _first(there: np.ndarray) -> Floats:
    """Per row the position of the first true value, :data:`NEVER` without one."""
    if not there.shape[1]:
        return np.full(len(there), NEVER)
    return np.where(there.any(axis=1), there.argmax(axis=1).astype(float), NEVER)
