"""Forecasts of past days against what came, and against two naive ones: does the model know anything?

Input: the visits of a log, their map and the world. The fit is made on the records before the first origin, so no
forecast has seen its days. Output: a :class:`Backtest`: by target and horizon the score of the model and of both naive
forecasts, the skill with its interval, the cover of the 80 % band, and a verdict.

Targets are the vehicles that wait at the steps of the log with arrival and start, at the hour of the origin, and the
works that end there on a whole day. *As today*: the last value with its own changes over such a horizon in the sixty
days before; *as that weekday*: the values of the weekday in the eight weeks before. Both are ensembles and get the same
score, the fair CRPS; the better of the two is the reference. Whether the probabilities were right is in
:mod:`sim.studies.forecast.probabilities`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Final

import numpy as np
import numpy.typing as npt

from corridors.clock import local_time
from corridors.model import Corridor
from corridors.overlay.applying import apply
from corridors.records.mapping import RecordMap
from corridors.records.visits import Visits
from sim.core.random_streams import RandomStreams
from sim.core.start_levels import Levels, levels_on, with_levels
from sim.core.units import DAY_S
from sim.experiments.staying import workers_that_stay
from sim.statistics.scores import Floats, crps, joint_skill
from sim.studies.fitting.fitting import fit
from sim.studies.fitting.overlay import scenario
from sim.studies.fitting.period import before
from sim.studies.forecast.fan import Forecast, forecast
from sim.studies.forecast.from_log import state_of_log
from sim.studies.forecast.members import Request
from sim.studies.forecast.probabilities import OVER, Bin, Calibration, Exceeding, calibration, exceeding, reliability
from sim.studies.forecast.reduction import reduced

QUEUE, FLOW = TARGETS = ("queue", "flow")
MODEL, TODAY, WEEKDAY = FORECASTS = ("model", "as_today", "as_weekday")
BETTER, SAME, WORSE, FEW = VERDICTS = ("better", "not_told_apart", "worse", "too_few")
LEAST_ORIGINS: Final = 12
"""Fewer settle nothing."""
LEAST_NAIVE: Final = 4
"""Values that a naive ensemble needs."""
CHANGES_D, WEEKS = 60, 8
DRAWS: Final = 1_000
LevelsOn = Callable[[Corridor, date, int], Levels]


@dataclass(frozen=True)
class Score:
    """One target at one horizon."""

    target: str
    days: int
    origins: int
    model: float
    """Mean fair CRPS."""
    as_today: float
    as_weekday: float
    skill: float
    low: float
    high: float
    cover_80: float
    verdict: str


@dataclass(frozen=True)
class Backtest:
    """The scores, and the origins of which they are made."""

    scores: tuple[Score, ...]
    origins: tuple[datetime, ...]
    fitted_until: datetime
    """End of the records on which the fit was made."""
    clock: str = ""
    """Zone of its days and hours, that of the log; '' is UTC+8."""
    least_days: int = 0
    """Whole days of the log with which there is one forecast."""
    verdict_days: int = 0
    """Whole days with which there are enough for a verdict."""
    calibration: tuple[Calibration, ...] = ()
    """By target and horizon, as the scores."""
    exceeds: tuple[Exceeding, ...] = ()
    """By horizon."""
    reliability: tuple[Bin, ...] = ()
    """Of all horizons."""


@dataclass(frozen=True)
class _Past:
    """What the log knows: the queue at one hour of each day, and the works that ended on it; NaN: not recorded."""

    first_day: int
    queue: Floats
    flow: Floats
    came: Floats
    left: Floats
    """Instants at which vehicles joined the queue and left it, ascending."""
    missing: frozenset[int]

    def upto(self, target: str, day: int) -> Floats:
        """Values of the days before a day, the queue's own day included: all that an origin on it knows."""
        values = self.queue if target == QUEUE else self.flow
        return values[: day - self.first_day + (1 if target == QUEUE else 0)]

    def at(self, target: str, day: int) -> float:
        values = self.queue if target == QUEUE else self.flow
        k = day - self.first_day
        return float(values[k]) if 0 <= k < len(values) else float("nan")


