"""Folder for what can be made again, such as machine code: it may be deleted at any time.

It is the user's cache folder, so that an uninstall leaves nothing, or the one in the environment variable
``BRIDGEHEAD_CACHE``. Programs believe what it holds: only the user should be able to write there.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

VARIABLE: Final = "BRIDGEHEAD_CACHE"
"""Environment variable with the folder; else it is in the cache folder of the operating system."""
REUSE: Final = "BRIDGEHEAD_REUSE"
"""Environment variable; '0' switches off the reuse of figures and of checked data."""


def cache_folder() -> Path | None:
    """The folder, made if need be; None if it cannot be made or written."""
    try:
        folder = Path(given) if (given := os.environ.get(VARIABLE)) else _of_user() / "bridgehead"
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError, ValueError):
        return None
    return folder if os.access(folder, os.W_OK) else None


def may_reuse() -> bool:
    """Whether what was computed before may be used again."""
    return os.environ.get(REUSE) != "0"


def _of_user() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
