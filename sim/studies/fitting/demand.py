"""Arrivals of a service as numbers of the model: mean per day, weights of hours, weekdays and months, days that differ.

Input: visits, the service, the world. Output: estimates. A log counts vehicles where it sees them first, and the model
sends them from the origin of their itinerary: hours and weekdays are those at the origin, earlier by the drive. Where
vehicles may wait on the way to the log, such as at a gate with opening hours, they are those of that gate and are not
written. Days are those of the clock of the world, that of ``day_cv`` and of profiles.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, Final

import numpy as np

from corridors import network
from corridors.clock import local_time
from corridors.clock.place_clocks import clock_of_world
from corridors.model import Corridor, Profile, Service
from corridors.records.mapping import RecordMap
from corridors.records.visits import Visits, begin_of
from corridors.single_tracks import has_sections
from sim.compile.arrivals import month_weights
from sim.core.units import HOUR_S, MINUTE_S
from sim.studies.fitting.arrivals import arrivals, months_of, weekdays_of
from sim.studies.fitting.estimate import FEW_DAYS, Estimate, Floats, Ints, word

OWN_PROFILES: Final = {
    "hours": ("hour", "profile_hour"),
    "weekdays": ("weekday", "profile_week"),
    "months": ("month", "profile_month"),
}
"""By the end of the id of a fitted profile: its kind, and the column of services that names it."""
LEAST_DAYS: Final = 7
WAITS: Final = frozenset({"serve", "hold", "pass", "draw", "wait", "choose"})
"""Kinds of steps at which vehicles may wait, or behind which they go several ways."""


def profile_id(service: str, kind: str) -> str:
    """The id of a fitted profile; ``kind`` of :data:`OWN_PROFILES`."""
    return f"{service}_{kind}_own"


def weights_of_days(service: Service, days: Ints, corridor: Corridor) -> Floats:
    """(n,) the weights of days (numbers since 1970), by the profiles of months and of the week of a service."""
    found = np.ones(len(days))
    if service.profile_month in corridor.profiles:
        found *= month_weights(corridor.profiles[service.profile_month])[months_of(days)]
    if service.profile_week in corridor.profiles:
        numbers = np.array(corridor.profiles[service.profile_week].numbers)
        of_week = numbers.reshape(7, -1).mean(axis=1)
        found *= (of_week / of_week.mean())[weekdays_of(days)]
    return found


@dataclass(frozen=True)
class WayToLog:
    """What lies between the origin of a service and the first step that the log has."""

    drive_s: float
    behind: tuple[str, ...]
    """Facilities, stocks or places of steps at which vehicles may wait."""


def way_to_log(service: Service, found: RecordMap, corridor: Corridor, on: date) -> WayToLog:
    """The drive to the first step of the log, and where vehicles may wait before it."""
    logged = {one.step for one in found.steps}
    drive_s, behind, place = 0.0, list[str](), ""
    for step in corridor.steps(service.itinerary):
        if step.id in logged:
            break
        if step.kind in WAITS:
            behind.append(step.facility or step.stock or step.place)
        elif step.kind == "travel" and step.duration:
            drive_s += corridor.durations[step.duration].mean_min * MINUTE_S
        elif step.kind == "travel":
            try:
                legs = network.path(network.net(corridor, on), place, step.place, step.mode)
            except network.NoRoute:
                legs = []
            drive_s += sum(leg.hours for leg in legs) * HOUR_S
            links = [corridor.links[leg.link] for leg in legs]
            behind += [step.place for link in links if link.paths_per_day or has_sections(link)]
        place = step.place or place
    return WayToLog(drive_s, tuple(dict.fromkeys(filter(None, behind))))


def shut_before(found: RecordMap, corridor: Corridor, on: date) -> tuple[str, ...]:
    """Facilities with opening hours that vehicles pass on the way to the log: they decide when vehicles come to it."""
    services = [corridor.services[one] for one in found.services if one in corridor.services]
    behind = [one for service in services for one in way_to_log(service, found, corridor, on).behind]
    return tuple(
        dict.fromkeys(one for one in behind if one in corridor.facilities and corridor.facilities[one].calendar)
    )


def demand(
    service: Service, counted_at: str, visits: Visits, found: RecordMap, corridor: Corridor, seed: int
) -> Iterator[Estimate]:
    """The numbers of the arrivals of a service."""
    address = f"services.{service.id}"
    rows = visits.frame[visits.frame["counted"]]
    rows = rows[rows["service"] == visits.services.index(service.id)]
    times, days = begin_of(rows), visits.exposed_days
    bare = Estimate(f"{address}.per_day", float("nan"), n=len(times), days=len(days), method="poisson")
    if len(days) < LEAST_DAYS or not len(times):
        yield bare.refused(word("few_days", n=len(days)))
        return
    zone = local_time.zone(clock_of_world(corridor))
    way = way_to_log(service, found, corridor, datetime.fromtimestamp(visits.first_s, UTC).date())
    local_s = local_time.local_s(times, zone)
    made = arrivals(local_s, days, 0.0, seed, service.id)
    at_origin = arrivals(local_s - way.drive_s, days, 0.0, seed, service.id) if way.drive_s else made
    week = () if way.behind else at_origin.weekdays
    weights = _weights_written(service, made.months, week, days, corridor)
    mean_weight = float(weights.mean())
    if not mean_weight:
        yield bare.refused(word("no_weight"))
        return
    rate = (made.per_day / mean_weight, made.low / mean_weight, made.high / mean_weight)
    common: dict[str, Any] = {"n": made.n, "days": made.days}
    words = (word("few_days", n=made.days),) if made.days < FEW_DAYS else ()
    mean = Estimate(f"{address}.per_day", *rate, **common, method="poisson", words=words)
    if counted_at == "gate":
        yield mean.refused(word("throughput"))
        return
    if service.arrivals != "rate":
        yield mean.refused(word("not_by_rate"))
        return
    yield mean
    yield Estimate(f"{address}.day_cv", made.day_cv, made.cv_low, max(made.cv_high, made.day_cv), **common)
    if not np.isnan(made.correlation):
        yield Estimate(
            f"{address}.day_correlation", made.correlation, made.correlation_low, made.correlation_high, **common
        )
    for kind, values in (("hours", at_origin.hours), ("weekdays", at_origin.weekdays), ("months", made.months)):
        if not values:
            continue
        text = ";".join(f"{one:.3f}" for one in values)
        one = Estimate(f"profiles.{profile_id(service.id, kind)}.weights", text, **common, method=kind)
        is_behind = kind != "months" and way.behind
        yield one.refused(word("behind", names=way.behind)) if is_behind else one


def _weights_written(
    service: Service, months: tuple[float, ...], weekdays: tuple[float, ...], days: Ints, corridor: Corridor
) -> Floats:
    """(n,) the weights of days in the world of the fit: those fitted, else those of the world."""
    written = {kind: values for kind, values in (("months", months), ("weekdays", weekdays)) if values}
    made, own = dict(corridor.profiles), dict[str, Any]()
    for kind, values in written.items():
        of_period, column = OWN_PROFILES[kind]
        own[column] = profile_id(service.id, kind)
        made[own[column]] = Profile(own[column], of_period, ";".join(map(repr, values)), "", "")
    return weights_of_days(replace(service, **own), days, replace(corridor, profiles=made))
