"""Failure of a command with valid input, exit status 1."""

from __future__ import annotations

from sim.cli.words import language


class Failure(Exception):  # noqa: N818 (a failed run is an outcome, not a fault of the program)
    """A failed run or file; the message says the cause and the remedy."""


def reason(error: BaseException) -> str:
    """Why an error was raised, in the language of the command; '' for an interruption."""
    from sim.text.runs import reason_of

    return reason_of(error, language())
