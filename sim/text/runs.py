"""Sentences about runs in a language: violated balances and reasons of failures."""

from __future__ import annotations

from collections.abc import Iterable

from corridors.findings import Finding
from corridors.io.system_problems import problem
from corridors.messages import Message, MessageError
from sim.text.catalogue import Language, sentence


def problem_sentences(problems: Iterable[Message], language: Language) -> list[str]:
    """One sentence for each violated balance of a run."""
    return [sentence(problem, language) for problem in problems]


def reason_of(error: BaseException, language: Language) -> str:
    """Why an error was raised, one sentence a line: its messages, or the text of any other exception."""
    if isinstance(error, MessageError):
        return "\n".join(sentence(one, language) for one in error.messages)
    return sentence(problem(error), language) if str(error) else ""


def failure_reason(stored: str, language: Language) -> str:
    """The reason of a failed run, as :mod:`sim.core.failures` stores it, one sentence a line."""
    from sim.core.failures import reasons
    from sim.text.findings import line

    return "\n".join(
        line(one, language) if isinstance(one, Finding) else sentence(one, language) for one in reasons(stored)
    )
