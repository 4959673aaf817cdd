"""Limit on the traffic of scenarios that the web page runs on request.

A server is shared, so a scenario may have at most :data:`TIMES` the traffic of the base year. The command line has no
such limit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from corridors.findings import ERROR, Finding
from corridors.messages import Message, message
from corridors.model import Corridor

ROOM: Final = "app_common"
TOO_MUCH: Final = message("load.too_much", ROOM)
TIMES: Final = 6.0
"""Largest traffic, as a multiple of that of the base year."""
MOST_STEPS: Final = 4000
"""Largest number of steps of all itineraries together."""
TRAFFIC: Final[dict[str, Callable[[Corridor], float]]] = {
    "services, per_day": lambda corridor: sum(row.per_day for row in corridor.services.values()),
    "services, fleet": lambda corridor: sum(row.fleet for row in corridor.services.values()),
    "services, initial_backlog": lambda corridor: sum(row.initial_backlog for row in corridor.services.values()),
}


def too_much(base: Corridor, corridor: Corridor) -> list[Finding]:
    """The totals of a corridor that exceed the limits of the web page, one finding each."""
    found = []
    for what, amount in TRAFFIC.items():
        most = TIMES * max(1000.0, amount(base))
        if amount(corridor) > most:
            found.append(Finding(ERROR, what, None, "", f"{amount(corridor):,.6g}", _at_most(most), message=TOO_MUCH))
    if len(corridor.itineraries) > MOST_STEPS:
        steps = str(len(corridor.itineraries))
        found.append(Finding(ERROR, "itineraries", None, "", steps, _at_most(MOST_STEPS), message=TOO_MUCH))
    return found


def _at_most(most: float) -> Message:
    return message("load.at_most_in_all", ROOM, most=f"{most:,.6g}")
