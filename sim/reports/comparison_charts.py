"""Charts of a comparison: effects with their intervals, probability of being best, cost against benefit.

In: a :class:`sim.reports.comparison_tables.Tables` with its Comparison. Out: Altair charts, or None where there is
nothing to draw. Names not ids, every number in a tooltip, colours apart for the colour-blind.
"""

from __future__ import annotations

import math
from typing import Any, Final, Literal

from sim.kpi.key_figures import KPIS
from sim.reports.chart_labels import lines, name_axis, row_step
from sim.reports.comparison_tables import Tables
from sim.reports.run_charts import INK, frame, shown
from sim.statistics.verdict import OUTCOMES, Outcome
from sim.studies.compare import ALL, Row
from sim.text.comparison import change, decimals, figure, interval, plain, say, verdict

COLOURS: Final[dict[Outcome, str]] = {
    "better": "#0072b2",
    "worse": "#d55e00",
    "cannot_tell": "#999999",
    "no_difference": "#444444",
}
LABELS_PX: Final = 330
"""Width of the names of scenarios."""
NAME_LETTERS: Final = 44
"""A longer name inside a chart is broken."""
NAME_LINE_PX: Final = 13
MOST: Final = 60
"""Scenarios in one chart; the tables have all."""


def cargo_forest(tables: Tables) -> Any:
    """Change of cargo through all ports, a line a scenario that changes it."""
    rows = [tables.of.row(id, ALL, ALL, "tonnes_per_day") for id in tables.order]
    pairs = [(tables.title(row.scenario), row) for row in rows if row and not row.equal]
    return _forest(tables, pairs, say(tables.names, "tonnes_axis"))


def dwell_forest(tables: Tables) -> Any:
    """Change of mean dwell at the traffic that each scenario is meant for, the greatest saving first."""
    pairs = []
    for id in tables.order:
        traffic = tables.of.main_target(id)
        row = tables.of.row(id, traffic.port, traffic.klass, "dwell_h_mean") if traffic else None
        if row and not row.equal:
            pairs.append((tables.title(id), row))
    pairs.sort(key=lambda pair: pair[1].difference)
    return _forest(tables, pairs, say(tables.names, "hours_axis"))


def _forest(tables: Tables, pairs: list[tuple[str, Row]], axis: str) -> Any:
    import altair as alt

    names = tables.names
    data = [_point(tables, title, row) for title, row in pairs[:MOST]]
    if not data:
        return None
    order = [point["scenario"] for point in data]
    y = alt.Y("scenario:N", sort=order, title=None, axis=name_axis(order, LABELS_PX))
    there = list(dict.fromkeys(row.outcome for _, row in pairs))
    scale = alt.Scale(domain=[names.pick(OUTCOMES[o]) for o in there], range=[COLOURS[o] for o in there])
    colour = alt.Color("outcome:N", scale=scale, legend=alt.Legend(title=None))
    tooltip = [
        shown("scenario", say(names, "scenario")),
        shown("who", say(names, "for_whom")),
        shown("told", say(names, "change")),
        shown("between", say(names, "interval")),
        shown("verdict", say(names, "verdict")),
    ]
    base = alt.Chart(frame(data)).encode(y=y, color=colour, tooltip=tooltip)
    bars = base.mark_rule(strokeWidth=2).encode(x=alt.X("low:Q", title=axis), x2="high:Q")
    points = base.mark_point(size=45, strokeWidth=1.6).encode(
        x="value:Q", fill=alt.condition("datum.shown", colour, alt.value("white"))
    )
    zero = alt.Chart(frame([{"x": 0}])).mark_rule(color=INK).encode(x="x:Q")
    return alt.layer(zero, bars, points).properties(width=700, height=row_step(order, LABELS_PX))


def _point(tables: Tables, title: str, row: Row) -> dict[str, Any]:
    found = row.paired.difference
    ends = (found.low, found.high) if math.isfinite(found.half_width) else (found.estimate, found.estimate)
    return {
        "scenario": title,
        "who": tables.who(row.port, row.klass),
        "value": found.estimate,
        "low": ends[0],
        "high": ends[1],
        "outcome": tables.names.pick(OUTCOMES[row.outcome]),
        "shown": row.shown,
        "told": f"{change(row)} {tables.names.unit(row.unit)}",
        "between": interval(row, tables.names),
        "verdict": verdict(row, tables.names),
    }


