"""One cell of one table: from text to value by its schema, or to a complaint that says what would be right.

In: the stripped text of a cell and its :class:`~corridors.schema.Field`. Out: the value and, where the text is not
what the column wants, a :class:`Complaint`. A complaint that is an error comes with a neutral value, so that the rest
of the row can still be looked at.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from corridors.clock import local_time
from corridors.findings import ERROR, WARNING, nearest
from corridors.schema import Field

Value = str | int | float | bool | None

NUMBER: Final = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
GROUPED: Final = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")
COMMA: Final = re.compile(r"[+-]?[0-9]+,[0-9]*")
YES: Final = frozenset({"yes", "true", "1", "y", "是"})
NO: Final = frozenset({"no", "false", "0", "n", "否"})
ID: Final = re.compile(r"[a-z0-9_]+")
KEY: Final = re.compile(r"[A-Za-z0-9_]+")
ADDRESS: Final = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+){1,3}")
OTHER_DATE: Final = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?( 0?0:00(:00)?)?")
TIME: Final = re.compile(r"([0-9]{1,2}):([0-9]{2})(:00)?")


@dataclass(frozen=True)
class Complaint:
    """Why a cell is not what its column wants, and what would be."""

    expected: str
    message: str = ""
    nearest: str = ""
    level: str = ERROR


def parse(text: str, field: Field) -> tuple[Value, Complaint | None]:
    """The value of a cell. ``text`` is stripped and, unless the field may be blank, already has its default."""
    if not text:
        if field.required:
            return neutral(field), Complaint(f"{_wanted(field)}; this column may not be blank")
        return (neutral(field) if field.default else empty(field)), None
    value, complaint = _typed(text, field)
    if complaint is None and field.choices and text not in field.choices:
        one_of = "one of " + ", ".join(field.choices)
        return neutral(field), Complaint(one_of, nearest=nearest(text, field.choices))
    return value, complaint


def _typed(text: str, field: Field) -> tuple[Value, Complaint | None]:
    match field.type:
        case "int" | "float":
            return _number(text, field)
        case "bool":
            if text.casefold() in YES | NO:
                return text.casefold() in YES, None
            return neutral(field), Complaint("yes or no")
        case "date":
            return _date(text, field)
        case "time":
            return _time(text, field)
        case "numbers":
            return _numbers(text, field)
        case "ids":
            return _ids(text)
        case "id" if field.reference:
            # Whether it exists, and what it may have been meant to be, is told by the checks.
            return text, None
        case "id":
            slug = re.sub(r"[^a-z0-9_]+", "_", _half_width(text).lower()).strip("_")
            return _matching(text, ID, "an id of lower-case letters, digits and underscores", slug)
        case "key":
            slug = re.sub(r"[^A-Za-z0-9_]+", "_", _half_width(text)).strip("_")
            return _matching(text, KEY, "an id of letters, digits and underscores", slug)
        case "address":
            return _matching(text, ADDRESS, "an address, table.id.field", "")
        case "country":
            return _matching(text, re.compile("[A-Z]{2}"), "an ISO 3166 country code of two capital letters", "")
        case "weekdays":
            return _local(text, local_time.weekdays, field, local_time.WEEKDAYS_FORM)
        case "zone":
            return _local(text, local_time.zone, field, "the IANA name of a time zone, such as Asia/Shanghai")
        case _:
            return text, None


def show(value: Value) -> str:
    """A value as it is written in a table; ``parse`` gives it back."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def empty(field: Field) -> Value:
    """What a blank cell of an optional column without a default means."""
    return "" if field.is_text else None


def neutral(field: Field) -> Value:
    """A harmless value of the right type: the default, or one within the bounds."""
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
    """What is wrong with a value that comes from a program, a proposal or a slider instead of a file."""
    kind: dict[str, type | tuple[type, ...]] = {"int": int, "float": (int, float), "bool": bool}
    if value is None and empty(field) is None and not field.required and not field.default:
        return None
    if not isinstance(value, kind.get(field.type, str)) or (isinstance(value, bool) and field.type != "bool"):
        return Complaint(_wanted(field))
    if value == "" and field.is_text and not field.required:
        return None
    return parse(show(value), field)[1]


def _number(text: str, field: Field) -> tuple[Value, Complaint | None]:
    if not NUMBER.fullmatch(text):
        return neutral(field), _no_number(text, field)
    number = float(text)
    if (field.low is not None and number < field.low) or (field.high is not None and number > field.high):
        return neutral(field), Complaint(_wanted(field), "out of bounds")
    if field.type != "int":
        return number, None
    if not number.is_integer():
        return neutral(field), Complaint(_wanted(field), "not a whole number")
    return int(number), None


