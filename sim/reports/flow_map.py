"""Flow map: sections coloured by the use of their train paths and as wide as their traffic; ports by vehicles there.

Input: the link and KPI tables of a run, and its corridor for positions and names. Output: an Altair chart of two
panels, the whole network and the border ports, over land in one neutral colour. The map is schematic and shows no
borders.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from math import asinh, atan, ceil, cos, degrees, exp, hypot, pi, radians, sin, sqrt, tan
from typing import TYPE_CHECKING, Any, cast

from corridors.io.folders import data_root
from corridors.model import Corridor, Place
from corridors.sides import DIRECTIONS
from sim.reports.number_format import NO_VALUE, is_value
from sim.reports.run_charts import INK, frame, records, shown
from sim.text.catalogue import say
from sim.text.names import Names

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

LAND, WATER = "#eceae4", "#f8fafb"
UNUSED, UNLIMITED = "#cfcfcf", "#8296a8"
FULLNESS = {0.0: "#9ecae1", 0.5: "#3182bd", 0.7: "#08306b", 0.85: "#f0a63c", 0.95: "#b03a10"}
"""Colour of a link by its least utilisation."""
PORT = "#5b2a86"
TONNES = "t_"
"""Before the name of a direction: its tonnes per day."""
CLICKED = "port"
"""Selection of the port that is clicked, on pages."""
DASHES: dict[str, list[int]] = {"rail": [], "road": [6, 4], "agv": [2, 3]}
"""Dashes of a line by mode; rail first, so that a road beside it is drawn over it."""
THIN, THICK = 1.2, 6.0
"""Width of a line without traffic, and of the one with the most traffic of its mode, in pixels."""
KM_PER_DEGREE = 111.2
PARALLELS = (35, 60)
"""Standard parallels of the projection, in degrees."""
WIDTH = 1000
LEGEND_PX = 260
"""Length at which no label touches the next."""
SIDES = ("right", "left")
"""Positions of a name beside its place; the first that is free is used."""
FONT_PX, LETTER_PX, TEXT_DX, TEXT_DY, AIR_PX, DOT_PX = 11, 5.8, 6, -9, 2, 2.5
"""Of a name: height, width of a Latin letter (that of a Chinese character is the height), offset from its place,
margin, and radius of the place's dot."""
CIRCLE_PX2 = (60.0, 1600.0)
"""Area of the circle of a port without vehicles, and of the one with the most, in square pixels."""
LEAST_DEGREES, FILLED, APART_PX = 1.5, 0.7, 60.0
"""Of a fitted panel: least extent in degrees, share of it that places fill, pixels between named places."""
NARROW = 1.4
"""Factor on the distance between named places in panels that may be narrower than :data:`WIDTH`."""


@dataclass(frozen=True)
class _Panel:
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
    _Panel("network", height=340, longitude=70.0, latitude=54.0, scale=650.0, apart_km=600.0),
    _Panel("ports", height=480, longitude=111.0, latitude=45.5, scale=1800.0, apart_km=190.0),
)


def flow_map(links: pd.DataFrame, kpis: pd.DataFrame, corridor: Corridor, names: Names) -> alt.VConcatChart:
    """The two panels, one above the other. ``links`` and ``kpis`` are tables of :mod:`sim.kpi.key_figures`."""
    import altair as alt

    charts = []
    for panel, chart in _panels(links, kpis, corridor, names):
        placed = chart.project(**_projection(panel), scale=panel.scale, translate=[WIDTH / 2, panel.height / 2])
        charts.append(placed.properties(width=WIDTH))
    caption = alt.TitleParams(caption_of(names), fontSize=11, fontWeight="normal", orient="bottom", color="#666666")
    return alt.vconcat(*charts, spacing=10, title=caption)


def flow_panels(links: pd.DataFrame, kpis: pd.DataFrame, corridor: Corridor, names: Names) -> dict[str, alt.LayerChart]:
    """The same panels as separate charts, ``network`` and ``ports``, which fill the size that a page gives them."""
    import altair as alt

    charts = {}
    for panel, chart in _panels(links, kpis, corridor, names, apart=NARROW):
        fits = alt.ExprRef(f"{panel.scale} * min(width / {WIDTH}, height / {panel.height})")
        middle: Any = alt.ExprRef("[width / 2, height / 2]")
        circles = next(one for one in chart.layer if one.name == CLICKED)
        circles.params = [alt.TopLevelSelectionParameter(name=CLICKED, select={"type": "point", "fields": ["id"]})]
        charts[panel.title] = chart.project(**_projection(panel), scale=fits, translate=middle)
    return charts


