"""The validation as a chart: how far each figure of the model lies from the published one.

In: a Record. Out: an Altair chart, a panel a topic, with the band of tolerance, and every number in a tooltip.
"""

from __future__ import annotations

import math
from typing import Any, Final

from sim.charts import INK, frame, shown
from sim.names import Language
from sim.validation.comparisons import TOLERANCE, TOPICS
from sim.validation.record import Record, Row
from sim.validation.words import between, figure, say

COLOURS: Final = {"test": "#0072b2", "fit": "#999999"}
SHAPES: Final = {"outcome": "circle", "given": "square"}
BAND: Final = "#dceaf4"
LEAST, MOST = 0.2, 5.0
"""Ends of the axis; what lies beyond stands at the end, and its tooltip has the figure."""
LABELS_PX: Final = 470


def ratio_chart(record: Record, language: Language, width: int = 420) -> Any:
    """Model over published, a line a comparison, on a logarithmic axis; None without rows."""
    import altair as alt

    points = [_point(row, language) for row in record.rows if not math.isnan(row.model)]
    if not points:
        return None
    scale = alt.Scale(type="log", domain=[LEAST, MOST])
    roles = {say(language, role): colour for role, colour in COLOURS.items()}
    kinds = {say(language, kind): shape for kind, shape in SHAPES.items()}
    colour = alt.Color("role:N", scale=alt.Scale(domain=list(roles), range=list(roles.values())), title=None)
    shape = alt.Shape("kind:N", scale=alt.Scale(domain=list(kinds), range=list(kinds.values())), title=None)
    tooltip = [
        shown("fact", say(language, "fact")),
        shown("what", say(language, "what")),
        shown("published", say(language, "published")),
        shown("model", say(language, "model")),
        shown("interval", say(language, "interval")),
        shown("role", say(language, "role")),
        shown("kind", say(language, "kind")),
        shown("why", say(language, "why")),
    ]
    panels = []
    for topic, names in TOPICS.items():
        here = [point for point in points if point["topic"] == topic]
        if not here:
            continue
        order = [point["line"] for point in here]
        axis = alt.Axis(labelLimit=LABELS_PX, minExtent=LABELS_PX, ticks=False)
        y = alt.Y("line:N", sort=order, title=None, axis=axis)
        x = alt.X(
            "ratio:Q",
            scale=scale,
            title=None,
            axis=alt.Axis(values=[0.2, 0.5, 0.85, 1, 1.15, 2, 5], format="~g", labelFontSize=9),
        )
        band = (
            alt.Chart(frame([{"low": 1 - TOLERANCE, "high": 1 + TOLERANCE}]))
            .mark_rect(color=BAND)
            .encode(x=alt.X("low:Q", scale=scale), x2="high:Q")
        )
        one = alt.Chart(frame([{"x": 1}])).mark_rule(color=INK).encode(x=alt.X("x:Q", scale=scale))
        base = alt.Chart(frame(here)).encode(y=y, tooltip=tooltip)
        dots = base.mark_point(size=55, filled=True, opacity=0.9).encode(x=x, color=colour, shape=shape)
        title = names[language == "zh"]
        panels.append(alt.layer(band, one, dots, title=title).properties(width=width, height=alt.Step(16)))
    return alt.vconcat(*panels, spacing=6, title=say(language, "chart_title")).resolve_legend(
        color="shared", shape="shared"
    )


def _point(row: Row, language: Language) -> dict[str, Any]:
    of = row.of
    return {
        "topic": of.topic,
        "line": f"{getattr(of, f'what_{language}')}  {of.fact}",
        "ratio": min(MOST, max(LEAST, row.model / of.published)),
        "fact": of.fact,
        "what": getattr(of, f"what_{language}"),
        "published": f"{figure(of.published)} {of.unit}",
        "model": f"{figure(row.model)} {of.unit}",
        "interval": between(row.low, row.high),
        "role": say(language, of.role),
        "kind": say(language, of.kind),
        "why": "" if row.within else getattr(of, f"why_{language}"),
    }
