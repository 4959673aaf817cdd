"""Ids of vehicles in texts that are shown: hashed where the log has them as vehicles, else only their form.

A map may take the column of plates for that of times or services, and a damaged row may have its cells shifted: what is
found there is quoted in the ledger and in findings, and would show the ids.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from hashlib import blake2b
from typing import Final

from corridors.findings import Finding
from corridors.records.visits import Entry

PART = re.compile(r"[^\s,;()]+")
HASH_BYTES: Final = 8
WORD = re.compile(r"[\w·\-]{4,16}")


def hashed(vehicle: str, salt: str) -> str:
    """The name of a vehicle in all outputs: BLAKE2b of salt and id, 8 bytes in hexadecimal."""
    return blake2b(f"{salt}\0{vehicle}".encode(), digest_size=HASH_BYTES).hexdigest()


def plate(text: str) -> str:
    """An id without differences that mean nothing: width, case, spaces, points and dashes."""
    return re.sub(r"[\s·.\-_]", "", unicodedata.normalize("NFKC", text)).upper()


def form_of(text: str) -> str:
    """The form of a text: A for each letter, 0 for each digit."""
    return "".join("0" if one.isdigit() else "A" if one.isalpha() else one for one in text)


class Secrets:
    """The ids of the vehicles of logs."""

    def __init__(self, ids: Collection[str], hashed: Callable[[str], str]) -> None:
        self._ids, self._hashed = frozenset(ids), hashed

    def without(self, text: str, *, is_time: bool = False) -> str:
        """A text with hashes in place of ids.

        In place of a time or a number, a word that looks like an id of another vehicle shows its form.
        """
        if text in self._ids:
            return self._hashed(text)
        return PART.sub(lambda part: self._part(part[0], is_time), text)

    def _part(self, word: str, is_time: bool) -> str:
        if word in self._ids:
            return self._hashed(word)
        looks = is_time and WORD.fullmatch(word) and any(map(str.isdigit, word)) and any(map(str.isalpha, word))
        return form_of(word) if looks else word

    def finding(self, one: Finding) -> Finding:
        """A finding without ids."""
        return replace(one, found=self.without(one.found)) if isinstance(one.found, str) else one

    def entries(self, rows: Iterable[Entry]) -> list[Entry]:
        """Entries of a ledger without ids."""
        return [(*row[:5], self.without(row[5], is_time=row[3] in ("R1", "R2")), *row[6:]) for row in rows]
