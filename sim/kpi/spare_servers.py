"""Servers that a change adds and that no vehicle needs: those of before were never all in use.

Input: a run with the change, and the world without it. Output: a warning for each such change. As many servers as the
run keeps at the same time were there without the change, so every vehicle moves as it would without it. Of facilities
where work takes no time there are none: a server is needed for it that nothing shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from corridors.findings import WARNING, Finding
from corridors.messages import message
from corridors.model import Corridor, ids_in
from corridors.overlay.changes import Change
from sim.core.rules import NOT_YET
from sim.core.trace import Visits
from sim.output.intervals import facility_of_op
from sim.output.run_output import RunOutput

ROOM: Final = "runs"


def spare_servers(
    baseline: Corridor, changed: Corridor, changes: Sequence[Change], visits: Visits
) -> Iterator[Finding]:
    """Warnings for changes of ``baseline`` that add servers without effect in the run of ``changed``."""
    added = more_servers(baseline, changed, changes)
    most = _most_kept(visits, {id: changed.facilities[id].servers for id in added}) if added else {}
    for id, some in added.items():
        before = baseline.facilities[id].servers
        if id in most and most[id] <= before:
            why = message("idle.spare_servers", ROOM, facility=id, most=most[id], before=before)
            expected = message("want.effective_change", ROOM)
            shown, origin = "; ".join(str(change.unsigned()) for change in some), some[0].origin or "changes"
            yield Finding(WARNING, origin, None, some[0].address, shown, expected, "", why)


def more_servers(baseline: Corridor, changed: Corridor, changes: Sequence[Change]) -> dict[str, list[Change]]:
    """Changes that only add servers to a facility, by the facility, whose effect the visits of a run show.

    Several changes of one facility count together.
    """
    found: dict[str, list[Change]] = {}
    for change in changes:
        if id := _more_servers(baseline, changed, change):
            found.setdefault(id, []).append(change)
    return found


def _more_servers(baseline: Corridor, changed: Corridor, change: Change) -> str:
    """The facility to which a change adds servers, and nothing else; '' for other changes.

    Not one that breaks down, as each server does so at its own times, nor one that vehicles compare with others.
    """
    table, _, rest = change.address.partition(".")
    id, _, name = rest.rpartition(".")
    before, after = baseline.facilities.get(id), changed.facilities.get(id)
    if table != "facilities" or name != "servers" or before is None or after is None:
        return ""
    watched = {id for one in changed.alternatives.values() for id in ids_in(one.watch)}
    more = 0 < before.servers < after.servers and after.mtbf_h is None and id not in watched
    return id if more else ""


def _most_kept(visits: Visits, servers: Mapping[str, int]) -> dict[str, int]:
    """The most servers that vehicles keep at the same time, of facilities with all servers at work or none."""
    output, names = RunOutput.of(visits), visits.plan.labels.facility
    at_once = _served_at_once(visits)
    found = {}
    for k, name in enumerate(names):
        if name not in servers or k in at_once:
            continue
        state = output.trajectories[k]
        if set(state.servers.tolist()) <= {0, servers[name]}:
            found[name] = int(state.busy.max())
    return found


def _served_at_once(visits: Visits) -> set[int]:
    """Facilities that give back a server in the second in which it is taken."""
    facility = facility_of_op(visits.plan)
    found: set[int] = set()
    for rows in visits.pieces():
        at_once = (rows.departed_s == rows.started_s) & (rows.started_s != NOT_YET)
        found.update(facility[rows.op[at_once]].tolist())
    return found