def caption_of(names: Names) -> str:
    """The note under the map."""
    return _say(names, "caption")


def _say(names: Names, key: str) -> str:
    return say(f"charts.map.{key}", names.language)


def _projection(panel: _Panel) -> dict[str, Any]:
    if panel.fitted:
        return {"type": "mercator", "rotate": [-panel.longitude, 0, 0], "center": [0, panel.latitude]}
    return {
        "type": "conicEqualArea",
        "parallels": list(PARALLELS),
        "rotate": [-panel.longitude, 0, 0],
        "center": [0, panel.latitude],
    }


def _panels(
    links: pd.DataFrame, kpis: pd.DataFrame, corridor: Corridor, names: Names, apart: float = 1.0
) -> Iterator[tuple[_Panel, alt.LayerChart]]:
    """Each panel with its layers, not yet placed; named places are ``apart`` times as far apart as usual."""
    import altair as alt

    land = _Land()
    lines, ports = _lines(links, corridor, names), _ports(kpis, corridor, names)
    circles = _port_layer(ports, names, _directions(kpis))
    places = _places_by_traffic(links, corridor)
    for panel in _panels_of(corridor, places):
        labels = _labels(_radii_px(ports), places, corridor, names, panel, apart)
        layers = [_land_layer(land), *_line_layers(lines, names), circles, *_label_layers(labels)]
        chart: Any = alt.layer(*layers)
        title, view = _say(names, panel.title), alt.ViewConfig(fill=WATER)
        yield panel, chart.properties(height=panel.height, title=title, view=view)


class _Land:
    """Land (Natural Earth, public domain) as one shape, without names of countries."""

    def __init__(self) -> None:
        with (data_root() / "map" / "eurasia.geojson").open(encoding="utf-8") as file:
            land = json.load(file)
        polygons = [polygon for feature in land["features"] for polygon in feature["geometry"]["coordinates"]]
        geometry = {"type": "MultiPolygon", "coordinates": polygons}
        self.__geo_interface__ = {"type": "Feature", "properties": {}, "geometry": geometry}


def _lines(links: pd.DataFrame, corridor: Corridor, names: Names) -> list[dict[str, Any]]:
    """One line for each pair of places and mode: the traffic of its links, and the link with the highest utilisation.

    The width grows with the root of the vehicles a day; trains and trucks each have their own scale.
    """
    limited = {row.id for row in corridor.links.values() if row.paths_per_day is not None}
    pairs: dict[tuple[str, str, str], dict[str, Any]] = {}
    for row in records(links):
        link = corridor.links[row["link"]]
        a, b = sorted((link.origin, link.destination))
        mode = next((mode for mode in DASHES if link.mode.startswith(mode)), "road")
        line = pairs.setdefault((a, b, mode), {"link": "", "vehicles": 0.0, "full": -1.0, "limited": False})
        # A link without a limit of paths, or closed all the time, has no utilisation.
        used, waits = row["utilisation"], row["mean_wait_h"]
        full = used if is_value(used) else 0.0
        line["vehicles"] += row["vehicles_per_day"]
        line["limited"] |= link.id in limited and row["vehicles_per_day"] > 0
        if full > line["full"]:
            line |= {"full": full, "link": names.thing(link.id)}
            line["used"] = f"{used:.0%}" if is_value(used) else NO_VALUE
            line["wait"] = f"{waits:.2f}" if is_value(waits) else NO_VALUE
    places = corridor.places
    most = {
        mode: max((line["vehicles"] for (*_, of), line in pairs.items() if of == mode), default=0.0) for mode in DASHES
    }
    return [
        line
        | {"mode": mode, "width": round(THIN + (THICK - THIN) * sqrt(line["vehicles"] / (most[mode] or 1.0)), 2)}
        | {"vehicles": round(line["vehicles"], 1), "full": round(line["full"], 3)}
        | {"x1": places[a].longitude, "y1": places[a].latitude, "x2": places[b].longitude, "y2": places[b].latitude}
        for (a, b, mode), line in sorted(pairs.items())
    ]


def _directions(kpis: pd.DataFrame) -> list[str]:
    """The directions of a run, in the order in which they are listed."""
    found = set(kpis["direction"])
    return [direction for direction in DIRECTIONS if direction in found]


