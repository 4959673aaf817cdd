"""The run of the base year as an earlier server of this computer left it, so that only the first one has to make it.

Input: the data, the program and its libraries; their hash names the file in the cache folder
(:mod:`corridors.io.kept_files`). Output: what :func:`app.base_year.base_year` returns. Other data or another program
are another file, and a damaged one is as good as none. Like machine code in that folder, the file is believed: only its
owner should be able to write there.
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from app import home
from app.run_summary import Answer
from corridors.fingerprint import fingerprint
from corridors.io.kept_files import code_of, keep_text, kept_file, kept_text, version_of
from sim.experiments.shard import code_fingerprint
from sim.studies.validation.record import Record

KIND: Final = "base_years"
MOST: Final = 4
"""Base years kept; one takes about a megabyte."""
LIBRARIES: Final = ("numpy", "pandas", "numba", "simpy", "networkx", "holidays", "tzdata")
"""Libraries that make the figures or the rules of the run."""
ROOMS: Final = ("app", "sim/studies")
"""Rooms whose code shapes what is kept, beside the code that makes results."""

BaseYear = tuple[Answer, Record]


def kept_or_made(make: Callable[[], bytes]) -> BaseYear:
    """The base year that was kept, else the pickled one that ``make`` returns, which is kept."""
    file = kept_file(KIND, key())
    if file and (known := _read(kept_text(file))):
        return known
    content = make()
    if file:
        keep_text(file, content, MOST)
    made: BaseYear = pickle.loads(content)
    return made


def key() -> bytes:
    """All that the base year and its comparison with the published figures depend on."""
    root = Path(__file__).parents[1]
    code = [code_of(str(file)) for room in ROOMS for file in sorted((root / room).rglob("*.py"))]
    versions = [sys.version, *map(version_of, LIBRARIES)]
    parts = [fingerprint(home.corridor()), repr(home.comparisons()), code_fingerprint(), *code, *versions]
    return "\0".join(parts).encode()


def _read(content: bytes | None) -> BaseYear | None:
    if content is None:
        return None
    try:
        known: BaseYear = pickle.loads(content)
    except Exception:  # A pickle that cannot be read fails in any way; the run is made anew.
        return None
    return known
