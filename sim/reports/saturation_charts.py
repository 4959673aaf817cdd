"""Charts of saturation: the year of each class and section in each demand scenario, and the load by year.

Input: :class:`~sim.reports.saturation_tables.SaturationTables`. Output: Altair charts, or None without data.
"""

from __future__ import annotations

from typing import Any, Final

from sim.reports.chart_style import chart_of, shown
from sim.reports.saturation_tables import SaturationTables
from sim.studies.saturation import Saturation
from sim.studies.saturation.years import PORT, SECTION

COLOURS: Final = {"low": "#56b4e9", "central": "#0072b2", "high": "#d55e00"}
HEAT: Final = ["#f4f7fa", "#bcd4e6", "#f6c27a", "#c8500a"]
LABELS_PX: Final = 380
FULL_FROM: Final = 1.0


def _rows(tables: SaturationTables) -> list[Saturation]:
    """Rows that saturate in any demand scenario, by load or in runs, in the order of the tables."""
    full = {row.key for row in tables.of.rows if row.year is not None}
    in_runs = tables.of.in_runs.items()
    full |= {key for (proposal, _, key), year in in_runs if not proposal and year.earliest is not None}
    return [row for kind in (PORT, SECTION) for row in tables.rows_of(kind) if row.key in full]


def years_chart(tables: SaturationTables) -> Any:
    """One line per saturated row, with a point per demand scenario; bars are the spread of the runs."""
    import altair as alt

    of, names = tables.of, tables.names
    data: list[dict[str, Any]] = []
    for main in _rows(tables):
        for future in of.selected:
            row = of.row(main.key, future)
            in_runs = of.in_runs.get(("", future, main.key))
            if row is None:
                continue
            data.append(
                {
                    "who": tables.who(main),
                    "future": tables.titles[future],
                    "year": row.year,
                    "year_text": tables.year(row.year),
                    "binds": names.thing(row.binds),
                    "earliest": in_runs.earliest if in_runs else None,
                    "latest": (in_runs.latest or of.last_year + 1) if in_runs and in_runs.earliest else None,
                    "runs": tables.year_in_runs("", future, main.key),
                }
            )
    if not data:
        return None
    order = list(dict.fromkeys(point["who"] for point in data))
    titles = list(tables.titles.values())
    y = alt.Y("who:N", sort=order, title=None, axis=alt.Axis(labelLimit=LABELS_PX, minExtent=LABELS_PX))
    scale = alt.Scale(domain=[of.base_year - 0.4, of.last_year + 1])
    axis = alt.Axis(format="d", values=list(of.years))
    x = alt.X("year:Q", title=tables.say("year_axis"), scale=scale, axis=axis)
    offset = alt.YOffset("future:N", sort=titles)
    colour = alt.Color(
        "future:N",
        scale=alt.Scale(domain=titles, range=[COLOURS[future] for future in of.selected]),
        legend=alt.Legend(title=None),
    )
    tooltip = [
        shown("who", tables.say("traffic")),
        shown("future", tables.say("future")),
        shown("year_text", tables.say("year_axis")),
        shown("binds", tables.say("binds")),
        shown("runs", tables.say("runs_tooltip")),
    ]
    base = chart_of(data).encode(y=y, yOffset=offset, color=colour, tooltip=tooltip)
    points = base.transform_filter("isValid(datum.year)").mark_point(filled=True, size=70, opacity=1).encode(x=x)
    layers = [points]
    if of.in_runs:
        spread = base.transform_filter("isValid(datum.earliest)").mark_bar(height=5, opacity=0.35)
        layers.insert(0, spread.encode(x=alt.X("earliest:Q", scale=scale), x2="latest:Q"))
    return alt.layer(*layers).properties(width=520, height=alt.Step(10, **{"for": "offset"}))


def load_chart(tables: SaturationTables) -> Any:
    """The load of all saturated rows by year, in the main demand scenario."""
    import altair as alt

    data = [
        {"who": tables.who(row), "year": str(year), "load": load, "text": f"{load:.2f}", "full": load >= FULL_FROM}
        for row in _rows(tables)
        for year, load in row.loads.items()
    ]
    if not data:
        return None
    order = list(dict.fromkeys(str(cell["who"]) for cell in data))
    tooltip = [
        shown("who", tables.say("traffic")),
        shown("year", tables.say("year_axis")),
        shown("load", tables.say("load_tooltip"), ".2f"),
    ]
    base = chart_of(data).encode(
        x=alt.X("year:O", title=None, axis=alt.Axis(labelAngle=0, orient="top")),
        y=alt.Y("who:N", sort=order, title=None, axis=alt.Axis(labelLimit=LABELS_PX, minExtent=LABELS_PX)),
        tooltip=tooltip,
    )
    colour = alt.Color(
        "load:Q",
        scale=alt.Scale(domain=[0.5, 0.85, 1.0, 1.5], range=HEAT, clamp=True, interpolate="rgb"),
        legend=None,
    )
    cells = base.mark_rect(stroke="white").encode(color=colour)
    texts = base.mark_text(fontSize=10).encode(
        text="text:N", color=alt.condition("datum.load > 1.3", alt.value("white"), alt.value("#333333"))
    )
    return alt.layer(cells, texts).properties(width=alt.Step(40), height=alt.Step(20))
