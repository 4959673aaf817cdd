"""Names of places on the flow map: which are shown, and on which side of their place.

Input: places with the circles of ports, and a panel. Output: names that touch no other name, dot or circle.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, cos, hypot, radians, sqrt
from typing import Any

from corridors.model import Corridor
from sim.reports.map_panels import KM_PER_DEGREE, Panel, on_panel
from sim.text.names import Names

SIDES = ("right", "left")
"""Positions of a name beside its place; the first that is free is used."""
FONT_PX, LETTER_PX, TEXT_DX, TEXT_DY, AIR_PX, DOT_PX = 11, 5.8, 6, -9, 2, 2.5
"""Of a name: height, width of a Latin letter (that of a Chinese character is the height), offset from its place,
margin, and radius of the place's dot."""


def labels_of(
    always: dict[str, float], others: list[str], corridor: Corridor, names: Names, panel: Panel, apart: float
) -> list[dict[str, Any]]:
    """Names of places, each to the right or the left of its place, beside the circle of a port.

    ``always``, with the radii of their circles, are shown in any case; of the ``others`` those at ``apart`` times the
    distance of the panel from each other whose names touch no other name, dot or circle.
    """
    apart_km = apart * panel.apart_km
    labels: list[dict[str, Any]] = []
    circles = {
        place: _dot_box(*on_panel(panel, corridor.places[place].longitude, corridor.places[place].latitude, apart), px)
        for place, px in always.items()
    }
    taken: list[_Box] = []
    for place in dict.fromkeys([*always, *others]):
        row, name = corridor.places[place], names.thing(place)

        def far(other: dict[str, Any], x: float = row.longitude, y: float = row.latitude) -> bool:
            across = (other["x"] - x) * cos(radians((other["y"] + y) / 2))
            return hypot(across, other["y"] - y) * KM_PER_DEGREE >= apart_km

        if place not in always and not all(far(label) for label in labels):
            continue
        x, y = on_panel(panel, row.longitude, row.latitude, apart)
        # The name is above the middle of its circle, so that it may begin a little inside the box around it.
        dx = (
            max(TEXT_DX, ceil(sqrt(max(0.0, always[place] ** 2 - TEXT_DY**2))) + AIR_PX) if place in always else TEXT_DX
        )
        boxes = {side: _text_box(name, x, y, side, dx) for side in SIDES}
        others_taken = [*taken, *(box for at, box in circles.items() if at != place)]
        free = [side for side, box in boxes.items() if not any(box.touches(other) for other in others_taken)]
        if place in always or free:
            side = free[0] if free else SIDES[0]
            labels.append({"name": name, "x": row.longitude, "y": row.latitude, "side": side, "dx": dx})
            taken += [boxes[side], _dot_box(x, y, DOT_PX)]
    return labels


@dataclass(frozen=True)
class _Box:
    """The area of a name or a dot on a panel, in pixels to the right and down."""

    left: float
    right: float
    top: float
    bottom: float

    def touches(self, other: _Box) -> bool:
        """Whether they have a point in common."""
        beside = self.right < other.left or other.right < self.left
        return not (beside or self.bottom < other.top or other.bottom < self.top)


def _text_box(name: str, x: float, y: float, side: str, dx: float) -> _Box:
    """The area of a name ``dx`` beside its place, as :func:`_label_layers` draws it, with a margin."""
    width = sum(FONT_PX if wide else LETTER_PX for wide in (character > "\u2e7f" for character in name))
    left = x + dx if side == "right" else x - dx - width
    middle, half = y + TEXT_DY, FONT_PX / 2 + AIR_PX
    return _Box(left - AIR_PX, left + width + AIR_PX, middle - half, middle + half)


def _dot_box(x: float, y: float, radius_px: float) -> _Box:
    return _Box(x - radius_px, x + radius_px, y - radius_px, y + radius_px)
