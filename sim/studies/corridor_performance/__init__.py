"""What ministries read of a corridor: hours, speed and cost by section and crossing, as CAREC and UNESCAP tell them.

In: the visits of one run, whose labels have the corridor's costs. Out: a :class:`Performance`, in the terms of two
methods that describe the past of real shipments; here they describe a run, so that a proposal can be read beside the
base in the same words.

================  ==================================================================================================
:mod:`.routes`    every service that carries cargo, from origin to destination: sections, stops and crossings in
                  their order, with km, hours and cost; the profile that UNESCAP draws against distance
:mod:`.sections`  the same stretch of line put together over all services that run over it, by class
:mod:`.crossings` what a crossing of the border takes and costs, by port, direction and class
================  ==================================================================================================

CAREC's Corridor Performance Measurement and Monitoring (CPMM) has four trade facilitation indicators: time to clear a
crossing, cost to clear it, cost to travel a section (USD per 500 km and 20 t), and speed, without delay (SWOD: distance
over the time that wheels turn) and with delay (SWD: distance over all time). The time/cost-distance method of UNESCAP
draws time and cost, from the origin on, against distance: the slope is the line, a step upright is a stop or a border.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from sim.core.trace import Visits
from sim.output.run_output import RunOutput
from sim.studies.corridor_performance.crossings import Crossing, crossings
from sim.studies.corridor_performance.routes import CROSSING, SECTION, STOP, Point, Route, Stage, routes
from sim.studies.corridor_performance.sections import Section, sections

__all__ = [
    "CROSSING",
    "SECTION",
    "STOP",
    "Crossing",
    "Performance",
    "Point",
    "Route",
    "Section",
    "Stage",
    "performance",
]


@dataclass(frozen=True)
class Performance:
    """The indicators of one run."""

    routes: tuple[Route, ...]
    sections: tuple[Section, ...]
    crossings: tuple[Crossing, ...]

    def as_json(self) -> dict[str, Any]:
        """Every figure as plain values; what has no value (a speed without distance) is None."""
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
