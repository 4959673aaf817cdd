"""Why a dated change has no effect: its days are outside the run, or closed without it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from corridors.clock import local_time
from corridors.clock.public_holidays import holiday_days
from corridors.messages import Message, message
from corridors.model import Holiday
from corridors.overlay.changes import Change
from sim.compile.plan_contents import PlanContents

ROOM: Final = "runs"
DATES: Final = ("opening_date", "closing_date")
OPENED: Final = frozenset({"services", "facilities", "links"})
"""Tables whose rows may have such dates."""


def no_day(change: Change, table: str, rest: str, whole: PlanContents, without: PlanContents) -> Message | None:
    """A closure or an order outside the run, or a closure of hours that are closed without it."""
    start, days = whole.settings.start, whole.settings.days
    holiday = (row_of(table, rest, whole) or row_of(table, rest, without)) if table == "holidays" else None
    if holiday and not _has_a_day(holiday, start, days):
        return message("idle.outside_run", ROOM, start=str(start), days=days)
    if change.op == "close":
        first, last = change.first_day, change.last_day or change.first_day
    elif dates := [day for part in (whole, without) if (day := _date_of(table, rest, part))]:
        first, last = min(dates), max(dates)
    elif table in ("closures", "orders") and (row := row_of(table, rest, whole) or row_of(table, rest, without)):
        first, last = local_time.day(row.first_day), local_time.day(row.last_day)
    else:
        return None
    if first is None or last is None:
        return None
    if not local_time.touches(first, last, start, start + timedelta(days=days - 1)):
        return message("idle.outside_run", ROOM, start=str(start), days=days)
    if change.op != "close" and table in OPENED:
        return None
    stock = whole.corridor.stocks.get(rest.partition(".")[0]) if table == "stocks" else None
    if table == "orders" or (stock and stock.daily_quota is None):
        return None  # Nothing of a pool without daily quota shuts, which a warning about the closure says.
    if change.op == "close" and not local_time.every_day(change.weekdays):
        on = local_time.weekdays(change.weekdays)
        if not any((first + timedelta(days=n)).weekday() in on for n in range(min(7, (last - first).days + 1))):
            return message("idle.no_weekday", ROOM)
    share = change.servers_share if change.op == "close" else 0.0
    return message("idle.share_kept" if share else "idle.closed_anyway", ROOM)


def _has_a_day(holiday: Holiday, start: date, days: int) -> bool:
    """Whether a holiday has a day in a run, or may have one; a day before or after it counts, as clocks differ."""
    if not holiday_days(holiday.country, holiday.holiday, start.year):
        return True  # Of an unknown holiday the check says more.
    first, last = -1 - holiday.days_after, days + holiday.days_before
    near = (start + timedelta(days=n) for n in range(first, last + 1))
    return any(day in holiday_days(holiday.country, holiday.holiday, day.year) for day in near)


def _date_of(table: str, rest: str, part: PlanContents) -> date | None:
    """The date that an address of an opening or closing date has in a corridor; None if it has none."""
    row, _, name = rest.rpartition(".")
    text = getattr(part.corridor.table(table).get(row), name, "") if table in OPENED and name in DATES else ""
    return local_time.day(text) if text else None


def row_of(table: str, rest: str, part: PlanContents) -> Any:
    """The closure, order or rule of an address of a row, or of one of its fields."""
    rows = part.corridor.table(table)
    return rows.get(rest) or rows.get(rest.rpartition(".")[0])
