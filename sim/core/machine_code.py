"""Machine code from plain loops over arrays, by numba.

Importing this module raises ImportError where numba is missing or does not suit the installed numpy. numba's cache of
machine code is kept by file: a function may call only compiled functions of the same file.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from numba import config as numba_config
from numba import njit
from numba.core.caching import IndexDataCacheFile
from numba.core.runtime import rtsys
from numba.extending import register_jitable

from corridors.io.cache_folder import cache_folder

_config: Any = numba_config
DIGEST_BYTES: Final = 32


def is_switched_off() -> bool:
    """Whether ``NUMBA_DISABLE_JIT`` keeps numba from making machine code."""
    return bool(_config.DISABLE_JIT)


def jit(function: Callable[..., Any]) -> Any:
    """Machine code on the first call, without Python's lock, kept in the user's cache folder if there is room.

    A folder in ``NUMBA_CACHE_DIR`` takes precedence. Where numba would keep it otherwise, beside the sources, it would
    outlive an uninstall. With ``NUMBA_DISABLE_JIT`` the function remains plain Python.
    """
    if is_switched_off():
        return function
    given = _config.CACHE_DIR
    folder = given or cache_folder()
    if not folder:
        return njit(nogil=True)(function)
    _config.CACHE_DIR = str(folder)
    try:
        return _loaded_directly(njit(nogil=True, cache=True)(function))
    except RuntimeError:
        return njit(nogil=True)(function)
    finally:
        _config.CACHE_DIR = given


class CheckedFiles(IndexDataCacheFile):  # type: ignore[misc]
    """Numba's files of kept machine code, each with a hash: one that is damaged, or of another version, is none."""

    def _load_index(self) -> dict[Any, str]:
        content = self._read(self._index_path)
        stamp, names = (None, {}) if content is None else pickle.loads(content)
        return names if stamp == self._source_stamp else {}

    def _save_index(self, overloads: dict[Any, str]) -> None:
        self._write(self._index_path, self._dump((self._source_stamp, overloads)))

    def _load_data(self, name: str) -> Any:
        content = self._read(self._data_path(name))
        if content is None:
            raise OSError(name)  # For numba the file is gone.
        return pickle.loads(content)

    def _save_data(self, name: str, data: Any) -> None:
        self._write(self._data_path(name), self._dump(data))

    def _read(self, path: str) -> bytes | None:
        try:
            # Nothing comes of a pipe in the place of a file.
            kept = Path(path).read_bytes() if Path(path).is_file() else b""
        except OSError:
            return None
        digest, content = kept[:DIGEST_BYTES], kept[DIGEST_BYTES:]
        return content if digest == self._digest(content) else None

    def _write(self, path: str, content: bytes) -> None:
        with self._open_for_write(path) as file:
            file.write(self._digest(content) + content)

    def _digest(self, content: bytes) -> bytes:
        return sha256(f"{self._version}\n".encode() + content).digest()


def callable_from_jit(function: Callable[..., Any]) -> None:
    """Let functions of :func:`jit` in the same file call a function that remains plain Python for all others."""
    register_jitable(function)


def _loaded_directly(compiled: Any) -> Any:
    """Load kept machine code without the implementations of NumPy's functions, which only a compilation needs.

    Loading these would take five times as long as loading the machine code.
    """
    kept = compiled._cache
    kept._cache_file.__class__ = CheckedFiles

    def load_overload(signature: Any, context: Any) -> Any:
        rtsys.initialize(context)
        found = None
        with suppress(OSError):
            found = kept._load_overload(signature, context)
        if found is None:
            _without_blas()
        return found

    def save_overload(signature: Any, compiled: Any) -> None:
        # On a full disk, say, the next process compiles again.
        with suppress(OSError):
            keep(signature, compiled)

    keep = kept.save_overload
    kept.load_overload, kept.save_overload = load_overload, save_overload
    return compiled


@cache
def _without_blas() -> None:
    """Load numba's arrays without much of SciPy, which it imports only to see whether there is a BLAS: none is used."""
    from numba.np import linalg

    def not_here() -> None:
        raise ImportError

    ensured, linalg.ensure_blas = linalg.ensure_blas, not_here
    try:
        import_module("numba.np.arraymath")
    finally:
        linalg.ensure_blas = ensured
