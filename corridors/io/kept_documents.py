"""Documents that were read before, bounded in bytes; those that were not used for longest go first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Any, Final, Generic, TypeVar

Made = TypeVar("Made")
Key = tuple[bytes, str, type[Any]]

BYTES_OF_BYTE: Final = 16
"""Memory of what is made of one byte of a document, with the byte: a list of short changes takes 13."""
LEAST_BYTES: Final = 4096
"""Counted for each document beside that."""


class KeptDocuments(Generic[Made]):
    """What was made of documents, by content, name and model, as many as fit into a number of bytes."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._made: OrderedDict[Key, Made] = OrderedDict()
        self._lock = Lock()
        self.size = 0
        """Bytes kept."""

    def __len__(self) -> int:
        return len(self._made)

    def of(self, content: bytes, name: str, model: type[Any], made: Callable[[bytes, str, type[Any]], Made]) -> Made:
        """What is made of a document, once as long as it is kept; an error is not kept."""
        key = (content, name, model)
        with self._lock:
            if key in self._made:
                self._made.move_to_end(key)
                return self._made[key]
        new = made(content, name, model)
        with self._lock:
            if key not in self._made and _size(key) <= self._most:
                self._made[key] = new
                self.size += _size(key)
            while self.size > self._most:
                self.size -= _size(self._made.popitem(last=False)[0])
            return self._made.get(key, new)


def _size(key: Key) -> int:
    return LEAST_BYTES + BYTES_OF_BYTE * len(key[0])
