"""Designs of experiments: which values of which numbers of the world to run together.

In: factors (numbers of the world by address, with levels or a range) and the kind of design. Out: points, each the
values that one scenario sets, always in the same order.

======================  ==========================================================================================
``one_at_a_time``       every level of every factor, the others as they are in the baseline
``full_factorial``      every level of every factor with every level of all others; the last factor changes fastest
``latin_hypercube``     ``points`` points spread over the ranges, one in each of ``points`` slices of each range
``sobol``               the first ``points`` points (a power of 2) of a scrambled Sobol sequence over the ranges
======================  ==========================================================================================
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from corridors.overlay.changes import Scalar

Point = dict[str, Scalar]
"""Address: value to set."""

SAMPLED: Final = ("latin_hypercube", "sobol")
DIGITS: Final = 6
"""Significant digits of a sampled value: more than any figure of the world has, and short enough to be read."""


class Factor(BaseModel):
    """One number of the world (``table.id.field``) and the values it takes, in the unit that its column has."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    address: str
    unit: str = ""
    """Must be that of the column: a guard against minutes taken for hours."""
    levels: tuple[Scalar, ...] = ()
    low: float | None = None
    """Both ends of the range belong to it; where one is left out, that of assumptions.csv."""
    high: float | None = None

    @model_validator(mode="after")
    def _has_levels_or_a_range(self) -> Factor:
        if self.levels and (self.low is not None or self.high is not None):
            raise ValueError("either levels, or low and high")
        if len({repr(level) for level in self.levels}) < len(self.levels):
            raise ValueError("each level once")
        return self


class Design(BaseModel):
    """Factors and how their values go together."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["one_at_a_time", "full_factorial", "latin_hypercube", "sobol"]
    factors: tuple[Factor, ...]
    points: Annotated[int, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def _says_what_its_kind_needs(self) -> Design:
        problems = [
            f"{address} is there more than once"
            for address, times in Counter(factor.address for factor in self.factors).items()
            if times > 1
        ]
        if not self.factors:
            problems.append("at least one factor")
        if self.kind in SAMPLED:
            if self.points is None:
                problems.append(f"{self.kind} needs points, how many")
            elif self.kind == "sobol" and self.points & (self.points - 1):
                near = 2 ** round(math.log2(self.points))
                problems.append(f"sobol needs a power of 2 as points, such as {near}, not {self.points}")
            problems += [f"{factor.address}: {self.kind} has no levels" for factor in self.factors if factor.levels]
        else:
            if self.points is not None:
                problems.append(f"{self.kind} has no points")
            problems += [f"{factor.address}: needs levels" for factor in self.factors if not factor.levels]
        if problems:
            raise ValueError("; ".join(problems))
        return self


@dataclass(frozen=True)
class Range:
    """Where the values of a factor lie; ``whole``: only whole numbers, each as likely as the others."""

    low: float
    high: float
    whole: bool

    def at(self, share: float) -> float:
        """The value at a share of the range, from 0 to below 1."""
        if self.whole:
            first = math.ceil(self.low)
            return first + math.floor(share * (math.floor(self.high) - first + 1))
        value = float(f"{self.low + share * (self.high - self.low):.{DIGITS}g}")
        return min(max(value, self.low), self.high)

    @property
    def ends(self) -> tuple[float, float]:
        """The least and the greatest value that can come up."""
        return self.at(0.0), self.at(math.nextafter(1.0, 0.0))


def points(design: Design, ranges: Mapping[str, Range], seed: int) -> list[Point]:
    """The points of a design. ``ranges`` by address and ``seed`` count for sampled ones only."""
    if design.kind == "one_at_a_time":
        return [{factor.address: level} for factor in design.factors for level in factor.levels]
    if design.kind == "full_factorial":
        addresses = [factor.address for factor in design.factors]
        levels = itertools.product(*(factor.levels for factor in design.factors))
        return [dict(zip(addresses, values, strict=True)) for values in levels]
    return _sampled(design, ranges, seed)


def _sampled(design: Design, ranges: Mapping[str, Range], seed: int) -> list[Point]:
    from scipy.stats import qmc

    assert design.points is not None, "the design says so of itself"
    sampler = {"latin_hypercube": qmc.LatinHypercube, "sobol": qmc.Sobol}[design.kind]
    shares = sampler(len(design.factors), rng=seed).random(design.points).tolist()
    return [
        {factor.address: ranges[factor.address].at(share) for factor, share in zip(design.factors, row, strict=True)}
        for row in shares
    ]
