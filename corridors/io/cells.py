"""Values of single cells: parsed by the schema, and written as text.

Input: the stripped text of a cell and its :class:`~corridors.schema.Field`. Output: the value and, where the text does
not fit the column, a :class:`Complaint`. A complaint that is an error comes with a neutral value, so that the rest of
the row can still be checked.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from corridors.clock import local_time
from corridors.findings import ERROR, WARNING, nearest
from corridors.io.characters import UNSHOWN, without_unshown
from corridors.io.other_forms import (
    SERIAL,
    after_midnight,
    are_fractions,
    certain_day,
    certain_time,
    days_meant,
    expected_and_meant,
    iso_day,
    times_meant,
    weekdays_meant,
)
from corridors.io.other_numbers import country_meant, numbers_meant, zone_meant
from corridors.io.words import expression, words
from corridors.messages import SCHEMA, Message, Text, message
from corridors.schema import Field

Value = str | int | float | bool | None

NUMBER: Final = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
LEADING_ZERO: Final = re.compile(r"([+-]?)0+([0-9].*)")
"""A number that some programs read as another one, as in a document: 010 as 8."""
GROUPED: Final = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")
COMMA: Final = re.compile(r"[+-]?[0-9]+,[0-9]*")
YES: Final = frozenset(words("yes"))
NO: Final = frozenset(words("no"))
BETWEEN_IDS: Final = expression("between_ids")
"""Signs in place of the semicolon."""
ID: Final = re.compile(r"[a-z0-9_]+")
KEY: Final = re.compile(r"[A-Za-z0-9_]+")
ADDRESS: Final = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+){1,3}")
TIME: Final = re.compile(r"([0-9]{1,2}):([0-9]{2})(:00)?")
LATE: Final = re.compile(r"(2[4-9]|3[0-9]|4[0-7]):([0-5][0-9])(:00)?(?<!24:00)(?<!24:00:00)")
"""A time after the midnight of the day named, as timetables write it."""
OFFSET: Final = re.compile(r"(?:UTC|GMT|Z)? ?(?P<hours>[+-][0-9]{1,2})(?::?00)?", re.IGNORECASE)
COMMON_ZONES: Final = (
    "Asia/Shanghai",
    "Asia/Hovd",
    "Asia/Almaty",
    "Europe/Moscow",
    "Asia/Chita",
    "Asia/Vladivostok",
)
"""Zones along the corridors, one for each offset."""
OFFSETS_OF_S: Final = 1_735_689_600.0
"""The second at which offsets are compared: 1 January 2025."""
WANTED: Final = {
    "int": "want.whole_number",
    "float": "want.number",
    "bool": "want.yes_no",
    "date": "want.date",
    "time": "want.time",
    "numbers": "want.numbers",
}
"""Noun phrases by type; the values of other columns are described by the meaning of the column."""


@dataclass(frozen=True)
class Complaint:
    """The reason why a text does not fit its column, and what does."""

    message: Message
    expected: Text
    nearest: str = ""
    level: str = ERROR


def parse(text: str, field: Field, of_fractions: bool = False) -> tuple[Value, Complaint | None]:
    """The value of a cell.

    ``text`` is stripped and, unless the field may be blank, already has its default. Whether times of its table are
    ``of_fractions`` of the day says :func:`has_fractions`.
    """
    if not text:
        if field.required:
            return neutral(field), Complaint(message("cell.blank"), wanted(field))
        return (neutral(field) if field.default else empty(field)), None
    if UNSHOWN.search(text):
        what, expected = message("cell.control_character"), message("want.shown_text")
        return neutral(field), Complaint(what, expected, without_unshown(text))
    value, complaint = _time(text, field, of_fractions) if field.type == "time" else _typed(text, field)
    if complaint is None and field.choices and text not in field.choices:
        close = nearest(text, field.choices)
        return neutral(field), Complaint(message("cell.not_choice"), message("want.one_of", names=field.choices), close)
    return value, complaint


def has_fractions(times: Iterable[str]) -> bool:
    """Whether the times of a table are fractions of the day, as Excel stores them."""
    return are_fractions([_half_width(text) for text in times])


def _typed(text: str, field: Field) -> tuple[Value, Complaint | None]:
    match field.type:
        case "int" | "float":
            return _number(text, field)
        case "bool":
            if text.casefold() in YES | NO:
                return text.casefold() in YES, None
            return neutral(field), Complaint(message("cell.not_yes_no"), message("want.yes_no"))
        case "date":
            return _date(text, field)
        case "numbers":
            return _numbers(text, field)
        case "ids":
            return _ids(text)
        case "id" if field.reference:
            # The checks look up whether it exists.
            return text, None
        case "id":
            slug = re.sub(r"[^a-z0-9_]+", "_", _half_width(text).lower()).strip("_")
            return _matching(text, ID, "cell.not_id", "want.id", slug)
        case "key":
            slug = re.sub(r"[^A-Za-z0-9_]+", "_", _half_width(text)).strip("_")
            return _matching(text, KEY, "cell.not_key", "want.key", slug)
        case "address":
            return _matching(text, ADDRESS, "cell.not_address", "want.address")
        case "country":
            meant = country_meant(_half_width(text))
            return _matching(text, re.compile("[A-Z]{2}"), "cell.not_country", "want.country", meant)
        case "weekdays":
            return _local(text, local_time.weekdays, field, "cell.not_weekdays", "want.weekdays")
        case "zone":
            return _local(text, local_time.zone, field, "cell.not_zone", "want.zone")
        case _:
            return text, None


def show(value: Value) -> str:
    """A value as a table has it; :func:`parse` is the inverse."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def empty(field: Field) -> Value:
    """The value of a blank cell in an optional column without a default."""
    return "" if field.is_text else None


