"""One replication: from the declared world and its settings to the visits of a run, whole.

Fleets are drawn the trips that they will likely make, far fewer than they could begin if they never waited. Where a
vehicle ran out of them, all are drawn and the run is made anew: the trips drawn before are the same, so the rows are
those of a plan that had all trips from the start.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from corridors.model import Corridor
from sim import engines
from sim.compile.assembly import compile_plan
from sim.core.run_settings import RunSettings
from sim.core.trace import Visits


def replicate(
    corridor: Corridor, settings: RunSettings, engine: str, progress: Callable[[str], None] = lambda phase: None
) -> Visits:
    """The visits of one replication on the engine of that name; ``progress`` is told compile and simulate.

    Raises DataError for a world that cannot be compiled.
    """
    for likely_trips in (True, False):
        progress("compile")
        plan = compile_plan(corridor, settings, likely_trips=likely_trips)
        progress("simulate")
        visits = engines.play(plan, engine)
        if not ran_short(visits):
            break
    return visits


def ran_short(visits: Visits) -> bool:
    """Whether a vehicle of a fleet left because it had no trip left, before it would have stopped beginning any."""
    plan, left_s = visits.plan, visits.vehicle_left_s
    return bool(np.any((plan.vehicle_trips > 1) & (left_s >= 0) & (left_s < plan.vehicle_until_s)))
