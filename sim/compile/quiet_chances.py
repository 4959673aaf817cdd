"""Breakdowns and weather that a change gives, and of which none falls in the run: it is the run without them.

Input: the baseline, the world with the changes of a scenario, and the settings of the run. Output: a warning for the
changes of a facility's breakdowns, and for those of a kind of weather, where the run draws none with or without them.
Another seed, replication or length may draw some, so this is said of one run only.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Final

from corridors.clock.calendars import Calendars
from corridors.findings import WARNING, Finding
from corridors.messages import message
from corridors.model import Corridor
from corridors.overlay.changes import Change
from sim.compile.service_centres import service_centres
from sim.compile.variates import breakdowns
from sim.compile.weather import spells
from sim.core.random_streams import RandomStreams
from sim.core.run_settings import RunSettings

ROOM: Final = "runs"
OF_BREAKDOWNS: Final = frozenset({"mtbf_h", "mttr_h"})


def quiet_chances(
    baseline: Corridor,
    changed: Corridor,
    changes: Sequence[Change],
    settings: RunSettings,
    said: Collection[str] = (),
) -> Iterator[Finding]:
    """Warnings for changes of breakdowns and weather without effect in one run; not for addresses already ``said``."""
    by_row: dict[tuple[str, str], list[Change]] = {}
    for change in changes:
        table, _, rest = change.address.partition(".")
        row, _, field = rest.rpartition(".")
        if table == "facilities" and field in OF_BREAKDOWNS:
            by_row.setdefault((table, row), []).append(change)
        elif table == "weather":
            by_row.setdefault((table, rest.partition(".")[0]), []).append(change)
    for (table, row), some in by_row.items():
        none = _no_breakdown if table == "facilities" else _no_spell
        if some[0].address in said or not none(row, baseline, changed, settings):
            continue
        code = "idle.no_breakdown_drawn" if table == "facilities" else "idle.no_spell_drawn"
        why, expected = message(code, ROOM, thing=row), message("want.effective_change", ROOM)
        addresses = ", ".join(dict.fromkeys(change.address for change in some))
        shown = "; ".join(str(change.unsigned()) for change in some)
        yield Finding(WARNING, some[0].origin or "changes", None, addresses, shown, expected, "", why)


def _no_breakdown(facility: str, baseline: Corridor, changed: Corridor, settings: RunSettings) -> bool:
    """Whether no server of a facility fails in the run, with the times of the changes and with those of before."""
    if facility not in baseline.facilities or facility not in changed.facilities:
        return False
    rows = [corridor.facilities[facility] for corridor in (changed, baseline)]
    streams = RandomStreams(settings.seed, settings.replication)
    calendars = Calendars(changed, settings.epoch, settings.horizon_s)
    centre = next(one for one in service_centres(changed, calendars) if one.name == facility)
    return not any(
        breakdowns(replace(centre, mtbf_h=row.mtbf_h, mttr_h=row.mttr_h), server, settings.horizon_s, streams)
        for row in rows
        for server in range(centre.servers)
    )


def _no_spell(weather: str, baseline: Corridor, changed: Corridor, settings: RunSettings) -> bool:
    """Whether no spell of a kind of weather touches the run, with the changes and before."""
    streams = RandomStreams(settings.seed, settings.replication)
    kinds = [(corridor, corridor.weather[weather]) for corridor in (changed, baseline) if weather in corridor.weather]
    return not any(spells(corridor, row, settings, streams) for corridor, row in kinds)
