"""Charts of a validation: the ratio of the model to the published figures.

Input: a Record. Output: Altair charts with a logarithmic axis of model over published, a band for the tolerance, and
all numbers in tooltips: all figures of a topic on one line, one line a figure, and one line a natural experiment.
The overview has a panel for each kind, so that figures that follow from input do not hide the others.
"""

from __future__ import annotations

import math
from typing import Any, Final

from corridors.translations import translated
from sim.reports.chart_style import INK, chart_of, shown
from sim.reports.number_format import general
from sim.reports.validation_numbers import figure, scaled, unit
from sim.reports.validation_tables import from_to, interval, say
from sim.studies.validation.compared_figure import ComparedFigure
from sim.studies.validation.comparisons import TOLERANCE, TOPICS
from sim.studies.validation.experiments import FACTOR
from sim.studies.validation.record import Record
from sim.text.catalogue import Language

COLOURS: Final = {"test": "#0072b2", "fit": "#999999"}
SHAPES: Final = {"outcome": "circle", "given": "square"}
BAND: Final = "#dceaf4"
NEAR: Final = (1 - TOLERANCE, 1 + TOLERANCE)
SIZE: Final = (round(1 / FACTOR, 2), FACTOR)
"""Bounds of the ratio within which a figure, and the size of a change, agree."""
LEAST, MOST = 0.2, 5.0
"""Ends of the axis; points beyond are drawn at the end, with an arrow and their ratio."""
ROW_PX: Final = 20
LABELS_PX: Final = 470
LOWER, HIGHER = "◂", "▸"
"""Arrows of points below and above the ends of the axis."""
BESIDE_PX: Final = 8
"""Distance of a label from the end of the axis, where half of a mark is drawn."""


def overview_chart(record: Record, language: Language, width: int = 300) -> Any:
    """Chart with a panel a kind, outcomes first, and all comparisons of a topic on one line; None without rows."""
    import altair as alt

    points = [_point(row, language) for row in record.rows if not math.isnan(row.model)]
    if not points:
        return None
    here = {point["topic"] for point in points}
    names = {topic: say(language, f"topic.{topic}") for topic in TOPICS if topic in here}
    panels: list[Any] = []
    for kind in SHAPES:
        name = say(language, f"kind.{kind}")
        those = [point | {"title": names[point["topic"]]} for point in points if point["kind"] == name]
        if not those:
            continue
        axis = alt.Axis(ticks=False, grid=True, labelPadding=BESIDE_PX, labels=not panels)
        y = alt.Y("title:N", scale=alt.Scale(domain=list(names.values())), title=None, axis=axis)
        base = chart_of(those).encode(y=y, tooltip=_tooltip(language))
        colour = _marks(language)["color"]
        dots = base.mark_point(size=60, filled=True, opacity=0.55).encode(x=_ratio(language), color=colour)
        panel = alt.layer(*_band(*NEAR), dots, *_beyond(base, those), title=name)
        panels.append(panel.properties(width=width, height=26 * len(names)))
    return alt.hconcat(*panels, spacing=12).resolve_legend(color="shared")


def ratio_charts(record: Record, language: Language, width: int = 420) -> dict[str, Any]:
    """A chart for each topic that has figures, with one line a comparison."""
    import altair as alt

    points = [_point(row, language) for row in record.rows if not math.isnan(row.model)]
    charts = {}
    for topic in TOPICS:
        here = [point for point in points if point["topic"] == topic]
        if not here:
            continue
        axis = alt.Axis(labelLimit=LABELS_PX, minExtent=LABELS_PX, ticks=False, labelPadding=BESIDE_PX)
        y = alt.Y("line:N", sort=[point["line"] for point in here], title=None, axis=axis)
        base = chart_of(here).encode(y=y, tooltip=_tooltip(language))
        dots = base.mark_point(size=55, filled=True, opacity=0.9).encode(x=_ratio(language), **_marks(language))
        layers = (*_band(*NEAR), dots, *_beyond(base, here))
        charts[topic] = alt.layer(*layers).properties(width=width, height=alt.Step(ROW_PX))
    return charts


def _beyond(base: Any, points: list[dict[str, Any]]) -> list[Any]:
    """Arrows with the ratio at those points that are drawn at an end of the axis."""
    import altair as alt

    layers = []
    for sign, end, anchor, dx in ((LOWER, LEAST, "left", 8), (HIGHER, MOST, "right", -8)):
        if not any(point["beyond"].startswith(sign) for point in points):
            continue
        texts = base.transform_filter(f"indexof(datum.beyond, '{sign}') == 0")
        layers.append(
            texts.mark_text(align=anchor, dx=dx, fontSize=9, color=INK).encode(x=alt.datum(end), text="beyond:N")
        )
    return layers


