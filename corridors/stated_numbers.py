"""Numbers that a published figure states, and arithmetic written in notes.

A fact of ``facts.csv`` states every number of its value, metric, unit and note, as digits or as an English word up to
twelve, and the days of a period such as 'Jan-Oct' or 'to 28 Nov' (from 1 January). A note may calculate a number from
these::

    150,000 vehicles / 332 days / 2 directions = 226

Words between the numbers are units and are left out; ``Mt``, ``kt`` and ``%`` multiply. An operand is stated by a fact,
is a constant of units, is the result of arithmetic before it, or is the address of another number of the data
(``services.coal.load_t / 60 = 2``).
"""

from __future__ import annotations

import ast
import calendar
import operator
import re
from collections.abc import Callable, Iterator, Set
from typing import Final

from corridors.facts import Fact

NUMBER: Final = re.compile(r"(?<![\w.])\d{1,3}(?:,\d{3})+(?:\.\d+)?|(?<![A-Za-z_\d.])\d+(?:\.\d+)?")
_WORDS: Final = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
WORDS: Final = {word: number for number, word in enumerate(_WORDS, start=1)} | {"single": 1, "double": 2, "doubled": 2}
CONSTANTS: Final = frozenset({1, 2, 7, 12, 24, 30, 31, 60, 100, 365, 366, 1000, 1440, 8760})
"""Both directions, days, months, hours, minutes, per cent: operands that need no source."""
MULTIPLIERS: Final = {"Mt": 1e6, "kt": 1e3, "million": 1e6, "%": 1e-2}
_MONTHS: Final = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
MONTHS: Final = {name: number for number, name in enumerate(_MONTHS, start=1)}
_MONTH: Final = "|".join(MONTHS)
PERIOD: Final = re.compile(rf"(?:(\d+) )?\b({_MONTH})-(?:(\d+) )?({_MONTH})\b")
UNTIL: Final = re.compile(rf"\bto (\d+|mid)[ -]({_MONTH})\b")
TOKEN: Final = re.compile(
    r"(?P<address>[a-z]\w*(?:\.\w+){2,})|(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"|(?P<word>[A-Za-z_][\w-]*|%)|(?P<operator>[-+*/()])|(?P<times>×)|(?P<space>\s+)|(?P<other>.)"
)
OPERATORS: Final = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}
ROUNDING: Final = 0.02
"""A derived number may differ from its arithmetic by 2%, or by half of its last digit."""


def numbers_in(text: str) -> set[float]:
    """Every number in a text, as digits or as a word up to twelve."""
    found = {float(one.group().replace(",", "")) for one in NUMBER.finditer(text)}
    return found | {float(WORDS[word]) for word in re.findall(r"[a-z]+", text.lower()) if word in WORDS}


def numbers_of_fact(fact: Fact) -> set[float]:
    """Every number that a published figure states."""
    text = " | ".join((fact.metric, fact.value, fact.unit, fact.note))
    year = int(fact.year) if fact.year.isdigit() else 2023
    return numbers_in(text) | set(_periods(text, year))


def _periods(text: str, year: int) -> Iterator[float]:
    """Days of every period in a text: 'Jan-Oct', '1 Jan-12 Nov', 'to 28 Nov' (from the first of January)."""
    for one in PERIOD.finditer(text):
        first, start, last, end = one.groups()
        yield _days(year, int(first or 1), start, last, end)
    for one in UNTIL.finditer(text):
        last, end = one.groups()
        yield _days(year, 1, "Jan", last.replace("mid", "15"), end)


def _days(year: int, first: int, start: str, last: str | None, end: str) -> float:
    days = [0, *(calendar.monthrange(year, month)[1] for month in range(1, 13))]
    until = int(last) if last else days[MONTHS[end]]
    return float(sum(days[: MONTHS[end]]) + until - sum(days[: MONTHS[start]]) - first + 1)


def derived_in(note: str, stated: set[float], number_at: Callable[[str], float | None]) -> list[float]:
    """The results of the arithmetic in a note, as calculated.

    Only arithmetic whose operands all have an origin counts, and not that of constants alone; ``number_at`` is the
    number of the data at an address. That number may be assumed: the rest of a published total after an assumed part is
    derived, and the address in the note leads to the grade and range of the part (docs/data.md says so).
    """
    known, found = stated, []
    for clause in re.split(r"[;:,.]\s", note):
        for left in clause.split(" = ")[:-1]:
            value = _value(left, known, number_at)
            if value is not None:
                found.append(value)
                known = known | {value, *(round(value, digits) for digits in range(4))}
    return found


def _value(text: str, known: Set[float], number_at: Callable[[str], float | None]) -> float | None:
    """The value of one expression; None if it is none or an operand has no origin."""
    parts: list[str] = []
    sourced = False
    for token in TOKEN.finditer(re.sub(r"\([A-Z]\d{3}(?:; ?[A-Z]\d{3})*\)", "", text)):
        kind, piece = token.lastgroup, token.group()
        if kind == "number":
            number = float(piece.replace(",", ""))
            if number not in known | CONSTANTS:
                return None
            sourced = sourced or number in known
            parts.append(repr(number))
        elif kind == "address":
            value = number_at(piece)
            if value is None:
                return None
            parts.append(repr(float(value)))
            sourced = True
        elif kind == "operator":
            parts.append(piece)
        elif kind == "times" or piece == "x":
            parts.append("*")
        elif kind == "word" and piece in MULTIPLIERS:
            parts.append(f"*{MULTIPLIERS[piece]!r}")
        elif kind == "other":
            return None
    if not sourced:
        return None
    try:
        tree = ast.parse("".join(parts), mode="eval").body
    except SyntaxError:
        return None
    return _calculated(tree)


def _calculated(node: ast.expr) -> float | None:
    match node:
        case ast.Constant(value=float(value)):
            return value
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            a, b = _calculated(left), _calculated(right)
            if a is None or b is None or (isinstance(op, ast.Div) and b == 0):
                return None
            return float(OPERATORS[type(op)](a, b))
    return None


def agrees(value: float, other: float) -> bool:
    """Whether a number is another one, rounded."""
    digits = f"{value:.10g}".partition(".")[2]
    return abs(value - other) <= max(0.5 * 10.0 ** -len(digits), ROUNDING * abs(value)) + 1e-12


def states(numbers: set[float], value: float) -> bool:
    """Whether a number is among those stated, or one of them is it with more decimals."""
    digits = len(f"{value:.10g}".partition(".")[2])
    return value in numbers or (digits > 0 and value in {round(one, digits) for one in numbers})
