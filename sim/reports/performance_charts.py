"""Time/cost-distance chart of UNESCAP: cumulative time and cost against the distance from the origin.

Input: :class:`~sim.reports.performance_tables.PerformanceTables`. Output: one Altair chart per port, direction and
class, with time on the left and cost on the right. Colours are routes; lines of a scenario are dashed.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Final

from corridors.sides import DIRECTIONS
from sim.reports.chart_style import chart_of, shown
from sim.reports.performance_tables import PerformanceTables
from sim.studies.corridor_performance import CROSSING, ProfilePoint

COLOURS: Final = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#8c6d31", "#7b4ea3", "#444444")
DASHES: Final = ([1, 0], [5, 3])
DAYS_FROM_H: Final = 96
"""Journeys longer than this, in hours, are drawn in days."""

Group = tuple[str, str, str]
"""(port, direction, class)."""


def groups(tables: PerformanceTables) -> list[Group]:
    """First crossings of the routes, by port, direction and class; each has a chart."""
    found = {(*route.ports[0], route.klass) for run in tables.runs for route in run.performance.routes if route.ports}
    return sorted(found, key=lambda group: (group[0], DIRECTIONS.index(group[1]), group[2]))


def profile_chart(tables: PerformanceTables, group: Group) -> Any:
    """Time and cost against distance of all routes with this first crossing."""
    import altair as alt

    names = tables.names
    rows = [row for number, run in enumerate(tables.runs) for row in _points(tables, number, run.title, group)]
    in_days = max(row["hours"] for row in rows) > DAYS_FROM_H
    for row in rows:
        row["time"] = row["hours"] / 24 if in_days else row["hours"]
    panels = [
        _panel(tables, rows, "time", tables.say("days_axis" if in_days else "hours_axis")),
        _panel(tables, rows, "usd_per_t", tables.say("usd_axis")),
    ]
    port, direction, klass = group
    return alt.hconcat(*panels, spacing=28, title=names.labelled(names.port(port), names.group(klass, direction, port)))


def _points(tables: PerformanceTables, number: int, title: str, group: Group) -> list[dict[str, Any]]:
    """Profiles of a run; the first and last points of a crossing belong also to its neighbours."""
    routes = tables.runs[number].performance.routes
    return [
        {
            "km": point.km,
            "hours": point.hours,
            "usd_per_t": point.usd_per_t,
            "route": tables.route(route.service),
            "scenario": title,
            "place": tables.names.thing(point.place),
            "at": tables.names.thing(point.at),
            "order": order,
            "border": _at_border(route.profile, order),
        }
        for route in routes
        if route.ports and (*route.ports[0], route.klass) == group
        for order, point in enumerate(route.profile)
    ]


def _at_border(profile: tuple[ProfilePoint, ...], order: int) -> int:
    """Number of the border crossing of a point, counted from 1; 0 on the open line."""
    inside = [point.stage == CROSSING for point in profile]
    if not any(inside[order : order + 2]):
        return 0
    return sum(here and not before for before, here in pairwise([False, *inside[: order + 2]]))


def _panel(tables: PerformanceTables, rows: list[dict[str, Any]], value: str, axis: str) -> Any:
    import altair as alt

    routes = list(dict.fromkeys(row["route"] for row in rows))
    titles = [run.title for run in tables.runs]
    colour = alt.Color(
        "route:N",
        scale=alt.Scale(domain=routes, range=[COLOURS[k % len(COLOURS)] for k in range(len(routes))]),
        legend=alt.Legend(title=None, orient="bottom", columns=1, labelLimit=420),
    )
    dash = alt.StrokeDash(
        "scenario:N",
        scale=alt.Scale(domain=titles, range=list(DASHES[: len(titles)])),
        legend=alt.Legend(title=None, orient="bottom", columns=1, labelLimit=420) if len(titles) > 1 else None,
    )
    tooltip = [
        shown("route", tables.say("route")),
        shown("scenario", tables.say("scenario")),
        shown("place", tables.say("place")),
        shown("at", tables.say("at")),
        shown("km", tables.say("length_km"), ",.0f"),
        shown(value, axis, ",.1f"),
    ]
    base = chart_of(rows).encode(
        x=alt.X("km:Q", title=tables.say("distance")),
        y=alt.Y(f"{value}:Q", title=axis),
        color=colour,
        order="order:Q",
        tooltip=tooltip,
    )
    line = base.mark_line(strokeWidth=1.4).encode(strokeDash=dash, detail=["route:N", "scenario:N"])
    border = (
        base.transform_filter("datum.border > 0")
        .mark_line(strokeWidth=5, opacity=0.45)
        .encode(detail=["route:N", "scenario:N", "border:N"])
    )
    dots = base.mark_point(filled=True, size=14, opacity=0.8)
    return alt.layer(border, line, dots).properties(width=430, height=300)