def experiments_chart(record: Record, language: Language, width: int = 360) -> Any:
    """Chart with one line a natural experiment: model over published change with its interval; None without any."""
    import altair as alt

    data: list[dict[str, Any]] = [
        {
            "title": translated(one.of, "title", language),
            "ratio": min(MOST, max(LEAST, one.ratio)),
            "beyond": _arrow(one.ratio),
            "low": min(MOST, max(LEAST, min(ends))),
            "high": min(MOST, max(LEAST, max(ends))),
            "kind": say(language, f"kind.{one.of.kind}"),
            "published": _change(language, one.of.before.published, one.of.after.published, one.of.unit),
            "model": _change(language, one.before, one.after, one.of.unit),
        }
        for one in record.experiments
        for ends in [[(end / one.published if math.isfinite(end) else one.ratio) for end in (one.low, one.high)]]
    ]
    if not data:
        return None
    axis = alt.Axis(labelLimit=LABELS_PX, ticks=False, labelPadding=BESIDE_PX)
    y = alt.Y("title:N", sort=[point["title"] for point in data], title=None, axis=axis)
    tooltip = [shown(key, say(language, key)) for key in ("published", "model", "kind")]
    base = chart_of(data).encode(y=y, tooltip=tooltip)
    whisker = base.mark_rule(strokeWidth=2, color=COLOURS["test"]).encode(x=_ratio(language, "low", SIZE), x2="high:Q")
    dots = base.mark_point(size=60, filled=True, color=COLOURS["test"]).encode(
        x=_ratio(language, agree=SIZE), shape=_marks(language)["shape"]
    )
    layers = (*_band(*SIZE), whisker, dots, *_beyond(base, data))
    return alt.layer(*layers).properties(width=width, height=alt.Step(22))


def _change(language: Language, before: float, after: float, of: str) -> str:
    return say(language, "with_unit", value=from_to(language, before, after, of), unit=unit(language, of))


def _arrow(ratio: float) -> str:
    """An arrow and the ratio for a point beyond the axis; '' for others."""
    if LEAST <= ratio <= MOST or not math.isfinite(ratio):
        return ""
    return f"{LOWER if ratio < LEAST else HIGHER} {general(ratio, 2)}"


def _ratio(language: Language, field: str = "ratio", agree: tuple[float, float] = NEAR) -> Any:
    """The axis of model over published."""
    import altair as alt

    axis = alt.Axis(values=[LEAST, 0.5, agree[0], 1, agree[1], 2, MOST], format=".3~r", labelFontSize=9)
    scale = alt.Scale(type="log", domain=[LEAST, MOST])
    return alt.X(f"{field}:Q", scale=scale, title=say(language, "chart_title"), axis=axis)


def _band(low: float, high: float) -> tuple[Any, Any]:
    """The band of agreement, and the line of equality."""
    import altair as alt

    scale = alt.Scale(type="log", domain=[LEAST, MOST])
    band = chart_of([{"low": low, "high": high}]).mark_rect(color=BAND)
    one = chart_of([{"x": 1}]).mark_rule(color=INK)
    return band.encode(x=alt.X("low:Q", scale=scale), x2="high:Q"), one.encode(x=alt.X("x:Q", scale=scale))


def _marks(language: Language) -> dict[str, Any]:
    """Colour by role, shape by kind."""
    import altair as alt

    roles = {say(language, f"role.{role}"): colour for role, colour in COLOURS.items()}
    kinds = {say(language, f"kind.{kind}"): shape for kind, shape in SHAPES.items()}
    return {
        "color": alt.Color("role:N", scale=alt.Scale(domain=list(roles), range=list(roles.values())), title=None),
        "shape": alt.Shape("kind:N", scale=alt.Scale(domain=list(kinds), range=list(kinds.values())), title=None),
    }


def _tooltip(language: Language) -> list[Any]:
    keys = ("fact", "what", "published", "model", "interval", "role", "kind", "why")
    return [shown(key, say(language, key)) for key in keys]


def _point(row: ComparedFigure, language: Language) -> dict[str, Any]:
    of = row.of
    what, of_unit = translated(of, "what", language), unit(language, of.unit)
    published, model = (scaled(language, value, of.unit) for value in (of.published, row.model))
    return {
        "topic": of.topic,
        "line": f"{what}  {of.fact}",
        "ratio": min(MOST, max(LEAST, row.model / of.published)),
        "beyond": _arrow(row.model / of.published),
        "fact": of.fact,
        "what": what,
        "published": say(language, "with_unit", value=figure(published), unit=of_unit),
        "model": say(language, "with_unit", value=figure(model), unit=of_unit),
        "interval": interval(row, language),
        "role": say(language, f"role.{of.role}"),
        "kind": say(language, f"kind.{of.kind}"),
        "why": "" if row.within else translated(of, "why", language),
    }