def neutral(field: Field) -> Value:
    """A neutral value of the right type: the default, or one within bounds."""
    if field.default and not field.default.startswith("="):
        return parse(field.default, field)[0]
    if field.choices:
        return field.choices[0]
    if field.type in ("int", "float"):
        if not field.required:
            return None
        low = max(field.low or 0, 0)
        return int(low) if field.type == "int" else float(low)
    if field.type == "numbers":
        return "1"
    if field.type == "bool":
        return False
    return {"date": "2000-01-01", "time": "00:00"}.get(field.type, "")


def complain(value: Value, field: Field) -> Complaint | None:
    """The complaint about a value of a program, proposal or slider, or None."""
    kind: dict[str, type | tuple[type, ...]] = {"int": int, "float": (int, float), "bool": bool}
    if value is None and empty(field) is None and not field.required and not field.default:
        return None
    if not isinstance(value, kind.get(field.type, str)) or (isinstance(value, bool) and field.type != "bool"):
        return Complaint(message("cell.wrong_type"), wanted(field))
    if value == "" and field.is_text and not field.required:
        return None
    return parse(show(value), field)[1]


def wanted(field: Field) -> Message:
    """The values that a column takes, as a noun phrase.

    Example: 'a whole number from 0 to 100 (vehicles)'.
    """
    code = WANTED.get(field.type)
    kind = message(code) if code else meaning(field)
    return _with_unit(_bounded(kind, field), field)


def meaning(field: Field) -> Message:
    """The meaning of a column, which each language takes from the schema."""
    return message("meaning", SCHEMA, table=field.table, column=field.name)


def _number(text: str, field: Field) -> tuple[Value, Complaint | None]:
    if not NUMBER.fullmatch(text):
        return neutral(field), _no_number(text, field)
    if match := LEADING_ZERO.fullmatch(text):
        return neutral(field), Complaint(message("cell.leading_zero"), wanted(field), match[1] + match[2])
    number = float(text)
    if (field.low is not None and number < field.low) or (field.high is not None and number > field.high):
        return neutral(field), Complaint(message("cell.out_of_bounds"), wanted(field))
    if field.type != "int":
        return number, None
    if not number.is_integer():
        return neutral(field), Complaint(message("cell.not_integer"), wanted(field))
    return int(number), None


def _no_number(text: str, field: Field) -> Complaint:
    """The most likely mistake in a text that is no number."""

    def wrong(code: str, close: str = "") -> Complaint:
        return Complaint(message(code), wanted(field), close)

    plain = _half_width(text)
    if field.table == "parameters" and (days := days_meant(plain)):
        meant = tuple(day.replace("-", "") for day in days)
        return Complaint(message("cell.date_as_number"), *expected_and_meant(message("want.day_number"), meant))
    if plain != text and NUMBER.fullmatch(plain):
        return wrong("cell.full_width", plain)
    meant = numbers_meant(plain, field.unit)
    if GROUPED.fullmatch(plain):
        return Complaint(message("cell.comma_in_number"), *expected_and_meant(wanted(field), meant))
    if COMMA.fullmatch(plain):
        return wrong("cell.decimal_comma", plain.replace(",", "."))
    if plain.startswith("#") or plain.casefold() in ("nan", "inf", "-inf", "infinity", "n/a", "na", "none", "null"):
        return wrong("cell.no_result")
    if match := NUMBER.match(plain):
        if plain.endswith("%") and NUMBER.fullmatch(plain[:-1].strip()):
            return wrong("cell.percentage", show(float(plain[:-1]) / 100))
        same = plain[len(match[0]) :].strip().casefold() == field.unit.casefold()
        close = match[0] if same else _fitting(meant, field)
        return wrong("cell.text_after_number", close)
    return wrong("cell.not_number", _fitting(meant, field))


