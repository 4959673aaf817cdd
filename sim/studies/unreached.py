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
from sim.compile.equal_plans import OF_SETTINGS
from sim.compile.plan_contents import TEXTS
from sim.core.kpi_declarations import WEIGHED_BY
from sim.core.plan import Ints
from sim.core.trace import Visits
from sim.kpi.stocks import CARGO
from sim.output.intervals import place_of_time
from sim.run import RunResult, run_scenario

ROOM: Final = "runs"
MOST_VISITS: Final = 2**20
"""Visits of a run that is repeated in a second or two; one of the base year has ten times as many."""
LIMITS: Final = frozenset(
    {
        *("capacity", "daily_quota", "initial", "paths_per_day", "fleet", "takes_per_day", "above", "min_days"),
        *("reroute_after_h", "opens", "closes", "passing_places", "passing_tracks", "mtbf_h", "mttr_h"),
    }
)
"""Fields of which a large run says that it does not look for the effect."""
MOST_CHANGES: Final = 8
"""Changes of which each is left out in turn; of more only all together are."""
TABLES: Final = frozenset({"kpis", "stocks"})
TIMES: Final = ("vehicle", "queued_s", "started_s", "finished_s", "departed_s")
LEVELS: Final = ["stock", "level_first", "level_start", "level_end", "level_min", "level_max"]


def unreached(baseline: Corridor, result: RunResult, said: Collection[str] = ()) -> Iterator[Finding]:
    """Warnings for changes of a run without effect on its figures; not for addresses that are ``said`` already."""
    case = result.case
    left = [k for k, change in enumerate(case.changes) if _may_be_unreached(change, said)]
    if not left or len(result.visits) > MOST_VISITS:
        return
    if code := _without(left, baseline, result):
        yield _finding([case.changes[k] for k in left], code)
    elif 1 < len(left) <= MOST_CHANGES:
        codes = {k: code for k in left if (code := _without([k], baseline, result))}
        for k, code in codes.items():
            yield _finding([case.changes[k]], code)
        figures_alone = "idle.spare_fleet" in codes.values()
        if len(codes) > 1 and not _without(codes, baseline, result, figures_alone):
            yield _finding([case.changes[k] for k in codes], "idle.not_all")


def unknown_limits(result: RunResult, said: Collection[str] = ()) -> list[str]:
    """Addresses of limits that the changes of a large run write, of which nothing is said: their effect is unknown."""
    if len(result.visits) <= MOST_VISITS:
        return []
    changes = (change for change in result.case.changes if _may_be_unreached(change, said))
    return list(dict.fromkeys(one.address for one in changes if one.address.rpartition(".")[2] in LIMITS))


def _may_be_unreached(change: Change, said: Collection[str]) -> bool:
    """Whether nothing is said of a change yet, and both runs have the same days.

    Of prices and emission factors a note of the run says what they do.
    """
    name = change.address.rpartition(".")[2]
    known = change.address in said or change.address in OF_SETTINGS
    return not known and name not in TEXTS and name not in WEIGHED_BY


def _without(some: Collection[int], baseline: Corridor, result: RunResult, figures_alone: bool = False) -> str:
    """The sentence about some changes, by their places, without which the run is the same; '' if it is not.

    More vehicles of a closed fleet make trips in place of others: their ``figures_alone`` are compared, without the
    times of vehicles.
    """
    case = result.case
    others = tuple(change for k, change in enumerate(case.changes) if k not in some)
    try:
        world = apply(baseline, others, case.scenario.in_order)
        other = run_scenario(replace(case, corridor=world, changes=others), result.engine, only=TABLES)
    except (DataError, LookupError):
        return ""  # The others do not work without it.
    if not result.kpis.equals(other.kpis) or _yards(result) != _yards(other):
        return ""
    fleets = figures_alone or all(case.changes[k].address.endswith(".fleet") for k in some)
    if fleets and not result.kpis.empty:
        return "idle.spare_fleet"
    return "idle.unreached" if _same_rows(result, other) else ""


def _yards(result: RunResult) -> list[list[Any]]:
    """The levels of yards; those of pools and quotas show what is left over, which no vehicle notices."""
    levels: list[list[Any]] = result.stocks.loc[result.stocks["stock_kind"] == CARGO, LEVELS].to_numpy().tolist()
    return levels


def _same_rows(one: RunResult, other: RunResult) -> bool:
    """Whether every vehicle does the same steps at the same times, apart from those that take no time."""
    plans = [result.visits.plan for result in (one, other)]
    if plans[0].labels.service != plans[1].labels.service:
        return False
    if not np.array_equal(plans[0].vehicle_service, plans[1].vehicle_service):
        return False
    numbers: dict[tuple[str, str], int] = {}
    mine, others = _columns(one.visits, numbers), _columns(other.visits, numbers)
    return all(np.array_equal(column, same) for column, same in zip(mine, others, strict=True))


def _columns(visits: Visits, numbers: dict[tuple[str, str], int]) -> list[Ints]:
    """The rows that take time, column by column; steps by their ``numbers``, to which new ones are added."""
    trace, labels = visits.trace(), visits.plan.labels
    places = visits.plan.once(place_of_time)
    steps = zip(
        labels.op_step, (link or place for link, place in zip(labels.op_link, places, strict=True)), strict=True
    )
    of_op = [numbers.setdefault(step, len(numbers)) for step in steps]
    lasts = trace.departed_s != trace.queued_s
    return [np.array(of_op)[trace.op[lasts]], *(getattr(trace, name)[lasts] for name in TIMES), trace.vehicle_left_s]


def _finding(some: Sequence[Change], code: str) -> Finding:
    """The warning about some changes, at their addresses."""
    addresses = ", ".join(dict.fromkeys(change.address for change in some))
    shown = tuple(str(change.unsigned()) for change in some)
    named = {"changes": shown} if code == "idle.not_all" else {}
    why, expected = message(code, ROOM, **named), message("want.effective_change", ROOM)
    return Finding(WARNING, some[0].origin or "changes", None, addresses, "; ".join(shown), expected, "", why)
