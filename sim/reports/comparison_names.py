"""Names of a comparison in one language: scenarios, traffic, and the warnings with names instead of ids."""

from __future__ import annotations

from typing import Any, Final

from corridors.messages import Message
from corridors.model import Corridor
from corridors.translations import translated
from sim.reports.number_format import figure
from sim.studies.compare import ALL, ExperimentResults, ScenarioComparison
from sim.studies.compare.figures import BOTH
from sim.text.catalogue import Language, has, say
from sim.text.names import Names

MOST_NAMED: Final = 2
"""Scenarios that a warning names; it counts the rest."""


def names_of(results: ExperimentResults, corridor: Corridor, language: Language) -> Names:
    """The names of a corridor and of the rows that only some scenarios have; those of facilities of a port differ."""
    return Names.of(corridor, language).told_apart(corridor).with_added(results.changes())


def experiment_title(results: ExperimentResults, language: Language) -> str:
    """The title of an experiment in a language, else in English, else its id."""
    experiment = results.experiment
    title = translated(experiment, "title", language)
    known = f"comparison.experiment.{experiment.id}"
    return title or (say(known, language) if has(known) else experiment.id)


def baseline_name(results: ExperimentResults, language: Language) -> str:
    """The baseline within a sentence, with the title that the experiment gives it."""
    title = translated(results.experiment.baseline, "title", language)
    return say("comparison.baseline_titled", language, title=title) if title else say("comparison.baseline", language)


def traffic_name(names: Names, port: str, klass: str, direction: str = BOTH) -> str:
    """A class at a port, in one direction or both; 'all' is all ports or all classes."""
    place = say("comparison.all_ports", names.language) if port == ALL else names.port(port)
    if port == klass == ALL:
        return place
    traffic = names.klass(klass) if direction == BOTH else names.group(klass, direction)
    return say("comparison.at_place", names.language, place=place, traffic=traffic)


def warning_texts(comparison: ScenarioComparison, names: Names) -> list[str]:
    """The warnings of a comparison as sentences."""
    return [warning_text(warning, comparison.results, names) for warning in comparison.warnings]


def comparison_document(comparison: ScenarioComparison, names: Names) -> dict[str, object]:
    """The JSON document of a comparison, with the warnings in the language of ``names``."""
    return comparison.as_json(warning_texts(comparison, names))


def warning_text(warning: Message, results: ExperimentResults, names: Names) -> str:
    """A warning as a sentence."""
    values: dict[str, Any] = dict(warning.params)
    if "scenarios" in values:
        values["scenarios"] = _scenarios(values["scenarios"], results, names.language)
    if "port" in values:
        port, direction, klass = (values.pop(key) for key in ("port", "direction", "traffic_class"))
        values["traffic"] = traffic_name(names, port, klass, direction)
    if "stock" in values:
        values["stock"], values["unit"] = names.stock(values["stock"]), names.unit(values["unit"])
        values["rate"] = figure(values["rate"])
    return say(f"{warning.room}.{warning.code}", names.language, **values)


def _scenarios(ids: tuple[str, ...], results: ExperimentResults, language: Language) -> str:
    """Titles of the first scenarios, and the number of the others."""
    titles = [
        baseline_name(results, language) if id == results.baseline else results.title(id, language)
        for id in ids[:MOST_NAMED]
    ]
    named, rest = say("comparison.separator", language).join(titles), len(ids) - MOST_NAMED
    if rest <= 0:
        return named
    return say("comparison.scenarios_and_more", language, scenarios=named, rest=rest)
