"""What people mean by numbers, countries and time zones that are not in the form of the tables.

Input: a text in half-width characters, and the unit of its column. Output: all that it may mean in that unit, the most
likely first, for the finding that refuses it; () where that is not known. Words are in ``words.csv``.
"""

from __future__ import annotations

import re
from typing import Final

from corridors.io.words import expression, keys

PLAIN: Final = r"[0-9]+(?:\.[0-9]*)?"
GROUPED: Final = re.compile(r"([+-]?)([0-9]{1,3}(?:[,' \u2019\u00a0\u202f][0-9]{3})+)(\.[0-9]*)?")
FRACTION: Final = re.compile(r"([0-9]{1,6})/([1-9][0-9]{0,5})")
OF_TIME: Final = re.compile(rf"({PLAIN}) ?([^\W\d_]+)")
CLOCK: Final = re.compile(r"([0-9]{1,3}):([0-5][0-9])(?::([0-5][0-9]))?")
DEGREES: Final = re.compile(
    rf"([NSEW])? ?([+-]?{PLAIN}) ?\u00b0?(?: ?({PLAIN}) ?['\u2032](?: ?({PLAIN}) ?[\"\u2033])?)? ?([NSEW])?"
)
MINUTES: Final = {"s": 1 / 60, "min": 1.0, "h": 60.0, "d": 1440.0}
"""Minutes of the units of time of columns."""


def numbers_meant(text: str, unit: str) -> tuple[str, ...]:
    """The numbers that a text may mean in a column of that unit."""
    if found := GROUPED.fullmatch(text):
        sign, groups, rest = found[1], found[2], found[3] or ""
        whole = sign + re.sub("[^0-9]", "", groups) + rest
        # One comma before three digits may be a decimal comma.
        return (whole, sign + groups.replace(",", ".")) if groups.count(",") == 1 and not rest else (whole,)
    if found := FRACTION.fullmatch(text):
        return (_shown(int(found[1]) / int(found[2])),)
    minutes = _minutes(text) if unit in MINUTES else None
    if minutes is not None:
        return (_shown(minutes / MINUTES[unit]),)
    if unit == "deg" and (found := DEGREES.fullmatch(text)) and not (found[1] and found[5]):
        size = sum(float(found[n] or 0) / 60**k for k, n in enumerate((2, 3, 4)))
        return (_shown(-size if (found[1] or found[5] or "") in ("S", "W") else size),)
    per = text.replace("/", " per ", 1).split(maxsplit=1)
    like = len(per) == 2 and unit.startswith(" ".join(per[1].split())) and re.fullmatch(PLAIN, per[0])
    return (per[0],) if like else ()


def _minutes(text: str) -> float | None:
    """The minutes of a text with a unit of time, or of hours and minutes; None of other texts."""
    if found := CLOCK.fullmatch(text):
        return int(found[1]) * 60 + int(found[2]) + int(found[3] or 0) / 60
    if found := OF_TIME.fullmatch(text):
        for key, length in (("unit.minutes", 1.0), ("unit.hours", 60.0), ("unit.days", 1440.0)):
            if re.fullmatch(expression(key), found[2], re.IGNORECASE):
                return float(found[1]) * length
    return None


def _shown(number: float) -> str:
    return f"{number:.6f}".rstrip("0").rstrip(".")


def country_meant(text: str) -> str:
    """The code of a country by its name or by small letters; '' for other texts."""
    named = _named("country.", text)
    return named or (text.upper() if re.fullmatch("[A-Za-z]{2}", text) else "")


def zone_meant(text: str) -> str:
    """The zone of a city or clock of the corridors, such as Beijing; '' for other texts."""
    return _named("zone.", text)


def _named(family: str, text: str) -> str:
    """The key of a family whose words have the text."""
    known = (key for key in keys(family) if re.fullmatch(expression(f"{family}{key}"), text, re.IGNORECASE))
    return next(known, "")
