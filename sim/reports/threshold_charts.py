"""Chart of a threshold sweep: a figure over the values of a parameter, with intervals and the target."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

from sim.reports.chart_style import INK, chart_of, number, shown
from sim.studies.threshold_sweep import SweepPoint
from sim.text.catalogue import Language, say

LINE: Final = "#0072b2"
BAND: Final = "#9bbcd6"
RULE: Final = "#d55e00"


def sweep_chart(found: Sequence[SweepPoint], target: float, parameter: str, figure: str, language: Language) -> Any:
    """The figure over the values with intervals and the target; ``parameter`` and ``figure`` are titles of the axes."""
    import altair as alt

    data = []
    for point in found:
        finite = math.isfinite(point.figure.half_width)
        low, high = (point.figure.low, point.figure.high) if finite else (point.figure.estimate,) * 2
        interval = say("comparison.from_to", language, low=number(low), high=number(high))
        row = {"value": point.value, "mean": point.figure.estimate, "low": low, "high": high, "interval": interval}
        data.append(row)
    scale = alt.Scale(nice=False, padding=12)
    x = alt.X("value:Q", title=parameter, scale=scale, axis=alt.Axis(tickMinStep=1, grid=False))
    y = alt.Y("mean:Q", title=figure, scale=alt.Scale(zero=True))
    tooltip = [
        shown("value", parameter, ",.6~g"),
        shown("mean", figure, ",.2f"),
        shown("interval", say("comparison.interval", language)),
    ]
    base = chart_of(data).encode(x=x, tooltip=tooltip)
    label = say("comparison.sweep.target", language, target=number(target))
    aim = chart_of([{"y": target, "label": label}]).encode(y="y:Q")
    layers = [
        base.mark_area(color=BAND, opacity=0.45).encode(y="low:Q", y2="high:Q"),
        base.mark_line(color=LINE, strokeWidth=1.6).encode(y=y),
        base.mark_point(color=LINE, filled=True, size=50, opacity=1).encode(y=y),
        aim.mark_rule(color=RULE, strokeDash=[5, 4]),
        aim.mark_text(color=INK, align="right", dy=-7, dx=-4, x="width").encode(text="label:N"),
    ]
    return alt.layer(*layers).properties(width="container", height=240)
