"""What is wrong with the data, told so that it can be put right: where, what was found, what would be right.

A finding is either an ``error`` (the data cannot be run) or a ``warning`` (they can, but look at this). Bad data are
reported with all their findings at once; :class:`DataError` carries them where a caller needs sound data or nothing.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from corridors.messages import Text

ERROR = "error"
WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, or odd, in one file."""

    level: str
    """'error' or 'warning'."""
    file: str
    """Name of the file, as the user knows it ('facilities.csv')."""
    row: int | None
    """Line number in the file, the header being line 1; None where no line is to blame or none is known."""
    column: str
    found: Text
    """The value as the user wrote it, or a message about it."""
    expected: Text
    nearest: str = ""
    """The valid name that looks most like what was found; '' if none does."""
    message: Text = ""
    """What is wrong, in one sentence; '' where found and expected say it all."""
    id: str = ""
    """Key of the row in its table, for data that did not come from a file; '' if unknown."""
    code: str = ""
    """Stable name of the rule, such as 'cell.not_integer'."""

    def __str__(self) -> str:
        where = self.file
        if self.row is not None:
            where += f", line {self.row}"
        if self.id:
            where += f", {self.id}"
        if self.column:
            where += f", {self.column}"
        told = [str(self.message).removesuffix(".")] if self.message else []
        if self.found:
            told.append(f"found {str(self.found)!r}")
        if self.expected:
            told.append(f"expected {self.expected}")
        if self.nearest:
            told.append(f"did you mean {self.nearest!r}?")
        return f"{self.level}: {where}: {'; '.join(told)}"


class DataError(ValueError):
    """Data that cannot be used. ``findings`` holds every reason; the message lists them, one a line."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))

    def __reduce__(self) -> tuple[type[DataError], tuple[tuple[Finding, ...]]]:
        """Survive the way back from a worker process with the findings intact."""
        return type(self), (self.findings,)


class Findings(list[Finding]):
    """What several looks at the data find wrong, so that the first that fails does not hide the others."""

    @contextmanager
    def gather(self) -> Iterator[None]:
        """Keep the findings of a DataError that is raised inside; the rest of the block is left out."""
        try:
            yield
        except DataError as error:
            self.extend(error.findings)

    def refuse(self) -> None:
        """Raise DataError with all there are, if there is any."""
        if self:
            raise DataError(self)


def nearest(name: str, candidates: Iterable[str]) -> str:
    """The candidate that looks most like ``name``; '' if none comes close. Ties go to the first in sorted order."""
    by_folded = {candidate.casefold(): candidate for candidate in sorted(candidates, reverse=True)}
    matches = difflib.get_close_matches(name.strip().casefold(), sorted(by_folded), n=1, cutoff=0.6)
    return by_folded[matches[0]] if matches else ""
