"""Charts of a sensitivity study: the threat of each input to the ranking of the proposals."""

from __future__ import annotations

from typing import Any, Final

from sim.reports.chart_style import INK, chart_of, shown
from sim.reports.sensitivity_tables import SensitivityTables
from sim.studies.sensitivity.effects import ScreenedInput
from sim.text.data_texts import in_language

COLOURS: Final = {"kind_reverses": "#d55e00", "kind_does_not": "#0072b2", "kind_screened": "#9bbcd6"}
"""Colour of a bar by the id of its kind."""
LABELS_PX: Final = 430
MOST: Final = 25
"""Most bars shown."""


def threat_chart(tables: SensitivityTables) -> Any:
    """Bar chart of the inputs by threat, the greatest first; None if no pair is at risk."""
    import altair as alt

    data = [_bar(tables, one) for one in tables.of.screened[:MOST] if one.threat > 0]
    if not data:
        return None
    names = [bar["input"] for bar in data]
    y = alt.Y("input:N", sort=names, title=None, axis=alt.Axis(labelLimit=LABELS_PX, minExtent=LABELS_PX))
    there = [key for key in COLOURS if any(bar["kind"] == tables.say(key) for bar in data)]
    scale = alt.Scale(domain=[tables.say(key) for key in there], range=[COLOURS[key] for key in there])
    tooltip = [
        shown("input", tables.say("input")),
        shown("threat", tables.say("threat"), ".2f"),
        shown("why", tables.say("why")),
        shown("measure", tables.say("measure")),
    ]
    bars = (
        chart_of(data)
        .mark_bar()
        .encode(
            x=alt.X("threat:Q", title=tables.say("threat_axis")),
            y=y,
            color=alt.Color("kind:N", scale=scale, legend=alt.Legend(title=None)),
            tooltip=tooltip,
        )
    )
    one = chart_of([{"x": 1}]).mark_rule(color=INK, strokeDash=[4, 3]).encode(x="x:Q")
    return alt.layer(bars, one).properties(width=480, height=alt.Step(19))


def _bar(tables: SensitivityTables, one: ScreenedInput) -> dict[str, Any]:
    reversals = tables.of.reversals.get(one.key)
    kind = "kind_screened" if reversals is None else "kind_reverses" if reversals else "kind_does_not"
    return {
        "input": tables.input(one),
        "threat": one.threat,
        "kind": tables.say(kind),
        "why": tables.why(one),
        "measure": in_language(one.input.measure, tables.names.language),
    }
