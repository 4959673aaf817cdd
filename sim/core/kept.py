"""What a process keeps to use again, bounded in bytes; what was not used for longest goes first. Threads may share it.

Keys must name everything on which a value depends. Values are shared: they must not be changed. What several values
hold, as the same array, counts once.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from threading import Lock
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt

Value = TypeVar("Value")
Held = tuple[object, int]
"""A thing that several values may hold, and its bytes."""
BYTES_OF_ENTRY = 1200
"""With its key and what holds it, roughly."""
BYTES_OF_ARRAY = 300
"""Without its numbers, with what counts who holds it."""


@dataclass(slots=True)
class _Holding:
    """A thing that values hold, which is not gone as long as it is counted."""

    thing: object
    size: int
    values: int = 0
    """How many hold it."""


class Kept(Generic[Value]):
    """Values by key, as many as fit into a number of bytes."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._values: OrderedDict[Hashable, tuple[Value, int, tuple[int, ...]]] = OrderedDict()
        self._held: dict[int, _Holding] = {}
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

    def put(self, key: Hashable, value: Value, size: int, held: Iterable[Held] = ()) -> None:
        """Keep a value that takes ``size`` bytes beside what it holds, in place of one that the key has already."""
        things = {id(thing): (thing, its) for thing, its in held}
        if size + sum(its for _, its in things.values()) > self._most:
            return
        with self._lock:
            if key in self._values:
                self._drop(key)
            self._values[key] = value, size, tuple(things)
            self.size += size
            for one, (thing, its) in things.items():
                if one not in self._held:
                    self._held[one] = _Holding(thing, its)
                    self.size += its
                self._held[one].values += 1
            while self.size > self._most:
                self._drop(next(iter(self._values)))

    def forget(self, key: Hashable) -> None:
        """Drop a value that is kept."""
        with self._lock:
            self._drop(key)

    def _drop(self, key: Hashable) -> None:
        _, size, held = self._values.pop(key)
        self.size -= size
        for one in held:
            self._held[one].values -= 1
            if not self._held[one].values:
                self.size -= self._held.pop(one).size

    def keys(self) -> list[Hashable]:
        """The keys, those used last at the end."""
        with self._lock:
            return list(self._values)


class KeptPart(Generic[Value]):
    """The values of one kind in a :class:`Kept`, which bounds those of all kinds together."""

    def __init__(self, kept: Kept[Any], kind: str) -> None:
        self._kept, self._kind = kept, kind
        self.found = self.missed = 0
        """See :class:`Kept`."""

    def get(self, key: Hashable) -> Value | None:
        """See :meth:`Kept.get`."""
        value: Value | None = self._kept.get((self._kind, key))
        if value is None:
            self.missed += 1
        else:
            self.found += 1
        return value

    def put(self, key: Hashable, value: Value, held: Iterable[Held], size: int = 0) -> None:
        """See :meth:`Kept.put`; the entry itself counts, too."""
        self._kept.put((self._kind, key), value, BYTES_OF_ENTRY + size, held)


def arrays(values: Iterable[Any]) -> list[Held]:
    """The arrays among some values as what is in memory: a part of an array holds the whole."""
    return [_whole(value) for value in values if isinstance(value, np.ndarray)]


def _whole(array: npt.NDArray[Any]) -> Held:
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array, BYTES_OF_ARRAY + array.nbytes
