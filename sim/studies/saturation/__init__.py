"""When does each port and each section saturate, in which future, and which proposal moves that year?

In: a corridor, the futures of demand, proposals. Out: :class:`Horizons`, by the load that demand offers (exact where
nothing but a queue's own work and capacity decides, and then the year at the latest), and, for those who ask, the year
in runs with its spread over replications.

===============  ===================================================================================================
:mod:`.load`     what services ask of facilities, paths and quotas, and what these can do, from the corridor alone
:mod:`.years`    the first year from which the load of what binds is 1 or more, for ports and sections
:mod:`.confirm`  the same from paired runs of every year: a queue that grows without end, or work at the limit
===============  ===================================================================================================

*Saturated by load*: the facility, path or quota that binds is offered work of at least its capacity. *Saturated in
runs*: the queue of the traffic grows for as long as one looks (the test of :mod:`sim.statistics.stability`); of a
closed fleet, or on a section, which queue no longer than there are vehicles: what binds works at least 98 % of its
hours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from corridors.findings import DataError, Finding
from corridors.model import Corridor
from corridors.overlay.changes import apply
from corridors.overlay.demand_scenarios import FutureId, Futures
from corridors.overlay.proposals import Proposal
from sim.core.run_settings import RunSettings
from sim.studies.saturation.load import Group, Offered, offered
from sim.studies.saturation.years import Key, Saturation, named, saturations

__all__ = [
    "Group",
    "Horizons",
    "Key",
    "Move",
    "Offered",
    "Saturation",
    "SeenIn",
    "horizons",
    "offered",
    "saturations",
]


@dataclass(frozen=True)
class SeenIn:
    """The year of saturation in runs: median and ends over the replications; None is after the last year."""

    median: int | None
    earliest: int | None
    latest: int | None
    replications: int


@dataclass(frozen=True)
class Move:
    """How a proposal moves the year in which something saturates; None is after the last year."""

    proposal: str
    before: Saturation
    after: Saturation


@dataclass(frozen=True)
class Horizons:
    """The years of saturation as things are, and what proposals make of them."""

    futures: Futures
    asked: tuple[FutureId, ...]
    years: tuple[int, ...]
    rows: tuple[Saturation, ...]
    """Ports, then sections, each by key; in each all futures."""
    moves: tuple[Move, ...]
    """Of every proposal what it moves, in the order of the rows."""
    seen: Mapping[tuple[str, FutureId, Key], SeenIn] = field(default_factory=dict)
    """Years in runs by (proposal, '' for none; future; what); empty unless asked for."""

    @property
    def base_year(self) -> int:
        return self.years[0]

    @property
    def last_year(self) -> int:
        return self.years[-1]

    def row(self, key: Key, future: FutureId) -> Saturation | None:
        """One row, None if there is none."""
        return next((row for row in self.rows if row.key == key and row.future == future), None)

    def as_json(self) -> dict[str, object]:
        """All of it as plain values; a year that is None lies after the last year."""
        return {
            "base_year": self.base_year,
            "last_year": self.last_year,
            "futures": list(self.asked),
            "growth": [path.model_dump(mode="json") for path in self.futures.paths],
            "rows": [row.as_json() for row in self.rows],
            "moves": [
                {"proposal": move.proposal, **move.after.as_json(), "year_without": move.before.year}
                for move in self.moves
            ],
            "in_runs": [
                {"proposal": proposal, "future": future, **named(key), **vars(seen)}
                for (proposal, future, key), seen in self.seen.items()
            ],
        }


def horizons(
    corridor: Corridor,
    futures: Futures,
    settings: RunSettings,
    *,
    asked: Sequence[FutureId],
    last_year: int,
    proposals: Mapping[str, Proposal],
) -> Horizons:
    """The years of saturation by load, as things are and with each of the proposals by itself.

    ``settings`` say over which days the calendars are read. Raises DataError for proposals that cannot be applied.
    """
    years = tuple(range(futures.base_year, last_year + 1))
    now = offered(corridor, settings)
    rows = [row for future in asked for row in saturations(now, corridor, futures, future, years)]
    rows.sort(key=lambda row: row.key)
    moves: list[Move] = []
    findings: list[Finding] = []
    for id, proposal in proposals.items():
        try:
            changed = apply(corridor, proposal.changes)
            then = offered(changed, settings)
        except DataError as error:
            findings += error.findings
            continue
        later = {
            (row.key, row.future): row for future in asked for row in saturations(then, changed, futures, future, years)
        }
        pairs = ((row, later.get((row.key, row.future))) for row in rows)
        moves += [Move(id, before, after) for before, after in pairs if after and after.year != before.year]
    if findings:
        raise DataError(findings)
    return Horizons(futures, tuple(asked), years, tuple(rows), tuple(moves))
