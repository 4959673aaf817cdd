"""What a process keeps to use again, bounded in bytes; what was not used for longest goes first. Threads may share it.

Keys must name everything on which a value depends. Values are shared: they must not be changed.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """Values by key, as many as fit into a number of bytes."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._values: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()
        self._lock = Lock()
        self.size = 0
        """Bytes kept."""
        self.found = self.missed = 0
        """Values that were there when they were looked for, and that were not."""

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: Hashable) -> Value | None:
        """The value of a key; None if it is not kept."""
        with self._lock:
            if key not in self._values:
                self.missed += 1
                return None
            self.found += 1
            self._values.move_to_end(key)
            return self._values[key][0]

    def put(self, key: Hashable, value: Value, size: int) -> None:
        """Keep a value that takes ``size`` bytes, in place of one that the key has already."""
        if size > self._most:
            return
        with self._lock:
            if key in self._values:
                self.size -= self._values.pop(key)[1]
            self._values[key] = value, size
            self.size += size
            while self.size > self._most:
                _, (_, less) = self._values.popitem(last=False)
                self.size -= less

    def forget(self, key: Hashable) -> None:
        """Drop a value that is kept."""
        with self._lock:
            self.size -= self._values.pop(key)[1]

    def keys(self) -> list[Hashable]:
        """The keys, those used last at the end."""
        with self._lock:
            return list(self._values)
