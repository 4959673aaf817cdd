"""The state of a run at a second as a table, and the steps of the ops of a plan.

Input: the case and the visits of a run. Output: a :class:`~sim.studies.forecast.state_file.WorldState` with the rest of
every work.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from corridors.model import Corridor
from sim.compile.programs import Program, programs
from sim.compile.weather import with_weather
from sim.core import rules
from sim.core.plan import Plan
from sim.core.random_streams import RandomStreams
from sim.core.run_settings import RunSettings
from sim.core.trace import Visits
from sim.output.standing_at import state_at
from sim.studies.forecast.state_file import WAITING, WORKING, StateVehicle, WorldState


@dataclass(frozen=True)
class StepOps:
    """The steps (``itinerary.step``) of the ops of a plan."""

    step_of: tuple[str, ...]
    """Of each op; '' for none."""
    part_of: tuple[int, ...]
    """Which of the ops of this step of the service."""
    ops_of: dict[tuple[str, str], tuple[int, ...]]
    """The ops at which a vehicle can be, by service and step."""


def step_ops(plan: Plan, programs: Mapping[str, Program]) -> StepOps:
    """The steps of the ops of a plan that was compiled of these programs."""
    steps: list[str] = []
    parts: list[int] = []
    ops: dict[tuple[str, str], tuple[int, ...]] = {}
    for service, program in programs.items():
        for op in program:
            at, key = len(steps), (service, op.stream)
            here = int(plan.op_code[at]) in rules.RECORDED
            steps.append(op.stream if here else "")
            parts.append(len(ops.get(key, ())))
            if here and op.stream:
                ops[key] = (*ops.get(key, ()), at)
    return StepOps(tuple(steps), tuple(parts), ops)


def state_of_run(visits: Visits, corridor: Corridor, settings: RunSettings, at: datetime) -> WorldState:
    """The state of a run after everything at an instant, which is a whole second of it."""
    plan, second = visits.plan, round((at - settings.epoch).total_seconds())
    streams = RandomStreams(settings.seed, settings.replication)
    names = step_ops(plan, programs(with_weather(corridor, settings, streams), settings))
    state = state_at(visits, second)
    vehicles = [
        StateVehicle(
            plan.labels.service[plan.vehicle_service[one.vehicle]],
            names.step_of[one.op],
            WORKING if one.working else WAITING,
            settings.epoch + timedelta(seconds=one.since_s),
            one.rest_s if one.working else None,
            part=names.part_of[one.op],
        )
        for one in sorted(state.standing, key=lambda one: (one.since_s, one.vehicle))
    ]
    known = zip(plan.labels.stock, state.levels, strict=True)
    return WorldState(at, tuple(vehicles), {name: level for name, level in known if name in corridor.stocks})