def _ports(kpis: pd.DataFrame, corridor: Corridor, names: Names) -> list[dict[str, Any]]:
    here = kpis[(kpis["side"] == "both") & (kpis["class"] == "all") & (kpis["kpi"] == "backlog_end")]
    backlog = here.groupby("port")["value"].sum()
    all_day = kpis[(kpis["side"] == "both") & (kpis["class"] == "all") & (kpis["kpi"] == "vehicles_per_day")]
    flows = all_day.groupby(["port", "direction"])["value"].sum()
    in_tonnes = kpis[(kpis["side"] == "both") & (kpis["class"] == "all") & (kpis["kpi"] == "tonnes_per_day")]
    tonnes = in_tonnes.groupby(["port", "direction"])["value"].sum()
    return [
        {direction: round(float(flows.get((port.id, direction), 0.0)), 1) for direction in _directions(kpis)}
        | {TONNES + direction: round(float(tonnes.get((port.id, direction), 0.0))) for direction in _directions(kpis)}
        | {
            "id": port.id,
            "place": port.ends[0],
            "port": names.port(port.id),
            "backlog": float(backlog.get(port.id, 0.0)),
            "x": corridor.places[port.ends[0]].longitude,
            "y": corridor.places[port.ends[0]].latitude,
        }
        for port in corridor.ports.values()
    ]


def _places_by_traffic(links: pd.DataFrame, corridor: Corridor) -> list[str]:
    """Places, those at the ends of the network first, then by traffic."""
    ends: dict[str, int] = {}
    traffic: dict[str, float] = {}
    for row in records(links):
        link = corridor.links[row["link"]]
        for place in (link.origin, link.destination):
            ends[place] = ends.get(place, 0) + 1
            traffic[place] = traffic.get(place, 0.0) + row["vehicles_per_day"]
    return sorted(traffic, key=lambda place: (ends[place] > 1, -traffic[place], place))


def _radii_px(ports: list[dict[str, Any]]) -> dict[str, float]:
    """Radius of the circle of each port, by its place, as :func:`_port_layer` draws it."""
    most = max((row["backlog"] for row in ports), default=0.0) or 1.0
    least_px2, most_px2 = CIRCLE_PX2
    return {row["place"]: sqrt((least_px2 + (most_px2 - least_px2) * row["backlog"] / most) / pi) for row in ports}


