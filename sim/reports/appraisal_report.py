"""Report of an appraisal as one HTML file that works without a network, and its flows as a CSV file."""

from __future__ import annotations

import csv
import io
from html import escape
from pathlib import Path
from typing import Any, Final

import numpy as np

from corridors.io.atomic_files import atomic_file, write_atomically
from corridors.translations import translated
from sim.reports import html_page, run_charts
from sim.reports.appraisal_tables import MOST_SWINGS, AppraisalTables
from sim.reports.run_charts import frame
from sim.studies.appraisal import Appraisal, by_party, flow_rows

FLOW_COLUMNS: Final = (
    *("future", "year", "stream", "party", "country", "value_musd", "low_musd", "high_musd", "discount_factor"),
    "present_value_musd",
)
DIGITS: Final = 6
COLOURS: Final = {"low": "#56b4e9", "central": "#0072b2", "high": "#d55e00"}
GAIN, LOSS = "#0072b2", "#d55e00"


def write_flows(path: Path, found: Appraisal) -> None:
    """Write a row for each future, year, stream, party and country; the sum of the last column is the NPV."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(FLOW_COLUMNS)
    for one in found.futures.values():
        for row in flow_rows(found.model, one):
            values = (row["value"], row["low"], row["high"], row["discount_factor"])
            numbers = ["" if value is None else f"{value:.{DIGITS}f}" for value in values]
            present = f"{row['value'] * row['discount_factor']:.{DIGITS}f}"
            names = (row["future"], row["year"], row["stream"], row["party"], row["country"])
            writer.writerow([*names, *numbers, present])
    write_atomically(path, text.getvalue().encode())


def write_appraisal(path: Path, tables: AppraisalTables) -> None:
    """Write the report to ``path`` (.html), complete or not at all."""
    with atomic_file(path) as file:
        file.write(_html(tables).encode("utf-8"))


def _html(tables: AppraisalTables) -> str:
    specs: dict[str, Any] = {}
    futures, streams, parties, swings, works = tables.tables()
    findings = tables.findings()
    parts = [
        f"<h1>{escape(tables.title)}</h1>",
        *(f"<p>{escape(sentence)}</p>" for sentence in tables.answer()),
        html_page.bullets(tables.warnings()),
        html_page.section(futures),
        _heading(tables, "waterfall", findings["waterfall"]),
        _chart(specs, "waterfall", waterfall_chart(tables)),
        _heading(tables, "cumulative", findings["cumulative"]),
        _chart(specs, "cumulative", cumulative_chart(tables)),
        html_page.section(parties, findings["parties"]),
        _chart(specs, "parties", parties_chart(tables)),
        html_page.section(swings, findings["swings"]),
        _chart(specs, "tornado", tornado_chart(tables)),
        html_page.section(works),
        html_page.section(streams),
        f"<p>{escape(translated(tables.found.programme, 'note', tables.language))}</p>",
        f"<footer>{escape(html_page.produced_by(tables.language))}</footer>",
    ]
    return html_page.whole(tables.title, parts, specs, tables.language)


def _heading(tables: AppraisalTables, key: str, finding: str) -> str:
    title, note = tables.say(key), tables.say(f"{key}_note")
    return f'<h2>{escape(title)}</h2><p>{escape(finding)}</p><p class="note">{escape(note)}</p>'


def _chart(specs: dict[str, Any], key: str, chart: Any) -> str:
    specs[key] = run_charts.styled(chart).to_dict()
    return html_page.chart_place(key)


def waterfall_chart(tables: AppraisalTables) -> Any:
    """Present benefits by stream, the costs, and the net present value, in the main future."""
    one = tables.main
    steps = [(tables.named("stream", stream), value) for stream, value in one.streams.items() if value]
    steps.append((tables.say("column.pvc"), -one.pvc))
    rows, level = [], 0.0
    for name, value in steps:
        rows.append({"name": name, "from": level, "to": level + value, "colour": GAIN if value >= 0 else LOSS})
        level += value
    rows.append({"name": tables.say("column.npv"), "from": 0.0, "to": level, "colour": "#4d4d4d"})
    return bars(rows, title=tables.say("axis.musd"))


def bars(rows: list[dict[str, Any]], **of_x: Any) -> Any:
    """Bars with a name, from one value to another in a colour, from top to bottom; ``of_x`` describes their axis."""
    import altair as alt

    return (
        alt.Chart(frame(rows))
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

    model, rows = tables.model, []
    for future, one in tables.found.futures.items():
        flow = sum(entry.values for entry in one.entries)
        run = np.cumsum(np.asarray(flow) * model.factors()[:, None], axis=0)
        for year, values in zip(model.years, run, strict=True):
            low, high = float(values.min()), float(values.max())
            name = tables.future(future)
            rows.append({"future": name, "year": year, "value": float(values.mean()), "low": low, "high": high})
    ids = list(tables.found.futures)
    scale = alt.Scale(domain=[tables.future(id) for id in ids], range=[COLOURS[id] for id in ids])
    base = alt.Chart(frame(rows)).encode(
        x=alt.X("year:Q", title=None, axis=alt.Axis(format="d")),
        color=alt.Color("future:N", scale=scale, legend=alt.Legend(title=None)),
    )
    lines = base.mark_line().encode(y=alt.Y("value:Q", title=tables.say("axis.musd")))
    bands = base.mark_area(opacity=0.2).encode(y="low:Q", y2="high:Q")
    opened = frame([{"year": work.opens, "name": tables.work(work)} for work in model.works])
    marks = alt.Chart(opened).mark_rule(strokeDash=[4, 3], color="#777777").encode(x="year:Q", tooltip=["name:N"])
    return alt.layer(bands, lines, marks).properties(width=640, height=300)


def parties_chart(tables: AppraisalTables) -> Any:
    """Present value by party and country, costs to the left."""
    rows = [
        {
            "name": tables.say(
                "party_of", party=tables.named("party", party), country=tables.named("country", country)
            ),
            "from": 0.0,
            "to": value,
            "colour": GAIN if value >= 0 else LOSS,
        }
        for (party, country), value in sorted(by_party(tables.model, tables.main).items(), key=lambda one: one[1])
        if abs(value) >= DIGITS / 1000
    ]
    return bars(rows, title=tables.say("axis.musd"))


def tornado_chart(tables: AppraisalTables) -> Any:
    """Net present value at both ends of the widest factors."""
    rows = [
        {"name": tables.factor(one.factor), "from": one.at_low, "to": one.at_high, "colour": "#56b4e9"}
        for one in tables.found.swings[:MOST_SWINGS]
    ]
    return bars(rows, title=tables.say("column.npv"))
