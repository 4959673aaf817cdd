"""The places of a plan: its facilities and stocks with all that changes over time, as a builder of plans takes them.

Input: the service centres and stocks of a run, and the servers at work. Output: a builder to which controllers and
services are added (:mod:`sim.compile.assembly`), and the index of each facility and stock by name. Many scenarios
change services alone: :class:`KeptPlaces` has the places of the last plans.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any, Final

from sim.compile.part_time import spells_off
from sim.compile.service_centres import ServiceCentre, StockLevels
from sim.compile.step_functions import StepFunction
from sim.compile.variates import breakdowns
from sim.core.plan_builder import PlanBuilder
from sim.core.random_streams import RandomStreams
from sim.core.run_settings import RunSettings

MOST_KEPT: Final = 3
"""Plans whose places are kept; those of the base year take some hundred kilobytes."""


@dataclass(frozen=True)
class PlaceInputs:
    """All that places are made of."""

    settings: RunSettings
    clock: str
    """That of the world, '' if it states none."""
    centres: Sequence[ServiceCentre]
    servers: Mapping[str, StepFunction]
    """At work, by centre."""
    closed: Sequence[tuple[str, int, int]]
    """(service centre, from, to): when closures are why it has no servers."""
    stocks: Sequence[StockLevels]
    orders: Sequence[tuple[str, int, int]]
    """(gate, from, to): the dates of dated orders, by the name of their stock."""

    def is_same(self, other: PlaceInputs) -> bool:
        """Whether another has the same: equal numbers, and the same objects, which do not change."""
        return (
            (self.settings, self.clock, self.closed, self.orders)
            == (other.settings, other.clock, other.closed, other.orders)
            and _same(self.centres, other.centres)
            and _same(self.servers.values(), other.servers.values())
            and _same(self.stocks, other.stocks)
        )


def _same(some: Iterable[Any], others: Iterable[Any]) -> bool:
    """Whether two lists have the same objects in the same order."""
    return [id(one) for one in some] == [id(one) for one in others]


@dataclass(frozen=True)
class Places:
    """Facilities and stocks in a builder, and their indices by name."""

    builder: PlanBuilder
    facilities: dict[str, int]
    stocks: dict[str, int]


class KeptPlaces:
    """The places of the last plans."""

    def __init__(self) -> None:
        self._made: list[tuple[PlaceInputs, Places]] = []
        self._lock = Lock()

    def places(self, inputs: PlaceInputs) -> Places:
        """See :func:`places`; a builder of which the arrays of facilities and stocks are made once."""
        with self._lock:
            known = next((one for one in self._made if one[0].is_same(inputs)), None)
            if known is None:
                made = places(inputs)
                known = inputs, replace(made, builder=made.builder.again())
            self._made = [known, *(one for one in self._made if one is not known)][:MOST_KEPT]
            return replace(known[1], builder=known[1].builder.again())


def places(inputs: PlaceInputs) -> Places:
    """The places of a run; facilities without mean service times."""
    settings = inputs.settings
    builder = PlanBuilder(
        settings.horizon_s, start=settings.epoch.isoformat(), warmup_s=settings.warmup_s, clock=inputs.clock
    )
    facilities = _add_facilities(builder, inputs)
    shut: dict[str, list[tuple[int, int]]] = {}
    for name, from_s, to_s in inputs.closed:
        builder.closure(facilities[name], from_s, to_s)
        shut.setdefault(name, []).append((from_s, to_s))
    for one in inputs.centres:
        if one.works_part_time:
            mean, whole = (one.times_s, one.levels), inputs.servers[one.name]
            for from_s, to_s in spells_off(mean, whole, shut.get(one.name, ()), settings.horizon_s):
                builder.part_time(facilities[one.name], from_s, to_s)
    stocks = _add_stocks(builder, inputs.stocks)
    for gate, from_s, to_s in inputs.orders:
        builder.order(stocks[gate], from_s, to_s)
    return Places(builder, facilities, stocks)


def _add_facilities(builder: PlanBuilder, inputs: PlaceInputs) -> dict[str, int]:
    """Add the facilities with their breakdowns; index by name."""
    streams = RandomStreams(inputs.settings.seed, inputs.settings.replication)
    index = {}
    for centre in inputs.centres:
        times_s, levels = inputs.servers[centre.name]
        index[centre.name] = at = builder.facility(
            centre.name,
            int(levels[0]),
            nominal=centre.servers,
            headway_s=centre.headway_s,
            port=centre.port,
            side=centre.side,
            kind=centre.kind,
            link=centre.link,
        )
        builder.servers_over_time(at, times_s, levels)
        if centre.mtbf_h is not None:
            for server in range(centre.servers):
                for failed_s, repaired_s in breakdowns(centre, server, builder.horizon_s, streams):
                    if failed_s < repaired_s:
                        builder.failure(at, failed_s, repaired_s - failed_s, server)
    return index


def _add_stocks(builder: PlanBuilder, stocks: Sequence[StockLevels]) -> dict[str, int]:
    """Add the stocks with the levels that daily quotas set; index by name."""
    index = {}
    for stock in stocks:
        labels = {"port": stock.port, "side": stock.side, "kind": stock.kind, "unit": stock.unit}
        index[stock.name] = at = builder.stock(stock.name, stock.initial, stock.capacity, **labels)
        builder.stock_over_time(at, stock.times_s, stock.levels)
    return index
