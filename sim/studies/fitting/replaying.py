"""The check of a fit on weeks that it has not seen: their arrivals as logged, with the fitted servers and durations.

Each step with arrivals, starts and ends is one facility of a plan: the logged arrivals of the held-out weeks queue for
the fitted servers in the hours of the world, with drawn durations, in several replications. Compared are the mean time
from arrival to the end of work, its distribution (W1 over the mean), and the vehicles of a day; and the fitted arrivals
with those that came. Limits are sizes that matter to a planner, not errors: where few weeks are held out, a right fit
may be outside of them, and ``within_error`` says so.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Final

import numpy as np
import numpy.typing as npt

from corridors.clock import local_time
from corridors.clock.calendars import Calendars
from corridors.clock.place_clocks import clock_of_world
from corridors.model import Corridor
from corridors.records.mapping import RecordMap
from corridors.records.visits import Visits, begin_of
from sim.compile.distributions import seconds
from sim.core.plan_builder import PlanBuilder
from sim.core.random_streams import RandomStreams
from sim.core.units import DAY_S
from sim.engines import simulate
from sim.studies.fitting.causes import DAYS, EVEN, TRAFFIC, cause_of_dwell
from sim.studies.fitting.demand import weights_of_days
from sim.studies.fitting.estimate import Floats
from sim.studies.fitting.fitting import Fit
from sim.studies.fitting.survival import distance, survival

REPLICATIONS: Final = 20
NORMAL: Final = 1.96
ERRORS: Final = 2.24
"""Standard errors within which mean and spread of the vehicles a day are in 97.5 % of fits that are right each, so that
both are in 95 %."""
DWELL, SHAPE, FLOW, BAND = 0.10, 0.15, 0.05, (0.65, 0.92)
"""A fit agrees up to these: mean dwell, W1 over the mean, bias of the vehicles a day, cover of the 80 % band."""
COVER: Final = "cover_80"
"""The measure that is a share of days."""
LEAST: Final = 50
"""Fewer visits in the held-out weeks settle nothing."""


@dataclass(frozen=True)
class Checked:
    """One comparison with the held-out weeks."""

    name: str
    """A step or a service."""
    measure: str
    """``dwell_min``, ``per_day`` or ``cover_80``."""
    observed: float
    fitted: float
    w1: float
    n: int
    agrees: bool
    """Whether it is within the limits."""
    within_error: bool = False
    """Whether a fit that is right would differ as much in so few days."""
    cause: str = ""
    """The likeliest cause where it does not agree, of :mod:`sim.studies.fitting.causes`."""

    @property
    def bias(self) -> float:
        """By which part the fit is above what was observed; NaN for a cover."""
        return self.fitted / self.observed - 1 if self.measure != COVER and self.observed else float("nan")


def held_out_weeks(visits: Visits, weeks: int | None) -> int:
    """Whole weeks to hold out: a fifth of the log, from two to eight; 0 for a log of under ten weeks."""
    whole = visits.days // 7
    if weeks is not None:
        return min(weeks, max(whole - 1, 0))
    return 0 if whole < 10 else min(max(whole // 5, 2), 8)


def split(visits: Visits, weeks: int) -> tuple[Visits, Visits]:
    """The visits before the held-out weeks, and those of them; by the first time of each visit.

    Visits that were not over when the held-out weeks began are in both: their queue is the one that the weeks find.
    """
    cut = visits.last_s - weeks * 7 * DAY_S
    frame = visits.frame
    begin = begin_of(frame)
    day = visits.day_of(cut)
    before, after = begin < cut, (begin >= cut) | (frame["low"].to_numpy() >= cut)
    days = visits.exposed_days
    return (
        replace(visits, frame=frame[before].reset_index(drop=True), last_s=cut, exposed_days=days[days < day]),
        replace(visits, frame=frame[after].reset_index(drop=True), first_s=cut, exposed_days=days[days > day]),
    )


def check(made: Fit, held: Visits, found: RecordMap, changed: Corridor, seed: int = 1) -> list[Checked]:
    """The comparisons of a fit (whose changes are made in ``changed``) with the held-out visits."""
    return [*_services(made, held, found, changed, seed), *_arrivals(made, held, found, changed, seed)]


def _services(made: Fit, held: Visits, found: RecordMap, changed: Corridor, seed: int) -> Iterator[Checked]:
    written = made.by_address()
    for one in found.steps:
        step = changed.itineraries[one.step]
        every = held.at(one.step)
        every = every[~np.isnan(begin_of(every))]
        # All that came take servers, also those of whom no end is known; who was there before comes first.
        came = np.maximum(begin_of(every), held.first_s)
        order = np.lexsort((begin_of(every), came))
        every, came = every.iloc[order], came[order]
        counted = (every["arrived"] >= held.first_s) & (every["low"] == every["high"])
        rows = every[counted]
        alone = sum(changed.itineraries[other.step].facility == step.facility for other in found.steps) == 1
        known = f"durations.{step.duration}.mean_min" in written and f"facilities.{step.facility}.servers" in written
        if len(rows) < LEAST or not alone or not known or step.kind != "serve":
            continue
        observed = np.maximum(rows["low"].to_numpy() - rows["arrived"].to_numpy(), 0.0) / 60
        by_vehicle, shut = _played(came, step.facility, step.duration, changed, one.step, seed)
        by_vehicle, shut = by_vehicle[:, counted.to_numpy()], shut[counted.to_numpy()]
        played = by_vehicle[~np.isnan(by_vehicle)]
        if not len(played):
            continue
        w1 = distance(
            survival(observed, observed),
            partial(_share_below, np.sort(played)),
            float(observed.mean()),
        )
        mean, model = float(observed.mean()), float(played.mean())
        agrees = abs(model - mean) <= DWELL * mean and w1 <= SHAPE
        work = (rows["low"] - rows["started"]).to_numpy() / 60
        done = ~np.isnan(by_vehicle).all(axis=0)
        average = np.full(len(observed), np.nan)
        average[done] = np.nanmean(by_vehicle[:, done], axis=0)
        fitted_work = changed.durations[step.duration].mean_min
        cause = "" if agrees else cause_of_dwell(observed, average, shut, work, fitted_work)
        yield Checked(one.step, "dwell_min", mean, model, w1, len(rows), agrees, cause=cause)


def _share_below(ascending: Floats, x: Floats) -> Floats:
    """The share of values up to x."""
    return np.asarray(np.searchsorted(ascending, x, side="right") / len(ascending), np.float64)


def _played(
    arrived: Floats, facility: str, duration: str, world: Corridor, step: str, seed: int
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """(replications, vehicles) minutes from arrival to the end of work of each logged arrival, NaN where never served.

    And (vehicles,) whether each came while the facility was shut.
    """
    epoch = datetime.fromtimestamp(float(arrived[0]) // DAY_S * DAY_S, UTC)
    horizon = int(arrived[-1] - epoch.timestamp()) + 30 * DAY_S
    times, servers = Calendars(world, epoch, horizon).facility_servers(facility)
    levels = np.floor(servers + 0.5).astype(np.int64)
    at = np.rint(arrived - epoch.timestamp()).astype(np.int64)
    found = np.full((REPLICATIONS, len(at)), np.nan)
    for replication in range(REPLICATIONS):
        u = RandomStreams(seed, replication).uniforms(len(at), "duration", "check", step)
        builder = PlanBuilder(horizon, start=epoch.isoformat())
        place = builder.facility(facility, int(levels[0]))
        builder.servers_over_time(place, times.tolist(), levels.tolist())
        builder.service("logged")
        builder.serve(place, seconds(world.durations[duration], u))
        builder.end()
        builder.vehicles(arrivals_s=at)
        trace = simulate(builder.build(), "compiled")
        done = trace.finished_s >= 0
        found[replication, trace.vehicle[done]] = (trace.finished_s[done] - trace.queued_s[done]) / 60.0
    return found, levels[np.searchsorted(times, at, side="right") - 1] == 0


def _arrivals(made: Fit, held: Visits, found: RecordMap, changed: Corridor, seed: int) -> Iterator[Checked]:
    if found.arrivals is None:
        return
    service = found.arrivals.of
    written = made.by_address()
    rate = written.get(f"services.{service}.per_day")
    if rate is None or not len(held.exposed_days):
        return
    rows = held.frame[held.frame["counted"] & (begin_of(held.frame) >= held.first_s)]
    rows = rows[rows["service"] == held.services.index(service)]
    local_s = local_time.local_s(begin_of(rows), local_time.zone(clock_of_world(changed)))
    day = np.floor_divide(local_s, DAY_S).astype(np.int64)
    counts = np.array([(day == one).sum() for one in held.exposed_days.tolist()], np.float64)
    expected = float(rate.value) * weights_of_days(changed.services[service], held.exposed_days, changed)
    cv = written.get(f"services.{service}.day_cv")
    spread = float(cv.value) if cv else 0.0
    bands = {mean: _band(mean, spread, seed) for mean in sorted(set(expected.tolist()))}
    low, high = np.array([bands[mean] for mean in expected.tolist()]).T
    cover = float(((counts >= low) & (counts <= high)).mean())
    observed, mean, n = float(counts.mean()), float(expected.mean()), len(counts)
    # The mean of few days has an error, as has the fitted one; beyond both a difference is not one of sampling.
    fitted = mean * (rate.high - rate.low) / (2 * NORMAL * float(rate.value)) if math.isfinite(rate.low) else 0.0
    error = math.sqrt((mean + spread**2 * float((expected**2).mean())) / n + fitted**2)
    agrees, within_error = abs(observed - mean) <= FLOW * observed, abs(observed - mean) <= ERRORS * error
    cause = "" if agrees else TRAFFIC
    yield Checked(service, "per_day", observed, mean, float("nan"), n, agrees, within_error and not agrees, cause)
    agrees = BAND[0] <= cover <= BAND[1]
    within_error = abs(cover - 0.8) <= ERRORS * math.sqrt(0.16 / n)
    cause = "" if agrees else DAYS if cover < BAND[0] else EVEN
    yield Checked(service, COVER, cover, 0.8, float("nan"), n, agrees, within_error and not agrees, cause)


def _band(mean: float, spread: float, seed: int) -> tuple[float, float]:
    """The 80 % band of the vehicles of a day: Poisson with a lognormal factor of the day."""
    from scipy.special import ndtri, pdtrik

    streams = RandomStreams(seed, 0)
    factor = np.ones(4000)
    if spread > 0:
        variance = math.log1p(spread**2)
        factor = np.exp(math.sqrt(variance) * ndtri(streams.uniforms(4000, "fit", "factor")) - variance / 2)
    counts = np.ceil(pdtrik(streams.uniforms(4000, "fit", "count"), mean * factor))
    low, high = np.quantile(counts, [0.1, 0.9])
    return float(low), float(high)
