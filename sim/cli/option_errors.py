"""Findings about options: days given by option are reported under its name; options without effect are refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from corridors.findings import ERROR, DataError, Finding
from corridors.messages import message
from sim.cli.words import wrong

if TYPE_CHECKING:
    from corridors.model import Corridor


@contextmanager
def told_by_option(**asked: object) -> Iterator[None]:
    """Let a DataError raised inside name options, not the scenario, where it is about ``start``, ``days`` or
    ``warmup_days`` and these are given (are not None)."""
    try:
        yield
    except DataError as error:
        options = {name: f"--{name.replace('_', '-')}" for name, value in asked.items() if value is not None}
        raise DataError(
            replace(one, file=options[one.column], column="") if one.row is None and one.column in options else one
            for one in error.findings
        ) from None


def idle_options(code: str, option: str, options: Mapping[str, tuple[object, object]]) -> list[Finding]:
    """Findings for options that have no effect: those of ``options`` whose value, the first, is not the default.

    ``code`` says why: ``option.only_with`` where ``option`` is missing, ``option.no_effect_with`` where it is given.
    """
    return [wrong(name, value, code, option=option) for name, (value, usual) in options.items() if value != usual]


def too_few(corridor: Corridor, days: int | None) -> list[Finding]:
    """A finding for days that are within the default warm-up, for commands that need a warm-up."""
    from sim.run import prepare

    with told_by_option(days=days):
        dropped = prepare(corridor, days=days).warmup_dropped
    why, expected = message("option.within_warmup", "runs"), message("want.more_than_warmup", "runs", n=dropped)
    return [Finding(ERROR, "--days", None, "", str(days), expected, message=why)] if dropped else []
