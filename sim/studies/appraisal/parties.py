"""Who pays and who gains: each stream by party and country; their sums equal the streams, transfers sum to 0.

Input: a model, a future. Output: :class:`Entry` rows, arrays (years, replications) in M USD, costs negative.

===================  ==================================================================================
capital and costs    payers of the work (``paid_by``)
transport            carriers 1 - ``passed_on``, shippers ``passed_on``
cargo time,          shippers
reliability, detour
equipment            carriers
crew                 carriers 1 - ``crew_share``, drivers ``crew_share``
rent                 sellers ``seller_share``, buyers the rest; of the sellers' part ``royalty`` goes to their state
carbon               the world
===================  ==================================================================================

Shippers are of both countries; ``side_cn`` is the share of the country of the first side of the port, China's in the
base year. Carriers by kilometres of the route on each side; sellers in the country of origin, buyers in that of the
destination.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from corridors.model import Corridor
from corridors.overlay.demand_scenarios import DemandScenarioId
from corridors.sides import CHINA
from sim.compile.programs import programs
from sim.core.run_settings import RunSettings
from sim.studies.appraisal.generalised import STREAMS
from sim.studies.appraisal.model import Model
from sim.studies.appraisal.programme import OTHER_PAYERS
from sim.studies.appraisal.runs import PortRuns

Floats = npt.NDArray[np.float64]
WORLD = "world"
COST_STREAMS = ("capital", "upkeep", "renewal", "residual")


@dataclass(frozen=True)
class Entry:
    """A part of one stream; ``stream`` 'royalty' is a transfer."""

    stream: str
    party: str
    country: str
    """ISO code, 'open' for a payer that is not settled, or 'world'."""
    values: Floats
    """(years, replications) M USD."""


def entries(model: Model, future: DemandScenarioId, shares: CountryShares) -> tuple[Entry, ...]:
    """All entries of a programme in one future, those of one stream, party and country together."""
    found: dict[tuple[str, str, str], Floats] = {}
    zeros = np.zeros((len(model.years), model.replications))
    for stream, party, country, values in (*_costs(model), *_benefits(model, future, shares)):
        key = (stream, party, country)
        found[key] = found.get(key, zeros) + values
    return tuple(Entry(*key, values) for key, values in found.items() if np.any(values))


@dataclass(frozen=True)
class CountryShares:
    """By service the share of kilometres in each country, and the countries of origin and destination."""

    km: dict[str, dict[str, float]]
    ends: dict[str, tuple[str, str]]

    @staticmethod
    def of(ports: Iterable[PortRuns], settings: RunSettings) -> CountryShares:
        """The shares of all services of these ports, with and without the works."""
        found = CountryShares({}, {})
        for port in ports:
            for corridor in (port.corridor, port.changed):
                own = CountryShares._of_corridor(corridor, settings)
                found = CountryShares(found.km | own.km, found.ends | own.ends)
        return found

    @staticmethod
    def _of_corridor(corridor: Corridor, settings: RunSettings) -> CountryShares:
        km: dict[str, dict[str, float]] = {}
        ends: dict[str, tuple[str, str]] = {}
        home = _home_of(corridor)
        for service, program in programs(corridor, settings).items():
            own: dict[str, float] = {}
            visited: list[str] = []
            for op in program:
                place = corridor.places.get(str(op.labels.get("place", "")))
                if place is None or not op.labels.get("loaded"):
                    continue
                own[place.country] = own.get(place.country, 0.0) + float(op.labels.get("km", 0.0))
                visited.append(place.country)
            total = sum(own.values())
            km[service] = (
                {c: part / total for c, part in own.items()} if total else {visited[0] if visited else home: 1.0}
            )
            ends[service] = (visited[0], visited[-1]) if visited else (home, home)
        return CountryShares(km, ends)


def _home_of(corridor: Corridor) -> str:
    """The country of the first side of the first port; China without one."""
    firsts = (port.ends[0] for port in corridor.ports.values())
    return next((corridor.places[end].country for end in firsts if end in corridor.places), CHINA)


def _costs(model: Model) -> Iterator[tuple[str, str, str, Floats]]:
    over = np.ones(model.replications)
    for work, costs in zip(model.works, model.costs(model.prices.central).values(), strict=True):
        for payer, share in work.paid_by.items():
            country = "open" if payer in OTHER_PAYERS else payer.partition("_")[0].upper()
            for stream in COST_STREAMS:
                sign = 1.0 if stream == "residual" else -1.0
                yield stream, payer, country, np.outer(sign * share * getattr(costs, stream), over)


def _benefits(model: Model, future: DemandScenarioId, shares: CountryShares) -> Iterator[tuple[str, str, str, Floats]]:
    price = model.prices.central
    for port in model.ports:
        streams = model.benefits(port, future, price)
        home = _home_of(port.corridor)
        for m, (service, _) in enumerate(model.pricing[port.port].leading):
            origin, destination = shares.ends[service]
            other = next((one for one in (origin, destination) if one != home), home)
            shippers = {home: price["side_cn"], other: 1 - price["side_cn"]} if other != home else {home: 1.0}
            for n, stream in enumerate(STREAMS):
                values = streams[n, :, :, m]
                for party, country, share in _split(stream, price, shippers, shares.km[service], origin, destination):
                    yield stream, party, country, share * values
            royalty = price["royalty"] * price["seller_share"] * streams[STREAMS.index("rent"), :, :, m]
            yield "royalty", "seller", origin, -royalty
            yield "royalty", "state", origin, royalty


def _split(
    stream: str,
    price: dict[str, float],
    shippers: dict[str, float],
    km: dict[str, float],
    origin: str,
    destination: str,
) -> Iterator[tuple[str, str, float]]:
    """(party, country, share) of a stream; the shares sum to 1."""
    carrier = {"transport": 1 - price["passed_on"], "equipment": 1.0, "crew": 1 - price["crew_share"]}.get(stream, 0.0)
    if stream == "carbon":
        yield "all", WORLD, 1.0
        return
    if stream == "rent":
        yield "seller", origin, price["seller_share"]
        yield "buyer", destination, 1 - price["seller_share"]
        return
    yield from (("carrier", country, carrier * share) for country, share in km.items())
    rest = "driver" if stream == "crew" else "shipper"
    of = km if rest == "driver" else shippers
    yield from ((rest, country, (1 - carrier) * share) for country, share in of.items())
