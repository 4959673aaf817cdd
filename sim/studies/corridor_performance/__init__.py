"""Corridor performance: hours, speed and cost by section and crossing, as CAREC and UNESCAP define them.

Input: the visits of one run, whose labels have the costs of the corridor. Output: a :class:`Performance`. The two
methods describe real shipments of the past; here they describe a run, so a proposal can be compared with the baseline
in the same terms.

================  ==================================================================================================
:mod:`.routes`    services with cargo from origin to destination: sections, stops and crossings in order, with km,
                  hours and cost, and the profile over distance of UNESCAP
:mod:`.sections`  the same section combined over all services of a class that run over it
:mod:`.crossings` time and cost of a border crossing, by port, direction and class
================  ==================================================================================================

CAREC's Corridor Performance Measurement and Monitoring (CPMM) has four trade facilitation indicators: time to clear a
crossing, cost to clear it, cost to travel a section (USD per 500 km and 20 t), and speed, without delay (SWOD: distance
over running time) and with delay (SWD: distance over all time). The time/cost-distance method of UNESCAP draws time and
cost from the origin against distance: slopes are sections, vertical steps are stops or borders.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from sim.core.trace import Visits
from sim.output.run_output import RunOutput
from sim.studies.corridor_performance.crossings import CrossingPerformance, crossings
from sim.studies.corridor_performance.routes import CROSSING, SECTION, STOP, ProfilePoint, ServiceRoute, Stage, routes
from sim.studies.corridor_performance.sections import SectionPerformance, sections

__all__ = [
    "CROSSING",
    "SECTION",
    "STOP",
    "CrossingPerformance",
    "Performance",
    "ProfilePoint",
    "SectionPerformance",
    "ServiceRoute",
    "Stage",
    "performance",
]


@dataclass(frozen=True)
class Performance:
    """The indicators of one run."""

    routes: tuple[ServiceRoute, ...]
    sections: tuple[SectionPerformance, ...]
    crossings: tuple[CrossingPerformance, ...]

    def as_json(self) -> dict[str, Any]:
        """All figures as plain values; None for a missing value (a speed without distance)."""
        return {
            "crossings": [asdict(one) | one.cost.rates(one.load_t, one.load_teu) for one in self.crossings],
            "routes": [one.as_json() for one in self.routes],
            "sections": [one.as_json() for one in self.sections],
        }


def performance(visits: Visits | RunOutput) -> Performance:
    """The indicators of a run."""
    measured = RunOutput.of(visits)
    found = routes(measured)
    return Performance(found, sections(found), crossings(measured))
