"""Comparison of edited data with the baseline: one short run of each, equal random numbers."""

from __future__ import annotations

from typing import Final

import streamlit as st

from app.language import language, say
from app.run_cache import Answer, quick
from app.session import current
from app.widgets.findings_view import show_findings
from app.widgets.html_table import show_table
from app.world import names
from corridors.findings import DataError
from corridors.overlay.proposals import Scenario
from sim.core.kpi_declarations import KPIS, is_percentile
from sim.kpi.key_figures import ALL_CLASSES
from sim.reports.chart_style import number, records
from sim.reports.number_format import NO_VALUE, of_few
from sim.run import BASELINE

KEY_FIGURES: Final = ("vehicles_per_day", "dwell_h_p50", "dwell_h_p95", "cost_usd_per_t")
SMALL: Final = 0.01
"""Differences within this share of the baseline value are not shown."""


def compare_with_baseline(scenario: Scenario) -> None:
    """Run both, and show the key figures that differ."""
    try:
        with st.spinner(say("data.running")):
            base, edited = quick(BASELINE), quick(current.plain(scenario))
    except DataError as error:
        show_findings(error.findings)
        return
    record = base.record
    rows = differing(base, edited)
    st.caption(say("data.ran", days=base.measured_days, start=record["start"], warmup=record["warmup_days"]))
    if rows:
        show_table([say(f"data.{key}") for key in ("group", "kpi", "base", "edited", "difference")], rows, texts=2)
    else:
        st.info(say("data.same", percent=f"{100 * SMALL:g}"))


def differing(base: Answer, edited: Answer) -> list[list[str]]:
    """Rows of the table: traffic class, figure with unit, baseline, edited, difference."""
    named = names(language())
    before, after = figures(base), figures(edited)
    rows = []
    for key in [*before, *(key for key in after if key not in before)]:
        port, direction, klass, kpi = key
        (old, n_old), (new, n_new) = before.get(key, (None, 0)), after.get(key, (None, 0))
        if old is not None and new is not None and abs(new - old) <= SMALL * abs(old):
            continue
        figure = named.with_unit(named.figure(kpi), KPIS[kpi].unit)
        change = NO_VALUE if old is None or new is None else f"{'+' if new > old else '−'}{number(abs(new - old))}"
        traffic = named.labelled(named.port(port), named.group(klass, direction, port))
        texts = [number(old), number(new)]
        if is_percentile(kpi):
            texts = [of_few(text, n, language()) for text, n in zip(texts, (n_old, n_new), strict=True)]
        rows.append([traffic, figure, *texts, change])
    return rows


def figures(answer: Answer) -> dict[tuple[str, str, str, str], tuple[float, int]]:
    """Key figures of both sides together with their observations, by (port, direction, class, kpi)."""
    here = answer.kpis[(answer.kpis["side"] == "both") & answer.kpis["kpi"].isin(KEY_FIGURES)]
    return {
        (row["port"], row["direction"], row["class"], row["kpi"]): (row["value"], row["n"])
        for row in records(here)
        if row["class"] != ALL_CLASSES
    }
