"""How sure a net present value is: sampling error, prices one by one and together, and break-even values.

Chance is the t interval over replications (:func:`sim.statistics.mean_interval`); the range of prices is separate from
it. *Tornado*: each price, cost, rate and delay at its low and high end. *Together*: a Latin hypercube of 1,000 points,
triangular between low, value and high (McKay, Beckman and Conover 1979). *Break-even*: the value at which the net
present value is 0, by bisection; none within 0 to 10 times the value (of a price of 0: its high end).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from corridors.overlay.demand_scenarios import DemandScenarioId
from sim.studies.appraisal.model import Case, Model
from sim.studies.appraisal.prices import Point
from sim.studies.calibration.fit import latin_hypercube

Floats = npt.NDArray[np.float64]
POINTS: Final = 1_000
TIMES: Final = 10.0
"""Largest multiple of a value at which a break-even is searched."""
STEPS: Final = 20
PARTS: Final = 16
ROUNDS: Final = 10
"""A break-even is known to the share 16^-10 of a step of the grid."""
SEED: Final = 1
RATE: Final = "rate"
LATEST: Final = 0.6
"""Largest discount rate at which a break-even is searched."""


@dataclass(frozen=True)
class Factor:
    """One uncertain number: a price, the capital or yearly cost of a work, the rate, or a delay."""

    kind: str
    """'price', 'capital', 'yearly', 'rate', 'delay'."""
    id: str
    """Of the price or the work; '' for the rate."""
    value: float
    low: float
    high: float
    unit: str
    grade: str


@dataclass(frozen=True)
class Swing:
    """Net present values at both ends of one factor, M USD."""

    factor: Factor
    at_low: float
    at_high: float
    break_even: float | None
    """The value nearest to the stated one at which the net present value is 0."""

    @property
    def width(self) -> float:
        """Difference of the two ends."""
        return abs(self.at_high - self.at_low)


@dataclass(frozen=True)
class PriceSpread:
    """Net present values over all prices and costs together, M USD."""

    p05: float
    p50: float
    p95: float
    share_above_0: float


def factors_of(model: Model) -> Iterator[Factor]:
    """All uncertain numbers of a programme."""
    kinds = {work.kind for work in model.works if work.capital.value}
    for id, price in model.prices.rows.items():
        if price.uncertain and (id in model.used or id in {f"uplift.{kind}" for kind in kinds}):
            yield Factor("price", id, price.value, price.low, price.high, price.unit, price.grade)
    for work in model.works:
        for kind, figure in (("capital", work.capital), ("yearly", work.yearly)):
            if figure.high > 0:
                yield Factor(kind, work.id, figure.value, figure.low, figure.high, "M USD", "assumed")
        if work.delay.high:
            yield Factor("delay", work.id, 0, work.delay.low, work.delay.high, "a", "assumed")
    ends = sorted((model.prices.rows["rate.low"].value, model.rate, model.prices.rows["rate.high"].value))
    yield Factor("rate", "", model.rate, ends[0], ends[-1], "1/a", "assumed")


def at(factor: Factor, value: float, point: Point, case: Case) -> tuple[Point, Case]:
    """The prices and the case with one factor at a value."""
    match factor.kind:
        case "price":
            return {**point, factor.id: value}, case
        case "capital":
            return point, replace(case, capital={**case.capital, factor.id: value})
        case "yearly":
            return point, replace(case, yearly={**case.yearly, factor.id: value})
        case "delay":
            return point, replace(case, late={**case.late, factor.id: round(value)})
    return point, replace(case, rate=value)


def swings(model: Model, future: DemandScenarioId) -> tuple[Swing, ...]:
    """The tornado, widest first, with the break-even of each factor."""
    factors = list(factors_of(model))
    central = model.prices.central

    def npvs(asked: Sequence[tuple[Factor, float]]) -> Floats:
        return model.mean_npvs(future, [at(factor, value, central, Case()) for factor, value in asked])

    ends = npvs([(one, end) for one in factors for end in (one.low, one.high)]).reshape(-1, 2)
    turns = break_evens(factors, npvs)
    found = [
        Swing(one, float(low), float(high), turn) for one, (low, high), turn in zip(factors, ends, turns, strict=True)
    ]
    return tuple(sorted(found, key=lambda one: (-one.width, one.factor.kind, one.factor.id)))


def break_evens(
    factors: Sequence[Factor], npvs: Callable[[Sequence[tuple[Factor, float]]], Floats]
) -> list[float | None]:
    """The break-even value of each factor: the root of ``npvs`` nearest to the stated value, within 0 to 10 times it.

    None for a delay, or without a root. ``npvs`` has the net present value of a factor at a value, for many at once.

    The sign is looked at on a grid; each place where it changes is divided into :data:`PARTS` until nothing is left.
    """
    grids = [_grid(one) for one in factors]
    values = _by_grid(factors, grids, npvs)
    places = [
        (n, grid[k], grid[k + 1])
        for n, (grid, of) in enumerate(zip(grids, values, strict=True))
        if len(of) and not np.allclose(of, of[0])
        for k in np.flatnonzero(of[:-1] * of[1:] <= 0)
    ]
    for _ in range(ROUNDS):
        parts = [np.linspace(low, high, PARTS + 1) for _, low, high in places]
        values = _by_grid([factors[n] for n, _, _ in places], parts, npvs)
        places = [(n, *_first_turn(grid, of)) for (n, _, _), grid, of in zip(places, parts, values, strict=True)]
    roots: list[list[float]] = [[] for _ in factors]
    for n, low, high in places:
        roots[n].append((low + high) / 2)
    return [
        min(some, key=lambda root, one=one: abs(root - one.value), default=None)  # type: ignore[misc]
        for one, some in zip(factors, roots, strict=True)
    ]


def _grid(factor: Factor) -> Floats:
    """Values at which the sign is looked at; none for a delay."""
    if factor.kind == "delay":
        return np.empty(0)
    base = factor.value or factor.high
    most = LATEST if factor.kind == RATE else TIMES * base
    return np.unique([*np.linspace(0, most, STEPS + 1), factor.value, *np.linspace(0, min(2 * base, most), STEPS + 1)])


def _by_grid(
    factors: Sequence[Factor], grids: Sequence[Floats], npvs: Callable[[Sequence[tuple[Factor, float]]], Floats]
) -> list[Floats]:
    """Net present values of each factor on its grid."""
    asked = [(one, float(value)) for one, grid in zip(factors, grids, strict=True) for value in grid]
    found = npvs(asked) if asked else np.empty(0)
    return np.split(found, np.cumsum([len(grid) for grid in grids])[:-1]) if grids else []


def _first_turn(grid: Floats, values: Floats) -> tuple[float, float]:
    """The first part of a grid in which the sign changes."""
    turns = np.flatnonzero(values[:-1] * values[1:] <= 0)
    k = int(turns[0]) if len(turns) else 0
    return float(grid[k]), float(grid[k + 1])


def together(model: Model, future: DemandScenarioId, points: int = POINTS) -> PriceSpread:
    """The spread of the mean net present value over all prices, costs and delays, the rate as it is."""
    factors = [one for one in factors_of(model) if one.kind != RATE and one.low < one.high]
    shares = latin_hypercube(len(factors), points, SEED)
    central, asked = model.prices.central, []
    for row in shares:
        point: Point = central
        case = Case()
        for factor, share in zip(factors, row.tolist(), strict=True):
            point, case = at(factor, triangular(share, factor.low, factor.value, factor.high), point, case)
        asked.append((point, case))
    npvs = model.mean_npvs(future, asked)
    p05, p50, p95 = np.percentile(npvs, (5, 50, 95)).tolist()
    return PriceSpread(p05, p50, p95, float((npvs > 0).mean()))


def triangular(share: float, low: float, mode: float, high: float) -> float:
    """The quantile of the triangular distribution at ``share``."""
    mode = min(max(mode, low), high)
    width = high - low
    if share * width < mode - low:
        return low + float(np.sqrt(share * width * (mode - low)))
    return high - float(np.sqrt((1 - share) * width * (high - mode)))
