"""Results of an experiment written by hand: a port, a few figures a replication, no simulation behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from corridors.fingerprint import fingerprint
from corridors.model import Corridor
from sim.core.kpi_declarations import KPIS
from sim.experiments.result_schema import KINDS
from sim.studies.compare import ExperimentResults
from tests.helpers.stories import world_of_three_trains

PORT, CLASS, AT = "erenhot", "cr_express", "gantry"
BASELINE = "baseline"


def kpi_rows(
    scenario: str, kpi: str, values: Sequence[float], direction: str = "outbound", klass: str = CLASS, port: str = PORT
) -> list[dict[str, Any]]:
    """One figure of one scenario, a value a replication."""
    common = {"scenario": scenario, "port": port, "side": "both", "direction": direction, "class": klass}
    return [
        {**common, "replication": k, "kpi": kpi, "unit": KPIS[kpi].unit, "value": value}
        for k, value in enumerate(values)
    ]


def results_of(
    dwell: Mapping[str, Sequence[float]],
    tonnes: Mapping[str, Sequence[float]] | None = None,
    *,
    waiting: Mapping[str, Mapping[str, float]] | None = None,
    backlog: Mapping[str, Sequence[float]] | None = None,
    links: Mapping[str, Mapping[str, Sequence[tuple[float, float]]]] | None = None,
    delivered: Mapping[str, Sequence[float]] | None = None,
    stocks: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    roots: Mapping[str, Mapping[tuple[str, str, str], float]] | None = None,
    proposals: Mapping[str, Sequence[str]] | None = None,
    expected: int | None = None,
    failed: Mapping[str, int] | None = None,
    warmup_days: int = 10,
    days: int = 40,
    corridor: Corridor | None = None,
) -> ExperimentResults:
    """Results with mean dwell (hours) and tonnes a day by scenario; 2 vehicles a day in each.

    ``waiting`` has vehicle-hours by scenario and thing, in each replication; ``roots`` by root, its state and the full
    stock before it ('' for none), of waiting for the gantry; ``backlog`` vehicles waiting a day;
    ``delivered`` (default: all) has tonnes a day, ``stocks`` columns of the stock 'yard' a replication;
    ``links`` (share of paths in use, mean wait in hours) by scenario and link, one a replication.
    """
    rows, runs = [], []
    for scenario, values in dwell.items():
        rows += kpi_rows(scenario, "dwell_h_mean", values)
        rows += kpi_rows(scenario, "vehicles_per_day", [2.0] * len(values))
        crossed = (tonnes or {}).get(scenario, [1000.0] * len(values))
        rows += kpi_rows(scenario, "tonnes_per_day", crossed)
        rows += kpi_rows(scenario, "delivered_t_per_day", (delivered or {}).get(scenario, crossed))
        lost = (failed or {}).get(scenario, 0)
        stages = [None] * len(values) + ["simulate"] * lost
        runs += [
            {"scenario": scenario, "replication": k, "failure_stage": stage, "deadlocked": 0}
            for k, stage in enumerate(stages)
        ]
    of_group = {"port": PORT, "direction": "outbound", "class": CLASS}
    waits = [
        {"scenario": scenario, "replication": k, **of_group, "at": at, "cause": "busy", "hours": hours}
        for scenario, things in (waiting or {}).items()
        for k in range(len(dwell[scenario]))
        for at, hours in things.items()
    ]
    ends = [
        {"scenario": scenario, "replication": k, **of_group, "at": AT, **_end(root, state, stock), "hours": hours}
        for scenario, things in (roots or {}).items()
        for k in range(len(dwell[scenario]))
        for (root, state, stock), hours in things.items()
    ]
    steps = [{"scenario": scenario, "replication": 0, **of_group, "at": AT} for scenario in dwell]
    series = [
        {"scenario": scenario, "replication": 0, **of_group, "day": day, "vehicles_waiting": value}
        for scenario, values in (backlog or {}).items()
        for day, value in enumerate(values)
    ]
    sections = [
        {"scenario": scenario, "replication": k, "link": link, "utilisation": in_use, "mean_wait_h": wait_h}
        for scenario, of_link in (links or {}).items()
        for link, values in of_link.items()
        for k, (in_use, wait_h) in enumerate(values)
    ]
    levels = [
        {
            "scenario": scenario,
            "replication": k,
            "port": PORT,
            "stock": "yard",
            "stock_kind": "cargo",
            "unit": "t",
            **row,
        }
        for scenario, values in (stocks or {}).items()
        for k, row in enumerate(values)
    ]
    scenarios = {
        scenario: {
            "title_en": "" if scenario == BASELINE else f"Scenario {scenario}",
            "proposals": list((proposals or {}).get(scenario, ())),
            "start": "2023-01-01",
            "days": days,
            "warmup_days": warmup_days,
        }
        for scenario in dwell
    }
    manifest = {
        "version": "0",
        "code_fingerprint": "c0de",
        "data_fingerprint": fingerprint(corridor or world_of_three_trains()),
        "experiment": {"id": "by_hand", "title_en": "By hand", "title_zh": "手算", "seed": 7, "replications": 4},
    }
    return ExperimentResults(
        scenarios=scenarios,
        manifest=manifest,
        expected=expected or max(map(len, dwell.values())),
        kpis=pd.DataFrame(rows),
        waiting=_frame(waits, "waiting"),
        dwell=_frame(steps, "dwell"),
        backlog=_frame(series, "backlog"),
        links=_frame(sections, "links"),
        stocks=_frame(levels, "stocks"),
        runs=pd.DataFrame(runs),
        waiting_by_root=_frame(ends, "waiting_by_root"),
    )


def _end(root: str, state: str, stock: str) -> dict[str, str]:
    return {
        "root": root,
        "root_state": state,
        "stock": stock,
        "stock_state": "full" if stock else "",
        "stock_service": "",
    }


def _frame(rows: list[dict[str, Any]], kind: str) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["scenario", "replication", *KINDS[kind]])


def noisy(level: float, growth: float = 0.0, start: float = 0.0, days: int = 200) -> list[float]:
    """A daily queue around a level, that grows by so much a day, and begins at another height that fades in a month."""
    swing = np.sin(np.arange(days) * 2.4) + np.sin(np.arange(days) * 1.1)
    fade = start * np.exp(-np.arange(days) / 15)
    return list(np.maximum(level + growth * np.arange(days) + swing + fade, 0.0))
