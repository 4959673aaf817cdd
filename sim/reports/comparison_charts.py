"""Charts of a comparison: effects with confidence intervals, probability of being best, cost against benefit.

Input: a :class:`sim.reports.comparison_tables.ComparisonTables` with its ScenarioComparison. Output: Altair charts, or
None without data. Charts show names instead of ids and all numbers in tooltips, in colours that the colour-blind can
distinguish.
"""

from __future__ import annotations

import math
from typing import Any, Final, Literal

from sim.core.kpi_declarations import KPIS
from sim.reports import money
from sim.reports.chart_labels import lines, name_axis, row_step
from sim.reports.chart_style import INK, chart_of, shown
from sim.reports.comparison_tables import ComparisonTables
from sim.reports.effect_texts import change, interval, outcome, verdict
from sim.reports.number_format import NO_VALUE, decimals, figure, plain, probability
from sim.statistics.verdict import Outcome
from sim.studies.compare import Effect
from sim.text.catalogue import say

COLOURS: Final[dict[Outcome, str]] = {
    "better": "#0072b2",
    "worse": "#d55e00",
    "cannot_tell": "#999999",
    "no_difference": "#444444",
}
LABELS_PX: Final = 330
"""Width of the axis of scenario names."""
NAME_LETTERS: Final = 44
"""Letters per line of a name inside a chart."""
NAME_LINE_PX: Final = 13
MOST: Final = 60
"""Most scenarios in one chart; the tables have all."""


def cargo_forest(tables: ComparisonTables) -> Any:
    """Change of cargo through all ports, one line per scenario that changes it."""
    effects = [tables.of.cargo(id) for id in tables.order]
    pairs = [(tables.title(one.scenario), one) for one in effects if one and not one.equal]
    return _forest(tables, pairs, _say(tables, "tonnes_axis"))


def dwell_forest(tables: ComparisonTables) -> Any:
    """Change of the mean dwell time of each scenario's target traffic, the largest decrease first."""
    pairs = []
    for id in tables.order:
        traffic = tables.of.main_target(id)
        effect = tables.of.effect(id, traffic.port, traffic.klass, "dwell_h_mean") if traffic else None
        if effect and not effect.equal:
            pairs.append((tables.title(id), effect))
    pairs.sort(key=lambda pair: pair[1].difference)
    return _forest(tables, pairs, _say(tables, "hours_axis"))


def _say(tables: ComparisonTables, key: str) -> str:
    return say(f"comparison.{key}", tables.names.language)


def _forest(tables: ComparisonTables, pairs: list[tuple[str, Effect]], axis: str) -> Any:
    import altair as alt

    language = tables.names.language
    data = [_point(tables, title, effect) for title, effect in pairs[:MOST]]
    if not data:
        return None
    order = [point["scenario"] for point in data]
    y = alt.Y("scenario:N", sort=order, title=None, axis=name_axis(order, LABELS_PX))
    outcomes = list(dict.fromkeys(effect.outcome for _, effect in pairs))
    scale = alt.Scale(domain=[outcome(one, language) for one in outcomes], range=[COLOURS[one] for one in outcomes])
    colour = alt.Color("outcome:N", scale=scale, legend=alt.Legend(title=None))
    tooltip = [
        shown("scenario", _say(tables, "scenario")),
        shown("traffic", _say(tables, "traffic")),
        shown("change", _say(tables, "change")),
        shown("interval", _say(tables, "interval")),
        shown("verdict", _say(tables, "verdict")),
    ]
    base = chart_of(data).encode(y=y, color=colour, tooltip=tooltip)
    bars = base.mark_rule(strokeWidth=2).encode(x=alt.X("low:Q", title=axis), x2="high:Q")
    points = base.mark_point(size=45, strokeWidth=1.6).encode(
        x="value:Q", fill=alt.condition("datum.significant", colour, alt.value("white"))
    )
    zero = chart_of([{"x": 0}]).mark_rule(color=INK).encode(x="x:Q")
    return alt.layer(zero, bars, points).properties(width=700, height=row_step(order, LABELS_PX))


def _point(tables: ComparisonTables, title: str, effect: Effect) -> dict[str, Any]:
    found, language = effect.paired.difference, tables.names.language
    ends = (found.low, found.high) if math.isfinite(found.half_width) else (found.estimate, found.estimate)
    return {
        "scenario": title,
        "traffic": tables.who(effect.port, effect.klass),
        "value": found.estimate,
        "low": ends[0],
        "high": ends[1],
        "outcome": outcome(effect.outcome, language),
        "significant": effect.significant,
        "change": tables.names.measured(change(effect), effect.unit),
        "interval": interval(effect, language),
        "verdict": verdict(effect, language),
    }


