"""What all sessions of a server share: values made at their first request, and the values used last.

Like ``st.cache_resource``, but without its work at each request, a tenth of a millisecond: a page asks for the world
hundreds of times while it is drawn.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Shared(Generic[Value]):
    """A value that is made at the first request. A decorator of the function that makes it."""

    def __init__(self, make: Callable[[], Value]) -> None:
        self._make = make
        self._made: tuple[Value] | None = None
        self._lock = threading.RLock()
        self.__doc__ = make.__doc__

    def __call__(self) -> Value:
        """The value."""
        made = self._made
        if made is None:
            with self._lock:
                made = self._made = self._made or (self._make(),)
        return made[0]

    def clear(self) -> None:
        """Make the value anew at the next request."""
        self._made = None


class LastUsed(Generic[Value]):
    """The values used last, as many as ``most``; thread-safe."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._found: OrderedDict[Hashable, Value] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Value | None:
        """The value of a key; None if it is not kept."""
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
            return self._found.get(key)

    def put(self, key: Hashable, value: Value) -> None:
        """Keep a value, in place of one that the key has already."""
        with self._lock:
            self._found[key] = value
            while len(self._found) > self._most:
                self._found.popitem(last=False)

    def clear(self) -> None:
        """Forget all values."""
        with self._lock:
            self._found.clear()
