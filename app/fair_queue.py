"""A fair queue: visitors take turns, so that none waits for all earlier items of another.

The next item is one of the visitor with the fewest items under way, among these of the one whose last turn is longest
ago; items of one visitor keep their order. Not thread-safe: its owner has the lock.
"""

from __future__ import annotations

from collections import Counter
from typing import Generic, TypeVar

Item = TypeVar("Item")


class FairQueue(Generic[Item]):
    """Items that wait, by visitor, and the number of items under way."""

    def __init__(self) -> None:
        self._waiting: list[tuple[str, Item]] = []
        """In order of arrival."""
        self._under_way: Counter[str] = Counter()
        self._last_turn: dict[str, int] = {}
        self._turns = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def __contains__(self, item: Item) -> bool:
        return any(one is item for _, one in self._waiting)

    def add(self, visitor: str, item: Item) -> None:
        """Add an item at the end of the visitor's line."""
        self._waiting.append((visitor, item))

    def number_of(self, visitor: str) -> int:
        """Items of a visitor, waiting or under way."""
        return self._under_way[visitor] + sum(one == visitor for one, _ in self._waiting)

    def take(self) -> Item:
        """Remove the next item; it is under way until :meth:`done`. Raises IndexError for an empty queue."""
        visitor, item = self._in_turn()[0]
        self.remove(item)
        self._turns += 1
        self._last_turn[visitor] = self._turns
        self._under_way[visitor] += 1
        return item

    def done(self, visitor: str) -> None:
        """One item of a visitor is no longer under way."""
        self._under_way[visitor] -= 1
        self._tidy(visitor)

    def move(self, item: Item, visitor: str, to: str) -> None:
        """Give an item of a visitor, waiting or under way, to another one, who also gets the time of the last turn."""
        if item in self:
            self._waiting = [(to if one is item else name, one) for name, one in self._waiting]
        else:
            self._under_way[visitor] -= 1
            self._under_way[to] += 1
        if visitor in self._last_turn:
            self._last_turn[to] = max(self._last_turn[visitor], self._last_turn.get(to, 0))
        self._tidy(visitor)

    def remove(self, item: Item) -> None:
        """Remove a waiting item, if it is there."""
        self._waiting = [(visitor, one) for visitor, one in self._waiting if one is not item]

    def clear(self) -> None:
        """Remove all waiting items."""
        self._waiting.clear()

    def ahead(self, item: Item) -> int:
        """Number of waiting items that come before this one; 0 for an item that does not wait."""
        return next((k for k, (_, one) in enumerate(self._in_turn()) if one is item), 0)

    def _tidy(self, visitor: str) -> None:
        """Forget the numbers of a visitor who has nothing here."""
        if not self._under_way[visitor]:
            del self._under_way[visitor]
        if not self.number_of(visitor):
            self._last_turn.pop(visitor, None)

    def _in_turn(self) -> list[tuple[str, Item]]:
        """All waiting items with their visitors, in the order of their turns."""
        under_way, last_turn, turn = Counter(self._under_way), dict(self._last_turn), self._turns
        lines: dict[str, list[Item]] = {}
        for visitor, item in self._waiting:
            lines.setdefault(visitor, []).append(item)
        found = []
        while lines:
            # Lines are in order of arrival, which min() keeps among equals.
            visitor = min(lines, key=lambda one: (under_way[one], last_turn.get(one, 0)))
            found.append((visitor, lines[visitor].pop(0)))
            if not lines[visitor]:
                del lines[visitor]
            turn += 1
            under_way[visitor] += 1
            last_turn[visitor] = turn
        return found
