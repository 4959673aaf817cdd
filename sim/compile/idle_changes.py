"""Changes of a scenario that change nothing: the plan with the change equals the plan without it.

Input: the baseline, the changes of a scenario and the settings of the run. Output: a finding for each change without
which the scenario has the same plan (:mod:`.equal_plans`), with the reason as far as rules know one
(:mod:`.idle_reasons`). Each change is left out in turn; one that decides at once, such as the only change of a field of
a service, is not tried.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import Final

from corridors.findings import WARNING, DataError, Finding
from corridors.messages import Message, message
from corridors.model import BACK, Corridor
from corridors.overlay.applying import lay_over
from corridors.overlay.changes import Change
from sim.compile.equal_plans import equal_plans
from sim.compile.idle_days import ROOM
from sim.compile.idle_reasons import reason
from sim.compile.plan_contents import TEXTS, PlanContents
from sim.compile.programs import KeptPrograms
from sim.core.run_settings import RunSettings

ORIGINS: Final = frozenset({"assumptions", "sources"})
"""Tables that say where numbers come from."""
INDIRECT: Final = frozenset(
    {
        *("reroute_after_h", "priority", "opening_date", "closing_date", "delay", "start_spread_h", "initial_backlog"),
        *("profile_month", "profile_hour", "profile_week"),
    }
)
"""Fields of services that count by what follows from them, such as the days on which a service sends vehicles."""


def idle_changes(
    baseline: Corridor,
    changed: Corridor,
    changes: Sequence[Change],
    settings: RunSettings,
    in_order: bool = False,
    kept: KeptPrograms | None = None,
) -> list[Finding]:
    """Warnings for the changes without which ``changed``, the baseline with all of them, has the same plan.

    Each change is left out in turn; then those without effect together, since one may only repeat another; then groups
    of the others, which may cancel each other. A scenario that changes descriptions only has a warning for each change.
    Programs are taken from those that are ``kept``, or from those of earlier parts of this scenario.
    """
    kept = kept or KeptPrograms()
    whole = PlanContents(changed, settings, kept, PlanContents(baseline, settings, kept))
    found: list[Finding] = []

    def without(left_out: Set[int]) -> PlanContents | None:
        """The plan without some changes if it is the same; None if it is not, or the others do not work without."""
        others = [change for k, change in enumerate(changes) if k not in left_out]
        try:
            parts = PlanContents(lay_over(baseline, others, in_order), settings, kept, whole)
            return parts if equal_plans(whole, parts) else None
        except (DataError, LookupError):
            return None

    read = [k for k, change in enumerate(changes) if not _is_text(change)]
    if not read:
        whys = dict.fromkeys(range(len(changes)), message("idle.words_only", ROOM))
        return [_finding(changes, [k], why) for k, why in whys.items()]
    decisive = {k for k in read if _makes_other_vehicles(baseline, changed, changes[k], changes)}
    idle: list[int] = []
    for k in read:
        if k not in decisive and (parts := without({k})) is not None:
            idle.append(k)
            found.append(_finding(changes, [k], reason(changes[k], whole, parts)))
    if len(idle) > 1 and without(set(idle)) is None:
        found.append(_finding(changes, idle, message("idle.not_all", ROOM, changes=_shown(changes, idle))))
    done: set[int] = set()
    for group in _groups(changes, [k for k in read if k not in idle]):
        if decisive.isdisjoint(group) and done.isdisjoint(group) and (parts := without(set(group))) is not None:
            done.update(group)
            found.append(_finding(changes, group, _reason_together(changes, group, whole, parts)))
    return found


def _reason_together(
    changes: Sequence[Change], group: Sequence[int], whole: PlanContents, without: PlanContents
) -> Message:
    """Why changes have no effect together: a second track for trains of one direction, else they cancel each other."""
    tables, rows, fields = zip(*(_split(changes[k].address) for k in group), strict=True)
    both_ways = {rows[0], rows[0] + BACK} <= whole.visited | without.visited
    if {*tables} == {"links"} and len({*rows}) == 1 and {*fields} == {"tracks", "paths_per_day"} and not both_ways:
        return message("idle.one_way", ROOM, link=rows[0], changes=_shown(changes, group))
    return message("idle.together", ROOM, changes=_shown(changes, group))


def _split(address: str) -> tuple[str, str, str]:
    """Table, row and field of an address; those of a row have no field."""
    table, _, rest = address.partition(".")
    row, _, field = rest.rpartition(".")
    return table, row, field


def _is_text(change: Change) -> bool:
    return change.address.partition(".")[0] in ORIGINS or change.address.rpartition(".")[2] in TEXTS


def _makes_other_vehicles(baseline: Corridor, changed: Corridor, one: Change, changes: Sequence[Change]) -> bool:
    """Whether a change, the only one of its field, gives a row of which vehicles are made another value.

    The plan without it is another one then, whatever else changes or is left out. False says nothing.
    """
    table, _, rest = one.address.partition(".")
    row, _, name = rest.rpartition(".")
    if table != "services" or name in INDIRECT or not one.writes_field:
        return False
    rows = [corridor.table(table).get(row) for corridor in (baseline, changed)]
    written = {one.address, f"{table}.{row}"}
    if None in rows or sum(other.address in written for other in changes) > 1:
        return False
    before, after = (getattr(it, name) for it in rows)
    return bool(before != after)


def _finding(changes: Sequence[Change], some: Sequence[int], why: Message) -> Finding:
    """The warning about some changes, at their addresses."""
    first, expected = changes[some[0]], message("want.effective_change", ROOM)
    addresses = ", ".join(dict.fromkeys(changes[k].address for k in some))
    shown = "; ".join(_shown(changes, some))
    return Finding(WARNING, first.origin or "changes", None, addresses, shown, expected, "", why)


def _shown(changes: Sequence[Change], some: Sequence[int]) -> tuple[str, ...]:
    return tuple(str(changes[k].unsigned()) for k in some)


def _groups(changes: Sequence[Change], some: Sequence[int]) -> list[list[int]]:
    """Groups of several changes that may cancel each other: of a row, of a proposal, and all; the smallest first."""
    by: dict[tuple[str, str], list[int]] = {}
    for k in some:
        for key in (("row", changes[k].row_address), ("origin", changes[k].origin), ("all", "")):
            by.setdefault(key, []).append(k)
    return sorted(({tuple(group): group for group in by.values() if len(group) > 1}).values(), key=len)
