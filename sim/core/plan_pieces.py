"""What the services of a plan were built of, by which equal ones are known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from weakref import ref

from sim.core.plan import Plan


@dataclass(frozen=True)
class Piece:
    """What a service of a plan was built of, without keeping it in memory.

    As nothing of it may be changed, pieces with the same name are equal, as long as what they were built of is there.
    """

    refs: tuple[ref[Any], ...]
    numbers: tuple[Any, ...]

    @property
    def name(self) -> tuple[Any, ...]:
        """Which things it was built of, and with which numbers."""
        return *(id(one()) for one in self.refs), *self.numbers

    @property
    def is_there(self) -> bool:
        """Whether all that it was built of is still in memory, so that nothing else has taken its name."""
        return all(one() is not None for one in self.refs)


def pieces_of(plan: Plan) -> tuple[Piece, ...] | None:
    """What each service of a plan was built of; None for a plan of which that is not known."""
    return None
