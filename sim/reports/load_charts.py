"""Load by hour of the week as a heat map, and shares over promised times as a table.

Input: tables of :mod:`sim.kpi.load_by_hour` and :mod:`sim.kpi.waits_over`, and names. Output: Altair charts, and rows
as texts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from corridors.clock import local_time
from corridors.sides import DIRECTIONS
from sim.reports.chart_style import chart_of, label, number, records, shown
from sim.text.names import Names

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

DAY_H: Final = 24
COLOURS: Final = ("#f1f4f7", "#9ecae1", "#3182bd", "#08306b")
"""From no vehicle to the most."""
PADDING: Final = {"top": 10, "bottom": 5, "left": 5, "right": 5}
"""Room for the title of the colours."""
CLOSED: Final = "–"
REPORTED_H: Final = (1.0, 4.0, 12.0, 24.0, 48.0)
"""Promised times in the table of a report."""


def waited_for(load: pd.DataFrame, port: str) -> list[str]:
    """The facilities of a port, those with the longest queue first."""
    here = load[load["port"] == port].groupby("facility")["waiting"].mean()
    return [str(id) for id in here.sort_values(ascending=False, kind="stable").index]


def load_heat(load: pd.DataFrame, facility: str, names: Names, most: float | None = None) -> alt.LayerChart:
    """Vehicles that wait for a facility by hour of the day and day of the week, on the clock of the world.

    A dash marks hours in which it is closed. ``most`` is the end of the scale of charts that are compared.
    """
    import altair as alt

    days = [names.weekdays(day) for day in local_time.WEEKDAYS]
    data = [
        {
            "day": days[row["hour"] // DAY_H],
            "hour": row["hour"] % DAY_H,
            "waiting": round(row["waiting"], 3),
            "use": f"{row['busy'] / row['servers']:.0%}" if row["servers"] else CLOSED,
            "servers": round(row["servers"], 2),
            "closed": "" if row["servers"] else CLOSED,
        }
        for row in records(load[load["facility"] == facility])
    ]
    end = most or most_waiting(load, facility) or 1.0
    title = label(names, "waiting_mean")
    hour = label(names, "hour_of_day", clock=names.clock())
    x = alt.X("hour:O", title=hour, axis=alt.Axis(labelAngle=0, ticks=False))
    y = alt.Y("day:N", sort=days, title=None, axis=alt.Axis(ticks=False))
    base = chart_of(data).encode(x=x, y=y)
    scale = alt.Scale(domain=[0, end], range=list(COLOURS), interpolate="rgb")
    legend = alt.Legend(title=title, orient="top", gradientLength=180, tickCount=4)
    cells = base.mark_rect(stroke="white").encode(
        color=alt.Color("waiting:Q", scale=scale, legend=legend),
        tooltip=[
            shown("day", label(names, "weekday")),
            shown("hour", hour),
            shown("waiting", title, ",.2f"),
            shown("use", label(names, "utilisation")),
            shown("servers", label(names, "servers_open"), ",.2f"),
        ],
    )
    dark = alt.condition(f"datum.waiting > {end / 2}", alt.value("white"), alt.value("#5c6670"))
    closed = base.mark_text(fontSize=11).encode(text="closed:N", color=dark)
    return alt.LayerChart(layer=[cells, closed]).properties(height=alt.Step(22), width=alt.Step(24), padding=PADDING)


def most_waiting(load: pd.DataFrame, facility: str) -> float:
    """The longest mean queue of a facility in an hour of the week."""
    return float(load.loc[load["facility"] == facility, "waiting"].max())


def promise_rows(waits_over: pd.DataFrame, port: str, names: Names) -> list[list[str]]:
    """For each class and direction of a port its crossings and, by promised time, the share that waits longer."""
    here = waits_over[(waits_over["port"] == port) & waits_over["hours"].isin(REPORTED_H)]
    rows = []
    for direction in DIRECTIONS:
        for klass, of_class in here[here["direction"] == direction].groupby("class"):
            by_hours = of_class.sort_values("hours")
            counted = number(float(by_hours["vehicles"].iloc[0]))
            shares = [percent(share) for share in by_hours["share"]]
            rows.append([names.group(str(klass), direction, port), counted, *shares])
    return rows


def percent(share: float) -> str:
    """A share of vehicles; a small one is not shown as none, nor a large one as all."""
    if 0 < share < 0.005:
        return "<0.5%"
    if 0.995 < share < 1:
        return ">99.5%"
    return f"{share:.0%}"
