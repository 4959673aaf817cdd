"""Regret of programmes over futures, and what to build whatever happens.

Input: net present values by programme and future. Output: the regret max over p' NPV(p', f) - NPV(p, f), its worst over
the futures, the programme with the least (Savage 1951), and the works that are in a best programme of every future, of
none, or of some.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sim.studies.appraisal.schedule import WorkSet

Values = Mapping[str, Mapping[str, float]]
"""Net present value by programme and future, M USD."""


@dataclass(frozen=True)
class Regrets:
    """The regret table."""

    regret: Mapping[str, Mapping[str, float]]
    """By programme and future, M USD."""
    worst: Mapping[str, float]
    mean: Mapping[str, float]
    """Mean net present value of a programme with equal weights of the futures."""
    minimax: tuple[str, ...]
    """Programmes with the least worst regret; several if they tie."""


def regrets(values: Values) -> Regrets:
    """The regret table of programmes that have the same futures."""
    futures = list(next(iter(values.values())))
    best = {future: max(of[future] for of in values.values()) for future in futures}
    table = {name: {future: best[future] - of[future] for future in futures} for name, of in values.items()}
    worst = {name: max(of.values()) for name, of in table.items()}
    least = min(worst.values())
    return Regrets(
        table,
        worst,
        {name: sum(of.values()) / len(of) for name, of in values.items()},
        tuple(name for name, value in worst.items() if value <= least),
    )


@dataclass(frozen=True)
class Robust:
    """Works by the futures in which they belong to a programme that is best, or nearly."""

    always: tuple[str, ...]
    never: tuple[str, ...]
    depends: Mapping[str, tuple[str, ...]]
    """The futures in which a work belongs to it."""


def robust_works(values: Values, works: Mapping[str, WorkSet], indifference: float) -> Robust:
    """Works in a programme within the indifference of the best, in all futures, in none, or in some."""
    futures = list(next(iter(values.values())))
    found: dict[str, list[str]] = {work: [] for work in sorted(frozenset[str]().union(*works.values()))}
    for future in futures:
        best = max(of[future] for of in values.values())
        near = [works[name] for name, of in values.items() if of[future] >= best - indifference]
        for work, where in found.items():
            if any(work in one for one in near):
                where.append(future)
    return Robust(
        tuple(work for work, where in found.items() if len(where) == len(futures)),
        tuple(work for work, where in found.items() if not where),
        {work: tuple(where) for work, where in found.items() if 0 < len(where) < len(futures)},
    )
