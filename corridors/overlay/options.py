"""Changes as options of a command write them: ``--set ADDRESS=5`` and ``--close ID:10@2023-08-01``.

Input: the texts of the options. Output: changes whose origin is the option.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final, Literal

from corridors.findings import ERROR, DataError, Finding, Findings, nearest
from corridors.io import cells
from corridors.io.other_forms import days_meant, expected_and_meant
from corridors.messages import message
from corridors.model import Corridor
from corridors.overlay.changes import CLOSE_OPTION, COMMAND_LINE, Change, is_number

CLOSED_FIRST: Final = ("ports", "links", "facilities", "calendars", "stocks")
"""The tables in which the option ``--close`` looks for an id without a table, in this order."""
DAY: Final = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
CLOSING: Final = re.compile(r"(?P<what>[^:@]+):(?P<days>[1-9]\d*)@(?P<day>[^*]+)(?:\*(?P<share>\S+))?")


def parse_setting(text: str) -> Change:
    """The change for the text of the option ``--set``.

    The text is ``address=5`` (set), ``address=+1``, ``address=-1`` (add) or ``address=*1.2`` (scale).

    Raises DataError.
    """
    address, equals, value = (part.strip() for part in text.partition("="))
    op: Literal["set", "scale", "add"] = "add" if value[:1] in ("+", "-") else "scale" if value[:1] == "*" else "set"
    given = value.removeprefix("*").strip()
    number = _number(given)
    # A number in another form, such as 007, may be text.
    operand = value if op == "set" and cells.show(number) != value else number
    if not equals or address.count(".") < 2 or (op != "set" and not is_number(operand)):
        what, expected = message("change.bad_setting"), message("want.setting")
        raise DataError([Finding(ERROR, COMMAND_LINE, None, address, text, expected, message=what)])
    if op != "set" and (zero := cells.LEADING_ZERO.fullmatch(given)):
        what, close = message("cell.leading_zero"), f"{value[:1] if op == 'scale' else zero[1]}{zero[2]}"
        raise DataError([Finding(ERROR, COMMAND_LINE, None, address, value, message("want.number"), close, what)])
    return Change(op=op, address=address, value=operand, origin=COMMAND_LINE)


def parse_closure(text: str, corridor: Corridor) -> Change:
    """The change for the text of the option ``--close``: a closure of so many days.

    The text is ``ceke:10@2023-08-01``: id (or ``table.id``), days and first day; ``*0.5`` after it leaves that share of
    the capacity. Raises DataError.
    """
    found = CLOSING.fullmatch(text.strip())
    share = _number(found["share"] or "0") if found else None
    if not found or share is None:
        plain = unicodedata.normalize("NFKC", text).strip()
        close = plain if plain != text and CLOSING.fullmatch(plain) else ""
        raise DataError([replace(_wrong_closure(text, "change.bad_closure", "want.closure"), nearest=close)])
    wrong, day = Findings(), found["day"].strip()
    first = last = date.min
    try:
        first = date.fromisoformat(day)
        last = first + timedelta(int(found["days"]) - 1)
    except (ValueError, OverflowError):
        if DAY.fullmatch(day) and first == date.min:
            wrong.append(_wrong_closure(day, "yaml.no_such_day", "want.date"))
        elif first == date.min and (meant := days_meant(day)):
            expected, close = expected_and_meant(message("want.date"), meant)
            wrong.append(replace(_wrong_closure(day, "yaml.not_date", "want.date"), expected=expected, nearest=close))
        else:
            wrong.append(_wrong_closure(text, "change.bad_closure", "want.closure"))
    if zero := cells.LEADING_ZERO.fullmatch(found["share"] or ""):
        wrong.append(
            replace(_wrong_closure(found["share"], "cell.leading_zero", "want.share_below_1"), nearest=zero[2])
        )
    elif not 0 <= share < 1:
        wrong.append(_wrong_closure(found["share"], "change.closure_share", "want.share_below_1"))
    wrong.refuse()
    name = found["what"].strip()
    table, _, row = name.partition(".")
    if not row:
        rows = {id: table for table in reversed(CLOSED_FIRST) for id in corridor.table(table)}
        if name not in rows:
            what, expected = message("change.unknown_row"), message("want.one_of", names=CLOSED_FIRST)
            raise DataError([Finding(ERROR, CLOSE_OPTION, None, "", name, expected, nearest(name, rows), what)])
        table, row = rows[name], name
    given: dict[str, Any] = {"servers_share": share} if share else {}
    return Change(op="close", address=f"{table}.{row}", first_day=first, last_day=last, origin=CLOSE_OPTION, **given)


def _wrong_closure(found: str, code: str, want: str) -> Finding:
    return Finding(ERROR, CLOSE_OPTION, None, "", found, message(want), message=message(code))


def from_closures(texts: Iterable[str], corridor: Corridor) -> tuple[Change, ...]:
    """The changes of several options ``--close``. Raises DataError with the findings of all."""
    changes: list[Change] = []
    wrong = Findings()
    for text in texts:
        with wrong.gather():
            changes.append(parse_closure(text, corridor))
    wrong.refuse()
    return tuple(changes)


def from_settings(texts: Iterable[str]) -> tuple[Change, ...]:
    """The changes of several settings.

    Raises DataError with the findings of all.
    """
    changes: list[Change] = []
    wrong = Findings()
    for text in texts:
        with wrong.gather():
            changes.append(parse_setting(text))
    wrong.refuse()
    return tuple(changes)


def _number(text: str) -> int | float | None:
    if not cells.NUMBER.fullmatch(text):
        return None
    number = float(text)
    return int(number) if number.is_integer() and abs(number) < 1e15 else number
