"""Table of finished texts, for terminal, web page and HTML report alike."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class Table:
    """Title, headings and rows in one language; the first ``texts`` columns are words, the others numbers.

    A line break in a heading separates the unit.
    """

    title: str
    note: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    texts: int
    rest: str = ""
    """A sentence on the scenarios without a row."""

    @property
    def grouped(self) -> bool:
        """Whether consecutive rows have the same first cell, which can then be a heading above them."""
        return any(one[0] == other[0] for one, other in pairwise(self.rows))
