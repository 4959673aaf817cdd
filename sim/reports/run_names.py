"""Names of a run in a language: its scenario and its proposals by title."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from corridors.translations import translated
from sim.text.catalogue import Language, say

if TYPE_CHECKING:
    from sim.run import Case, RunResult


def scenario_title(case: Case, language: Language) -> str:
    """The title of the scenario, else its id, with the single settings of the command line behind it."""
    from sim.run import BASELINE

    id = case.scenario.id
    own = say("run_report.baseline", language) if id == BASELINE.id else translated(case.scenario, "title", language)
    return ", ".join([own or id, *case.by_hand])


def proposal_titles(case: Case, language: Language) -> tuple[str, ...]:
    """The titles of the proposals of the scenario."""
    return tuple(translated(one, "title", language) for one in case.proposals)


def named_record(result: RunResult, language: Language) -> dict[str, Any]:
    """The record of a run, with its scenario and proposals by title."""
    titles = list(proposal_titles(result.case, language))
    return result.record() | {"scenario": scenario_title(result.case, language), "proposals": titles}
