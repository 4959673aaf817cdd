"""The last resort: an error that no part of the program expected becomes a sentence, and its details a file."""

from __future__ import annotations

import os
import platform
import secrets
import tempfile
import traceback
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import sim
from sim.cli.words import say


def unexpected(error: Exception, arguments: Sequence[str]) -> str:
    """What to say about an error: what happened, and what to send to whom. The traceback goes into a file."""
    if isinstance(error, MemoryError):
        return say("out_of_memory")
    kind = type(error).__name__
    try:
        file = details_file([f"arguments: {list(arguments)!r}", *traceback.format_exception(error)])
    except OSError:
        return say("unexpected_without_file", kind=kind, details="".join(traceback.format_exception(error)))
    return say("unexpected", kind=kind, file=file)


def details_file(details: Sequence[str]) -> Path:
    """A new file with versions and the details of an error, in the folder for temporary files. Raises OSError."""
    name = f"bridgehead-error-{datetime.now():%Y%m%d-%H%M%S}-{os.getpid()}-{secrets.token_hex(3)}.txt"
    file = Path(tempfile.gettempdir()) / name
    versions = f"bridgehead {sim.__version__}, Python {platform.python_version()}, {platform.platform()}"
    lines = [versions, *details]
    # Made anew: a link of that name must not lead elsewhere.
    with file.open("x", encoding="utf-8", errors="backslashreplace") as sink:
        sink.write("\n".join(lines))
    return file
