"""Appraisal of a programme of works: what it costs and brings, year by year, in money, and to whom.

Input: a programme, a corridor with proposals and demand scenarios, prices, and a folder for runs. Output:
:class:`Appraisal`. It only reads runs, adds them up and says what is not known.

====================  ===================================================================================
:mod:`.programme`     programmes and their works, with every default
:mod:`.programme_checks`  all findings about a programme
:mod:`.prices`        every price with its range, source and grade; how flows answer
:mod:`.runs`          runs of each set of works in anchor years, by port
:mod:`.cells`         figures of the runs of one set, future and year
:mod:`.generalised`   what a tonne costs its user
:mod:`.benefits`      what a year with works is worth to a flow
:mod:`.costs`         capital, upkeep, renewal, residual value
:mod:`.needed`        what works must bring to pay, without a run
:mod:`.schedule`      from sets and anchor years to every year
:mod:`.model`         streams of money at any prices
:mod:`.indicators`    net present value, ratio, return, payback
:mod:`.spread`        tornado, all prices together, break-even
:mod:`.parties`       who pays and who gains
:mod:`.document`      the results as plain values
:mod:`.stored`        studies on disk, opened again with other years, works and prices
====================  ===================================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from corridors.messages import Message, message
from corridors.model import Corridor
from corridors.overlay.demand_scenarios import DemandScenarioId, DemandScenarios
from corridors.overlay.proposals import Proposal
from sim.core.run_settings import RunSettings
from sim.statistics import Interval, mean_interval
from sim.statistics.intervals import t_quantile
from sim.studies.appraisal.generalised import STREAMS, Pricing
from sim.studies.appraisal.indicators import (
    Return,
    discount_factors,
    first_year_return,
    payback_year,
    rate_of_return,
    ratio,
    root_of,
)
from sim.studies.appraisal.model import Case, Model
from sim.studies.appraisal.parties import CountryShares, Entry, entries
from sim.studies.appraisal.prices import ROOM, Prices
from sim.studies.appraisal.programme import Programme, Work, main_future
from sim.studies.appraisal.programme_checks import RATE
from sim.studies.appraisal.runs import PortRuns, run_ports
from sim.studies.appraisal.spread import PriceSpread, Swing, swings, together
from sim.studies.appraisal.stored import AppraisalData, Moved, Record, Study
from sim.studies.compare.costs import DAYS_A_YEAR, MILLION

if TYPE_CHECKING:
    from sim.experiments.batch import Progress

__all__ = ["Appraisal", "FutureResult", "Model", "WorkResult", "appraise", "evaluate", "of_runs"]
Floats = npt.NDArray[np.float64]
LARGE_RATIO: Final = 5.0
"""A benefit-cost ratio above this carries a warning."""


def is_large(ratio: float) -> bool:
    """Whether a benefit-cost ratio is more than a border work can have without a queue."""
    return ratio > LARGE_RATIO


PRICE_OF_STREAM: Final = {
    "cargo_time": "cargo",
    "reliability": "cargo",
    "equipment": "equipment",
    "crew": "crew",
    "detour": "detour",
    "rent": "rent",
    "worth": "worth",
}
"""The kind of price that decides a stream; the others follow from the data of the runs."""


@dataclass(frozen=True)
class FutureResult:
    """One future; money in M USD of the price year, present values of the discount year."""

    future: DemandScenarioId
    pvb: Interval
    pvc: float
    npv: Interval
    npv_by_rate: Mapping[float, float]
    """Mean NPV at the low and high discount rate."""
    bcr: tuple[float, float, float] | None
    """Value, low and high; None without positive costs."""
    eirr: Return
    eirr_ends: tuple[float | None, float | None]
    payback: int | None
    usd_per_t: float | None
    """PVC over the discounted extra tonnes delivered; None without more tonnes."""
    npv_without_plan: float
    """Mean NPV if waiting may cost as much as a detour."""
    prices: PriceSpread
    entries: tuple[Entry, ...]
    streams: Mapping[str, float]
    """Mean PVB by stream."""
    assumed_share: float
    """Share of the absolute present benefits that rest on assumed prices."""


@dataclass(frozen=True)
class WorkResult:
    """One work in the main future."""

    work: Work
    pvc: float
    first_year_return: float | None
    """Of all works that open in that year together."""


@dataclass(frozen=True)
class Appraisal:
    """The results of a programme."""

    model: Model
    main: DemandScenarioId
    futures: Mapping[DemandScenarioId, FutureResult]
    works: tuple[WorkResult, ...]
    swings: tuple[Swing, ...]
    """In the main future."""
    warnings: tuple[Message, ...]

    @property
    def programme(self) -> Programme:
        """The programme as its file has it."""
        return self.model.programme


def appraise(
    programme: Programme,
    corridor: Corridor,
    proposals: Mapping[str, Proposal],
    prices: Prices,
    futures: DemandScenarios,
    settings: RunSettings,
    out: Path,
    *,
    replications: int,
    workers: int = 1,
    parts: bool = False,
    progress: Callable[[Progress], None] = lambda progress: None,
) -> Appraisal:
    """Run what is not yet in ``out``, and evaluate. The programme has no findings of errors.

    ``parts``: also run every choice of some of the works, so that they can be left out and open in any order.
    """
    rate = programme.discount_rate
    if rate is None:
        rate = corridor.parameters[RATE].value
    data = AppraisalData(corridor, proposals, prices, futures)
    study = Study.of(Record(programme, settings, replications, out), data, rate)
    ports = run_ports(study.cases, study.years(parts), study.asked, out, workers=workers, progress=progress)
    return of_study(study, study.planned, ports)


def of_study(study: Study, moved: Moved, ports: Sequence[PortRuns]) -> Appraisal:
    """The results of a study from its runs, with what was moved."""
    model = study.model(moved, ports)
    return of_runs(model, study.asked.settings, study.shares(moved.works, model.ports))


def of_runs(model: Model, settings: RunSettings, shares: CountryShares | None = None) -> Appraisal:
    """The results of a model whose runs have these settings, with a warning if they are short or have no warm-up.

    ``shares`` are those of :meth:`~.parties.CountryShares.of` for its ports, if they are known.
    """
    found = evaluate(model, shares or CountryShares.of(model.ports, settings))
    measured = settings.days - settings.warmup_days
    short = (message("warning.short", ROOM, n=measured),) if measured < DAYS_A_YEAR else ()
    cold = () if settings.warmup_days else (message("warning.cold", ROOM),)
    return replace(found, warnings=(*short, *cold, *found.warnings))


def evaluate(model: Model, shares: CountryShares) -> Appraisal:
    """All results of a model."""
    selected = model.programme.futures
    main = main_future(selected)
    found = {future: _of_future(model, future, shares) for future in selected}
    return Appraisal(
        model,
        main,
        found,
        tuple(_of_works(model, main)),
        swings(model, main),
        tuple(_warnings(model, found)),
    )


def _of_future(model: Model, future: DemandScenarioId, shares: CountryShares) -> FutureResult:
    point, factors = model.prices.central, model.factors()
    benefits = model.total_benefits(future, point)
    costs = model.costs(point).values()
    pvc = model.present_costs(point)
    pvb, npv = mean_interval(factors @ benefits), mean_interval(factors @ benefits - pvc)
    spent = np.asarray(sum(one.total for one in costs), float)
    before_residual = spent + np.asarray(sum(one.residual for one in costs), float)
    flows = benefits - spent[:, None]
    mean = flows.mean(axis=1)
    scale = float(np.abs(flows).sum())

    ends: list[float | None] = [None, None]
    if (n := model.replications) > 1:
        half = float(t_quantile(npv.level, n - 1)) / np.sqrt(n)
        ends = [root_of(partial(_end_of_npv, flows, sign * half), scale).rate for sign in (-1, 1)]

    more = model.more_tonnes(future)
    tonnes = factors @ more.mean(axis=1) * DAYS_A_YEAR
    shown = bool((factors @ more > 0).all())
    streams, assumed = _streams(model, future)
    rates = [model.prices.rows[f"rate.{end}"].value for end in ("low", "high")]
    return FutureResult(
        future=future,
        pvb=pvb,
        pvc=pvc,
        npv=npv,
        npv_by_rate={rate: float(model.npv(future, point, Case(rate=rate)).mean()) for rate in rates},
        bcr=None if ratio(pvb.estimate, pvc) is None else (pvb.estimate / pvc, pvb.low / pvc, pvb.high / pvc),
        eirr=rate_of_return(mean),
        eirr_ends=(ends[0], ends[1]),
        payback=payback_year(benefits.mean(axis=1) - before_residual, model.rate, model.years[0]) if pvc > 0 else None,
        usd_per_t=pvc * MILLION / tonnes if shown and tonnes > 0 and pvc > 0 else None,
        npv_without_plan=float(model.npv(future, point, Case(plan=False)).mean()),
        prices=together(model, future),
        entries=entries(model, future, shares),
        streams=streams,
        assumed_share=assumed,
    )


def _end_of_npv(flows: Floats, half: float, rates: npt.ArrayLike) -> Floats:
    """(..., ) an end of the interval of the net present value of flows (years, replications) at rates.

    ``half`` is its distance from the mean in standard deviations of a replication.
    """
    values = discount_factors(rates, len(flows)) @ flows
    return np.asarray(values.mean(axis=-1) + half * values.std(axis=-1, ddof=1))


def _streams(model: Model, future: DemandScenarioId) -> tuple[dict[str, float], float]:
    """Mean present benefits by stream, and the share of assumed prices in their absolute sum by market."""
    factors, total = model.factors(), np.zeros(len(STREAMS))
    of_assumed = of_all = 0.0
    for port in model.ports:
        pricing = model.pricing[port.port]
        present = np.einsum("syrm,y->sm", model.benefits(port, future, model.prices.central), factors)
        present /= model.replications
        total += present.sum(axis=1)
        assumed, all_ = on_assumed_prices(model.prices, pricing, present)
        of_assumed, of_all = of_assumed + assumed, of_all + all_
    return dict(zip(STREAMS, total.tolist(), strict=True)), of_assumed / of_all if of_all else 0.0


def on_assumed_prices(prices: Prices, pricing: Pricing, benefits: Floats) -> tuple[float, float]:
    """What rests on assumed prices, and all, of benefits (streams, markets) without their signs."""
    of_assumed = of_all = 0.0
    for stream, row in zip(STREAMS, benefits, strict=True):
        kind = PRICE_OF_STREAM.get(stream)
        for market, value in zip(pricing.leading, row.tolist(), strict=True):
            grade = prices.rows[prices.id_of(kind, *market)].grade if kind else "derived"
            of_all += abs(value)
            of_assumed += abs(value) if grade == "assumed" else 0.0
    return of_assumed, of_all


def _of_works(model: Model, future: DemandScenarioId) -> list[WorkResult]:
    costs = model.costs(model.prices.central)
    benefits = model.total_benefits(future, model.prices.central).mean(axis=1)
    made = []
    for work in model.works:
        opening = model.years.index(work.opens)
        earlier = np.zeros(len(model.years))
        if opening:
            earlier[opening] = benefits[opening - 1]
        opened = [costs[one.id] for one in model.works if one.opens == work.opens]
        capital, upkeep = (np.asarray(sum(getattr(one, name) for one in opened)) for name in ("capital", "upkeep"))
        return_ = first_year_return(benefits - earlier, upkeep, capital, model.rate, opening)
        made.append(WorkResult(work, float(model.factors() @ costs[work.id].total), return_))
    return made


def _warnings(model: Model, found: Mapping[DemandScenarioId, FutureResult]) -> list[Message]:
    warnings = [
        message("warning.large_ratio", ROOM, future=future, ratio=round(one.bcr[0], 1))
        for future, one in found.items()
        if one.bcr and is_large(one.bcr[0])
    ]
    for port in model.ports:
        for name, direction, klass in sorted(port.growing):
            warnings.append(message("warning.growing", ROOM, port=name, direction=direction, klass=klass))
        for yard in port.yards:
            if abs(yard.difference) >= 1:
                more = round(yard.difference)
                values = {"future": yard.future, "stock": yard.stock, "unit": yard.unit}
                warnings.append(message("warning.yard", ROOM, difference=more, **values))
    for work in model.works:
        if not work.has_cost:
            warnings.append(message("warning.no_cost", ROOM, work=work.id))
        if work.price_year and work.price_year != model.programme.price_year:
            warnings.append(message("warning.price_year", ROOM, work=work.id, year=str(work.price_year)))
    for one in model.works:
        if not any(one.id in port.works for port in model.ports):
            warnings.append(message("warning.no_port", ROOM, work=one.id))
    return warnings
