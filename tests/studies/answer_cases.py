"""Cases of results for answers: figures of a few classes, and what a comparison of them answers.

``answer_cases.yaml`` has the figures of each case and the sentences of its answer in English and Chinese. A figure has
the baseline's value, the mean change and the half-width of its interval; the changes of the pairs alternate so that
they have this mean and half-width.
"""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import yaml

from corridors.fingerprint import fingerprint
from corridors.messages import message
from corridors.model import Corridor
from corridors.overlay.proposals import Proposal
from sim.core.kpi_declarations import KPIS
from sim.experiments.result_schema import KINDS
from sim.reports.answer_texts import AnswerTexts
from sim.statistics.intervals import t_quantile
from sim.studies.answer import answer
from sim.studies.compare import ExperimentResults, ScenarioComparison, Traffic, compare

FILE: Final = Path(__file__).with_name("answer_cases.yaml")
BASE, CHANGED = "baseline", "changed"
KEYS: Final = {"crossings": "vehicles_per_day", "delivered": "delivered_t_per_day", "crossed": "tonnes_per_day"}
KEYS_H: Final = {"dwell": "dwell_h_mean"}


@cache
def cases() -> list[dict[str, Any]]:
    """The cases of the file."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # The fast one, where the library has it.
    found: list[dict[str, Any]] = yaml.load(FILE.read_text(encoding="utf-8"), loader)
    return found


def samples(base: float, change: float, half: float, pairs: int) -> tuple[list[float], list[float]]:
    """Figures of the pairs whose differences have this mean and this half-width."""
    signs = np.array([1.0, -1.0] * (pairs // 2) + [0.0] * (pairs % 2))
    if pairs > 1 and half:
        signs *= half * math.sqrt(pairs) / (float(t_quantile(0.95, pairs - 1)) * signs.std(ddof=1))
    else:
        signs *= 0
    return [base] * pairs, [base + change + one for one in signs]


def results_of(case: dict[str, Any], corridor: Corridor) -> ExperimentResults:
    """The results of a case as a store would have them."""
    pairs, days, warmup = case.get("pairs", 10), case.get("days", 60), case.get("warmup_days", 20)
    scenarios = [BASE, CHANGED, *(f"other_{k}" for k in range(case.get("others", 0)))]
    kpis, steps, waits, roots, backlog, stocks = ([] for _ in range(6))
    for port, klass, figures in case.get("figures", ()):
        group = {"port": port, "class": klass, "direction": figures.get("direction", "inbound")}
        figures = {name: values for name, values in figures.items() if name != "direction"}
        cargo = figures.get("crossed") or figures.get("delivered") or [1000, 0, 0]
        known = {"crossings": [2, 0, 0], "crossed": cargo, "delivered": cargo} | figures
        for name, (base, change, half) in known.items():
            kpi = (KEYS | KEYS_H)[name]
            values = samples(base, change, half, pairs)
            for k, scenario in enumerate(scenarios):
                # A further scenario has the same change as the one that is asked about.
                own = values[min(k, 1)]
                kpis += [
                    {"scenario": scenario, "replication": n, "side": "both", **group, "kpi": kpi}
                    | {"unit": KPIS[kpi].unit, "value": value}
                    for n, value in enumerate(own)
                ]
        for scenario in scenarios:
            steps.append({"scenario": scenario, "replication": 0, **group, "at": "gate"})
    for scenario, (port, klass, *ends) in case.get("roots", {}).items():
        group = {"port": port, "class": klass, "direction": "inbound", "scenario": scenario}
        for root, state, hours in ends:
            stock = {"stock": root if state in ("full", "empty") else "", "stock_state": state, "stock_service": ""}
            ends_at = {
                **group,
                "at": root,
                "root": root,
                "root_state": state,
                **stock,
                "hours": hours * (days - warmup),
            }
            roots += [{**ends_at, "replication": n} for n in range(pairs)]
            waits += [
                {**group, "replication": n, "at": root, "cause": "busy", "hours": hours * (days - warmup)}
                for n in range(pairs)
            ]
    for scenario, (stock, klass, vehicles) in case.get("demand", {}).items():
        idle = {"scenario": scenario, "port": "", "direction": "", "class": klass, "at": stock, "cause": "demand"}
        waits += [{**idle, "replication": n, "hours": 24.0 * vehicles * (days - warmup)} for n in range(pairs)]
    for scenario, (port, klass, series) in case.get("backlog", {}).items():
        for n in range(pairs):
            levels = [level for count, first, step in series for level in first + step * np.arange(count)]
            backlog += [
                {"scenario": scenario, "replication": n, "port": port, "direction": "inbound", "class": klass}
                | {"day": day, "vehicles_waiting": level}
                for day, level in enumerate(levels)
            ]
    for scenario, (stock, change, capacity, level) in case.get("stocks", {}).items():
        row = {"stock": stock, "port": corridor.stocks[stock].port, "stock_kind": "cargo", "unit": "t"}
        row |= {"change": change * (days - warmup), "capacity": capacity, "level_end": level, "level_max": level}
        row |= {"in_per_day": 1000.0, "out_per_day": 1000.0, "scenario": scenario}
        stocks += [{**row, "replication": n} for n in range(pairs)]
    runs = [
        {"scenario": scenario, "replication": n, "failure_stage": None}
        | {"deadlocked": case.get("deadlocked", 0) if scenario == CHANGED else 0, "unsupplied": 0}
        for scenario in scenarios
        for n in range(pairs)
    ]
    changes = case.get("changes", [{"op": "add", "address": "facilities.gashuunsukhait_lanes.servers", "value": 1}])
    own = case.get("proposals", [])
    variation = {"id": CHANGED, "changes": [] if own else changes, "proposals": own, "alone": True}
    experiment = {
        "id": "by_hand",
        "title_en": "",
        "title_zh": "",
        "seed": 7,
        "replications": pairs,
        "scenarios": [variation],
    }
    return ExperimentResults(
        scenarios={
            scenario: {"title_en": "Change", "title_zh": "改动", "start": "2023-01-01", "days": days}
            | {"warmup_days": warmup, "proposals": own if scenario == CHANGED else []}
            | {"changes": [] if scenario == BASE else changes}
            for scenario in scenarios
        },
        manifest={"version": "0", "code_fingerprint": "c0de", "experiment": experiment}
        | {"data_fingerprint": fingerprint(corridor)},
        expected=pairs,
        kpis=_frame(kpis, "kpis"),
        waiting=_frame(waits, "waiting"),
        dwell=_frame(steps, "dwell"),
        backlog=_frame(backlog, "backlog"),
        links=_frame([], "links"),
        stocks=_frame(stocks, "stocks"),
        runs=pd.DataFrame(runs),
        waiting_by_root=_frame(roots, "waiting_by_root"),
    )


def compared(case: dict[str, Any], corridor: Corridor, proposals: dict[str, Proposal]) -> ScenarioComparison:
    """The comparison of a case, made once for all tests that look at it."""
    key = json.dumps(case, sort_keys=True, default=str), id(corridor)
    if key not in _COMPARED:
        results = results_of(case, corridor)
        target = (Traffic(*case["target"]),) if "target" in case else ()
        made = compare(results, corridor, proposals, targets=dict.fromkeys(results.others, target))
        _COMPARED[key] = made, corridor
    return _COMPARED[key][0]


_COMPARED: Final[dict[tuple[str, int], tuple[ScenarioComparison, Corridor]]] = {}
"""Comparisons by case and world, which is kept, so that no other one gets its number."""


def sentences(
    case: dict[str, Any], corridor: Corridor, proposals: dict[str, Proposal], language: str
) -> dict[str, list[str]]:
    """The sentences of the answer of a case by part; parts without any are left out."""
    comparison = compared(case, corridor, proposals)
    idle = [message(code, "runs", **params) for code, params in case.get("idle", {}).items()]
    found = answer(comparison, CHANGED, corridor, idle)
    return {part: text for part, text in AnswerTexts(comparison, corridor, language).parts(found).items() if text}


def _frame(rows: list[dict[str, Any]], kind: str) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["scenario", "replication", *KINDS[kind]])