def _labels(
    always: dict[str, float], others: list[str], corridor: Corridor, names: Names, panel: _Panel, apart: float
) -> list[dict[str, Any]]:
    """Names of places, each to the right or the left of its place, beside the circle of a port.

    ``always``, with the radii of their circles, are shown in any case; of the ``others`` those at ``apart`` times the
    distance of the panel from each other whose names touch no other name, dot or circle.
    """
    apart_km = apart * panel.apart_km
    labels: list[dict[str, Any]] = []
    circles = {
        place: _dot_box(*_on_panel(panel, corridor.places[place].longitude, corridor.places[place].latitude, apart), px)
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
        x, y = _on_panel(panel, row.longitude, row.latitude, apart)
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


def _panels_of(corridor: Corridor, used: list[str]) -> tuple[_Panel, ...]:
    """The panels of the base year for ports within them, else panels fitted to the places of the world."""
    ends = [corridor.places[end] for port in corridor.ports.values() for end in port.ends if end in corridor.places]
    seen = PANELS[-1]
    at = [_on_panel(seen, row.longitude, row.latitude, 1.0) for row in ends]
    if all(abs(x) <= WIDTH / 2 and abs(y) <= seen.height / 2 for x, y in at):
        return PANELS
    network = [corridor.places[id] for id in used if id in corridor.places]
    return _fitted(PANELS[0], [*network, *ends]), _fitted(PANELS[1], ends)


def _fitted(panel: _Panel, places: list[Place]) -> _Panel:
    """The panel around places, with a margin."""
    longitudes, latitudes = [row.longitude for row in places], [row.latitude for row in places]
    west, east, south, north = min(longitudes), max(longitudes), min(latitudes), max(latitudes)
    middle = degrees(2 * atan(exp((_mercator(south) + _mercator(north)) / 2)) - pi / 2)
    wide = max(radians(east - west), radians(LEAST_DEGREES))
    high = max(_mercator(north) - _mercator(south), radians(LEAST_DEGREES))
    scale = FILLED * min(WIDTH / wide, panel.height / high)
    apart_km = APART_PX / scale * degrees(1) * KM_PER_DEGREE * cos(radians(middle))
    return _Panel(panel.title, panel.height, (west + east) / 2, middle, scale, apart_km, fitted=True)


def _mercator(latitude: float) -> float:
    """Height of a latitude (degrees) on a Mercator map, in radians of the equator."""
    return asinh(tan(radians(latitude)))


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


def _on_panel(panel: _Panel, longitude: float, latitude: float, apart: float) -> tuple[float, float]:
    """The position of a place (degrees) in pixels from the middle of a panel, ``apart`` times narrower than usual.

    Mercator on a fitted panel, else formulas of Albers' conic equal-area projection (see :func:`_projection`).
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


def _land_layer(land: _Land) -> alt.Chart:
    import altair as alt

    return alt.Chart(cast(Any, land)).mark_geoshape(fill=LAND, stroke=None, aria=False)


def _line_layers(lines: list[dict[str, Any]], names: Names) -> list[alt.Chart]:
    """Links without traffic, without a limit of train paths, and coloured by utilisation."""
    import altair as alt

    tooltip = [
        shown("link", _say(names, "link")),
        shown("vehicles", _say(names, "per_day"), ",.1f"),
        shown("used", _say(names, "utilisation")),
        shown("wait", _say(names, "wait")),
    ]

    def layer(chosen: list[dict[str, Any]], mode: str, colour: Any) -> alt.Chart:
        return (
            alt.Chart(frame(chosen))
            .mark_rule(strokeDash=DASHES[mode], strokeCap="butt" if DASHES[mode] else "round")
            .encode(
                *(alt.Longitude("x1:Q"), alt.Latitude("y1:Q"), alt.Longitude2("x2:Q"), alt.Latitude2("y2:Q")),
                strokeWidth=alt.StrokeWidth("width:Q", scale=None, legend=None),
                color=colour,
                tooltip=tooltip,
            )
        )

    full = alt.Color(
        "full:Q",
        scale=alt.Scale(type="threshold", domain=list(FULLNESS)[1:], range=list(FULLNESS.values())),
        legend=alt.Legend(title=_say(names, "utilisation"), format=".0%", type="gradient", gradientLength=LEGEND_PX),
    )
    kinds: dict[str, Any] = {"unused": alt.value(UNUSED), "unlimited": alt.value(UNLIMITED), "limited": full}
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for line in lines:
        kind = "unused" if not line["vehicles"] else "limited" if line["limited"] else "unlimited"
        groups.setdefault((line["mode"], kind), []).append(line)
    return [
        layer(groups[key], key[0], kinds[key[1]])
        for mode in DASHES
        for key in ((mode, kind) for kind in kinds)
        if key in groups
    ]


def _port_layer(ports: list[dict[str, Any]], names: Names, directions: list[str]) -> alt.Chart:
    import altair as alt

    title = _say(names, "backlog")
    return (
        alt.Chart(frame(ports), name=CLICKED)
        .mark_circle(color=PORT, opacity=0.55, stroke="white", strokeWidth=1)
        .encode(
            longitude="x:Q",
            latitude="y:Q",
            size=alt.Size(
                "backlog:Q",
                scale=alt.Scale(range=list(CIRCLE_PX2), zero=True, nice=False),
                legend=alt.Legend(title=title, tickCount=3),
            ),
            tooltip=[
                shown("port", _say(names, "port")),
                *(
                    shown(
                        TONNES + way,
                        say("charts.map.port_tonnes", names.language, direction=names.direction(way)),
                        ",.0f",
                    )
                    for way in directions
                ),
                *(
                    shown(way, say("charts.map.port_per_day", names.language, direction=names.direction(way)), ",.1f")
                    for way in directions
                ),
                shown("backlog", title, ",.0f"),
            ],
        )
    )


def _label_layers(labels: list[dict[str, Any]]) -> list[alt.Chart]:
    """Names beside their places, over a white outline that sets them off from the lines."""
    import altair as alt

    layers = [
        alt.Chart(frame(labels)).mark_circle(size=14, color=INK, opacity=1).encode(longitude="x:Q", latitude="y:Q")
    ]
    for side, dx in dict.fromkeys((label["side"], label["dx"]) for label in labels):
        own = [label for label in labels if (label["side"], label["dx"]) == (side, dx)]
        base = alt.Chart(frame(own)).encode(longitude="x:Q", latitude="y:Q", text="name:N")
        right = side == "right"
        text: dict[str, Any] = {"dx": dx if right else -dx, "align": "left" if right else "right"}
        text |= {"dy": TEXT_DY, "fontSize": FONT_PX}
        layers += [
            base.mark_text(stroke="white", strokeWidth=4, strokeJoin="round", color="white", **text),
            base.mark_text(color=INK, **text),
        ]
    return layers
