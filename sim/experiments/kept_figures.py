"""Figures of units of plans in the user's cache folder, for later batches over the same world.

Input: the hash of all that the figures of a unit depend on (:mod:`sim.reuse`). Output: its figures, as an earlier
process computed them. So a batch over a changed proposal, in whatever folder, simulates only what changed, and so does
a comparison after another one. Files are named by content, with the code and the libraries that made them, have their
own hash (:mod:`corridors.io.kept_files`), and may be deleted at any time. With ``BRIDGEHEAD_REUSE=0`` there are none.

They are not beside the shards: a batch over a changed proposal has another folder, and a folder of results may come
from another person, while the cache folder is trusted.
"""

from __future__ import annotations

import pickle
import sys
import zlib
from contextlib import suppress
from functools import cache
from typing import Final

from corridors.io.cache_folder import may_reuse
from corridors.io.kept_files import keep_text, kept_file, kept_text, make_room, version_of
from sim.reuse import KeptUnit

KIND: Final = "figures"
MOST_BYTES: int = 256 * 2**20
"""Of all files, and some megabytes more; a replication of half a year of the base year takes some 0.1 megabytes."""
WRITTEN_AT_A_TIME: Final = 100
"""Files that a process writes before it looks again how much room they take."""
LIBRARIES: Final = ("numpy", "pandas", "pyarrow", "numba", "scipy")
COMPRESSION: Final = 1


class FigureFiles:
    """The files of figures of this process: those of any process with the same ``code`` and libraries."""

    def __init__(self, code: str) -> None:
        self._made_by = f"{code} {sys.version} {' '.join(map(version_of, LIBRARIES))}"
        self._written = 0

    def get(self, name: str) -> KeptUnit | None:
        """The figures of a name; None if there are none, or their file is damaged."""
        file = kept_file(KIND, self._key(name))
        content = kept_text(file) if file else None
        if content is None:
            return None
        with suppress(zlib.error, pickle.UnpicklingError, AttributeError, LookupError, TypeError, ValueError, EOFError):
            found = pickle.loads(zlib.decompress(content))
            return found if isinstance(found, KeptUnit) else None
        return None

    def put(self, name: str, unit: KeptUnit) -> None:
        """Keep figures, if they can be written."""
        file = kept_file(KIND, self._key(name))
        if file is None:
            return
        if self._written % WRITTEN_AT_A_TIME == 0:
            make_room(file.parent, most_bytes=MOST_BYTES)
        self._written += 1
        keep_text(file, zlib.compress(pickle.dumps(unit), COMPRESSION))

    def _key(self, name: str) -> bytes:
        return f"{self._made_by} {name}".encode()


def figure_files(code: str) -> FigureFiles | None:
    """The files of this process, whose code has this fingerprint; None where reuse is switched off."""
    return _of_this_process(code) if may_reuse() and MOST_BYTES else None


@cache
def _of_this_process(code: str) -> FigureFiles:
    return FigureFiles(code)
