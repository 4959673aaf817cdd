"""An ordinary week of the run: what closures that last leave of facilities and sections, and how much a quota issues.

A closure lasts if its days reach to the last day of the declared run, from its first day or at least over its second
half, on every day or on some days of the week. Others end, and what waits then is served later. Holidays and opening
dates do not count.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

import numpy as np

from corridors.checks.parameters import declared_days
from corridors.clock import local_time
from corridors.clock.calendars import Calendars
from corridors.clock.spans import Floats, Ints
from corridors.model import Closure, Corridor

DAYS: Final = 7
DAY_S: Final = 86_400
ANY_MONDAY: Final = date(2024, 1, 1)
ALL_BAD: Final = (LookupError, ValueError, OverflowError)
"""What cannot be computed, which other rules refuse."""


class OrdinaryWeek:
    """The seven days from the first one of the declared run on, as if lasting closures had no end."""

    def __init__(self, corridor: Corridor) -> None:
        run = declared_days(corridor)
        first = run[0] if run else ANY_MONDAY
        lasting = {id: _endless(row, first) for id, row in corridor.closures.items() if run and _lasts(row, *run)}
        facilities = {id: replace(row, opening_date="") for id, row in corridor.facilities.items()}
        links = {id: replace(row, opening_date="") for id, row in corridor.links.items()}
        ordinary = replace(corridor, holidays={}, closures=lasting, facilities=facilities, links=links)
        epoch = datetime(first.year, first.month, first.day, tzinfo=UTC)
        self._corridor = ordinary
        self._closes = bool(lasting)
        self._with = Calendars(ordinary, epoch, DAYS * DAY_S)
        self._without = Calendars(replace(ordinary, closures={}), epoch, DAYS * DAY_S)
        self._epoch = epoch

    def of_facility(self, facility: str) -> float:
        """The share, 0 to 1, of its servers that lasting closures leave."""
        if not self._closes:
            return 1.0
        try:
            most = _mean(*self._without.facility_servers(facility))
            return _mean(*self._with.facility_servers(facility)) / most if most else 1.0
        except ALL_BAD:
            return 1.0

    def of_link(self, link: str) -> float:
        """The share, 0 to 1, of its train paths that lasting closures leave."""
        if not self._closes:
            return 1.0
        try:
            return _mean(*self._with.path_servers(link))
        except ALL_BAD:
            return 1.0

    def of_quota(self, stock: str) -> float:
        """The share, 0 to 1, of its daily quota that is issued, by its calendar and with lasting closures."""
        row = self._corridor.stocks[stock]
        if not row.daily_quota or not (row.calendar or self._closes):
            return 1.0
        try:
            days = replace(self._corridor, stocks={stock: replace(row, kind="quota")})
            times_s, levels = Calendars(days, self._epoch, (DAYS + 2) * DAY_S).quota_levels(stock)
            return float(levels[times_s > 0][:DAYS].sum()) / (DAYS * row.daily_quota)
        except ALL_BAD:
            return 1.0


def _lasts(row: Closure, first: date, last: date) -> bool:
    try:
        begins, ends = local_time.day(row.first_day), local_time.day(row.last_day)
    except ValueError:
        return False
    return last <= ends and begins - first <= (last - first) / 2


def _endless(row: Closure, first: date) -> Closure:
    """A closure from some days before an ordinary week to some days after it, as clocks differ."""
    begins, ends = first - timedelta(days=3), first + timedelta(days=DAYS + 6)
    return replace(row, first_day=begins.isoformat(), last_day=ends.isoformat())


def _mean(times_s: Ints, levels: Floats) -> float:
    return float(np.diff([*times_s.tolist(), DAYS * DAY_S]) @ levels) / (DAYS * DAY_S)
