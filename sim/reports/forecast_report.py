"""Report of a forecast as one HTML file: the answer in words, a fan of each queue, tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from corridors.io.atomic_files import write_atomically
from sim.reports import forecast_tables, html_page
from sim.reports.chart_style import chart_of, place, shown
from sim.text.catalogue import Language

if TYPE_CHECKING:
    from sim.output.crossings import Group
    from sim.studies.forecast.backtest import Score
    from sim.studies.forecast.fan import Forecast
    from sim.text.names import Names

LINE, BAND, WIDE, PAST = "#0072b2", "#7fb0d3", "#c6dcec", "#7a7a7a"
HEIGHT: Final = 240


def write_forecast(
    path: Path,
    made: Forecast,
    names: Names,
    language: Language,
    counts: Mapping[tuple[str, str, str], int],
    checked: Sequence[Score] = (),
) -> None:
    """Write the report to ``path`` (.html), complete or not at all.

    ``counts``: those of the state; ``checked``: scores of forecasts of past days, whose verdict is shown.
    """
    title = forecast_tables.say("title", language, time=forecast_tables.local_text(made.request.at, made.request.clock))
    parts = [f"<h1>{escape(title)}</h1>"]
    parts += [f'<p class="lead">{escape(line)}</p>' for line in forecast_tables.answers(made, names)]
    parts += [f'<p class="note">{escape(line)}</p>' for line in forecast_tables.beyond(made, counts, names)]
    verdict = forecast_tables.of_scores(checked, language) or [forecast_tables.say("never_checked", language)]
    parts += [f'<p class="note">{escape(line)}</p>' for line in verdict]
    specs: dict[str, Any] = {}
    for n, group in enumerate(forecast_tables.shown_groups(made)[: forecast_tables.MOST_ANSWERS]):
        port, direction, klass = group
        key = f"fan_{n}"
        heading = names.labelled(names.port(port), names.group(klass, direction))
        parts += [f"<h2>{escape(heading)}</h2>", place(specs, key, fan_chart(made, group, language))]
    for table in (forecast_tables.by_day(made, names), forecast_tables.through(made, names)):
        parts += [f"<h2>{escape(table.title)}</h2>", f'<p class="note">{escape(table.note)}</p>']
        parts.append(html_page.table(table.columns, table.rows, texts=table.texts, unbroken=0))
    parts.append(f"<footer>{escape(html_page.produced_by(language))}</footer>")
    write_atomically(path, html_page.whole(title, parts, specs, language).encode("utf-8"))


def fan_chart(
    made: Forecast,
    group: Group,
    language: Language,
    top: float = 0.0,
    past: Sequence[tuple[datetime, int | None]] = (),
) -> Any:
    """The queue of a group: median, and bands with half and four fifths of the members.

    ``top``: end of the axis, so that several charts have one scale; 0: that of the group. ``past``: the queue of a log
    by hour before the instant.
    """
    import altair as alt

    queue = made.queue()
    mine = queue[(queue[["port", "direction", "class"]] == list(group)).all(axis=1)]
    rows = [
        {
            "time": _local(row["time"], made),
            **{k: row[k] for k in FAN},
        }
        for row in mine.to_dict("records")
    ]
    waiting = forecast_tables.say("column.queue", language)
    tooltip = [shown("time", forecast_tables.say("column.time", language))]
    tooltip += [shown(key, forecast_tables.say(f"column.{key}", language), ",.0f") for key in FAN]
    x = alt.X("time:T", title=None, axis=alt.Axis(format="%m-%d %H:%M"))
    base = chart_of(rows).encode(x=x, tooltip=tooltip)
    scale = alt.Scale(domain=[0, top]) if top else alt.Scale()
    layers = [
        base.mark_area(color=WIDE).encode(y=alt.Y("p10:Q", title=waiting, scale=scale), y2="p90:Q"),
        base.mark_area(color=BAND).encode(y="p25:Q", y2="p75:Q"),
        base.mark_line(color=LINE, strokeWidth=1.8).encode(y="p50:Q"),
    ]
    if past:
        before = [{"time": _local(when, made), "past": n} for when, n in past]
        shown_past = [shown("time", forecast_tables.say("column.time", language))]
        shown_past.append(shown("past", forecast_tables.say("column.past", language), ",.0f"))
        line = chart_of(before).mark_line(color=PAST, strokeWidth=1.2)
        layers.insert(0, line.encode(x=x, y=alt.Y("past:Q", title=waiting, scale=scale), tooltip=shown_past))
    return alt.layer(*layers).properties(width="container", height=HEIGHT)


def _local(when: datetime, made: Forecast) -> str:
    """An instant on the clock of the forecast, as charts read it."""
    return forecast_tables.local_text(when, made.request.clock).replace(" ", "T")


FAN: Final = ("p10", "p25", "p50", "p75", "p90")