def ranking_chart(tables: Tables, kpi: str) -> Any:
    """Mean of a figure over all ports with its interval, and the probability of being best, best first.

    Scenarios that equal the baseline in every replication stand where it stands, and are left out.
    """
    import altair as alt

    names = tables.names
    ranks = [
        rank
        for rank in tables.of.ranking
        if rank.kpi == kpi and rank.probability_best is not None and not _as_baseline(tables, rank.scenario, kpi)
    ][:MOST]
    data: list[dict[str, Any]] = [
        {
            "scenario": tables.title(rank.scenario),
            "mean": rank.mean.estimate,
            "low": rank.mean.low,
            "high": rank.mean.high,
            "chance": rank.probability_best,
            "told": plain(rank.mean.estimate, decimals(rank.mean.half_width, rank.mean.estimate, 4)),
            "percent": f"{rank.probability_best:.0%}" if (rank.probability_best or 0) >= 0.005 else "",
        }
        for rank in ranks
    ]
    if not data:
        return None
    order = [point["scenario"] for point in data]
    unit = KPIS[kpi].unit
    title = names.with_unit(names.figure(kpi), unit)
    y = alt.Y("scenario:N", sort=order, title=None, axis=name_axis(order, LABELS_PX))
    bare = alt.Y("scenario:N", sort=order, title=None, axis=alt.Axis(labels=False, ticks=False))
    tooltip = [
        shown("scenario", say(names, "scenario")),
        shown("told", title),
        shown("chance", say(names, "probability").replace("\n", " "), ".1%"),
    ]
    base = alt.Chart(frame(data)).encode(tooltip=tooltip)
    not_zero = alt.Scale(zero=False)
    lines = base.mark_rule(strokeWidth=2, color=COLOURS["better"]).encode(
        x=alt.X("low:Q", title=title, scale=not_zero, axis=alt.Axis(tickCount=5)), x2="high:Q", y=y
    )
    dots = base.mark_point(filled=True, size=45, color=COLOURS["better"]).encode(x=alt.X("mean:Q"), y=y)
    chance = alt.X(
        "chance:Q",
        title=say(names, "probability").replace("\n", " "),
        axis=alt.Axis(format=".0%", tickCount=3),
        scale=alt.Scale(domain=[0, 1]),
    )
    bars = base.mark_bar(color="#9bbcd6").encode(x=chance, y=bare)
    texts = base.mark_text(align="left", dx=4, fontSize=10, color=INK).encode(x=chance, y=bare, text="percent:N")
    height = row_step(order, LABELS_PX)
    return alt.hconcat(
        alt.layer(lines, dots).properties(width=480, height=height),
        alt.layer(bars, texts).properties(width=180, height=height),
        spacing=14,
    )


def _as_baseline(tables: Tables, scenario: str, kpi: str) -> bool:
    row = tables.of.row(scenario, ALL, ALL, kpi)
    return row is not None and row.equal


def pareto_chart(tables: Tables) -> Any:
    """Cost a year against more cargo, with both ranges; what no other beats on both is joined by a line."""
    import altair as alt

    names = tables.names
    data: list[dict[str, Any]] = []
    for cost in tables.of.costs:
        row, yearly = cost.cargo, cost.yearly_musd
        if row is None or row.outcome != "better" or yearly.value <= 0:
            continue
        found = row.paired.difference
        least = yearly.low if yearly.low > 0 else yearly.value / 10
        data.append(
            {
                "scenario": tables.title(cost.scenario),
                "id": cost.scenario,
                "cost": yearly.value,
                "cost_low": least,
                "cost_high": yearly.high,
                "more": found.estimate,
                "low": found.low,
                "high": found.high,
                "told": f"{change(row)} ({interval(row, names)})",
                "usd": figure(cost.usd_per_t.value) if cost.usd_per_t else "",
            }
        )
    if not data:
        return None
    data.sort(key=lambda point: (point["cost"], -point["more"]))
    best = -math.inf
    least_usd, most_usd = data[0]["cost_low"], max(point["cost_high"] for point in data)
    for point in data:
        point["front"] = point["more"] > best
        best = max(best, point["more"])
        broken = lines(point["scenario"], NAME_LETTERS)
        point["name"], point["lines"] = "\n".join(broken), len(broken)
        # A name stands where there is room for it.
        point["to_the_left"] = point["cost"] ** 2 > least_usd * most_usd
    x = alt.X("cost:Q", title=say(names, "cost_axis"), scale=alt.Scale(type="log", nice=False, padding=30))
    y = alt.Y("more:Q", title=say(names, "tonnes_axis"), scale=alt.Scale(zero=True))
    tooltip = [
        shown("scenario", say(names, "scenario")),
        shown("cost", say(names, "cost_year").replace("\n", ", "), ",.3g"),
        shown("told", say(names, "tonnes_axis")),
        shown("usd", say(names, "usd_t").replace("\n", ", ")),
    ]
    base = alt.Chart(frame(data)).encode(tooltip=tooltip)
    grey: dict[str, Any] = {"color": "#999999", "strokeWidth": 1.2}
    layers = [
        base.transform_filter("datum.front").mark_line(color="#9bbcd6", interpolate="step-after").encode(x=x, y=y),
        base.mark_rule(**grey).encode(x=alt.X("cost_low:Q"), x2="cost_high:Q", y=y),
        base.mark_rule(**grey).encode(x=x, y=alt.Y("low:Q"), y2="high:Q"),
        base.mark_point(filled=True, size=70, opacity=1).encode(
            x=x, y=y, color=alt.condition("datum.front", alt.value(COLOURS["better"]), alt.value("#999999"))
        ),
        *_names(base, x, y, {(point["lines"], point["to_the_left"]) for point in data}),
    ]
    return alt.layer(*layers).properties(width=860, height=340)


def _names(base: Any, x: Any, y: Any, kinds: set[tuple[int, bool]]) -> list[Any]:
    """Names above their points: a layer for each number of lines and side of the point, as the offsets differ."""
    made = []
    for height, to_the_left in sorted(kinds):
        align: Literal["left", "right"] = "right" if to_the_left else "left"
        mine = base.transform_filter(
            {"and": [f"datum.lines == {height}", f"datum.to_the_left == {str(to_the_left).lower()}"]}
        )
        text = mine.mark_text(
            align=align,
            baseline="bottom",
            dx=-8 if to_the_left else 8,
            dy=-5 - NAME_LINE_PX * (height - 1),
            fontSize=11,
            lineHeight=NAME_LINE_PX,
            color=INK,
            lineBreak="\n",
        )
        made.append(text.encode(x=x, y=y, text="name:N"))
    return made
