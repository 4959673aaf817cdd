"""Names of a run in a language: its scenario and its proposals by title."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from corridors.translations import translated
from sim.text.catalogue import Language, say

UNITS_IN_BRACKETS: Final = re.compile(r"\s*[(\uff08][^()\uff08\uff09]*[)\uff09]$")
"""Brackets at the end of a label."""

if TYPE_CHECKING:
    from corridors.model import Corridor
    from corridors.overlay.changes import Change
    from sim.run import Case, RunResult
    from sim.text.names import Names


def scenario_title(case: Case, language: Language, untitled: str = "") -> str:
    """The title of the scenario, else its id, with the single settings of the command line behind it.

    ``untitled`` is the name of a scenario with changes and without a title, where its id is not for users.
    """
    from sim.run import BASELINE

    scenario = case.scenario
    own = translated(scenario, "title", language)
    if not own and untitled and (scenario.changes or scenario.proposals):
        own = untitled
    elif scenario.id == BASELINE.id:
        own = say("run_report.baseline", language)
    return ", ".join([own or scenario.id, *case.by_hand])


def proposal_titles(case: Case, language: Language) -> tuple[str, ...]:
    """The titles of the proposals of the scenario."""
    return tuple(translated(one, "title", language) for one in case.proposals)


def named_record(result: RunResult, language: Language, untitled: str = "") -> dict[str, Any]:
    """The record of a run, with its scenario (see :func:`scenario_title`) and proposals by title."""
    titles = list(proposal_titles(result.case, language))
    return result.record() | {"scenario": scenario_title(result.case, language, untitled), "proposals": titles}


def settings_in_words(case: Case, baseline: Corridor, language: Language) -> list[str]:
    """The single settings and closures of the command line by names; one without names as it is written there."""
    from corridors.overlay.changes import OPTIONS
    from sim.text.names import Names

    names = Names.of(case.corridor, language)
    own = [change for change in case.scenario.changes if change.origin in OPTIONS]
    return [_in_words(change, case.corridor, baseline, names) or str(change.unsigned()) for change in own]


def _in_words(change: Change, now: Corridor, baseline: Corridor, names: Names) -> str:
    """A value before and after, or a closure, by names; '' where something has none."""
    from corridors.io.cells import show
    from corridors.model import TABLES
    from corridors.schema import schema

    table, _, rest = change.address.partition(".")
    id, _, column = rest.partition(".")
    if table not in TABLES or id not in baseline.table(table) or id not in now.table(table):
        return ""
    thing = translated(now.table(table)[id], "name", names.language)
    if not thing:
        return ""
    if change.op == "close":
        first, last = str(change.first_day), str(change.last_day or change.first_day)
        return names.labelled(thing, names.closure(first, last, change.weekdays, change.servers_share))
    declared = schema(table).get(column)
    if declared is None or declared.choices or declared.reference:
        return ""
    sides = [show(getattr(of.table(table)[id], column)) for of in (baseline, now)]
    if not all(sides):
        return ""
    # Of a label such as "places at work (lines, lanes, bays)" a title has no use for the brackets.
    label = UNITS_IN_BRACKETS.sub("", translated(declared, "label", names.language))
    before, after = sides
    if not declared.unit.startswith("per "):  # The label of the column says so.
        after = names.measured_in(now.table(table)[id], after, declared)
    return names.labelled(thing, say("run_report.before_after", names.language, what=label, before=before, after=after))
