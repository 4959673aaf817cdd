"""Charts of appraisals and of choices of programmes, for HTML report and web page alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from sim.reports.appraisal_tables import CLOSE, MOST_SWINGS, AppraisalTables
from sim.reports.chart_style import chart_of
from sim.studies.appraisal.document import by_party
from sim.studies.appraisal.parties import COST_STREAMS

COLOURS: Final = {"low": "#56b4e9", "central": "#0072b2", "high": "#d55e00"}
GAIN, LOSS = "#0072b2", "#d55e00"
BLUE, GREY = "#0072b2", "#999999"
STREAM_COLOURS: Final = (
    *("#0072b2", "#56b4e9", "#009e73", "#f0e442", "#cc79a7", "#e69f00", "#4d4d4d"),
    *("#bdbdbd", "#a0522d", "#d55e00", "#e8a27c", "#88ccee", "#b07aa1"),
)


def streams_by_year_chart(tables: AppraisalTables) -> Any:
    """Benefits and costs of each year by stream in the main future, not discounted; costs below 0."""
    import altair as alt

    streams: dict[str, Any] = {}
    unit = tables.unit.scale
    for entry in tables.main.entries:
        streams[entry.stream] = streams.get(entry.stream, 0.0) + entry.values.mean(axis=1)
    rows = [
        {"stream": tables.named("stream", stream), "year": year, "value": unit * float(value)}
        for stream, values in streams.items()
        if stream not in TRANSFERS
        for year, value in zip(tables.model.years, values, strict=True)
        if value
    ]
    order = [tables.named("stream", one) for one in (*tables.main.streams, *COST_STREAMS) if one in streams]
    scale = alt.Scale(domain=order, range=list(STREAM_COLOURS[: len(order)]))
    return (
        chart_of(rows)
        .mark_bar()
        .encode(
            x=alt.X("year:O", title=None, axis=alt.Axis(labelOverlap=True, labelAngle=0)),
            y=alt.Y("value:Q", title=tables.say("axis.musd_a_year", unit=tables.unit.name)),
            color=alt.Color("stream:N", scale=scale, legend=alt.Legend(title=None, orient="bottom", columns=4)),
            tooltip=["stream:N", "year:O", alt.Tooltip("value:Q", format=".3~s")],
        )
        .properties(width=640, height=260)
    )


TRANSFERS: Final = ("royalty",)
"""Streams that sum to 0 over all parties."""


def frontier_chart(points: Sequence[tuple[float, float]], budget: str, net: str, shown: float | None = None) -> Any:
    """What each budget is worth, with axes of these titles; the budget that is shown has a larger mark."""
    import altair as alt

    rows = [{"budget": one, "net": value, "shown": one == shown} for one, value in points]
    base = chart_of(rows).encode(x=alt.X("budget:Q", title=budget), y=alt.Y("net:Q", title=net))
    line = base.mark_line(interpolate="step-after", color=BLUE)
    size = alt.condition("datum.shown", alt.value(160), alt.value(50))
    marks = base.mark_point(filled=True, color=BLUE, opacity=1).encode(size=size)
    return alt.layer(line, marks).properties(width=560, height=240)


def order_chart(works: Sequence[tuple[str, int, int]]) -> Any:
    """Years of building, grey, and use, blue, of works by name, years of building and opening."""
    import altair as alt

    last, rows = max(opens for _, _, opens in works) + 3, []
    for name, build, opens in works:
        rows.append({"name": name, "from": opens - build, "to": opens, "colour": GREY})
        rows.append({"name": name, "from": opens, "to": last, "colour": BLUE})
    return bars(rows, title=None, axis=alt.Axis(format="d"), scale=alt.Scale(zero=False))


def waterfall_chart(tables: AppraisalTables) -> Any:
    """Present benefits by stream, the costs, and the net present value, in the main future."""
    one, unit = tables.main, tables.unit.scale
    steps = [(tables.named("stream", stream), unit * value) for stream, value in one.streams.items() if value]
    steps.append((tables.say("column.pvc"), -unit * one.pvc))
    rows, level = [], 0.0
    for name, value in steps:
        rows.append({"name": name, "from": level, "to": level + value, "colour": GAIN if value >= 0 else LOSS})
        level += value
    rows.append({"name": tables.say("column.npv"), "from": 0.0, "to": level, "colour": "#4d4d4d"})
    return bars(rows, title=tables.unit.name)


def bars(rows: list[dict[str, Any]], **of_x: Any) -> Any:
    """Bars with a name, from one value to another in a colour, from top to bottom; ``of_x`` describes their axis."""
    import altair as alt

    return (
        chart_of(rows)
        .mark_bar()
        .encode(
            y=alt.Y("name:N", sort=None, title=None, axis=alt.Axis(labelLimit=380, minExtent=220)),
            x=alt.X("from:Q", **of_x),
            x2="to:Q",
            color=alt.Color("colour:N", scale=None),
        )
        .properties(width=560, height=alt.Step(22))
    )


def cumulative_chart(tables: AppraisalTables) -> Any:
    """Cumulative discounted flow by year in each future, with the openings."""
    import altair as alt

    model, rows, unit = tables.model, [], tables.unit.scale
    for future, one in tables.found.futures.items():
        flow = sum(entry.values for entry in one.entries)
        run = unit * np.cumsum(np.asarray(flow) * model.factors()[:, None], axis=0)
        for year, values in zip(model.years, run, strict=True):
            low, high = float(values.min()), float(values.max())
            name = tables.future(future)
            rows.append({"future": name, "year": year, "value": float(values.mean()), "low": low, "high": high})
    ids = list(tables.found.futures)
    scale = alt.Scale(domain=[tables.future(id) for id in ids], range=[COLOURS[id] for id in ids])
    base = chart_of(rows).encode(
        x=alt.X("year:Q", title=None, axis=alt.Axis(format="d")),
        color=alt.Color("future:N", scale=scale, legend=alt.Legend(title=None)),
    )
    lines = base.mark_line().encode(y=alt.Y("value:Q", title=tables.unit.name))
    bands = base.mark_area(opacity=0.2).encode(y="low:Q", y2="high:Q")
    opened = [{"year": work.opens, "name": tables.work(work)} for work in model.works]
    marks = chart_of(opened).mark_rule(strokeDash=[4, 3], color="#777777").encode(x="year:Q", tooltip=["name:N"])
    return alt.layer(bands, lines, marks).properties(width=640, height=300)


def parties_chart(tables: AppraisalTables) -> Any:
    """Present value by party and country, costs to the left."""
    unit = tables.unit.scale
    rows = [
        {
            "name": tables.say(
                "party_of", party=tables.named("party", party), country=tables.named("country", country)
            ),
            "from": 0.0,
            "to": unit * value,
            "colour": GAIN if value >= 0 else LOSS,
        }
        for (party, country), value in sorted(by_party(tables.model, tables.main).items(), key=lambda one: one[1])
        if abs(value) >= CLOSE
    ]
    return bars(rows, title=tables.unit.name)


def tornado_chart(tables: AppraisalTables) -> Any:
    """Net present value at both ends of the widest factors."""
    unit = tables.unit.scale
    rows = [
        {"name": tables.factor(one.factor), "from": unit * one.at_low, "to": unit * one.at_high, "colour": "#56b4e9"}
        for one in tables.found.swings[:MOST_SWINGS]
    ]
    return bars(rows, title=tables.say("column.npv_musd", unit=tables.unit.name))
