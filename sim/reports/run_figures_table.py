"""Key figures of a single scenario, from its stored rows: one row for each port, direction and class.

Input: the results of an experiment. Output: a table of the means over its replications.
"""

from __future__ import annotations

import math
from typing import Any, Final

from sim.core.kpi_declarations import KPIS
from sim.kpi.key_figures import ALL_CLASSES
from sim.reports.number_format import NO_VALUE, figure
from sim.reports.text_table import Table
from sim.studies.compare import ExperimentResults
from sim.text.catalogue import say
from sim.text.names import Names

SHOWN: Final = ("vehicles_per_day", "delivered_t_per_day", "dwell_h_p50", "dwell_h_p95", "wait_h_mean", "backlog_end")
Key = tuple[str, str, str]
"""Port, direction and class."""


def run_figures(results: ExperimentResults) -> dict[Key, dict[str, float]]:
    """The means of the figures of the first scenario over its replications, both sides of a port together."""
    rows = results.kpis
    rows = rows[(rows["scenario"] == results.baseline) & (rows["side"] == "both") & rows["kpi"].isin(SHOWN)]
    means = rows.groupby(["port", "direction", "class", "kpi"], sort=False)["value"].mean().reset_index()
    found: dict[Key, dict[str, float]] = {}
    for row in means.to_dict("records"):
        found.setdefault((row["port"], row["direction"], row["class"]), {})[row["kpi"]] = float(row["value"])
    return found


def run_figures_table(results: ExperimentResults, names: Names) -> Table:
    """The figures as finished texts."""
    rows = [
        (names.port(port), names.group(klass, direction, port), *(_cell(values.get(kpi)) for kpi in SHOWN))
        for (port, direction, klass), values in run_figures(results).items()
        if klass != ALL_CLASSES
    ]
    language = names.language
    heads = (say("table_headings.port", language), say("comparison.traffic", language))
    columns = (*heads, *(names.with_unit(names.figure(kpi), KPIS[kpi].unit).replace(" (", "\n(") for kpi in SHOWN))
    note = say(
        "comparison.one_scenario",
        language,
        runs=int(results.runs["replication"].nunique()),
        days=results.days,
        start=results.start,
        warmup=results.warmup_days,
    )
    return Table(results.title(results.baseline, language), note, columns, tuple(rows), texts=2)


def _cell(value: float | None) -> str:
    return NO_VALUE if value is None or not math.isfinite(value) else figure(value)


def run_document(results: ExperimentResults) -> dict[str, Any]:
    """The figures as plain values."""
    return {
        "scenario": dict(results.scenarios[results.baseline]),
        "kpis": [
            {"port": port, "direction": direction, "class": klass, "kpi": kpi, "unit": KPIS[kpi].unit, "value": value}
            for (port, direction, klass), values in run_figures(results).items()
            for kpi, value in values.items()
        ],
    }