def ranking_chart(tables: ComparisonTables, kpi: str) -> Any:
    """Mean of a figure over all ports with its interval, and the probability of being best, best first.

    Scenarios that equal the baseline in all replications are counted with it. Without a panel of probabilities where
    there is none, as no scenario differs significantly from the baseline.
    """
    import altair as alt

    names = tables.names
    works = {rank.scenario for rank in tables.of.ranking if rank.kpi == kpi and rank.probability_best is not None}
    ranks = [rank for rank in tables.ranks(kpi) if rank.scenario in works][:MOST]
    data: list[dict[str, Any]] = [
        {
            "scenario": tables.title(rank.scenario),
            "mean": rank.mean.estimate,
            "low": rank.mean.low,
            "high": rank.mean.high,
            "probability": rank.probability_best,
            "value": plain(rank.mean.estimate, decimals(rank.mean.half_width, rank.mean.estimate, 4)),
            "percent": NO_VALUE if (best := rank.probability_best) is None else probability(best, names.language),
        }
        for rank in ranks
    ]
    if len(data) < 2:
        return None
    order = [point["scenario"] for point in data]
    title = names.with_unit(names.figure(kpi), KPIS[kpi].unit)
    y = alt.Y("scenario:N", sort=order, title=None, axis=name_axis(order, LABELS_PX))
    bare = alt.Y("scenario:N", sort=order, title=None, axis=alt.Axis(labels=False, ticks=False))
    tooltip = [
        shown("scenario", _say(tables, "scenario")),
        shown("value", title),
        shown("percent", _say(tables, "probability_tooltip")),
    ]
    base = chart_of(data).encode(tooltip=tooltip)
    not_zero = alt.Scale(zero=False)
    lines = base.mark_rule(strokeWidth=2, color=COLOURS["better"]).encode(
        x=alt.X("low:Q", title=title, scale=not_zero, axis=alt.Axis(tickCount=5)), x2="high:Q", y=y
    )
    dots = base.mark_point(filled=True, size=45, color=COLOURS["better"]).encode(x=alt.X("mean:Q"), y=y)
    of_best = alt.X(
        "probability:Q",
        title=_say(tables, "probability_tooltip"),
        axis=alt.Axis(format=".0%", tickCount=3),
        scale=alt.Scale(domain=[0, 1]),
    )
    bars = base.mark_bar(color="#9bbcd6").encode(x=of_best, y=bare)
    texts = base.mark_text(align="left", dx=4, fontSize=10, color=INK).encode(x=of_best, y=bare, text="percent:N")
    height = row_step(order, LABELS_PX)
    panels = [alt.layer(lines, dots).properties(width=480, height=height)]
    if any(point["probability"] is not None for point in data):
        panels.append(alt.layer(bars, texts).properties(width=180, height=height))
    return alt.hconcat(*panels, spacing=14)


def pareto_chart(tables: ComparisonTables) -> Any:
    """Yearly cost against extra cargo, with both ranges; a line joins the scenarios of the Pareto front."""
    import altair as alt

    language = tables.names.language
    scale = money.scale(tables.names.language)
    data: list[dict[str, Any]] = []
    for cost in tables.of.costs:
        effect, yearly = cost.cargo, cost.yearly_musd
        if effect is None or effect.outcome != "better" or yearly.value <= 0:
            continue
        found = effect.paired.difference
        least = yearly.low if yearly.low > 0 else yearly.value / 10
        data.append(
            {
                "scenario": tables.title(cost.scenario),
                "id": cost.scenario,
                "cost": scale * yearly.value,
                "cost_low": scale * least,
                "cost_high": scale * yearly.high,
                "more": found.estimate,
                "low": found.low,
                "high": found.high,
                "effect": tables.names.bracketed(change(effect), interval(effect, language)),
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
        # Names are on the side of the chart with room for them.
        point["to_the_left"] = point["cost"] ** 2 > least_usd * most_usd
    x = alt.X("cost:Q", title=_say(tables, "cost_axis"), scale=alt.Scale(type="log", nice=False, padding=30))
    y = alt.Y("more:Q", title=_say(tables, "tonnes_axis"), scale=alt.Scale(zero=True))
    tooltip = [
        shown("scenario", _say(tables, "scenario")),
        shown("cost", _say(tables, "cost_tooltip"), ",.3g"),
        shown("effect", _say(tables, "tonnes_axis")),
        shown("usd", _say(tables, "usd_t_tooltip")),
    ]
    base = chart_of(data).encode(tooltip=tooltip)
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
    """Names above their points: one layer per number of lines and side of the point, because the offsets differ."""
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
