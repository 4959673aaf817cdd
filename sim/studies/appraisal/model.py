"""The streams of money of a programme at any prices, from runs that do not change.

Input: :class:`~.runs.PortRuns`, works and prices. Output: benefits by stream, year and replication, costs by year, and
their net present value. Prices move no vehicle, so every other price is a sum over the same runs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from corridors.overlay.demand_scenarios import DemandScenarioId
from sim.studies.appraisal.costs import WorkCosts, work_costs
from sim.studies.appraisal.generalised import Pricing
from sim.studies.appraisal.indicators import discount_factors
from sim.studies.appraisal.prices import Point, Prices
from sim.studies.appraisal.programme import Programme, Work, last_year_of
from sim.studies.appraisal.runs import REFERENCE, PortRuns
from sim.studies.appraisal.schedule import WorkSet, weights
from sim.studies.compare.costs import DAYS_A_YEAR, MILLION

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    """What is not a price but may be varied."""

    capital: Mapping[str, float] = field(default_factory=dict)
    """Capital by work, M USD, where it is not the stated one."""
    yearly: Mapping[str, float] = field(default_factory=dict)
    late: Mapping[str, int] = field(default_factory=dict)
    """Years of delay by work."""
    rate: float | None = None
    plan: bool = True
    """Whether railways admit cargo by plan, which bounds the wait of cargo that diverts."""


CENTRAL = Case()


class Model:
    """A programme with its runs."""

    def __init__(
        self,
        programme: Programme,
        works: Sequence[Work],
        sets: Sequence[WorkSet],
        anchors: Sequence[int],
        ports: Sequence[PortRuns],
        prices: Prices,
        rate: float,
    ) -> None:
        self.programme, self.works, self.prices = programme, tuple(works), prices
        self.sets, self.anchors, self.ports = tuple(sets), tuple(anchors), tuple(ports)
        self.years = range(programme.discount_year, last_year_of(programme, self.works) + 1)
        self.rate = rate
        self.pricing = {port.port: Pricing(prices, port.services, port.shifted) for port in ports}
        self.used = tuple(id for id in prices.rows if any(id in one.used() for one in self.pricing.values()))

    def benefits(self, port: PortRuns, future: DemandScenarioId, point: Point, case: Case = CENTRAL) -> Floats:
        """(streams, years, replications, markets) of one port, M USD a year."""
        pricing, years = self.pricing[port.port], np.array(self.anchors, float)
        before = port.flows[future, REFERENCE]
        weight = weights(self.works, self.sets, self.anchors, self.years, case.late)
        made: dict[WorkSet, Floats] = {}
        for n, open_works in enumerate(self.sets):
            here = open_works & port.works
            made[here] = made.get(here, np.zeros(weight.shape[1:])) + weight[n]
        total: Floats | None = None
        for here, weight_here in made.items():
            if here == REFERENCE:
                continue
            found = pricing.benefit(before, port.flows[future, here], point, years, case.plan)
            part = np.einsum("sarm,ay->syrm", pricing.by_stream(found), weight_here) * DAYS_A_YEAR / MILLION
            total = part if total is None else total + part
        assert total is not None, "only ports with works have runs"
        return total

    def total_benefits(self, future: DemandScenarioId, point: Point, case: Case = CENTRAL) -> Floats:
        """(years, replications) over all ports and streams, M USD."""
        return np.asarray(sum(self.benefits(port, future, point, case).sum(axis=(0, 3)) for port in self.ports))

    def costs(self, point: Point, case: Case = CENTRAL) -> dict[str, WorkCosts]:
        """Costs of each work by year."""
        return {
            work.id: work_costs(
                case.capital.get(work.id, work.capital.value),
                case.yearly.get(work.id, work.yearly.value),
                work.spend,
                work.opens + case.late.get(work.id, 0),
                work.life,
                self.years,
                float(point[f"uplift.{work.kind}"]),
            )
            for work in self.works
        }

    def factors(self, case: Case = CENTRAL) -> Floats:
        """(years,) discount factors."""
        return discount_factors(self.rate if case.rate is None else case.rate, len(self.years))

    def present_costs(self, point: Point, case: Case = CENTRAL) -> float:
        """PVC, M USD."""
        return float(sum(self.factors(case) @ one.total for one in self.costs(point, case).values()))

    def present_benefits(self, future: DemandScenarioId, point: Point, case: Case = CENTRAL) -> Floats:
        """(replications,) PVB, M USD."""
        return np.asarray(self.factors(case) @ self.total_benefits(future, point, case))

    def npv(self, future: DemandScenarioId, point: Point, case: Case = CENTRAL) -> Floats:
        """(replications,) net present value, M USD."""
        return self.present_benefits(future, point, case) - self.present_costs(point, case)

    def mean_npvs(self, future: DemandScenarioId, points: Sequence[tuple[Point, Case]]) -> Floats:
        """(points,) net present values of the mean over replications, M USD: as :meth:`npv`, for all points at once."""
        found = np.empty(len(points))
        groups: dict[tuple[tuple[tuple[str, int], ...], bool], list[int]] = {}
        for n, (_, case) in enumerate(points):
            groups.setdefault((tuple(sorted(case.late.items())), case.plan), []).append(n)
        for members in groups.values():
            found[members] = self._mean_npvs(future, [points[n] for n in members])
        return found

    def _mean_npvs(self, future: DemandScenarioId, points: Sequence[tuple[Point, Case]]) -> Floats:
        """(points,) as :meth:`mean_npvs`, for points whose cases have the same delays."""
        first = points[0][1]
        columns = {id: np.array([point[id] for point, _ in points], float) for id in points[0][0]}
        varied = {id: column[:, None, None] for id, column in columns.items() if np.ptp(column)}
        prices = {**points[0][0], **varied}
        factors = np.array([self.factors(case) for _, case in points])
        years = np.array(self.anchors, float)
        weight = weights(self.works, self.sets, self.anchors, self.years, first.late)
        total = np.zeros(len(points))
        for port in self.ports:
            before = port.flows[future, REFERENCE]
            for n, open_works in enumerate(self.sets):
                if not open_works & port.works:
                    continue
                benefit = self.pricing[port.port].benefit(
                    before, port.flows[future, open_works & port.works], prices, years, first.plan
                )
                # (points or 1, anchors): the mean over replications, of all markets.
                of_day = np.atleast_2d(benefit.total.sum(axis=-1).mean(axis=-1))
                total += (of_day * (factors @ weight[n].T)).sum(axis=1) * DAYS_A_YEAR / MILLION
        for work in self.works:
            opens = work.opens + first.late.get(work.id, 0)
            one, upkeep = (
                factors @ work_costs(*amounts, work.spend, opens, work.life, self.years).total
                for amounts in ((1.0, 0.0), (0.0, 1.0))
            )
            capital = np.array([case.capital.get(work.id, work.capital.value) for _, case in points])
            yearly = np.array([case.yearly.get(work.id, work.yearly.value) for _, case in points])
            total -= capital * (1 + columns[f"uplift.{work.kind}"]) * one + yearly * upkeep
        return total

    def more_tonnes(self, future: DemandScenarioId) -> Floats:
        """(years, replications) t/day more delivered across borders with the works."""
        weight = weights(self.works, self.sets, self.anchors, self.years, {})
        total = np.zeros((len(self.years), self.replications))
        for port in self.ports:
            across = np.array([_crosses(port, service) for service, _ in port.services], float)
            before = port.flows[future, REFERENCE]["delivered_t_per_day"]
            for n, open_works in enumerate(self.sets):
                after = port.flows[future, open_works & port.works]["delivered_t_per_day"]
                total += np.einsum("ar,ay->yr", (after - before) @ across, weight[n])
        return total

    @property
    def replications(self) -> int:
        """Of every run."""
        return int(next(iter(self.ports[0].flows.values()))["hours"].shape[1])


def _crosses(port: PortRuns, service: str) -> bool:
    """Whether a service crosses the border; one that works add does."""
    row = port.corridor.services.get(service)
    if row is None:
        return True
    steps = [step for at in port.corridor.itineraries_from(row.itinerary) for step in port.corridor.steps(at)]
    return any(step.port for step in steps)
