"""Designs of experiments: combinations of values of numbers of the corridor.

Input: factors (numbers by address, with levels or a range) and the kind of design. Output: points, each with the
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

from pydantic import Field, model_validator

from corridors.io.document import Document
from corridors.messages import InvalidValueError, message
from corridors.overlay.changes import Scalar

Point = dict[str, Scalar]
"""Address: value to set."""

ROOM: Final = "runs"
"""The catalogue of the messages of experiments."""
SAMPLED: Final = ("latin_hypercube", "sobol")
MOST_POINTS: Final = 100_000
"""Points of a design, each of which is a scenario."""
DIGITS: Final = 6
"""Significant digits of a sampled value: more than any number of the data has, and still readable."""


class Factor(Document):
    """One number of the corridor (``table.id.field``) and its values, in the unit of its column."""

    address: str
    unit: str = ""
    """Must be that of the column, so that minutes are not mistaken for hours."""
    levels: tuple[Scalar, ...] = ()
    low: float | None = None
    """The range includes both ends; the default of each end is that of assumptions.csv."""
    high: float | None = None

    @model_validator(mode="after")
    def _has_levels_or_a_range(self) -> Factor:
        if self.levels and (self.low is not None or self.high is not None):
            raise InvalidValueError(message("design.levels_and_range", ROOM))
        if len({repr(level) for level in self.levels}) < len(self.levels):
            raise InvalidValueError(message("design.repeated_level", ROOM))
        return self


class Design(Document):
    """Factors and the kind of design that combines their values."""

    kind: Literal["one_at_a_time", "full_factorial", "latin_hypercube", "sobol"]
    factors: tuple[Factor, ...]
    points: Annotated[int, Field(ge=1, le=MOST_POINTS)] | None = None

    @model_validator(mode="after")
    def _says_what_its_kind_needs(self) -> Design:
        problems = [
            message("design.repeated_factor", ROOM, address=address)
            for address, times in Counter(factor.address for factor in self.factors).items()
            if times > 1
        ]
        if not self.factors:
            problems.append(message("design.no_factor", ROOM))
        if self.kind in SAMPLED:
            if self.points is None:
                problems.append(message("design.points_missing", ROOM, kind=self.kind))
            elif self.kind == "sobol" and self.points & (self.points - 1):
                near = 2 ** round(math.log2(self.points))
                problems.append(message("design.power_of_two", ROOM, near=near, points=self.points))
            with_levels = [factor.address for factor in self.factors if factor.levels]
            problems += [message("design.no_levels", ROOM, address=one, kind=self.kind) for one in with_levels]
        else:
            if self.points is not None:
                problems.append(message("design.no_points", ROOM, kind=self.kind))
            without_levels = [factor.address for factor in self.factors if not factor.levels]
            problems += [message("design.levels_missing", ROOM, address=one) for one in without_levels]
        combined = math.prod(max(len(factor.levels), 1) for factor in self.factors)
        if self.kind == "full_factorial" and combined > MOST_POINTS:
            problems.append(message("design.too_many", ROOM, n=combined, most=MOST_POINTS))
        if problems:
            raise InvalidValueError(*problems)
        return self


@dataclass(frozen=True)
class Range:
    """The range of a factor's values; ``whole``: only whole numbers, all equally likely."""

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
        """The least and the greatest value that a sample can have."""
        return self.at(0.0), self.at(math.nextafter(1.0, 0.0))


def points(design: Design, ranges: Mapping[str, Range], seed: int) -> list[Point]:
    """The points of a design. Only sampled designs use ``ranges`` (by address) and ``seed``."""
    if design.kind == "one_at_a_time":
        return [{factor.address: level} for factor in design.factors for level in factor.levels]
    if design.kind == "full_factorial":
        addresses = [factor.address for factor in design.factors]
        levels = itertools.product(*(factor.levels for factor in design.factors))
        return [dict(zip(addresses, values, strict=True)) for values in levels]
    return _sampled(design, ranges, seed)


def _sampled(design: Design, ranges: Mapping[str, Range], seed: int) -> list[Point]:
    from scipy.stats import qmc

    assert design.points is not None, "validated by the model"
    sampler = {"latin_hypercube": qmc.LatinHypercube, "sobol": qmc.Sobol}[design.kind]
    shares = sampler(len(design.factors), rng=seed).random(design.points).tolist()
    return [
        {factor.address: ranges[factor.address].at(share) for factor, share in zip(design.factors, row, strict=True)}
        for row in shares
    ]