@workers_that_stay()
def backtest(
    visits: Visits,
    found: RecordMap,
    corridor: Corridor,
    *,
    every: int = 2,
    days: int = 7,
    hour: int = 8,
    members: int = 40,
    seed: int = 1,
    workers: int = 1,
    world: Corridor | None = None,
    refit: bool = False,
    levels: LevelsOn = levels_on,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Backtest:
    """Forecasts from every so many days on, for horizons of 1 to ``days`` days; ``world`` None: fitted before them.

    ``refit``: fitted before each anew. Without it the fit is made once, on the records before the first.
    ``levels``: those of yards at the begin of a warm-up, for a world, its first day and its days.
    """
    steps = [one.step for one in found.steps if one.arrived and one.started and one.step in visits.steps]
    first_day, last_day = visits.day_of(visits.first_s) + 1, visits.day_of(visits.last_s) - 1
    origins = origins_of(first_day, last_day, days, every)
    needed = (days_for(1, days, every), days_for(LEAST_ORIGINS, days, every))
    if not steps or not origins:
        return Backtest((), (), datetime.fromtimestamp(visits.first_s, UTC), visits.clock, *needed)

    def second(day: int) -> int:
        return instant_on(day, hour, visits.clock)

    past = _past(visits, steps, first_day, last_day, hour)

    def fitted_before(day: int) -> Corridor:
        early = before(visits, second(day))
        return apply(corridor, scenario(fit(early, found, corridor, seed), early, found, corridor).changes)

    if world is None:
        world = fitted_before(origins[0])
    facilities = tuple(dict.fromkeys(world.itineraries[one].facility for one in steps))
    small = None
    none = float("nan")
    scores = {(target, name): np.full((days, len(origins)), none) for target in TARGETS for name in FORECASTS}
    inside: dict[tuple[str, int], list[bool]] = {}
    known: dict[tuple[str, int], list[tuple[Floats, float]]] = {}
    events: dict[int, list[tuple[float, bool]]] = {}
    for n, day in enumerate(origins):
        at = datetime.fromtimestamp(second(day), UTC)
        request = Request(at, days=days + 1, warmup_days=7, seed=seed, clock=visits.clock)
        if refit and n:
            world, small = fitted_before(day), None
        small = small or reduced(world, found.services, request.settings(0))
        state = state_of_log(before(visits, second(day)), found, small, at).state
        run = request.settings(0)
        begun = with_levels(small, levels(small, run.start, run.days))
        made = forecast(begun, state, request, members, workers=workers)
        for target in TARGETS:
            for horizon in range(1, days + 1):
                came = past.at(target, day + horizon)
                ensembles = {
                    MODEL: _model(made, target, horizon, facilities),
                    **_naive(past, target, day, horizon),
                }
                if np.isnan(came) or any(len(one) < LEAST_NAIVE for one in ensembles.values()):
                    continue
                for name, values in ensembles.items():
                    scores[target, name][horizon - 1, n] = crps(values, came)
                low, high = np.quantile(ensembles[MODEL], [0.1, 0.9])
                inside.setdefault((target, horizon), []).append(bool(low <= came <= high))
                known.setdefault((target, horizon), []).append((ensembles[MODEL], came))
        for horizon in range(1, days + 1):
            if not past.missing.intersection(range(day, day + horizon + 1)):
                events.setdefault(horizon, []).append(_exceeds(made, past, second(day), horizon, facilities))
        progress(n + 1, len(origins))
    rows = tuple(
        row
        for target in TARGETS
        for row in scored(
            target,
            np.array([scores[target, name] for name in FORECASTS]),
            [inside.get((target, horizon), []) for horizon in range(1, days + 1)],
            every,
            seed,
        )
    )
    fitted_until = datetime.fromtimestamp(second(origins[0]), UTC)
    instants = tuple(datetime.fromtimestamp(second(day), UTC) for day in origins)
    horizons = range(1, days + 1)
    return Backtest(
        rows,
        instants,
        fitted_until,
        visits.clock,
        *needed,
        tuple(calibration(target, h, known.get((target, h), [])) for target in TARGETS for h in horizons),
        tuple(exceeding(h, events.get(h, [])) for h in horizons),
        reliability([one for h in horizons for one in events.get(h, [])]),
    )


def origins_of(first_day: int, last_day: int, days: int, every: int) -> list[int]:
    """The days of the forecasts in a log of whole days: of its last half, after the first three weeks."""
    begin = first_day + max(21, (last_day - first_day) // 2)
    return list(range(begin, last_day - days + 1, every))


def days_for(n: int, days: int, every: int) -> int:
    """The least number of whole days in which there are ``n`` forecasts."""
    return next(last + 1 for last in count() if len(origins_of(0, last, days, every)) >= n)


def scored(target: str, scores: Floats, inside: Sequence[Sequence[bool]], every: int, seed: int) -> Iterator[Score]:
    """Skill over the better of the naive forecasts at each horizon, with its interval and the verdict.

    ``scores`` (forecasts, horizons, origins) in the order of FORECASTS, NaN where there is none. Horizons with enough
    forecasts are judged together: the more of them, the easier one would be called better without a reason.
    """
    counts = (~np.isnan(scores[0])).sum(axis=1)
    judged = np.flatnonzero(counts >= LEAST_ORIGINS)
    nan = float("nan")
    value = low = high = np.full(len(counts), nan)
    if len(judged):
        blocks = [-(-(int(h) + 1) // every) for h in judged]
        size = scores.shape[2]
        u = RandomStreams(seed, 0).uniforms(DRAWS * size, "bootstrap", "backtest", target).reshape(DRAWS, size)
        made = joint_skill(scores[0, judged], scores[1:, judged], blocks, u)
        value, low, high = (_spread(one, judged, len(counts)) for one in (made.skill, made.low, made.high))
    for h, n in enumerate(counts.tolist()):
        means = [float(np.nanmean(one[h])) if n else nan for one in scores]
        cover = float(np.mean(inside[h])) if n else nan
        verdict = FEW if n < LEAST_ORIGINS else BETTER if low[h] > 0 else WORSE if high[h] < 0 else SAME
        yield Score(
            target,
            h + 1,
            n,
            means[0],
            means[1],
            means[2],
            float(value[h]),
            float(low[h]),
            float(high[h]),
            cover,
            verdict,
        )


def _spread(values: Floats, at: npt.NDArray[np.int64], size: int) -> Floats:
    """Values at their places, NaN at the others."""
    found = np.full(size, np.nan)
    found[at] = values
    return found


def _model(made: Forecast, target: str, horizon: int, facilities: tuple[str, ...]) -> Floats:
    """The members of the forecast for a target."""
    if target == QUEUE:
        queue = _queue(made, facilities)
        return queue[:, min(made.request.hours_until(horizon), queue.shape[1] - 1)]
    rows = []
    for one in made.members:
        here = [k for k, name in enumerate(one.facilities) if name in facilities]
        rows.append(float(one.served[here, horizon].sum()))
    return np.array(rows)


def _queue(made: Forecast, facilities: tuple[str, ...]) -> Floats:
    """(members, hours) vehicles that wait at facilities."""
    found = [
        one.at_place[[k for k, (_, name) in enumerate(one.places) if name in facilities]].sum(axis=0)
        for one in made.members
    ]
    return np.array(found, np.float64)


def _exceeds(
    made: Forecast, past: _Past, begin_s: int, horizon: int, facilities: tuple[str, ...]
) -> tuple[float, bool]:
    """The share of members in which the queue is above the limit at any hour up to a horizon, and whether it was."""
    hours = made.request.hours_until(horizon)
    queue = _queue(made, facilities)[:, : hours + 1]
    limit = round(OVER * float(np.median(queue[:, 0])))
    came = _waiting(past.came, past.left, np.asarray(begin_s + 3600.0 * np.arange(1, hours + 1), np.float64))
    return float((queue[:, 1:] > limit).any(axis=1).mean()), bool((came > limit).any())


def _naive(past: _Past, target: str, day: int, horizon: int) -> dict[str, Floats]:
    """Both naive ensembles, of nothing but what was known at the origin."""
    known = past.upto(target, day)
    lag = horizon if target == QUEUE else horizon + 1
    changes = known[lag:] - known[:-lag] if len(known) > lag else np.empty(0)
    finite = known[~np.isnan(known)]
    last = finite[-1] if len(finite) else float("nan")
    today = np.maximum(last + changes[-CHANGES_D:], 0.0)
    place = day + horizon - past.first_day
    same = np.array([known[place - 7 * w] for w in range(1, WEEKS + 3) if 0 <= place - 7 * w < len(known)])[:WEEKS]
    return {TODAY: today[~np.isnan(today)], WEEKDAY: same[~np.isnan(same)]}


def instant_on(day: int, hour: int, clock: str) -> int:
    """Seconds since 1970 (UTC) at an hour of a day, by number since 1970, on a clock with its summer time."""
    return local_time.instant(date(1970, 1, 1) + timedelta(days=day), hour * 60, local_time.zone(clock))


def _past(visits: Visits, steps: list[str], first_day: int, last_day: int, hour: int) -> _Past:
    """Who has arrived and not started, those that still wait when the log ends included; works by the day of their end.

    A visit whose start is missing though it ended is in no queue: until when it waited is not known.
    """
    days = np.arange(first_day, last_day + 1)
    flow = np.zeros(len(days))
    at = np.array([instant_on(day, hour, visits.clock) for day in days.tolist()], np.float64)
    all_came: list[Floats] = []
    all_left: list[Floats] = []
    for step in steps:
        rows = visits.at(step)
        arrived, started = rows["arrived"].to_numpy(), rows["started"].to_numpy()
        low, high = rows["low"].to_numpy(), rows["high"].to_numpy()
        known = ~np.isnan(arrived) & (~np.isnan(started) | np.isposinf(high))
        all_came.append(arrived[known])
        all_left.append(started[known & ~np.isnan(started)])
        ended = np.isfinite(low) & np.isfinite(high)
        day = np.floor_divide(visits.local_s((low[ended] + high[ended]) / 2), DAY_S).astype(np.int64) - first_day
        flow += np.bincount(day[(day >= 0) & (day < len(days))], minlength=len(days))
    came, left = (np.sort(np.concatenate(one)) for one in (all_came, all_left))
    queue, gone = _waiting(came, left, at), np.isin(days, visits.missing_days)
    queue[gone], flow[gone] = np.nan, np.nan
    return _Past(first_day, queue, flow, came, left, frozenset(visits.missing_days.tolist()))


def _waiting(came: Floats, left: Floats, at: Floats) -> Floats:
    """Vehicles that wait at instants, of those at which they came and left, ascending."""
    found: Floats = (np.searchsorted(came, at, side="right") - np.searchsorted(left, at, side="right")).astype(float)
    return found
