"""Limits of the scenarios that the web page runs on request.

A server is shared, so a scenario may have at most :data:`TIMES` the traffic of the base year, and its plan at most
:data:`PLAN`, counted from the tables before anything of it is made. The command line has the limits of
:mod:`sim.compile.plan_size` only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from corridors.findings import ERROR, DataError, Finding
from corridors.messages import Message, message
from corridors.model import Corridor
from sim.compile.plan_size import Limits, too_large
from sim.compile.programs import KeptPrograms, programs
from sim.core.run_settings import RunSettings

ROOM: Final = "app_common"
TOO_MUCH: Final = message("load.too_much", ROOM)
TIMES: Final = 6.0
"""Largest traffic, as a multiple of that of the base year."""
MOST_STEPS: Final = 4000
"""Largest number of steps of all itineraries together."""
PLAN: Final = Limits(breakdowns=50_000, calendar_changes=500_000, vehicles=3_000_000, steps=400_000_000)
"""Of one run; a year of the base has 500, 13,000, 374,000 and 52 million of them."""
TRAFFIC: Final[dict[str, Callable[[Corridor], float]]] = {
    "services, per_day": lambda corridor: sum(row.per_day for row in corridor.services.values()),
    "services, fleet": lambda corridor: sum(row.fleet for row in corridor.services.values()),
    "services, initial_backlog": lambda corridor: sum(row.initial_backlog for row in corridor.services.values()),
}


def too_much(
    base: Corridor, corridor: Corridor, settings: RunSettings, kept: KeptPrograms | None = None
) -> list[Finding]:
    """What exceeds the limits of the web page in a run of a corridor, one finding each; programs may be ``kept``."""
    found = []
    for what, amount in TRAFFIC.items():
        most = TIMES * max(1000.0, amount(base))
        if amount(corridor) > most:
            found.append(Finding(ERROR, what, None, "", f"{amount(corridor):,.6g}", _at_most(most), message=TOO_MUCH))
    if len(corridor.itineraries) > MOST_STEPS:
        steps = str(len(corridor.itineraries))
        found.append(Finding(ERROR, "itineraries", None, "", steps, _at_most(MOST_STEPS), message=TOO_MUCH))
    if found:
        return found
    try:
        made = programs(corridor, settings, kept)
    except DataError as error:
        return list(error.findings)
    return too_large(corridor, settings, made, PLAN)


def _at_most(most: float) -> Message:
    return message("load.at_most_in_all", ROOM, most=f"{most:,.6g}")
