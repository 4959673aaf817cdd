"""The world in which a forecast is run, for the command, the page and the public interface.

Input: a case over the days of a forecast, its warm-up included. Output: the world with the levels of yards at its first
day; of a state that covers steps, only the services there and those that meet them.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from math import ceil
from typing import Any

from corridors.model import Corridor
from corridors.records.visits import Visits
from sim.core.start_levels import Levels, levels_on
from sim.core.units import DAY_S
from sim.engines import resolve_engine
from sim.run import Case, at_start
from sim.studies.forecast.backtest import LevelsOn
from sim.studies.forecast.members import Request
from sim.studies.forecast.reduction import reduced
from sim.studies.forecast.state_file import WorldState


def days_of(request: Request) -> dict[str, Any]:
    """The settings of a case over the days of a forecast, from its warm-up on."""
    run = request.settings(0)
    return {"start": run.start, "days": run.days, "warmup_days": run.warmup_days, "seed": request.seed}


def world_of_forecast(case: Case, state: WorldState | None, request: Request) -> Corridor:
    """The world of a forecast from a state; None: from the state of a run."""
    corridor = at_start(case, resolve_engine(None))
    if state is None or not state.covers:
        return corridor
    services = {service for service, _, _ in state.counts()} | _services_at(state.covers, corridor)
    return reduced(corridor, services, request.settings(0))


def request_of_past(visits: Visits, seed: int) -> Request:
    """A request over the days of a log, without a warm-up."""
    span = max(1, ceil((visits.last_s - visits.first_s) / DAY_S))
    return Request(datetime.fromtimestamp(visits.first_s, UTC), span, 0, seed)


def world_of_past(case: Case) -> tuple[Corridor, LevelsOn]:
    """The world of forecasts of past days, and the levels of its yards on the first day of each.

    The levels are those of a run of the same days, or for all forecasts those of the tables, or settled ones, as the
    scenario says.
    """
    if case.scenario.stocks_from == "base_year":
        return case.corridor, levels_on
    return at_start(case, resolve_engine(None)), _no_levels


def _no_levels(corridor: Corridor, start: date, days: int) -> Levels:
    return {}


def _services_at(steps: tuple[str, ...], corridor: Corridor) -> set[str]:
    itineraries = {corridor.itineraries[step].itinerary for step in steps}
    return {id for id, row in corridor.services.items() if itineraries & set(corridor.itineraries_from(row.itinerary))}
