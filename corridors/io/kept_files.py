"""Texts kept in the user's cache folder by all that they depend on, to be used again by later processes.

Input: the name of a kind, and a key that names everything on which the text depends. Output: the text that was kept
under this key. A text has its own hash, so that a damaged file is as good as none, and the folder may be deleted at any
time. The cache folder is trusted, as it holds machine code, too: only its owner should be able to write there. With
``BRIDGEHEAD_REUSE=0`` nothing is kept or used.
"""

from __future__ import annotations

import math
import time
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from corridors.io.atomic_files import TEMPORARY, write_atomically
from corridors.io.cache_folder import cache_folder, may_reuse

ENDING = ".kept"
OLD_S: Final = 3600
"""No file takes longer to write."""


def kept_file(kind: str, key: bytes) -> Path | None:
    """The file of a key, whether it is there or not; None where nothing can be kept."""
    folder = cache_folder() if may_reuse() else None
    return folder / kind / f"{sha256(key).hexdigest()}{ENDING}" if folder else None


def kept_text(file: Path) -> bytes | None:
    """The text of a file; None if there is none, or it is damaged."""
    try:
        if not file.is_file():  # Nothing comes of a pipe, and a device has no end.
            return None
        digest, _, text = file.read_bytes().partition(b"\n")
    except OSError:
        return None
    return text if digest == _digest(text) else None


def keep_text(file: Path, text: bytes, most: int | None = None) -> None:
    """Keep a text if it can be written, with at most ``most`` of its kind: those kept first make room."""
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        if most is not None:
            make_room(file.parent, most=most - 1)
        write_atomically(file, _digest(text) + b"\n" + text, durable=False)


def make_room(folder: Path, *, most: float = math.inf, most_bytes: float = math.inf) -> None:
    """Delete what was kept first in a folder of more than ``most`` files, or of more than ``most_bytes`` together.

    Of bytes three quarters of the limit stay, so that not every file makes room. Temporary files of processes that were
    killed go, too, once they are old.
    """
    with suppress(OSError):
        kept = sorted((one.stat().st_mtime_ns, one.stat().st_size, one) for one in folder.glob(f"*{ENDING}"))
        size = sum(bytes for _, bytes, _ in kept)
        least = most_bytes * 3 // 4 if size > most_bytes else size
        for n, (_, bytes, old) in enumerate(kept):
            if size <= least and len(kept) - n <= most:
                break
            old.unlink(missing_ok=True)
            size -= bytes
        for part in folder.glob(TEMPORARY):
            if part.stat().st_mtime < time.time() - OLD_S:
                part.unlink(missing_ok=True)


@cache
def version_of(library: str) -> str:
    """The version of an installed library; '' for one that is not there."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(library)
    except PackageNotFoundError:
        return ""


@cache
def code_of(module: str) -> str:
    """The hash of the file of a module; '' for one without source."""
    try:
        return _digest(Path(module).read_bytes()).decode()
    except OSError:
        return ""


def _digest(text: bytes) -> bytes:
    return sha256(text).hexdigest().encode()