def _no_number(text: str, field: Field) -> Complaint:
    """What somebody may have meant who wrote this in a column of numbers."""
    wanted = _wanted(field)
    plain = _half_width(text)
    if plain != text and NUMBER.fullmatch(plain):
        return Complaint(wanted, "full-width digits; write them in half width", plain)
    if GROUPED.fullmatch(plain):
        return Complaint(wanted, "a comma between digits; write neither thousands separators nor decimal commas")
    if COMMA.fullmatch(plain):
        return Complaint(wanted, "a decimal comma; write a decimal point", plain.replace(",", "."))
    if plain.startswith("#") or plain.casefold() in ("nan", "inf", "-inf", "infinity", "n/a", "na", "none", "null"):
        return Complaint(wanted, "not a number (left by a formula or a program); leave the cell empty or fill it in")
    if match := NUMBER.match(plain):
        if plain.endswith("%") and NUMBER.fullmatch(plain[:-1].strip()):
            return Complaint(wanted, "a percentage; write 0.1 for 10%", show(float(plain[:-1]) / 100))
        same = plain[len(match[0]) :].strip().casefold() == field.unit.casefold()
        return Complaint(wanted, "text after the number; the number stands alone", match[0] if same else "")
    return Complaint(wanted)


def _numbers(text: str, field: Field) -> tuple[Value, Complaint | None]:
    parts = [part.strip() for part in text.split(";") if part.strip()]
    for part in parts:
        complaint = _number(part, field)[1]
        if complaint:
            message = f"{part!r}: {complaint.message or 'not a number'}"
            return neutral(field), Complaint("numbers separated by ';'" + _bounds(field), message)
    return ";".join(parts), None


def _ids(text: str) -> tuple[Value, Complaint | None]:
    parts = [part.strip() for part in text.split(";") if part.strip()]
    if re.search("[,，；、|]", text):
        return "", Complaint("ids separated by ';'", nearest=";".join(re.split(r"[;,，；、|\s]+", text)))
    return ";".join(parts), None


def _date(text: str, field: Field) -> tuple[Value, Complaint | None]:
    expected = "a date written YYYY-MM-DD"
    other = OTHER_DATE.fullmatch(text)
    if not other:
        return neutral(field), Complaint(expected)
    iso = f"{other[1]}-{int(other[2]):02d}-{int(other[3]):02d}"
    try:
        local_time.day(iso)
    except ValueError:
        return neutral(field), Complaint(expected, "there is no such day")
    return iso, None if iso == text else Complaint(expected, f"read as {iso}", iso, WARNING)


def _time(text: str, field: Field) -> tuple[Value, Complaint | None]:
    expected = "a time written HH:MM, from 00:00 to 24:00"
    plain = _half_width(text)
    match = TIME.fullmatch(plain)
    iso = f"{int(match[1]):02d}:{match[2]}" if match else ""
    try:
        local_time.minutes(iso)
    except ValueError:
        return neutral(field), Complaint(expected)
    if plain != text:
        return neutral(field), Complaint(expected, "full-width characters; write them in half width", iso)
    return iso, None


def _local(text: str, understood: object, field: Field, expected: str) -> tuple[Value, Complaint | None]:
    try:
        understood(text)  # type: ignore[operator]
    except ValueError:
        return neutral(field), Complaint(expected, nearest=_nearest_zone(text) if field.type == "zone" else "")
    return text, None


def _nearest_zone(text: str) -> str:
    import zoneinfo

    return nearest(text, zoneinfo.available_timezones())


def _matching(text: str, pattern: re.Pattern[str], expected: str, suggestion: str) -> tuple[Value, Complaint | None]:
    if pattern.fullmatch(text):
        return text, None
    return "", Complaint(expected, nearest=suggestion if pattern.fullmatch(suggestion) else "")


def _half_width(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _wanted(field: Field) -> str:
    """What the column holds, in words: 'a whole number from 0 to 100 (vehicles)'."""
    kind = {
        "int": "a whole number",
        "float": "a number",
        "bool": "yes or no",
        "date": "a date written YYYY-MM-DD",
        "time": "a time written HH:MM",
        "numbers": "numbers separated by ';'",
    }.get(field.type, field.meaning_en[0].lower() + field.meaning_en[1:])
    return kind + _bounds(field) + (f" ({field.unit})" if field.unit else "")


def _bounds(field: Field) -> str:
    if field.low is None or field.high is None:
        return ""
    return f" from {show(field.low)} to {show(field.high)}"
