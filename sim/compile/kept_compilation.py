"""What compilations leave for others: numbers drawn, programs, places, and programs as columns of a plan.

A plan that is compiled with it is the same; only what would differ from an earlier plan is made anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.compile.kept_centres import KeptCentres
from sim.compile.places import KeptPlaces
from sim.compile.programs import BYTES_OF_OP, KeptPrograms, Program
from sim.compile.variates import Draw, KeptNumbers
from sim.core.kept import Held, KeptPart, arrays
from sim.core.plan import Ints32
from sim.core.plan_steps import Steps
from sim.core.random_streams import RandomStreams

BYTES_OF_NAME = 100
"""In a map from names to indices."""
BYTES_OF_COLUMNS = 3000
"""Of one program, however few its ops: each column is an array."""


@dataclass(frozen=True)
class _Columns:
    """The columns of a program and all that they depend on."""

    program: Program
    drawn: Sequence[Draw]
    facilities: Mapping[str, int]
    stocks: Mapping[str, int]
    steps: Steps

    @property
    def held(self) -> list[Held]:
        """What others may hold, too."""
        steps, n = self.steps, len(self.steps.step)
        texts = [(one, 8 * n) for one in (steps.step, *steps.labels.values())]
        places = [(one, BYTES_OF_NAME * len(one)) for one in (self.facilities, self.stocks)]
        of_program = [(self.program, BYTES_OF_OP * n), *texts, *places]
        return of_program + arrays((*self.drawn, *steps.draws, *vars(steps).values()))


class KeptCompilation:
    """Kept parts of plans: numbers and columns in at most so many bytes together, beside them programs and places."""

    def __init__(self, most_bytes_of_draws: int) -> None:
        self.numbers = KeptNumbers(most_bytes_of_draws)
        self.programs = KeptPrograms()
        self.centres = KeptCentres()
        self.places = KeptPlaces()
        self._columns: KeptPart[_Columns] = KeptPart(self.numbers.all, "columns")
        """By service and replication."""

    def steps(
        self,
        service: str,
        streams: RandomStreams,
        program: Program,
        drawn: Sequence[Draw],
        facilities: Mapping[str, int],
        stocks: Mapping[str, int],
        made: Callable[[], Steps],
    ) -> Steps:
        """The columns of a program with these numbers and indices: new ones, or those of the last plan of the run."""
        last = self._columns.get((service, streams))
        if last is not None and last.program is program and all(map(_same, last.drawn, drawn)):
            if (last.facilities, last.stocks) == (facilities, stocks):
                return last.steps
            steps = last.steps.at(_moved(last.facilities, facilities), _moved(last.stocks, stocks))
        else:
            steps = made()
        columns = _Columns(program, drawn, facilities, stocks, steps)
        self._columns.put((service, streams), columns, columns.held, BYTES_OF_COLUMNS)
        return steps


def _moved(last: Mapping[str, int], now: Mapping[str, int]) -> Ints32:
    """By last index the index of the same name now; -1 for a name that is no more, which no kept program has."""
    moved = np.full(len(last), -1, np.int32)
    moved[list(last.values())] = [now.get(name, -1) for name in last]
    return moved


def _same(one: Draw, other: Draw) -> bool:
    """Whether two draws are known to be equal: arrays only if they are the same, as none changes."""
    return one is other or (isinstance(one, int) and isinstance(other, int) and one == other)
