"""Labels of steps for tables and figures: side of the border, cause of waiting, kilometres, cost and CO2.

Costs and emissions are those of one vehicle. A link's factors are per tonne-kilometre of load and cover the empty
return, so an empty run adds nothing; a facility's charge counts for every vehicle served.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from corridors.model import Corridor, Facility, Link, Step, Stock
from corridors.sides import CHINA, FROM_CHINA
from sim.core.wait_causes import DEMAND, ORDER

CLEARANCE_KINDS = frozenset({"customs", "border_police", "inspection", "scanner", "gate", "weighbridge"})
"""Where a border is cleared. A lane for trucks is weighing, papers and customs in one."""
DRAW_CAUSES = {"wagons": "wagons", "containers": "wagons", "cargo": "cargo", "quota": "quota", "demand": "demand"}


class StepLabels:
    """Makes the labels of steps in a corridor."""

    def __init__(self, corridor: Corridor) -> None:
        self._corridor = corridor

    def of_step(self, step: Step, standing: str) -> dict[str, Any]:
        """Labels (``Labels.op_*``) of any step but a travel over links, for a vehicle at the place ``standing``."""
        facility = self._corridor.facilities.get(step.facility)
        stock = self._corridor.stocks.get(step.stock)
        centre = facility or stock
        place = step.place or (centre.place if centre else standing)
        return {
            "place": place,
            "port": step.port,
            "side": self._side(step, facility, place),
            "direction": step.direction,
            "clearance": facility is not None and facility.kind in CLEARANCE_KINDS,
            "cause": self._cause(step, facility, stock, standing),
            "loaded": step.loaded,
            "cost_usd": facility.handling_usd if facility else 0.0,
        }

    def of_gate(self, standing: str) -> dict[str, Any]:
        """Labels of the gate of an order, at which a vehicle waits at the place ``standing``, outside any port."""
        return {"place": standing, "cause": ORDER}

    def of_leg(
        self, step: Step, link: Link, forward: bool, standing: str, load_t: float, awaits_opening: bool
    ) -> dict[str, Any]:
        """Labels of one link of a travel: its place is its destination, its side that of the wait for a path.

        ``awaits_opening``: the link has no limit of paths, and vehicles wait only while it is closed.
        """
        load_tkm = link.length_km * load_t if step.loaded else 0.0
        return {
            "place": link.destination if forward else link.origin,
            "link": link.id,
            "port": step.port,
            "side": self.side_of(standing, step.port),
            "direction": step.direction,
            "cause": "closed" if awaits_opening else "path",
            "loaded": step.loaded,
            "km": link.length_km,
            "cost_usd": link.cost_usd_per_tkm * load_tkm,
            "co2_kg": link.co2_g_per_tkm * load_tkm / 1000,
        }

    def of_section(self, whole: Mapping[str, Any], share: float, place: str) -> dict[str, Any]:
        """Labels of the section that has this share of a link with the labels ``whole`` and leads to a passing place.

        ``place`` is '' for the end of the link.
        """
        part = {name: whole[name] * share for name in ("km", "cost_usd", "co2_kg")}
        return {**whole, **part, "place": place or whole["place"], "part": bool(place)}

    def before_section(self, whole: Mapping[str, Any], standing: str) -> dict[str, Any]:
        """Labels of what a vehicle waits for before a section of a link with the labels ``whole``, at a place."""
        return {**whole, "km": 0.0, "cost_usd": 0.0, "co2_kg": 0.0, "place": standing, "part": True}

    def _side(self, step: Step, facility: Facility | None, place: str) -> str:
        """The side of the facility if there is one (the vehicle waits there), else of the place."""
        if step.port and facility and facility.side:
            return facility.side
        return self.side_of(place, step.port)

    def side_of(self, place: str, port_id: str) -> str:
        """On which side of a port a place lies; '' away from ports, where both share one place, and in a third country.

        Seen from China, all other countries are the foreign side.
        """
        port, places = self._corridor.ports.get(port_id), self._corridor.places
        if port is None or port.ends[0] == port.ends[1] or place not in places:
            return ""
        sides = port.naming.sides
        if place in port.ends:
            return sides[port.ends.index(place)]
        countries = [places[end].country for end in port.ends if end in places]
        if port.naming is FROM_CHINA:
            return sides[places[place].country != CHINA]
        here = places[place].country
        return sides[countries.index(here)] if here in countries else ""

    def _cause(self, step: Step, facility: Facility | None, stock: Stock | None, standing: str) -> str:
        """To what waiting at an open facility, or for a stock, is put down; see ``sim.core.wait_causes``."""
        if stock:
            if step.kind == "return":
                return "yard"
            # What a daily quota releases of a cargo comes from outside: without it, there is nothing to carry.
            return DEMAND if stock.kind == "cargo" and stock.daily_quota is not None else DRAW_CAUSES[stock.kind]
        if step.kind == "wait" or (facility and facility.kind == "opening"):
            return "closed"
        if facility is None:
            return "busy"
        if facility.kind == "path":
            return "path"
        if facility.kind == "slot":
            return "quota"
        if facility.side and self.side_of(standing, facility.port) not in ("", facility.side):
            return "other_side"
        return "yard" if facility.kind == "track" else "busy"
