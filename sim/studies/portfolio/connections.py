"""Which works at a port can influence each other, from the data alone.

Input: the works of a port and a set of them. Output: the set in parts that add up. Two services are connected if they
use one facility or stock, or are of one market, in the port without works or with one of the set; also through other
services. Works are of one part if services that use what they change are connected: also one that changes no flow
alone, as a line behind gates that let nothing more through.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from corridors.model import Corridor
from sim.studies.appraisal.prices import Prices
from sim.studies.appraisal.runs import REFERENCE, PortCase
from sim.studies.appraisal.schedule import WorkSet
from sim.studies.sensitivity.port_submodels import Reach, row_of

SEEN: Final = frozenset(
    {
        *("services", "durations", "profiles", "facilities", "stocks", "links", "ports", "itineraries", "shares"),
        *("calendars", "shifts", "holidays", "alternatives", "weather", "closures", "orders", "order_rules"),
    }
)
"""Tables of which it is known which services use a row; any other may concern all of them."""


@dataclass(frozen=True)
class Use:
    """What services use in one corridor."""

    things: Mapping[str, frozenset[Hashable]]
    """By service its facilities and stocks, and its market."""
    concerned: frozenset[str]
    """Services that use what a work changes."""


@dataclass
class Connections:
    """The works of a port."""

    case: PortCase
    prices: Prices
    _uses: dict[str, Use] = field(default_factory=dict)

    def parts(self, works: WorkSet) -> list[WorkSet]:
        """The set, in parts that add up."""
        uses = {one: self._use(one) for one in sorted(works)}
        groups = _joined(
            {service, *things} for use in (self._without, *uses.values()) for service, things in use.things.items()
        )
        parts: list[tuple[frozenset[str], frozenset[Hashable]]] = []
        for one, use in uses.items():
            mine = frozenset[Hashable]().union(*(group for group in groups if group & use.concerned))
            near = [part for part in parts if part[1] & mine]
            parts = [part for part in parts if part not in near]
            parts.append((frozenset({one}).union(*(ids for ids, _ in near)), mine.union(*(some for _, some in near))))
        return [ids for ids, _ in parts]

    @cached_property
    def _without(self) -> Use:
        return self._use_of(self.case.corridor_of(REFERENCE), frozenset())

    def _use(self, work: str) -> Use:
        """What services use with a work alone."""
        if work not in self._uses:
            rows = frozenset(row_of(change.address) for change in self.case.model.proposals[work].changes)
            found = self._use_of(self.case.corridor_of(frozenset({work})), rows)
            before = self._use_of(self.case.corridor_of(REFERENCE), rows)
            self._uses[work] = Use(found.things, found.concerned | before.concerned)
        return self._uses[work]

    def _use_of(self, corridor: Corridor, rows: frozenset[str]) -> Use:
        reach = Reach(corridor)
        things = {id: frozenset[Hashable](reach.shared(id)) | self._markets(corridor, id) for id in corridor.services}
        if any(row.partition(".")[0] not in SEEN for row in rows):
            return Use(things, frozenset(corridor.services))
        return Use(things, frozenset(id for id in corridor.services if reach.rows([id]) & rows))

    def _markets(self, corridor: Corridor, service: str) -> frozenset[Hashable]:
        answer = self.prices.answer(service, corridor.services[service].vehicle_class)
        return frozenset({("market", answer.market)}) | ({answer.includes} if answer.includes else set())


def _joined(some: Iterable[set[Hashable]]) -> list[set[Hashable]]:
    """Sets joined as long as two have a member in common."""
    found: list[set[Hashable]] = []
    for one in some:
        near = [group for group in found if group & one]
        found = [group for group in found if group not in near]
        found.append(one.union(*near))
    return found
