"""Warnings on a comparison: missing runs, few replications, queues without a steady state.

Each is a message of the catalogue ``comparison``, with ids as values: ``scenarios`` is a tuple of scenarios; ``port``,
``direction`` and ``traffic_class`` are one kind of traffic; ``stock`` is a stock, ``unit`` its unit. Reports replace
these by names (:mod:`sim.reports.comparison_names`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any, Final

import numpy as np

from corridors.fingerprint import fingerprint
from corridors.messages import Message, message
from corridors.model import Corridor
from sim.studies.compare.paired_effects import Effect
from sim.studies.compare.results import ExperimentResults
from sim.studies.compare.steady_state import LEAST_DAYS, Group, UnsteadyQueues
from sim.studies.compare.stock_changes import StockDrift

ROOM: Final = "comparison"
"""The catalogue of the warnings."""
FEW: Final = 10
"""Fewer replications give wide intervals."""


def warnings(
    results: ExperimentResults,
    corridor: Corridor,
    effects: Sequence[Effect],
    queues: UnsteadyQueues,
    drifts: Sequence[StockDrift],
) -> Iterator[Message]:
    """All warnings that apply, the most severe first."""
    yield from _missing(results)
    yield from _failed(results)
    yield from _stuck(results)
    if fingerprint(corridor) != results.manifest["data_fingerprint"]:
        yield _warning("other_data")
    yield from _few(effects)
    yield from _part_of_the_time(results)
    yield from _unsteady(results, queues)
    yield from _drifting(drifts)


def _warning(code: str, **values: Any) -> Message:
    return message(f"warning.{code}", ROOM, **values)


def _missing(results: ExperimentResults) -> Iterator[Message]:
    expected, done = results.expected * len(results.scenarios), len(results.runs)
    if done < expected:
        yield _warning("partial", done=done, expected=expected)


def _failed(results: ExperimentResults) -> Iterator[Message]:
    failed = results.runs[results.runs["failure_stage"].notna()]
    if len(failed):
        yield _warning("failed", n=len(failed), scenarios=_ids(failed["scenario"]))


def _stuck(results: ExperimentResults) -> Iterator[Message]:
    """Runs with vehicles that can never move again; results of older versions lack the second column."""
    for code, column in (("deadlock", "deadlocked"), ("unsupplied", "unsupplied")):
        if column not in results.runs:
            continue
        stuck = results.runs[results.runs[column].fillna(0).astype(int) > 0]
        if len(stuck):
            yield _warning(code, n=len(stuck), scenarios=_ids(stuck["scenario"]))


def _few(effects: Sequence[Effect]) -> Iterator[Message]:
    replications = max((effect.n for effect in effects), default=0)
    if replications >= FEW or not replications:
        return
    few = _warning("few", n=replications)
    more = [effect.more for effect in effects if effect.outcome == "cannot_tell" and effect.more is not None]
    yield _warning("few_more", few=few, n=int(np.median(more))) if more else few


def _part_of_the_time(results: ExperimentResults) -> Iterator[Message]:
    """Scenarios with a facility or section that opens during the measured days; means include the days before it."""
    first, end = (results.start + timedelta(days=days) for days in (results.warmup_days, results.days))
    some = [
        scenario
        for scenario in results.others
        if any(first < date.fromisoformat(day) < end for day in _opening_days(results, scenario))
    ]
    if some:
        yield _warning("part_of_time", scenarios=_ids(some))


def _opening_days(results: ExperimentResults, scenario: str) -> set[str]:
    rows = (change.get("row") or {} for change in results.scenarios[scenario].get("changes", ()))
    return {str(row["opening_date"]) for row in rows if row.get("opening_date")}


def _unsteady(results: ExperimentResults, queues: UnsteadyQueues) -> Iterator[Message]:
    """Queues that grow without bound, and queues that the start of the run still affects."""
    if results.days < LEAST_DAYS:
        yield _warning("short", n=results.days)
    for group, rates in queues.growing.items():
        most = max(rate.estimate for rate in rates.values())
        yield _warning("growing", **_traffic(group), rate=most, scenarios=_ids(rates))
    for group, scenarios in queues.early.items():
        yield _warning("early", **_traffic(group), scenarios=_ids(scenarios))


def _drifting(drifts: Sequence[StockDrift]) -> Iterator[Message]:
    """Stocks that fill or empty within the measured days, with the soonest end of all scenarios.

    The soonest end is that of the faster end of the trend's interval.
    """
    for stock in dict.fromkeys(one.stock for one in drifts):
        for code, sign in (("stock_falls", -1), ("stock_rises", 1)):
            own = [one for one in drifts if one.stock == stock and sign * one.rate > 0]
            if not own:
                continue
            values: dict[str, Any] = {"stock": stock, "unit": own[0].unit, "rate": max(sign * one.rate for one in own)}
            values["scenarios"] = _ids(one.scenario for one in own)
            left = [one.days_left for one in own if one.days_left is not None]
            if not left:
                yield _warning(f"{code}_no_limit", **values)
                continue
            soonest = min(one.estimate if one.n == 1 else one.low for one in left)
            yield _warning(code, n=math.ceil(soonest), **values) if soonest else _warning(f"{code}_reached", **values)


def _traffic(group: Group) -> dict[str, str]:
    port, direction, klass = group
    return {"port": port, "direction": direction, "traffic_class": klass}


def _ids(scenarios: Iterable[str]) -> tuple[str, ...]:
    """Each scenario once, in order."""
    return tuple(dict.fromkeys(scenarios))
