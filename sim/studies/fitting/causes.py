"""The likeliest cause of a comparison that does not agree with the weeks that were held out.

Where the time from arrival to the end of work is wrong, work itself may be, which the log says by its starts; else it
is the waiting: of those that came while the facility was shut (its hours), or of the others (its servers).
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

WORK, HOURS, SERVERS, SHAPE = "work", "hours", "servers", "shape"
TRAFFIC, DAYS, EVEN = "traffic", "days", "even"
CAUSES: Final = (WORK, HOURS, SERVERS, SHAPE, TRAFFIC, DAYS, EVEN)
LIMIT: Final = 0.1
"""Work whose mean is off by more is the cause."""
MOST: Final = 0.5
"""Share of all minutes that are wrong, from which on the vehicles that came to a shut facility are the cause."""


def cause_of_dwell(
    observed: Floats, played: Floats, shut: npt.NDArray[np.bool_], work_min: Floats, fitted_work_min: float
) -> str:
    """The cause by vehicle: observed and played minutes, whether it came while the facility was shut, minutes of work.

    ``played`` is NaN where the vehicle was never served, ``work_min`` where its start is not known.
    """
    known = work_min[~np.isnan(work_min)]
    if len(known) and abs(fitted_work_min - known.mean()) > LIMIT * known.mean():
        return WORK
    off = played - observed
    total = float(np.nansum(off))
    if abs(total) <= LIMIT * float(observed.sum()):
        return SHAPE
    part = float(np.nansum(off[shut])) / total
    return HOURS if shut.any() and not shut.all() and part > MOST else SERVERS
