"""Changes of which a run shows no effect: without them every vehicle moves at the same times.

Such a change raises a limit that is never reached, or gives a choice that no vehicle takes: its plan differs, its run
does not. Input: a run with the changes, and the world without them. Output: a warning for changes that a second run
without them shows to move no vehicle, no key figure and no level of a yard. A large run is not repeated for that.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from corridors.findings import WARNING, DataError, Finding
from corridors.messages import message
from corridors.model import Corridor
from corridors.overlay.applying import apply
from corridors.overlay.changes import Change
from sim.compile.plan_contents import TEXTS
from sim.core.kpi_declarations import WEIGHED_BY
from sim.kpi.stocks import CARGO
from sim.run import RunResult, run_scenario

ROOM: Final = "runs"
MOST_VISITS: Final = 2**19
"""Visits of a run that is repeated in about a second; one of the base year has twenty times as many."""
MOST_CHANGES: Final = 8
"""Changes of which each is left out in turn; of more only all together are."""
TABLES: Final = frozenset({"kpis", "stocks"})
TIMES: Final = ("vehicle", "queued_s", "started_s", "finished_s", "departed_s", "vehicle_left_s")
LEVELS: Final = ["stock", "level_first", "level_start", "level_end", "level_min", "level_max"]


def unreached(baseline: Corridor, result: RunResult, said: Collection[str] = ()) -> Iterator[Finding]:
    """Warnings for changes of a run without effect on its figures; not for addresses that are ``said`` already."""
    case = result.case
    left = [k for k, change in enumerate(case.changes) if _may_be_unreached(change, said)]
    if not left or len(result.visits) > MOST_VISITS:
        return
    if _same_without(left, baseline, result):
        yield _finding([case.changes[k] for k in left])
    elif 1 < len(left) <= MOST_CHANGES:
        for k in left:
            if _same_without([k], baseline, result):
                yield _finding([case.changes[k]])


def _may_be_unreached(change: Change, said: Collection[str]) -> bool:
    """Whether nothing is said of a change yet; of prices and emission factors a note of the run says what they do."""
    name = change.address.rpartition(".")[2]
    return change.address not in said and name not in TEXTS and name not in WEIGHED_BY


def _same_without(some: Collection[int], baseline: Corridor, result: RunResult) -> bool:
    """Whether the run without some changes, by their places, is the same."""
    case = result.case
    others = tuple(change for k, change in enumerate(case.changes) if k not in some)
    try:
        world = apply(baseline, others, case.scenario.in_order)
        other = run_scenario(replace(case, corridor=world, changes=others), result.engine, only=TABLES)
    except (DataError, LookupError):
        return False  # The others do not work without it.
    return result.kpis.equals(other.kpis) and _yards(result) == _yards(other) and _same_rows(result, other)


def _yards(result: RunResult) -> list[list[Any]]:
    """The levels of yards; those of pools and quotas show what is left over, which no vehicle notices."""
    return result.stocks.loc[result.stocks["stock_kind"] == CARGO, LEVELS].to_numpy().tolist()


def _same_rows(one: RunResult, other: RunResult) -> bool:
    """Whether every vehicle does the same steps at the same times."""
    plans = [result.visits.plan for result in (one, other)]
    if plans[0].labels.service != plans[1].labels.service:
        return False
    traces = [result.visits.trace() for result in (one, other)]
    if not np.array_equal(plans[0].vehicle_service, plans[1].vehicle_service) or not all(
        np.array_equal(*(getattr(trace, name) for trace in traces)) for name in TIMES
    ):
        return False
    steps = ([(plan.labels.op_step[op], plan.labels.op_place[op]) for op in range(plan.n_ops)] for plan in plans)
    names = [[of_op[op] for op in trace.op.tolist()] for of_op, trace in zip(steps, traces, strict=True)]
    return names[0] == names[1]


def _finding(some: Sequence[Change]) -> Finding:
    """The warning about some changes, at their addresses."""
    addresses = ", ".join(dict.fromkeys(change.address for change in some))
    shown = "; ".join(str(change.unsigned()) for change in some)
    why, expected = message("idle.unreached", ROOM), message("want.effective_change", ROOM)
    return Finding(WARNING, some[0].origin or "changes", None, addresses, shown, expected, "", why)
