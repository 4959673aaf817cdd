"""Input files, read whole: plain files of a limited size only.

A pipe or a device may never end, and a file of another kind may be of any size, so both are refused before they are
read. The limits are far above those of real worlds: the tables of the base year have 0.3 MB together.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from corridors.findings import ERROR, DataError, Finding
from corridors.io.system_problems import ROOM, os_problem
from corridors.messages import Text, message

MB: Final = 1_000_000
LARGEST_TABLE: Final = 32 * MB
"""Bytes of a table or workbook."""
LARGEST_DOCUMENT: Final = MB
"""Bytes of a YAML document, which is read some hundred times slower than a table."""
LARGEST_RECORD: Final = 256 * MB
"""Bytes of a file that the program itself wrote, such as the manifest of a batch."""


@dataclass(frozen=True)
class FileInMemory:
    """A file that is on no disk, such as one that a visitor of the page has sent."""

    name: str
    content: bytes

    @property
    def suffix(self) -> str:
        """The end of its name, as of a path."""
        return Path(self.name).suffix

    def __str__(self) -> str:
        return self.name


Source = Path | FileInMemory
"""Where the bytes of a file are."""
KINDS: Final = {
    stat.S_ISDIR: "found.folder",
    stat.S_ISFIFO: "found.pipe",
    stat.S_ISCHR: "found.device",
    stat.S_ISBLK: "found.device",
    stat.S_ISSOCK: "found.pipe",
}
"""Phrases for what is no plain file."""
WAIT_FOR_NOBODY: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""How a file is opened, so that a pipe without a writer does not stop the program."""


def content_of(path: Source, largest: int, name: str = "") -> bytes:
    """The bytes of a plain file of at most ``largest`` bytes.

    Raises DataError with one finding about the file ``name`` (by default that of the path).
    """
    name, expected = name or path.name, message("want.readable_file")
    if isinstance(path, FileInMemory):
        if len(path.content) > largest:
            raise _too_large(name, len(path.content), largest)
        return path.content
    try:
        # A descriptor stays the same file whatever happens to the path meanwhile.
        with os.fdopen(os.open(path, WAIT_FOR_NOBODY), "rb") as file:
            status = os.fstat(file.fileno())
            plain = stat.S_ISREG(status.st_mode)
            content = file.read(largest + 1) if plain and status.st_size <= largest else b""
    except OSError as error:
        found = message("found.folder") if is_folder(path) else os_problem(error)
        raise _refused(name, "file.unreadable", found, expected) from None
    except ValueError:  # A NUL byte in the name.
        raise _refused(name, "file.unreadable", message("missing", ROOM), expected) from None
    if not plain:
        raise _refused(name, "file.unreadable", _kind(status.st_mode), expected)
    size = max(status.st_size, len(content))
    if size > largest:
        raise _too_large(name, size, largest)
    return content


def exists(path: Path) -> bool:
    """Whether there is a file or folder at a path; False also for a name that no file can have."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def why_not_there(path: Path) -> Text:
    """What is at a path where neither a file nor a folder can be found, such as a circle of links; '' for nothing."""
    try:
        path.stat()
    except FileNotFoundError:
        return ""
    except OSError as error:
        return os_problem(error)
    except ValueError:
        return ""
    return ""


def is_folder(path: Path) -> bool:
    """Whether there is a folder at a path; False also for a name that no folder can have."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def documents_in(folder: Path) -> list[Path]:
    """The YAML files of a folder in the order of their names; none where there is no such folder."""
    try:
        return sorted(one for one in folder.iterdir() if one.suffix == ".yaml" and not one.name.startswith("."))
    except (OSError, ValueError):
        return []


def real_path(path: Path) -> Path:
    """The absolute path without links; a circle of links is left as it is."""
    return Path(os.path.realpath(path))


def _kind(mode: int) -> Text:
    return message(next((phrase for is_kind, phrase in KINDS.items() if is_kind(mode)), "found.device"))


def _too_large(name: str, size: int, largest: int) -> DataError:
    found, expected = message("found.megabytes", n=size / MB), message("want.megabytes", n=largest / MB)
    return _refused(name, "file.too_large", found, expected)


def _refused(name: str, code: str, found: Text, expected: Text) -> DataError:
    return DataError([Finding(ERROR, name, None, "", found, expected, message=message(code))])
