"""Problems that the operating system or a library reports, as messages.

The frequent ones have sentences in every language; any other is shown in its own words, named as such.
"""

from __future__ import annotations

import errno
import os
from typing import Final

from corridors.messages import Message, message

ROOM: Final = "problems"
"""The catalogue of the messages."""
NUMBERS: Final = {
    errno.ENOENT: "missing",
    errno.EACCES: "no_permission",
    errno.EPERM: "no_permission",
    errno.EROFS: "read_only",
    errno.EISDIR: "folder",
    errno.ENOTDIR: "not_folder",
    errno.EEXIST: "exists",
    errno.ENOTEMPTY: "folder_not_empty",
    errno.ENOSPC: "disk_full",
    getattr(errno, "EDQUOT", errno.ENOSPC): "disk_quota",
    errno.EFBIG: "file_too_large",
    errno.ENAMETOOLONG: "name_too_long",
    errno.EILSEQ: "name_not_possible",
    errno.ELOOP: "circle_of_links",
    errno.EMFILE: "too_many_open",
    errno.ENFILE: "too_many_open",
    errno.EIO: "device_error",
    errno.ENXIO: "no_device",
    errno.ENODEV: "no_device",
    errno.EBUSY: "in_use",
    errno.ETXTBSY: "in_use",
    errno.EPIPE: "reader_gone",
    errno.ENOMEM: "no_memory",
    errno.ECONNREFUSED: "no_connection",
    errno.EHOSTUNREACH: "no_connection",
    errno.ENETUNREACH: "no_connection",
    errno.ETIMEDOUT: "no_answer",
    errno.EADDRINUSE: "address_in_use",
}
"""Ids of the messages, by the number of an error of the language itself. Errors of other modules, such as those of
names of computers and of certificates, have numbers with other meanings. The system
gives the numbers of Unix on every platform."""


def os_problem(error: OSError) -> Message:
    """Why a file, folder or connection failed."""
    of_system = type(error).__module__ == "builtins"
    if of_system and error.errno in NUMBERS:
        return message(NUMBERS[error.errno], ROOM)
    if isinstance(error, TimeoutError):
        return message("no_answer", ROOM)
    text = error.strerror or (os.strerror(error.errno) if of_system and error.errno else str(error))
    return message("of_system", ROOM, text=text or type(error).__name__)


def file_problem(error: OSError) -> Message:
    """The same with the file, where the error names one."""
    if not isinstance(error.filename, str):
        return os_problem(error)
    return message("of_file", ROOM, path=error.filename, why=os_problem(error))


def library_problem(library: str, text: str) -> Message:
    """A sentence of a library in its own words."""
    return message("of_library", ROOM, library=library, text=" ".join(text.split()))


def problem(error: BaseException) -> Message:
    """Any error: one of the system by its reason, any other in its own words."""
    if isinstance(error, OSError):
        return file_problem(error)
    return message("of_exception", ROOM, kind=type(error).__name__, text=" ".join(str(error).split()))
