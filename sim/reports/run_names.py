"""Names of a run in a language: its scenario and its proposals by title."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from corridors.translations import translated
from sim.text.catalogue import Language, say

if TYPE_CHECKING:
    from sim.run import Case, RunResult


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
