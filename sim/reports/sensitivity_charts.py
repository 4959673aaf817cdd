"""Charts of a sensitivity study: which guesses threaten the order, and how their effect compares with chance."""

from __future__ import annotations

from typing import Any, Final

from sim.reports.run_charts import INK, frame, shown
from sim.reports.sensitivity_tables import Tables
from sim.studies.sensitivity.effects import Screened
from sim.text.sensitivity import say

COLOURS: Final = {"swaps": "#d55e00", "does_not": "#0072b2", "only_screened": "#9bbcd6"}
LABELS_PX: Final = 430
MOST: Final = 25


def threat_chart(tables: Tables) -> Any:
    """The threat of each guess to the order, the greatest first; None where there is no order to threaten."""
    import altair as alt

    names = tables.names
    data = [_bar(tables, one) for one in tables.of.screened[:MOST] if one.threat > 0]
    if not data:
        return None
    order = [bar["guess"] for bar in data]
    y = alt.Y("guess:N", sort=order, title=None, axis=alt.Axis(labelLimit=LABELS_PX, minExtent=LABELS_PX))
    there = [key for key in COLOURS if any(bar["kind"] == say(names, key) for bar in data)]
    scale = alt.Scale(domain=[say(names, key) for key in there], range=[COLOURS[key] for key in there])
    tooltip = [
        shown("guess", say(names, "guess")),
        shown("threat", say(names, "threat"), ".2f"),
        shown("why", say(names, "why")),
        shown("measure", say(names, "measure")),
    ]
    bars = (
        alt.Chart(frame(data))
        .mark_bar()
        .encode(
            x=alt.X("threat:Q", title=say(names, "threat_axis")),
            y=y,
            color=alt.Color("kind:N", scale=scale, legend=alt.Legend(title=None)),
            tooltip=tooltip,
        )
    )
    one = alt.Chart(frame([{"x": 1}])).mark_rule(color=INK, strokeDash=[4, 3]).encode(x="x:Q")
    return alt.layer(bars, one).properties(width=480, height=alt.Step(19))


def _bar(tables: Tables, one: Screened) -> dict[str, Any]:
    tips = tables.of.tips.get(one.key)
    kind = "only_screened" if tips is None else "swaps" if tips else "does_not"
    return {
        "guess": tables.guess(one),
        "threat": one.threat,
        "kind": say(tables.names, kind),
        "why": tables.why(one),
        "measure": tables.names.pick(one.guess.measure),
    }
