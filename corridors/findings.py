"""Findings about input data: place, rule, value found, value expected.

A finding is an ``error`` (the data cannot be run) or a ``warning`` (they can, but deserve a look). All findings of an
input are reported together; :class:`DataError` carries them where a caller needs sound data. A finding holds codes and
values; :mod:`sim.text.findings` makes the sentences of a language.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final

from corridors.messages import Message, Param, Text

ERROR = "error"
WARNING = "warning"
LEAST_WORD: Final = 2
"""Letters that begin the name of something."""
MOST_SHOWN: Final = 200
"""Findings beyond this number are counted, not listed, and get no suggestion."""


@dataclass(frozen=True)
class Finding:
    """One problem in one file."""

    level: str
    """'error' or 'warning'."""
    file: str
    """Name of the file ('facilities.csv'), or of the option or document."""
    row: int | None
    """Line number in the file, the header being line 1; None if unknown."""
    column: str
    """Column of a table, or path of a key in a document ('changes.2.value')."""
    found: Text
    """The value as the file has it, or a phrase about it."""
    expected: Text
    """A noun phrase: the values that are valid here."""
    nearest: str = ""
    """The valid name that looks most like the value found; '' if none does."""
    message: Text = ""
    """The problem in one sentence, without the full stop."""
    id: str = ""
    """Key of the row in its table; '' if unknown."""
    code: str = ""
    """Stable name of the rule, such as 'cell.not_integer'; that of the message unless given."""
    used_by: tuple[str, ...] = ()
    """Names of other documents that have the same problem because they use this file."""

    def __post_init__(self) -> None:
        if not self.code and isinstance(self.message, Message):
            object.__setattr__(self, "code", self.message.code)

    def __str__(self) -> str:
        """Place, code and values, for logs and tests.

        Users see the sentence of a language.
        """
        where = ", ".join(filter(None, (self.file, f"line {self.row}" if self.row else "", self.id, self.column)))
        parts = (
            str(self.message),
            f"expected {self.expected}" if self.expected else "",
            f"found {str(self.found)!r}" if self.found else "",
            f"nearest {self.nearest!r}" if self.nearest else "",
        )
        return f"{self.level}: {where}: {'; '.join(filter(None, parts))}"

    def as_json(self) -> dict[str, Any]:
        """Plain values for JSON.

        Messages become ``{"code": ..., "params": {...}}``; sentences are not included.
        """
        return {
            "level": self.level,
            "code": self.code,
            "file": self.file,
            "row": self.row,
            "column": self.column,
            "id": self.id,
            "params": _plain(self.message)["params"] if isinstance(self.message, Message) else {},
            "found": _plain(self.found),
            "expected": _plain(self.expected),
            "nearest": self.nearest,
            "used_by": list(self.used_by),
        }


def _plain(value: Param) -> Any:
    """A parameter as JSON has it."""
    if isinstance(value, Message):
        return {"code": value.code, "params": {name: _plain(param) for name, param in value.params}}
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


class DataError(ValueError):
    """Data that cannot be used. ``findings`` holds every reason.

    The text lists them, one a line.
    """

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        first, more = capped(self.findings)
        super().__init__("\n".join([*map(str, first), *([f"and {more} more"] if more else [])]))

    def __reduce__(self) -> tuple[type[DataError], tuple[tuple[Finding, ...]]]:
        """Keep the findings when a worker process returns the error."""
        return type(self), (self.findings,)


class Findings(list[Finding]):
    """Findings of several checks; a failure of one does not hide the others."""

    @contextmanager
    def gather(self) -> Iterator[None]:
        """Keep the findings of a DataError that is raised inside.

        The rest of the block is skipped.
        """
        try:
            yield
        except DataError as error:
            self.extend(error.findings)

    def refuse(self) -> None:
        """Raise DataError with all findings, if there is any."""
        if self:
            raise DataError(self)


def capped(findings: Sequence[Finding], most: int = MOST_SHOWN) -> tuple[Sequence[Finding], int]:
    """The first ``most`` findings, and the number of those left out."""
    return findings[:most], max(0, len(findings) - most)


def ignore(findings: Iterable[Finding], codes: Iterable[str]) -> list[Finding]:
    """The findings without those of some codes or families of codes.

    A code is like 'source.no_reason', its family is 'source'.
    """
    left_out = frozenset(codes)
    return [one for one in findings if not {one.code, one.code.partition(".")[0]} & left_out]


_suggestions_left: ContextVar[list[int] | None] = ContextVar("suggestions_left", default=None)


@contextmanager
def limited_suggestions(most: int = MOST_SHOWN) -> Iterator[None]:
    """Limit the searches of :func:`nearest` inside the block to ``most``.

    The limit bounds the time of checks.
    """
    if _suggestions_left.get() is not None:
        yield
        return
    token = _suggestions_left.set([most])
    try:
        yield
    finally:
        _suggestions_left.reset(token)


def nearest(name: str, candidates: Iterable[str]) -> str:
    """The candidate that looks most like ``name``, else the first that begins with it as a word; '' for none.

    Ties go to the first in sorted order.

    Also '' beyond the first searches inside :func:`limited_suggestions`.
    """
    left = _suggestions_left.get()
    if left is not None:
        if left[0] <= 0:
            return ""
        left[0] -= 1
    by_folded = {candidate.casefold(): candidate for candidate in sorted(candidates, reverse=True)}
    matches = difflib.get_close_matches(name.strip().casefold(), sorted(by_folded), n=1, cutoff=0.6)
    if matches:
        return by_folded[matches[0]]
    word = f"{name.strip().casefold()}_"
    return next((by_folded[one] for one in sorted(by_folded) if len(word) > LEAST_WORD and one.startswith(word)), "")
