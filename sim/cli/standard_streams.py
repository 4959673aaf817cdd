"""Standard output and standard error that may be closed or full: the command continues, and its files are written.

Output after the first failure of a stream is dropped. A reader of a pipe that has seen enough, as ``head`` does, is the
usual reason; a full disk is another.
"""

from __future__ import annotations

import io
import os
import sys
from typing import Any, Final, TextIO

BROKEN_PIPE: Final = 141
"""Exit status of a program that a closed pipe ends, as shells give it: 128 and the number of SIGPIPE."""


class Guarded(io.TextIOBase):
    """A text stream whose failures are kept in ``failure`` instead of raised."""

    def __init__(self, inner: TextIO) -> None:
        self._inner = inner
        self.failure: OSError | None = None
        """The first failure; None if there was none."""

    def write(self, text: str) -> int:
        """Write a text, or drop it after a failure; return its length."""
        if self.failure is None:
            try:
                return self._inner.write(text)
            except OSError as error:
                self._fail(error)
        return len(text)

    def flush(self) -> None:
        """Write what is in the buffer."""
        if self.failure is None and not self._inner.closed:
            try:
                self._inner.flush()
            except OSError as error:
                self._fail(error)

    def _fail(self, error: OSError) -> None:
        self.failure = error
        # The stream still has the text in its buffer and would fail once more when the program ends.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self._inner.fileno())
        os.close(nowhere)

    def fileno(self) -> int:
        """The descriptor of the stream below."""
        return self._inner.fileno()

    def isatty(self) -> bool:
        """Whether the stream is a terminal."""
        return self._inner.isatty()

    def writable(self) -> bool:
        """Always True; what cannot be written is dropped."""
        return True

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """The encoding of the stream below."""
        return self._inner.encoding

    @property
    def errors(self) -> str | None:  # type: ignore[override]
        """The treatment of characters that the encoding lacks."""
        return self._inner.errors

    @property
    def buffer(self) -> Any:
        """The stream of bytes below, for libraries that ask for it."""
        return self._inner.buffer


def guard() -> tuple[Guarded, Guarded]:
    """Replace standard output and standard error by guarded ones, also where they are closed; return them."""
    _fill_descriptors()
    guarded = []
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name) or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # A console that lacks a character must not end a run.
        guarded.append(Guarded(stream))
        setattr(sys, name, guarded[-1])
    out, err = guarded
    return out, err


def _fill_descriptors() -> None:
    """Open closed standard descriptors to nowhere, so that no file of the program takes their number."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # It takes the lowest free number.
