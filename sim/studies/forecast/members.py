"""Members of a forecast: one replication each, from a warm-up to the instant, the state there, and the days after it.

Input: a world, a :class:`~sim.studies.forecast.state_file.WorldState` (None: the state of the warm-up itself) and a
:class:`Request`. Output: a :class:`Member`, hourly queues, flows and waits of days, and when the probe vehicles are
through. Random numbers are those of the replication, so member *k* of two worlds has the same; measured numbers are
drawn within their intervals (:mod:`sim.studies.forecast.ignorance`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from corridors.clock import local_time
from corridors.model import Corridor
from sim.compile.assembly import compile_plan
from sim.compile.programs import programs
from sim.compile.weather import with_weather
from sim.core.plan import Plan
from sim.core.random_streams import RandomStreams
from sim.core.resuming import Resumed, cut, resume
from sim.core.rules import AT_FACILITY, NOT_YET
from sim.core.run_settings import RunSettings
from sim.core.state import Joining, State
from sim.core.trace import Visits, ran_short
from sim.core.units import DAY_S, HOUR_S
from sim.engines import play
from sim.output.crossings import Group
from sim.output.journeys import History
from sim.output.queue_lengths import queues_of
from sim.output.run_output import RunOutput
from sim.output.standing_at import state_at
from sim.reuse import kept_units
from sim.studies.forecast.announced import Announced, plan_for, with_announced
from sim.studies.forecast.from_run import step_ops
from sim.studies.forecast.ignorance import drawn
from sim.studies.forecast.placing import ops_of, place
from sim.studies.forecast.state_file import WorldState

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Request:
    """What a forecast is to cover."""

    at: datetime
    days: int = 14
    warmup_days: int = 14
    """Days before the instant that fill what the state does not know."""
    seed: int = 1
    probes: tuple[datetime, ...] = ()
    """Instants at which a further vehicle of each service joins."""
    clock: str = ""
    """Zone of the days; '' is UTC+8."""
    announced: tuple[Announced, ...] = ()
    """Vehicles that are known to come."""

    def day_of(self, second: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
        """(n,) the days (numbers since 1970, on the clock) of seconds of the run."""
        local_s = local_time.local_s(
            round(self.start.timestamp()) + second.astype(np.int64), local_time.zone(self.clock)
        )
        return np.asarray(local_s // DAY_S, np.int64)

    def covers(self, second: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
        """(n,) whether seconds of the run are after the instant and before the end of the forecast."""
        return np.asarray((second > self.second) & (second < self.end_s))

    def hours_until(self, day: int) -> int:
        """Hours from the instant until the same time of day so many days later, on the clock."""
        at = self.at.astimezone(local_time.zone(self.clock))
        return round(((at + timedelta(days=day)).astimezone(UTC) - self.at).total_seconds() / HOUR_S)

    @property
    def start(self) -> datetime:
        """The first instant of the warm-up, a midnight of UTC."""
        day = self.at.replace(hour=0, minute=0, second=0, microsecond=0)
        return day - timedelta(days=self.warmup_days)

    def settings(self, member: int) -> RunSettings:
        """The run of a member."""
        end = self.at + timedelta(days=self.days)
        days = -(-round((end - self.start).total_seconds()) // DAY_S)
        return RunSettings(self.start.date(), days, self.warmup_days, self.seed, member)

    @property
    def second(self) -> int:
        """The instant in seconds of the run."""
        return round((self.at - self.start).total_seconds())

    @property
    def end_s(self) -> int:
        """The end of the forecast in seconds of the run, which lasts until the next midnight of UTC."""
        return self.second + self.days * DAY_S

    @property
    def hours(self) -> int:
        """The instant, and the whole hours of the clock after it."""
        return self.end_s // HOUR_S - self.second // HOUR_S + 1


@dataclass(frozen=True)
class Member:
    """One replication of a forecast."""

    groups: tuple[Group, ...]
    """(port, direction, class)"""
    queue: npt.NDArray[np.int32]
    """(groups, hours) vehicles that wait at the instant and at each whole hour after it, those without demand not."""
    places: tuple[tuple[str, str], ...]
    """(port, facility or stock)"""
    at_place: npt.NDArray[np.int32]
    """(places, hours)"""
    flow: npt.NDArray[np.int32]
    """(groups, days) vehicles through a port on each local day; the first and the last are parts of days."""
    wait_h: Floats
    """(groups, days) mean wait of these, NaN where none."""
    through_h: Floats
    """(probes, services) hours from joining until a probe vehicle is out of the world; NaN: not by the end."""
    services: tuple[str, ...]
    """Services that have probes."""
    facilities: tuple[str, ...]
    served: npt.NDArray[np.int32]
    """(facilities, days) works that end at each facility on each local day."""
    gone_h: Floats
    """(places,) hours until all that were at each place at the instant have had their turn; NaN: not by the end."""
    longer: int = 0
    free: int = 0
    without_op: int = 0
    shared: int = 0
    """Vehicles of the state with the random numbers of others."""
    left_out: int = 0
    """Announced vehicles of services that are not run, or are closed as the warm-up begins and have no vehicles."""
    started: int = 0
    """Vehicles under way at the instant."""


def local_days(request: Request) -> list[int]:
    """Days (numbers since 1970, clock of the forecast); the first and the last are parts."""
    first, last = request.day_of(np.array([request.second, request.end_s - 1])).tolist()
    return list(range(first, last + 1))


def member(
    corridor: Corridor, world: WorldState | None, request: Request, number: int, engine: str = "compiled"
) -> Member:
    """One member of a forecast."""
    settings = request.settings(number)
    corridor = drawn(corridor, RandomStreams(settings.seed, settings.replication))
    # Members have other numbers drawn, and most programs in common.
    kept = units.compilation if (units := kept_units()) else None
    for likely_trips in (True, False):
        compiled = partial(compile_plan, settings=settings, likely_trips=likely_trips, kept=kept)
        plan = plan_for(request.announced, corridor, settings, compiled)
        before = play(cut(plan, request.second + 1), engine)
        state = state_at(before, request.second)
        streams = RandomStreams(settings.seed, settings.replication)
        counts = (0, 0, 0, 0)
        if world is not None:
            there = with_weather(corridor, settings, streams)
            written = programs(there, settings, kept.programs if kept else None)
            found = place(world, state, plan, step_ops(plan, written), ops_of(written), there, streams)
            state, counts = found.state, (found.longer, found.free, found.without_op, found.shared)
        left_out = 0
        if request.announced:
            plan, more, left_out = with_announced(plan, request.announced, request.start, request.second)
            state = replace(state, joining=(*state.joining, *more))
        state, probed = _with_probes(plan, state, corridor, request, streams)
        resumed = resume(plan, state)
        visits = play(resumed.plan, engine)
        if not (ran_short(before) or ran_short(visits)):
            break
    return replace(_measured(visits, resumed, (plan, state), request, probed, counts), left_out=left_out)


def _with_probes(
    plan: Plan, state: State, corridor: Corridor, request: Request, streams: RandomStreams
) -> tuple[State, list[tuple[int, str]]]:
    """The state with a further vehicle of each service that comes once, at each instant; which they are."""
    joining = list(state.joining)
    probed: list[tuple[int, str]] = []
    start = request.start.timestamp()
    for at in request.probes:
        second = max(round(at.timestamp() - start), state.at_s + 1)
        for k, name in enumerate(plan.labels.service):
            service = corridor.services.get(name)
            first, end = int(plan.service_vehicle_start[k]), int(plan.service_vehicle_start[k + 1])
            if service is None or service.fleet or first == end:
                continue
            past = first + np.flatnonzero(plan.vehicle_arrival_s[first:end] <= state.at_s)
            # The numbers of a vehicle that came before, by names: further probes or services change none.
            u = float(streams.uniforms(1, "probe", name, round(at.timestamp()))[0])
            column = int(past[int(u * len(past))]) if len(past) else first
            probed.append((len(joining), name))
            joining.append(Joining(column, second))
    return replace(state, joining=tuple(joining)), probed


def _measured(
    visits: Visits,
    resumed: Resumed,
    began: tuple[Plan, State],
    request: Request,
    probed: list[tuple[int, str]],
    counts: tuple[int, int, int, int],
) -> Member:
    output, n, (plan, state) = RunOutput(visits), request.hours, began
    queues = output.queues_over(HOUR_S).of_congestion(resumed.plan)
    history = output.history
    groups = sorted({*history.groups, *(key[0] for key in queues.keys if key[0][0])})
    number = {group: k for k, group in enumerate(groups)}
    places = sorted({(key[0][0], key[1]) for key in queues.keys if key[0][0]})
    at_places = {place: k for k, place in enumerate(places)}
    queue = np.zeros((len(groups), n), np.int32)
    at_place = np.zeros((len(places), n), np.int32)
    hours = request.second // HOUR_S + np.arange(n - 1)  # A period's end is the next whole hour.
    probes = np.isin(resumed.joining_of, [place for place, _ in probed])
    served, turns, of_probes = _works(visits, resumed, state, request, probes)
    for (group, where), ends in zip(queues.keys, queues.at_end, strict=True):
        if group[0]:
            waiting = (ends - of_probes.get((group, where), 0))[np.minimum(hours, ends.shape[0] - 1)]
            queue[number[group], 1:] += waiting.astype(np.int32)
            at_place[at_places[group[0], where], 1:] += waiting.astype(np.int32)
    keys, key_of_op = queues_of(plan)
    at_place_of = np.full(len(state.standing), -1)
    for n_standing, one in enumerate(state.standing):
        group, where = keys[key_of_op[one.op]]
        at_place_of[n_standing] = at_places.get((group[0], where), -1)
        if not one.working and group in number and (group[0], where) in at_places:
            queue[number[group], 0] += 1
            at_place[at_places[group[0], where], 0] += 1
    gone = np.zeros(len(places))
    np.maximum.at(gone, at_place_of[at_place_of >= 0], turns[at_place_of >= 0] - request.second)
    flow, wait = _by_day(history, resumed, state, request, number, probes)
    services = tuple(dict.fromkeys(name for _, name in probed))
    through = np.full((len(request.probes), len(services)), np.nan)
    joined = {int(place): vehicle for vehicle, place in enumerate(resumed.joining_of.tolist()) if place >= 0}
    for n_probe, (number_of, name) in enumerate(probed):
        vehicle = joined[number_of]
        left = int(visits.vehicle_left_s[vehicle])
        if left != NOT_YET and left < request.end_s:
            arrival = int(resumed.plan.vehicle_arrival_s[vehicle])
            through[n_probe // len(services), services.index(name)] = (left - arrival) / HOUR_S
    return Member(
        tuple(groups),
        queue,
        tuple(places),
        at_place,
        flow,
        wait,
        through,
        services,
        resumed.plan.labels.facility,
        served,
        np.where(np.isinf(gone), np.nan, gone / HOUR_S),
        *counts,
        started=len(state.standing),
    )


def _works(
    visits: Visits, resumed: Resumed, state: State, request: Request, probes: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[np.int32], Floats, dict[tuple[Group, str], npt.NDArray[np.int64]]]:
    """Works that end at each facility by local day; the second at which each vehicle of the state has had its turn; and
    how many probes wait as each hour ends, by queue: they are in no other count.

    A turn is the end of what a vehicle waits for or does at the instant; infinite where it does not come to that.
    """
    plan, days = visits.plan, local_days(request)
    facility = np.where(np.isin(plan.op_code, [*AT_FACILITY]), plan.op_target, -1)
    found = np.zeros(plan.n_facilities * len(days), np.int64)
    op_of_standing = np.array([one.op for one in state.standing], np.int64)
    ends = np.full(len(state.standing), np.inf)
    keys, key_of_op = queues_of(plan)
    n_hours = plan.horizon_s // HOUR_S + 1
    waiting: dict[int, npt.NDArray[np.int64]] = {}
    for rows in visits.pieces():
        is_probe = probes[rows.vehicle]
        for row in np.flatnonzero(is_probe & (rows.queued_s >= 0)).tolist():
            begin, until = int(rows.queued_s[row]), int(rows.started_s[row])
            until = plan.horizon_s if until == NOT_YET else until
            key = int(key_of_op[rows.op[row]])
            waiting.setdefault(key, np.zeros(n_hours, np.int64))[begin // HOUR_S : until // HOUR_S] += 1
        over = (facility[rows.op] >= 0) & request.covers(rows.finished_s) & ~is_probe
        day = request.day_of(rows.finished_s[over]) - days[0]
        cell = facility[rows.op[over]].astype(np.int64) * len(days) + day
        found += np.bincount(cell, minlength=len(found))
        ended = (rows.finished_s >= 0) & (rows.finished_s < request.end_s)
        own = np.flatnonzero((resumed.standing_of[rows.vehicle] >= 0) & ended)
        place = resumed.standing_of[rows.vehicle[own]]
        turn = resumed.op_of[rows.op[own]] == op_of_standing[place]
        # Vehicles of a fleet come to the place again: the first time counts.
        np.minimum.at(ends, place[turn], rows.finished_s[own][turn])
    of_probes = {keys[key]: hours[:-1] for key, hours in waiting.items()}
    return found.reshape(-1, len(days)).astype(np.int32), ends, of_probes


def _by_day(
    history: History,
    resumed: Resumed,
    state: State,
    request: Request,
    number: dict[Group, int],
    probes: npt.NDArray[np.bool_],
) -> tuple[npt.NDArray[np.int32], Floats]:
    """Vehicles through each port by local day, without probes; and their mean wait, before the instant included."""
    crossings, groups = history.crossings, history.groups
    days = local_days(request)
    over = request.covers(crossings.exit_s) & ~probes[crossings.vehicle]
    vehicle = crossings.vehicle[over]
    day = request.day_of(crossings.exit_s[over]) - days[0]
    group = np.array([number[one] for one in groups], np.int64)[crossings.group[over]]
    waited = crossings.wait_s[over, 0].astype(np.float64)
    place = resumed.standing_of[vehicle]
    since = np.array([0.0 if one.working else one.since_s for one in state.standing] or [0.0])
    before = np.where((place >= 0), state.at_s - since[np.maximum(place, 0)], 0.0)
    waits = np.array([not one.working and one.since_s < state.at_s for one in state.standing] or [False])
    waited += np.where((place >= 0) & waits[np.maximum(place, 0)], before, 0.0)
    cell = group * len(days) + day
    size = len(number) * len(days)
    flow = np.bincount(cell, minlength=size)
    total = np.bincount(cell, weights=waited, minlength=size)
    mean = np.divide(total, flow, out=np.full(size, np.nan), where=flow > 0) / HOUR_S
    return flow.reshape(-1, len(days)).astype(np.int32), mean.reshape(-1, len(days))
