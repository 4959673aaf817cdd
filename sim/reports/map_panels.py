"""Panels of the flow map: their views, and the position of a place on them.

Input: the places of a world. Output: the panels of the base year, or panels that are fitted to the places.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import asinh, atan, cos, degrees, exp, pi, radians, sin, sqrt, tan
from typing import Any

from corridors.model import Corridor, Place

KM_PER_DEGREE = 111.2
PARALLELS = (35, 60)
"""Standard parallels of the projection, in degrees."""
WIDTH = 1000
LEAST_DEGREES, FILLED, APART_PX = 1.5, 0.7, 60.0
"""Of a fitted panel: least extent in degrees, share of it that places fill, pixels between named places."""


@dataclass(frozen=True)
class Panel:
    """A view of the map: centre (degrees), size (pixels), and least distance between named places."""

    title: str
    height: int
    longitude: float
    latitude: float
    scale: float
    """Pixels per radian."""
    apart_km: float
    fitted: bool = False
    """Whether the panel is a Mercator map fitted to the places of a world."""


PANELS = (
    Panel("network", height=340, longitude=70.0, latitude=54.0, scale=650.0, apart_km=600.0),
    Panel("ports", height=480, longitude=111.0, latitude=45.5, scale=1800.0, apart_km=190.0),
)


def projection(panel: Panel) -> dict[str, Any]:
    """The projection of a panel as Vega-Lite has it, without scale and position."""
    if panel.fitted:
        return {"type": "mercator", "rotate": [-panel.longitude, 0, 0], "center": [0, panel.latitude]}
    return {
        "type": "conicEqualArea",
        "parallels": list(PARALLELS),
        "rotate": [-panel.longitude, 0, 0],
        "center": [0, panel.latitude],
    }


def panels_of(corridor: Corridor, used: list[str]) -> tuple[Panel, ...]:
    """The panels of the base year for ports within them, else panels fitted to the places of the world."""
    ends = [corridor.places[end] for port in corridor.ports.values() for end in port.ends if end in corridor.places]
    seen = PANELS[-1]
    at = [on_panel(seen, row.longitude, row.latitude, 1.0) for row in ends]
    if all(abs(x) <= WIDTH / 2 and abs(y) <= seen.height / 2 for x, y in at):
        return PANELS
    network = [corridor.places[id] for id in used if id in corridor.places]
    return _fitted(PANELS[0], [*network, *ends]), _fitted(PANELS[1], ends)


def _fitted(panel: Panel, places: list[Place]) -> Panel:
    """The panel around places, with a margin."""
    longitudes, latitudes = [row.longitude for row in places], [row.latitude for row in places]
    west, east, south, north = min(longitudes), max(longitudes), min(latitudes), max(latitudes)
    middle = degrees(2 * atan(exp((_mercator(south) + _mercator(north)) / 2)) - pi / 2)
    wide = max(radians(east - west), radians(LEAST_DEGREES))
    high = max(_mercator(north) - _mercator(south), radians(LEAST_DEGREES))
    scale = FILLED * min(WIDTH / wide, panel.height / high)
    apart_km = APART_PX / scale * degrees(1) * KM_PER_DEGREE * cos(radians(middle))
    return Panel(panel.title, panel.height, (west + east) / 2, middle, scale, apart_km, fitted=True)


def _mercator(latitude: float) -> float:
    """Height of a latitude (degrees) on a Mercator map, in radians of the equator."""
    return asinh(tan(radians(latitude)))


def on_panel(panel: Panel, longitude: float, latitude: float, apart: float) -> tuple[float, float]:
    """The position of a place (degrees) in pixels from the middle of a panel, ``apart`` times narrower than usual.

    Mercator on a fitted panel, else formulas of Albers' conic equal-area projection (see :func:`projection`).
    """
    if panel.fitted:
        x, y = radians(longitude - panel.longitude), _mercator(panel.latitude) - _mercator(latitude)
        return x * panel.scale / apart, y * panel.scale / apart
    first, second = (sin(radians(parallel)) for parallel in PARALLELS)
    n = (first + second) / 2
    constant = 1 - first**2 + 2 * n * first

    def radius(at: float) -> float:
        return sqrt(constant - 2 * n * sin(radians(at))) / n

    turned = n * radians(longitude - panel.longitude)
    x, y = radius(latitude) * sin(turned), radius(latitude) * cos(turned) - radius(panel.latitude)
    return x * panel.scale / apart, y * panel.scale / apart
