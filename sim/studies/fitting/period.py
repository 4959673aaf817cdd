"""Visits up to an instant as the log knew them then, and those of a period of whole days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from corridors.clock import local_time
from corridors.records.visits import Visits, begin_of


def before(visits: Visits, cut_s: float) -> Visits:
    """The visits that had begun by an instant, as the log knew them then."""
    frame = visits.frame[begin_of(visits.frame) <= cut_s].reset_index(drop=True).copy()
    for column in ("started", "finished", "left"):
        frame.loc[frame[column] > cut_s, column] = np.nan
    still = (frame["low"] > cut_s) | (frame["high"] > cut_s)
    # Under way at the cut: not over before it.
    frame.loc[still, "low"] = cut_s
    frame.loc[still, "high"] = np.inf
    day = visits.day_of(cut_s)
    return replace(visits, frame=frame, last_s=cut_s, exposed_days=visits.exposed_days[visits.exposed_days < day])


def between(visits: Visits, first: date | None, last: date | None) -> Visits:
    """The visits that began in a period of days, both included, on the clock of the log; None: as far as it goes.

    What was under way when the period began is left out: when it began is that of another time.
    """
    zone = local_time.zone(visits.clock)
    if last is not None and (cut := local_time.instant(last + timedelta(days=1), 0, zone)) < visits.last_s:
        visits = before(visits, cut)
    if first is not None and (begin := local_time.instant(first, 0, zone)) > visits.first_s:
        days, missing, day = visits.exposed_days, visits.missing_days, visits.day_of(begin)
        frame = visits.frame[begin_of(visits.frame) >= begin].reset_index(drop=True)
        visits = replace(
            visits, frame=frame, first_s=begin, exposed_days=days[days >= day], missing_days=missing[missing >= day]
        )
    return visits
