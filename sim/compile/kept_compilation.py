"""What compilations leave for others: numbers drawn, programs, and programs as columns of a plan.

A plan that is compiled with it is the same; only what would differ from an earlier plan is made anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sim.compile.programs import KeptPrograms, Program
from sim.compile.variates import MOST_NUMBERS, Draw, KeptNumbers
from sim.core.plan_builder import Steps


@dataclass(frozen=True)
class _Columns:
    """The columns of a program and all that they depend on."""

    program: Program
    drawn: Sequence[Draw]
    facilities: Mapping[str, int]
    stocks: Mapping[str, int]
    steps: Steps


class KeptCompilation:
    """Kept parts of plans; numbers take at most so many bytes, the rest a few megabytes."""

    def __init__(self, most_bytes_of_draws: int) -> None:
        self.numbers = KeptNumbers(most_bytes_of_draws)
        self.programs = KeptPrograms()
        self._columns: dict[str, _Columns] = {}

    def steps(
        self,
        service: str,
        program: Program,
        drawn: Sequence[Draw],
        facilities: Mapping[str, int],
        stocks: Mapping[str, int],
        made: Callable[[], Steps],
    ) -> Steps:
        """The columns of a program with these numbers and indices: those made for the last plan, or new ones."""
        last = self._columns.get(service)
        if (
            last is not None
            and last.program is program
            and all(map(_same, last.drawn, drawn))
            and last.facilities == facilities
            and last.stocks == stocks
        ):
            return last.steps
        steps = made()
        if steps.n_draws <= MOST_NUMBERS:
            self._columns[service] = _Columns(program, drawn, facilities, stocks, steps)
        return steps


def _same(one: Draw, other: Draw) -> bool:
    """Whether two draws are known to be equal: arrays only if they are the same, as none changes."""
    return one is other or (isinstance(one, int) and isinstance(other, int) and one == other)
