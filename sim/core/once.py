"""What is made of a thing that does not change, computed once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self, TypeVar

T = TypeVar("T")


class Once:
    """A thing that keeps what functions make of it."""

    def once(self, made: Callable[[Self], T]) -> T:
        """What a function makes of this, computed at the first request and shared: it must not be changed."""
        found: dict[Any, Any] = vars(self).setdefault("found", {})
        if made not in found:
            found[made] = made(self)
        value: T = found[made]
        return value

    def known(self, made: Callable[[Self], T], value: T) -> None:
        """Give what a function would make of this, where that is known already."""
        vars(self).setdefault("found", {})[made] = value
