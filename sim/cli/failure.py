"""Failures of a command with exit status 1: the input is valid, but there is no valid result."""

from __future__ import annotations

from sim.cli.words import language


class Failure(Exception):  # noqa: N818 (a failed run is an outcome, not a fault of the program)
    """The message says what happened and what to do."""


def reason(error: BaseException) -> str:
    """Why an error was raised, in the language of the command; '' for an interruption."""
    from sim.text.runs import reason_of

    return reason_of(error, language())
