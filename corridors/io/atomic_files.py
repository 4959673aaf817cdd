"""Files that are written whole or not at all: the one writer for every output of every command.

The content goes into a temporary file in the same folder, which takes the final name once it is complete and on the
disk. A reader sees the old file or the new one, never a part, also after a crash or a loss of power.
"""

from __future__ import annotations

import errno
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

TEMPORARY: Final = ".*.part"
"""Glob pattern of the names of temporary files; a crash may leave one behind."""
CANNOT_SYNC: Final = (errno.EACCES, errno.EPERM, errno.EINVAL, errno.ENOTSUP)
"""Errors of a file system or folder that cannot be synchronised; the file itself is complete."""

SYSTEM: Final = ("/dev/", "/proc/")
"""Folders of the streams and devices of the system."""


@contextmanager
def atomic_file(path: Path, durable: bool = True) -> Iterator[BinaryIO]:
    """Open a binary file that replaces ``path`` when the block ends without an exception.

    A file that is not ``durable`` may be damaged by a loss of power, which its reader must notice.

    Makes the folder if need be. A link is followed. A stream or device of the system, such as ``/dev/stdout``, cannot
    be replaced and is written directly; any other pipe or device is refused (see :func:`is_refused`). Raises OSError;
    then an older file at ``path`` is unchanged.
    """
    if is_refused(path):
        raise OSError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    if is_device(path):
        with path.open("wb") as device:
            yield device
        return
    target, part = _places(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with part.open("wb") as file:
            yield file
            if durable:
                file.flush()
                os.fsync(file.fileno())
        os.replace(part, target)  # noqa: PTH105 (the act that commits, by its usual name)
        if durable:
            _sync_folder(target.parent)
    finally:
        part.unlink(missing_ok=True)


def write_atomically(path: Path, content: bytes, durable: bool = True) -> None:
    """Write a whole file, see :func:`atomic_file`; raises OSError."""
    with atomic_file(path, durable) as file:
        file.write(content)


def copy_folder(source: Path, target: Path) -> None:
    """Copy a folder as one that does not exist, or is empty; raises OSError, and then leaves nothing behind.

    The copy is made beside the target, or within it if it exists, as it may be the current folder.
    """
    inside = target.is_dir()
    if not inside:
        if target.parent.exists() and not target.parent.is_dir():
            raise OSError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(target.parent))
        target.parent.mkdir(parents=True, exist_ok=True)
    part = target / f".new.{os.getpid()}.part" if inside else _places(target)[1]
    moved: list[Path] = []
    try:
        for file in sorted(path for path in source.rglob("*") if path.is_file()):
            write_atomically(part / file.relative_to(source), file.read_bytes())
        if not inside:
            part.rename(target)
            return
        for entry in sorted(part.iterdir()):
            entry.rename(target / entry.name)
            moved.append(target / entry.name)
    except OSError:
        for path in moved:
            _remove(path)
        raise
    finally:
        _remove(part)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def try_to_write(path: Path) -> None:
    """Raise OSError if no temporary file can be made for ``path``, whose folder exists."""
    if not is_device(path):
        part = _places(path)[1]
        part.touch()
        part.unlink()


def is_refused(path: Path) -> bool:
    """Whether a path is a pipe, socket or disk, which may block without end or must not be overwritten.

    The streams and devices of the system in ``/dev`` and ``/proc`` may be written, such as ``/dev/stdout``, which may
    be a pipe, and ``/dev/null``.
    """
    if not is_device(path):
        return False
    of_system = any(str(one).startswith(SYSTEM) for one in (path.absolute(), os.path.realpath(path)))
    return path.is_block_device() or not of_system


def is_device(path: Path) -> bool:
    """Whether there is a pipe, socket, device or disk at a path: no file and no folder."""
    return path.exists() and not path.is_file() and not path.is_dir()


def _places(path: Path) -> tuple[Path, Path]:
    """The file that a path leads to, and its temporary file."""
    target = Path(os.path.realpath(path))
    return target, target.with_name(f".{target.name}.{os.getpid()}.part")


def _sync_folder(folder: Path) -> None:
    """Make a renaming durable, where the platform can; Windows has no such call and does not need it."""
    if sys.platform == "win32":
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno not in CANNOT_SYNC:
            raise
