"""How much of something is enough: one number moved through several values, and the least that meets a target.

In: a figure of every replication by the value that was run. Out: the mean with its interval at each value, the least
value from which on the target is met, and a chart of it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sim.reports.run_charts import INK, frame, number, shown
from sim.statistics import Interval, mean_interval
from sim.text.names import Names

WORDS: Final[dict[str, tuple[str, str]]] = {
    "target": ("target: {target}", "目标：{target}"),
    "interval": ("95 % interval", "95%置信区间"),
    "from_to": ("{low} to {high}", "{low} 至 {high}"),
}
LINE, BAND, RULE = "#0072b2", "#9bbcd6", "#d55e00"


@dataclass(frozen=True)
class Point:
    """One value that was run, and the figure there."""

    value: float
    figure: Interval


@dataclass(frozen=True)
class Enough:
    """The least values from which on the figure lies under a target; None if no value that was run does."""

    by_mean: float | None
    """By the means alone."""
    surely: float | None
    """With the upper end of every interval, too."""


def points(values: Mapping[float, Sequence[float]]) -> list[Point]:
    """Mean and interval at every value, in the order of the values; those without a figure are left out."""
    return [Point(value, mean_interval(list(figures))) for value, figures in sorted(values.items()) if len(figures)]


def enough(found: Sequence[Point], target: float) -> Enough:
    """From which value on the figure is under the target, at that value and at all that are greater."""
    by_mean = surely = None
    for point in reversed(found):
        if point.figure.estimate >= target:
            break
        by_mean = point.value
    for point in reversed(found):
        if not point.figure.high < target:
            break
        surely = point.value
    return Enough(by_mean, surely)


def sweep_chart(found: Sequence[Point], target: float, what: str, figure: str, names: Names) -> Any:
    """The figure over the values, with intervals and the target. ``what`` and ``figure`` are titles of the axes."""
    import altair as alt

    data = []
    for point in found:
        wide = math.isfinite(point.figure.half_width)
        low, high = (point.figure.low, point.figure.high) if wide else (point.figure.estimate,) * 2
        between = names.pick(WORDS["from_to"]).format(low=number(low), high=number(high))
        data.append({"value": point.value, "mean": point.figure.estimate, "low": low, "high": high, "told": between})
    x = alt.X("value:Q", title=what, scale=alt.Scale(nice=False, padding=12), axis=alt.Axis(tickMinStep=1, grid=False))
    y = alt.Y("mean:Q", title=figure, scale=alt.Scale(zero=True))
    tooltip = [
        shown("value", what, ",.6~g"),
        shown("mean", figure, ",.2f"),
        shown("told", names.pick(WORDS["interval"])),
    ]
    base = alt.Chart(frame(data)).encode(x=x, tooltip=tooltip)
    label = names.pick(WORDS["target"]).format(target=number(target))
    aim = alt.Chart(frame([{"y": target, "label": label}])).encode(y="y:Q")
    layers = [
        base.mark_area(color=BAND, opacity=0.45).encode(y="low:Q", y2="high:Q"),
        base.mark_line(color=LINE, strokeWidth=1.6).encode(y=y),
        base.mark_point(color=LINE, filled=True, size=50, opacity=1).encode(y=y),
        aim.mark_rule(color=RULE, strokeDash=[5, 4]),
        aim.mark_text(color=INK, align="right", dy=-7, dx=-4, x="width").encode(text="label:N"),
    ]
    return alt.layer(*layers).properties(width="container", height=240)
