"""Queue, flow and cargo of one traffic class day by day: the baseline beside a scenario.

Input: rows of kind ``backlog`` of both (:func:`sim.kpi.waiting.waiting_by_day`), of one or several replications.
Output: an Altair chart with the baseline in grey, the scenario in colour and the range of the replications as a band,
the warm-up and the days of closures shaded, and days without opening hours marked in a strip below; and its rows for a
table.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from sim.reports.chart_style import MANY, chart_of, label, shown
from sim.text.names import Names

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

COLUMNS: Final = {"queue": "vehicles_waiting", "flow": "crossings", "cargo": "delivered_t"}
"""What a chart may show, by the column of the rows."""
BASE_COLOUR, OWN_COLOUR, SHUT_COLOUR, CLOSED_COLOUR = "#a3a3a3", "#0072b2", "#f2c6a0", "#bdbdbd"
WARMUP_COLOUR: Final = "#f0f0f0"
BASE_PX, OWN_PX = 4.5, 1.6
"""Widths of the lines: the baseline is seen beside the scenario also where both are the same."""
STRIP_PX: Final = 6
Group = tuple[str, str, str]
"""Port, direction and class."""


@dataclass(frozen=True)
class DayRow:
    """One day: mean of the baseline, and mean, lowest and highest of the scenario."""

    day: date
    base: float
    own: float
    low: float
    high: float
    shut: bool
    """Whether the scenario closes something on this day."""
    open: bool
    """Whether the traffic has opening hours on this day."""
    warmup: bool = False
    """Whether the day is simulated but not counted."""


def day_rows(
    base: pd.DataFrame,
    own: pd.DataFrame,
    group: Group,
    measure: str,
    start: date,
    shut: Sequence[tuple[date, date]] = (),
    is_open: Sequence[bool] = (),
    warmup_days: int = 0,
) -> list[DayRow]:
    """The days of one traffic class, from the daily rows of the baseline and of the scenario.

    ``shut`` has the first and last days of closures; ``is_open`` one value a day, none where all are open. The first
    ``warmup_days`` are not counted. Empty where the rows do not have the figure (results of older versions).
    """
    column = COLUMNS[measure]
    if any(column not in table or table[column].isna().all() for table in (base, own)):
        return []
    of_base, of_own = (_mine(table, group).groupby("day")[column] for table in (base, own))
    means: dict[Any, Any] = of_base.mean().to_dict()
    mean_of, low_of, high_of = (made.to_dict() for made in (of_own.mean(), of_own.min(), of_own.max()))
    rows = []
    for number in sorted(means.keys() & mean_of.keys()):
        day = start + timedelta(number)
        mean, low, high = (float(known[number]) for known in (mean_of, low_of, high_of))
        works = not is_open or bool(is_open[number])
        closed = any(first <= day <= last for first, last in shut)
        rows.append(DayRow(day, float(means[number]), mean, low, high, closed, works, number < warmup_days))
    return rows


def groups_by_change(base: pd.DataFrame, own: pd.DataFrame, port: str) -> list[Group]:
    """The traffic of a port, the one whose queue differs most from the baseline first."""
    keys = ["port", "direction", "class"]

    def means(table: pd.DataFrame) -> Any:
        return table[table["port"] == port].groupby([*keys, "day"])["vehicles_waiting"].mean()

    before, after = means(base), means(own)
    change = (after - before).abs().groupby(level=keys).max().fillna(0.0)
    size = before.groupby(level=keys).mean()
    order = sorted(change.index, key=lambda key: (-float(change[key]), -float(size.get(key, 0.0)), key))
    return [(str(place), str(direction), str(klass)) for place, direction, klass in order]


def time_chart(rows: Sequence[DayRow], group: Group, measure: str, names: Names, height: int = 200) -> alt.LayerChart:
    """The chart of :func:`day_rows`; ``group`` names its vehicles."""
    import altair as alt

    title = label(names, f"time_{measure}", vehicle=names.vehicles_of(group[2], MANY))
    data = [
        {
            "time": row.day.isoformat(),
            "end": (row.day + timedelta(1)).isoformat(),
            "when": row.day.isoformat(),
            **{name: round(getattr(row, name), 2) for name in ("base", "own", "low", "high")},
        }
        for row in rows
    ]
    tooltip = [
        shown("when", label(names, "date")),
        shown("base", label(names, "time_base"), ",.1f"),
        shown("own", label(names, "time_scenario"), ",.1f"),
        shown("low", label(names, "time_lowest"), ",.1f"),
        shown("high", label(names, "time_highest"), ",.1f"),
    ]
    x = alt.X("time:T", title=None, scale=alt.Scale(type="utc"), axis=alt.Axis(format="%m-%d", tickCount=8, grid=False))
    y = alt.Y("own:Q", title=title, scale=alt.Scale(zero=True), axis=alt.Axis(tickCount=5, minExtent=40))
    chart = chart_of(data).encode(x=x, tooltip=tooltip)
    names_of_lines = label(names, "time_base"), label(names, "time_scenario")

    def line(field: str, name: str, width: float) -> Any:
        colour = alt.Color(
            "who:N", title=None, scale=alt.Scale(domain=list(names_of_lines), range=[BASE_COLOUR, OWN_COLOUR])
        )
        marked = chart.transform_calculate(who=f"'{name}'").mark_line(strokeWidth=width, interpolate="step-after")
        return marked.encode(y=alt.Y(f"{field}:Q", title=title), color=colour)

    layers = [
        *_marked([row.day for row in rows if row.warmup], WARMUP_COLOUR, 1.0),
        *_marked([row.day for row in rows if row.shut], SHUT_COLOUR, 0.45),
        *_marked([row.day for row in rows if not row.open], CLOSED_COLOUR, 1.0, strip=True),
        chart.mark_area(opacity=0.2, color=OWN_COLOUR, interpolate="step-after").encode(
            y=alt.Y("low:Q", title=title), y2="high:Q"
        ),
        line("base", names_of_lines[0], BASE_PX),
        line("own", names_of_lines[1], OWN_PX),
        chart.mark_point(opacity=0).encode(y=y),
    ]
    return alt.LayerChart(layer=layers).properties(height=height)


def _marked(days: Iterable[date], colour: str, opacity: float, strip: bool = False) -> list[Any]:
    """Rectangles over spans of days, of the whole height or, as a ``strip``, at its lower end."""
    import altair as alt

    spans: list[list[date]] = []
    for day in days:
        if spans and spans[-1][1] == day:
            spans[-1][1] = day + timedelta(1)
        else:
            spans.append([day, day + timedelta(1)])
    if not spans:
        return []
    data = [{"from": first.isoformat(), "to": last.isoformat()} for first, last in spans]
    chart = chart_of(data).mark_rect(color=colour, opacity=opacity).encode(x="from:T", x2="to:T")
    if not strip:
        return [chart]
    # By the height of the plot as it is drawn: a fixed pixel beyond it would shrink a plot that is fitted to a place.
    top, bottom = (alt.value(alt.ExprRef(expr)) for expr in (f"height - {STRIP_PX}", "height"))
    return [chart.encode(y=top, y2=bottom)]


def _mine(table: pd.DataFrame, group: Group) -> pd.DataFrame:
    port, direction, klass = group
    return table[(table["port"] == port) & (table["direction"] == direction) & (table["class"] == klass)]
