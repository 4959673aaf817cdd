"""Worlds that were read and checked before, kept by the content of their files (:mod:`corridors.io.kept_files`).

A folder without an error need not be read and checked again as long as nothing changed on which that depends: its
files, the code that reads and checks, the tables of the program and the rules of holidays and clocks. Their hash is the
name of the file with the world. Folders with errors are never kept, so findings are the same with and without it.
"""

from __future__ import annotations

import json
import sys
import zoneinfo
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import fields
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from corridors.findings import DataError
from corridors.fingerprint import fingerprint
from corridors.io.folders import data_root
from corridors.io.kept_files import keep_text, kept_file, kept_text, version_of
from corridors.io.plain_files import LARGEST_TABLE, content_of, is_folder
from corridors.model import TABLES, Corridor, key_of

KIND: Final = "worlds"
MOST: Final = 16
"""Worlds kept; one of the size of the base year takes some 0.3 MB."""
LIBRARIES: Final = ("holidays", "tzdata", "openpyxl", "networkx")
"""Libraries with data that the rules read, that read workbooks, and that find ways."""


def place_of(folder: Path) -> Path | None:
    """The file in which the world of a folder, as it is now, is kept or will be; None where it cannot be kept."""
    content = [_program()]
    try:
        for path in sorted(folder.iterdir()):
            content += [path.name.encode(), b"folder" if is_folder(path) else _hash(content_of(path, LARGEST_TABLE))]
    except (OSError, ValueError, DataError):
        return None
    return kept_file(KIND, b"\0".join(content))


def kept_world(place: Path) -> Corridor | None:
    """The world in a file; None if there is none, or it is damaged."""
    text = kept_text(place)
    with suppress(ValueError, TypeError, LookupError, AttributeError):
        return None if text is None else _world(json.loads(text))
    return None


def keep(world: Corridor, place: Path) -> None:
    """Keep a checked world, if its text says all of it."""
    tables = {
        table: [[getattr(row, one.name) for one in fields(kind)] for row in world.table(table).values()]
        for table, kind in TABLES.items()
    }
    with suppress(ValueError, TypeError):
        text = json.dumps(tables, ensure_ascii=False, separators=(",", ":")).encode()
        if fingerprint(_world(json.loads(text))) == fingerprint(world):
            keep_text(place, text, MOST)


def _world(tables: dict[str, list[list[Any]]]) -> Corridor:
    rows = {table: [kind(*values) for values in tables[table]] for table, kind in TABLES.items()}
    return Corridor(**{table: {key_of(row): row for row in some} for table, some in rows.items()})


@cache
def _program() -> bytes:
    """All but the folder on which reading and checking depend, as one hash."""
    content = [repr((sys.version, *_clocks(), *map(version_of, LIBRARIES))).encode()]
    code, data = Path(__file__).parent, data_root()
    tables = (*sorted((code / "io").glob("*.csv")), *sorted((data / "schema").glob("*.csv")), data / "facts.csv")
    for file in (*sorted(code.rglob("*.py")), *tables):
        content += [file.name.encode(), _hash(file.read_bytes())]
    return _hash(b"\0".join(content))


def _clocks() -> Iterator[tuple[str, int]]:
    """The folders of the rules of clocks, with the time of their last change."""
    for folder in zoneinfo.TZPATH:
        with suppress(OSError):
            yield folder, Path(folder).stat().st_mtime_ns


def _hash(content: bytes) -> bytes:
    return sha256(content).hexdigest().encode()
