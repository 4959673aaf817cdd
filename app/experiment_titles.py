"""Titles of the experiments that pages run, in every language that an experiment can have."""

from __future__ import annotations

from app.language import message_name
from sim.experiments.experiment import Experiment
from sim.text.catalogue import say

FIELD = "title_"


def experiment_titles(key: str) -> dict[str, str]:
    """The fields ``title_en``, ``title_zh`` of an experiment, from a message of the page."""
    languages = [name.removeprefix(FIELD) for name in Experiment.model_fields if name.startswith(FIELD)]
    return {f"{FIELD}{code}": say(message_name(key), code) for code in languages}
