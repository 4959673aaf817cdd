"""Interactions of proposals in pairs as a table and as a signed matrix, in one language.

Input: a :class:`~sim.reports.comparison_tables.ComparisonTables`. The figure is cargo delivered over all ports; JSON
has the others.
"""

from __future__ import annotations

import json
from typing import Any, Final

from sim.reports.chart_labels import name_axis, row_step
from sim.reports.chart_style import INK, chart_of, shown
from sim.reports.comparison_tables import ComparisonTables
from sim.reports.effect_texts import change_with_half_width
from sim.reports.number_format import decimals, signed
from sim.reports.text_table import Table
from sim.studies.compare import Interaction
from sim.studies.compare.figures import DELIVERED

LABELS_PX: Final = 260
CELL_PX: Final = 76
DARK: Final = 0.6
"""Share of the largest interaction above which a cell is so dark that its text is white."""
COLOURS: Final = ("#d55e00", "#f7f7f7", "#0072b2")
"""Of substitutes, no interaction, complements."""


def interaction_table(tables: ComparisonTables) -> Table:
    """One row a pair of proposals, the largest interaction first."""
    language = tables.names.language
    found = sorted(_of_cargo(tables), key=lambda one: -abs(one.paired.difference.estimate))
    rows = [
        (
            f"{tables.title(one.first)} + {tables.title(one.second)}",
            _kind(tables, one),
            *(_signed(one, value) for value in (one.first_alone, one.second_alone, one.together)),
            change_with_half_width(one.paired.difference, language),
        )
        for one in found
    ]
    heads = ("proposals", "verdict", "first_alone", "second_alone", "together", "interaction")
    columns = tuple(f"interactions.{head}" for head in heads)
    return tables.table("interactions", columns, rows, _not_run(tables, found), texts=2)


def interaction_matrix(tables: ComparisonTables) -> Any:
    """A square of proposals by proposals, numbered, each cell with the interaction; None for fewer than two pairs."""
    import altair as alt

    found = _of_cargo(tables)
    if len(found) < 2:
        return None
    order = [id for id in tables.of.results.others if any(id in (one.first, one.second) for one in found)]
    titles = {id: f"{k}  {tables.title(id)}" for k, id in enumerate(order, start=1)}
    data: list[dict[str, Any]] = [
        {
            "row": row,
            "column": column,
            "pair": f"{tables.title(one.first)} + {tables.title(one.second)}",
            "value": one.paired.difference.estimate,
            "text": _signed(one, one.paired.difference.estimate),
            "change": change_with_half_width(one.paired.difference, tables.names.language),
            "kind": _kind(tables, one),
        }
        for one in found
        for row, column in ((one.first, one.second), (one.second, one.first))
    ]
    most = max(abs(one.paired.difference.estimate) for one in found) or 1.0
    scale = alt.Scale(domain=[-most, 0, most], range=list(COLOURS))
    numbers = {id: str(k) for k, id in enumerate(order, start=1)}
    above = alt.Axis(orient="top", labelAngle=0, labelExpr=f"{json.dumps(numbers)}[datum.label]")
    base = chart_of(data).encode(
        x=alt.X("column:N", sort=order, title=None, axis=above),
        y=alt.Y("row:N", sort=order, title=None, axis=name_axis(titles, LABELS_PX)),
        tooltip=[
            shown("pair", tables.say("scenario")),
            shown("change", tables.say("interactions.interaction")),
            shown("kind", tables.say("verdict")),
        ],
    )
    cells = base.mark_rect(stroke="white").encode(color=alt.Color("value:Q", scale=scale, legend=None))
    colour = alt.condition(f"abs(datum.value) > {DARK * most}", alt.value("white"), alt.value(INK))
    texts = base.mark_text(fontSize=11).encode(text="text:N", color=colour)
    height = row_step(list(titles.values()), LABELS_PX)
    return alt.layer(cells, texts).properties(width=CELL_PX * len(order), height=height)


def _of_cargo(tables: ComparisonTables) -> list[Interaction]:
    return [one for one in tables.of.interactions if one.kpi == DELIVERED]


def _not_run(tables: ComparisonTables, found: list[Interaction]) -> list[str]:
    """Titles of pairs that an experiment of pairs leaves out."""
    results = tables.of.results
    if not results.experiment.pairs:
        return []
    alone = [id for id in results.others if any(id in (one.first, one.second) for one in found)]
    run = {frozenset((one.first, one.second)) for one in found}
    return [
        f"{tables.title(a)} + {tables.title(b)}"
        for k, a in enumerate(alone)
        for b in alone[k + 1 :]
        if frozenset((a, b)) not in run
    ]


def _kind(tables: ComparisonTables, one: Interaction) -> str:
    kind = tables.say(f"interactions.{one.kind}")
    return tables.say("more_runs", verdict=kind, n=one.more) if one.more else kind


def _signed(one: Interaction, value: float) -> str:
    return signed(value, decimals(one.paired.difference.half_width, value))
