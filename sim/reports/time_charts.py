"""Queue, flow and cargo of one traffic class day by day: the baseline beside a scenario.

Input: rows of kind ``backlog`` of both (:func:`sim.kpi.waiting.waiting_by_day`), of one or several replications.
Output: an Altair chart with the baseline in grey, the scenario in colour and the range of the replications as a band,
the warm-up and the days of closures shaded, and days without opening hours marked in a strip below; and its rows for a
table.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from sim.kpi.frames import by_group
from sim.reports.chart_style import MANY, chart_of, dataset_name, label, shown, spec_of
from sim.text.catalogue import Language
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
HEIGHT: Final = 200
DAYS, WARMUP, SHUT, CLOSED = "days", "warmup", "shut", "closed"
MARKS: Final = {WARMUP: (WARMUP_COLOUR, 1.0), SHUT: (SHUT_COLOUR, 0.45), CLOSED: (CLOSED_COLOUR, 1.0)}
"""Colour and opacity of spans of days."""
Group = tuple[str, str, str]
"""Port, direction and class."""
Table = list[dict[str, Any]]
"""Rows of the data of a chart."""


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


SOME_ROW: Final = DayRow(date(2025, 1, 1), 0.0, 0.0, 0.0, 0.0, False, True)


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
    before, after = _by_day(base, group, column), _by_day(own, group, column)
    means, mean_of = _means(before), _means(after)
    rows = []
    for number in sorted(means.keys() & mean_of.keys()):
        day = start + timedelta(number)
        mean, low, high = mean_of[number], min(after[number]), max(after[number])
        works = not is_open or bool(is_open[number])
        closed = any(first <= day <= last for first, last in shut)
        rows.append(DayRow(day, means[number], mean, low, high, closed, works, number < warmup_days))
    return rows


def groups_by_change(base: pd.DataFrame, own: pd.DataFrame, port: str) -> list[Group]:
    """The traffic of a port, the one whose queue differs most from the baseline first."""

    def means(table: pd.DataFrame) -> dict[Group, dict[int, float]]:
        days = by_group(table, ["day", "vehicles_waiting"])
        return {group: _means(_values(rows)) for group, rows in days.items() if group[0] == port}

    before, after = means(base), means(own)
    change, size = {}, {}
    for group in {**before, **after}:
        here, there = before.get(group, {}), after.get(group, {})
        change[group] = max((abs(there[day] - here[day]) for day in here.keys() & there.keys()), default=0.0)
        size[group] = _mean(here.values()) if here else 0.0
    return sorted(change, key=lambda group: (-change[group], -size[group], group))


def time_chart(
    rows: Sequence[DayRow], group: Group, measure: str, names: Names, height: int = HEIGHT
) -> alt.LayerChart:
    """The chart of :func:`day_rows`; ``group`` names its vehicles."""
    return _chart(_data(rows), _title(group, measure, names), names.language).properties(height=height)


def time_spec(rows: Sequence[DayRow], group: Group, measure: str, names: Names) -> dict[str, Any]:
    """The same with its style at the width of its place, as plain values of Vega-Lite.

    Drawn once for all numbers: Altair takes longer for a chart than a page for all its other parts.
    """
    data = _data(rows)
    drawn, roles = _template(tuple(data), _title(group, measure, names), names.language)
    called = {name: dataset_name(data[role]) for name, role in roles.items()}
    datasets = {called[name]: data[role] for name, role in roles.items()}
    return _renamed(drawn, called) | {
        "layer": [_renamed(layer, called) for layer in drawn["layer"]],
        "datasets": datasets,
    }


@lru_cache(maxsize=64)
def _template(roles: tuple[str, ...], title: str, language: Language) -> tuple[dict[str, Any], dict[str, str]]:
    """The chart of some day, and what each of its tables shows."""
    some = {role: [_point(SOME_ROW) if role == DAYS else {"from": role, "to": role}] for role in roles}
    drawn = spec_of(_chart(some, title, language).properties(height=HEIGHT, width="container"))
    role_of = {dataset_name(table): role for role, table in some.items()}
    return drawn, {name: role_of[name] for name in drawn["datasets"]}


def _renamed(part: dict[str, Any], called: Mapping[str, str]) -> dict[str, Any]:
    """A part of a chart with the new name of its table."""
    return part | {"data": {"name": called[part["data"]["name"]]}} if "data" in part else part


def _title(group: Group, measure: str, names: Names) -> str:
    return label(names, f"time_{measure}", vehicle=names.vehicles_of(group[2], MANY))


def _data(rows: Sequence[DayRow]) -> dict[str, Table]:
    """The tables of a chart by what they show, from the back to the front; spans of days only where there are any."""
    marked = {
        WARMUP: _spans(row.day for row in rows if row.warmup),
        SHUT: _spans(row.day for row in rows if row.shut),
        CLOSED: _spans(row.day for row in rows if not row.open),
    }
    return {role: spans for role, spans in marked.items() if spans} | {DAYS: [_point(row) for row in rows]}


def _point(row: DayRow) -> dict[str, Any]:
    return {
        "time": row.day.isoformat(),
        "end": (row.day + timedelta(1)).isoformat(),
        "when": row.day.isoformat(),
        **{name: round(getattr(row, name), 2) for name in ("base", "own", "low", "high")},
    }


def _chart(data: Mapping[str, Table], title: str, language: Language) -> alt.LayerChart:
    import altair as alt

    names = Names(language)
    tooltip = [
        shown("when", label(names, "date")),
        shown("base", label(names, "time_base"), ",.1f"),
        shown("own", label(names, "time_scenario"), ",.1f"),
        shown("low", label(names, "time_lowest"), ",.1f"),
        shown("high", label(names, "time_highest"), ",.1f"),
    ]
    x = alt.X("time:T", title=None, scale=alt.Scale(type="utc"), axis=alt.Axis(format="%m-%d", tickCount=8, grid=False))
    y = alt.Y("own:Q", title=title, scale=alt.Scale(zero=True), axis=alt.Axis(tickCount=5, minExtent=40))
    chart = chart_of(data[DAYS]).encode(x=x, tooltip=tooltip)
    names_of_lines = label(names, "time_base"), label(names, "time_scenario")

    def line(field: str, name: str, width: float) -> Any:
        colour = alt.Color(
            "who:N", title=None, scale=alt.Scale(domain=list(names_of_lines), range=[BASE_COLOUR, OWN_COLOUR])
        )
        marked = chart.transform_calculate(who=f"'{name}'").mark_line(strokeWidth=width, interpolate="step-after")
        return marked.encode(y=alt.Y(f"{field}:Q", title=title), color=colour)

    layers = [
        *(_marked(role, spans) for role, spans in data.items() if role != DAYS),
        chart.mark_area(opacity=0.2, color=OWN_COLOUR, interpolate="step-after").encode(
            y=alt.Y("low:Q", title=title), y2="high:Q"
        ),
        line("base", names_of_lines[0], BASE_PX),
        line("own", names_of_lines[1], OWN_PX),
        chart.mark_point(opacity=0).encode(y=y),
    ]
    return alt.LayerChart(layer=layers)


def _spans(days: Iterable[date]) -> Table:
    """Spans of days that follow each other."""
    spans: list[list[date]] = []
    for day in days:
        if spans and spans[-1][1] == day:
            spans[-1][1] = day + timedelta(1)
        else:
            spans.append([day, day + timedelta(1)])
    return [{"from": first.isoformat(), "to": last.isoformat()} for first, last in spans]


def _marked(role: str, spans: Table) -> Any:
    """Rectangles over spans of days, of the whole height or, of closed days, as a strip at its lower end."""
    import altair as alt

    colour, opacity = MARKS[role]
    chart = chart_of(spans).mark_rect(color=colour, opacity=opacity).encode(x="from:T", x2="to:T")
    if role != CLOSED:
        return chart
    # By the height of the plot as it is drawn: a fixed pixel beyond it would shrink a plot that is fitted to a place.
    top, bottom = (alt.value(alt.ExprRef(expr)) for expr in (f"height - {STRIP_PX}", "height"))
    return chart.encode(y=top, y2=bottom)


def _by_day(table: pd.DataFrame, group: Group, column: str) -> dict[int, list[float]]:
    """The values of a traffic class by day, one of each replication."""
    return _values(by_group(table, ["day", column]).get(group, ()))


def _values(pairs: Iterable[tuple[Any, ...]]) -> dict[int, list[float]]:
    """Numbers by day; what is no number is left out."""
    found: dict[int, list[float]] = {}
    for day, value in pairs:
        if not math.isnan(value):
            found.setdefault(day, []).append(float(value))
    return found


def _means(values: Mapping[int, list[float]]) -> dict[int, float]:
    return {day: _mean(some) for day, some in values.items()}


def _mean(values: Collection[float]) -> float:
    """That of pandas to the last bit, which carries rounding errors along."""
    total = carried = 0.0
    for value in values:
        more = value - carried
        carried, total = (total + more) - total - more, total + more
    return total / len(values)
