"""Flow map: sections coloured by the use of their train paths and as wide as their traffic; ports by vehicles there.

Input: the link and KPI tables of a run, and its corridor for positions and names. Output: an Altair chart of two
panels, the whole network and the border ports, over land in one neutral colour. The map is schematic and shows no
borders.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from math import pi, sqrt
from typing import TYPE_CHECKING, Any

from corridors.io.folders import data_root
from corridors.model import Corridor
from corridors.sides import DIRECTIONS
from sim.reports.chart_style import INK, chart_of, records, shown
from sim.reports.map_names import FONT_PX, TEXT_DY, labels_of
from sim.reports.map_panels import WIDTH, Panel, panels_of, projection
from sim.reports.number_format import NO_VALUE, is_value
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
LEGEND_PX = 260
"""Length at which no label touches the next."""
CIRCLE_PX2 = (60.0, 1600.0)
"""Area of the circle of a port without vehicles, and of the one with the most, in square pixels."""
NARROW = 1.4
"""Factor on the distance between named places in panels that may be narrower than :data:`WIDTH`."""


def flow_map(links: pd.DataFrame, kpis: pd.DataFrame, corridor: Corridor, names: Names) -> alt.VConcatChart:
    """The two panels, one above the other. ``links`` and ``kpis`` are tables of :mod:`sim.kpi.key_figures`."""
    import altair as alt

    charts = []
    for panel, chart in _panels(links, kpis, corridor, names):
        placed = chart.project(**projection(panel), scale=panel.scale, translate=[WIDTH / 2, panel.height / 2])
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
        charts[panel.title] = chart.project(**projection(panel), scale=fits, translate=middle)
    return charts


def caption_of(names: Names) -> str:
    """The note under the map."""
    return _say(names, "caption")


def _say(names: Names, key: str) -> str:
    return say(f"charts.map.{key}", names.language)


def _panels(
    links: pd.DataFrame, kpis: pd.DataFrame, corridor: Corridor, names: Names, apart: float = 1.0
) -> Iterator[tuple[Panel, alt.LayerChart]]:
    """Each panel with its layers, not yet placed; named places are ``apart`` times as far apart as usual."""
    import altair as alt

    land = _Land()
    lines, ports = _lines(links, corridor, names), _ports(kpis, corridor, names)
    circles = _port_layer(ports, names, _directions(kpis))
    places = _places_by_traffic(links, corridor)
    for panel in panels_of(corridor, places):
        labels = labels_of(_radii_px(ports), places, corridor, names, panel, apart)
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
        self.__geo_interface__ = _Shape(type="Feature", properties={}, geometry=geometry)


class _Shape(dict[str, Any]):
    """A shape that is copied as it is: Altair copies each before it writes it as text, which changes nothing of it."""

    def __deepcopy__(self, memo: object) -> _Shape:
        return self


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


def _land_layer(land: _Land) -> alt.Chart:
    return chart_of(land).mark_geoshape(fill=LAND, stroke=None, aria=False)


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
            chart_of(chosen)
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
        chart_of(ports, name=CLICKED)
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
    layers = [chart_of(labels).mark_circle(size=14, color=INK, opacity=1).encode(longitude="x:Q", latitude="y:Q")]
    for side, dx in dict.fromkeys((label["side"], label["dx"]) for label in labels):
        own = [label for label in labels if (label["side"], label["dx"]) == (side, dx)]
        base = chart_of(own).encode(longitude="x:Q", latitude="y:Q", text="name:N")
        right = side == "right"
        text: dict[str, Any] = {"dx": dx if right else -dx, "align": "left" if right else "right"}
        text |= {"dy": TEXT_DY, "fontSize": FONT_PX}
        layers += [
            base.mark_text(stroke="white", strokeWidth=4, strokeJoin="round", color="white", **text),
            base.mark_text(color=INK, **text),
        ]
    return layers
