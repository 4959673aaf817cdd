"""Sentences about runs in a language: deadlocked vehicles, violated balances, failures."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from corridors.findings import Finding
from corridors.messages import Message, MessageError, message
from sim.text.catalogue import Language, say, sentence

if TYPE_CHECKING:
    from sim.output.deadlock import Deadlocked
    from sim.text.names import Names

DAY_S = 86_400


def deadlock_sentences(deadlocked: Iterable[Deadlocked], names: Names) -> list[str]:
    """One sentence a vehicle: what it waits for since when, and the servers that it keeps."""
    sentences = []
    for one in deadlocked:
        kept = tuple(message("kept", "runs", thing=names.thing(k.facility), **_time(k.since_s)) for k in one.keeps)
        values = {"vehicle": one.vehicle, "thing": names.thing(one.waits_for), **_time(one.since_s)}
        key = "deadlock_keeps" if kept else "deadlock_waits"
        sentences.append(say(f"runs.{key}", names.language, **values, **({"kept": kept} if kept else {})))
    return sentences


def problem_sentences(problems: Iterable[Message], language: Language) -> list[str]:
    """One sentence for each violated balance of a run."""
    return [sentence(problem, language) for problem in problems]


def reason_of(error: BaseException, language: Language) -> str:
    """Why an error was raised, one sentence a line: its messages, or the text of any other exception."""
    if isinstance(error, MessageError):
        return "\n".join(sentence(one, language) for one in error.messages)
    return str(error)


def failure_reason(stored: str, language: Language) -> str:
    """The reason of a failed run, as :mod:`sim.experiments.failures` stores it, one sentence a line."""
    from sim.experiments.failures import reasons
    from sim.text.findings import line

    return "\n".join(
        line(one, language) if isinstance(one, Finding) else sentence(one, language) for one in reasons(stored)
    )


def _time(time_s: int) -> dict[str, int | str]:
    """Day and time of the run, from its start."""
    day, second = divmod(time_s, DAY_S)
    return {"day": day, "time": f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"}
