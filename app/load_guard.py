"""What a page that many people share will run while they wait: worlds not many times as busy as the base year.

The command line has no such limit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from corridors.findings import ERROR, Finding
from corridors.model import Corridor

TIMES: Final = 6.0
"""As much traffic, as the base year has, is still run."""
MOST_STEPS: Final = 4000
"""Steps of all itineraries together."""
TRAFFIC: Final[dict[str, Callable[[Corridor], float]]] = {
    "services, per_day": lambda corridor: sum(row.per_day for row in corridor.services.values()),
    "services, fleet": lambda corridor: sum(row.fleet for row in corridor.services.values()),
    "services, initial_backlog": lambda corridor: sum(row.initial_backlog for row in corridor.services.values()),
}


def too_much(base: Corridor, corridor: Corridor) -> list[Finding]:
    """What is too much about a world to run it while somebody waits."""
    found = []
    for what, amount in TRAFFIC.items():
        most = TIMES * max(1000.0, amount(base))
        if amount(corridor) > most:
            found.append(Finding(ERROR, what, None, "", f"{amount(corridor):,.6g}", f"at most {most:,.6g} in all"))
    if len(corridor.itineraries) > MOST_STEPS:
        found.append(Finding(ERROR, "itineraries", None, "", str(len(corridor.itineraries)), f"at most {MOST_STEPS}"))
    return found
