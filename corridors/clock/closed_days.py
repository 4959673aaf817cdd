"""Days of closures, and the train paths that they leave.

A share of a link's paths that leaves no path on all days of the closure shuts the link.
"""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import Final

from corridors.clock import local_time
from corridors.model import Closure, Link

DECIMALS: Final = 9
"""Products are rounded to these, so that 0.29 x 50 is 14.5, which it is on paper but not in binary."""


def closed_days(closure: Closure, within: tuple[date, date] | None = None) -> list[tuple[date, date]]:
    """First and last day, both included, of each span of a closure.

    Days are those of the clock of the closed row. Single week days are listed where a run can have them, or between the
    days ``within``, both included.
    """
    first, last = local_time.day(closure.first_day), local_time.day(closure.last_day)
    if local_time.every_day(closure.weekdays):
        return [(first, last)]
    on = local_time.weekdays(closure.weekdays)
    low, high = (max(first, within[0]), min(last, within[1])) if within else _of_a_run(first, last)
    days = (low + timedelta(days=n) for n in range((high - low).days + 1))
    return [(day, day) for day in days if day.weekday() in on]


def number_of_closed_days(closure: Closure) -> int:
    """Days of a closure, week days where a run can have them; 0 if it ends before it begins."""
    first, last = local_time.day(closure.first_day), local_time.day(closure.last_day)
    if not local_time.every_day(closure.weekdays):
        first, last = _of_a_run(first, last)
    return local_time.days_on(closure.weekdays, first, last)


def _of_a_run(first: date, last: date) -> tuple[date, date]:
    """The days that a run can have; of days that none has the first week, with every week day that they have."""
    low, high = max(first, local_time.FIRST_KNOWN), min(last, local_time.LAST_KNOWN)
    return (low, high) if low <= high else (first, first + timedelta(days=min(6, (last - first).days)))


def paths_left(closure: Closure, link: Link) -> float:
    """Paths of a link that a closure leaves in one direction over all its days; infinite without a limit of paths."""
    if link.paths_per_day is None:
        return math.inf if closure.servers_share else 0.0
    both = 2 if link.is_single_track else 1
    return round(link.paths_per_day * both * closure.servers_share * number_of_closed_days(closure), DECIMALS)


def leaves_no_path(closure: Closure, link: Link) -> bool:
    """Whether a closure shuts a link: its share is 0, or too small for a single path on all its days together."""
    return closure.servers_share == 0 or paths_left(closure, link) < 1