def _fitting(meant: tuple[str, ...], field: Field) -> str:
    """The first meaning if the column takes it."""
    return meant[0] if meant and _number(meant[0], field)[1] is None else ""


def _numbers(text: str, field: Field) -> tuple[Value, Complaint | None]:
    parts = [part.strip() for part in text.removesuffix(";").split(";")]
    if "" in parts:
        return neutral(field), Complaint(message("cell.empty_item"), _bounded(message("want.numbers"), field))
    for part in parts:
        complaint = _number(part, field)[1]
        if complaint:
            reason = message("cell.not_numbers", part=part, reason=complaint.message)
            return neutral(field), Complaint(reason, _bounded(message("want.numbers"), field))
    return ";".join(parts), None


def _ids(text: str) -> tuple[Value, Complaint | None]:
    parts = [part.strip() for part in text.removesuffix(";").split(";")]
    if "" in parts:
        return "", Complaint(message("cell.empty_item"), message("want.ids"), ";".join(filter(None, parts)))
    if re.search(BETWEEN_IDS, text):
        close = ";".join(re.split(rf"(?:[;\s]|{BETWEEN_IDS})+", text))
        return "", Complaint(message("cell.not_ids"), message("want.ids"), close)
    if len(set(parts)) < len(parts):
        return "", Complaint(message("cell.repeated_item"), message("want.ids"), ";".join(dict.fromkeys(parts)))
    return ";".join(parts), None


def _date(text: str, field: Field) -> tuple[Value, Complaint | None]:
    expected = message("want.date")
    plain = _half_width(text)
    if not (numbers := certain_day(plain)):
        code = "cell.serial_date" if SERIAL.fullmatch(plain) else "cell.not_date"
        return neutral(field), Complaint(message(code), *expected_and_meant(expected, days_meant(plain)))
    if not (iso := iso_day(*numbers)):
        return neutral(field), Complaint(message("cell.no_such_day"), expected)
    if plain != text:
        return neutral(field), Complaint(message("cell.full_width"), expected, iso)
    return iso, None if iso == text else Complaint(message("cell.date_form", day=iso), expected, level=WARNING)


def _time(text: str, field: Field, of_fractions: bool) -> tuple[Value, Complaint | None]:
    expected = message("want.time")
    plain = _half_width(text)
    if meant := certain_time(plain, of_fractions):
        return meant, Complaint(message("cell.time_form", time=meant), expected, level=WARNING)
    if late := LATE.fullmatch(after_midnight(plain)):
        meant = f"{int(late[1]) - 24:02d}:{late[2]}"
        want = message("want.time_next_day", time=meant)
        return neutral(field), Complaint(message("cell.time_after_midnight"), want, meant)
    match = TIME.fullmatch(plain)
    iso = f"{int(match[1]):02d}:{match[2]}" if match else ""
    try:
        local_time.minutes(iso)
    except ValueError:
        return neutral(field), Complaint(message("cell.not_time"), *expected_and_meant(expected, times_meant(plain)))
    if plain != text:
        return neutral(field), Complaint(message("cell.full_width"), expected, iso)
    return iso, None


def _local(
    text: str, read: Callable[[str], object], field: Field, code: str, want: str
) -> tuple[Value, Complaint | None]:
    try:
        read(text)
    except ValueError:
        close = _nearest_zone(text) if field.type == "zone" else weekdays_meant(_half_width(text))
        return neutral(field), Complaint(message(code), message(want), close)
    return text, None


def _nearest_zone(text: str) -> str:
    """The zone that looks most like a text; of an offset from UTC a zone that has it."""
    import zoneinfo

    if named := zone_meant(_half_width(text)):
        return named
    if offset := OFFSET.fullmatch(_half_width(text)):
        hours = int(offset["hours"])
        common = (name for name in COMMON_ZONES if _offset_h(name) == hours)
        return next(common, f"Etc/GMT{-hours:+d}") if -12 <= hours <= 14 and hours else "UTC" if not hours else ""
    return nearest(text, zoneinfo.available_timezones())


def _offset_h(zone: str) -> float:
    """Hours by which a zone of the corridor is ahead of UTC in January 2025."""
    return local_time.offset_s(OFFSETS_OF_S, local_time.zone(zone)) / 3600


def _matching(
    text: str, pattern: re.Pattern[str], code: str, want: str, suggestion: str = ""
) -> tuple[Value, Complaint | None]:
    if pattern.fullmatch(text):
        return text, None
    return "", Complaint(message(code), message(want), suggestion if pattern.fullmatch(suggestion) else "")


def _half_width(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _bounded(kind: Message, field: Field) -> Message:
    if field.low is None or field.high is None:
        return kind
    return message("want.bounded", kind=kind, low=show(field.low), high=show(field.high))


def _with_unit(kind: Message, field: Field) -> Message:
    return message("want.with_unit", kind=kind, unit=field.unit) if field.unit else kind
