"""Findings about options: days given by option are reported under the name of the option."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from corridors.findings import ERROR, DataError, Finding
from corridors.messages import message

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


def too_few(corridor: Corridor, days: int | None) -> list[Finding]:
    """A finding for days that are within the default warm-up, for commands that need a warm-up."""
    from sim.run import prepare

    with told_by_option(days=days):
        dropped = prepare(corridor, days=days).warmup_dropped
    why, expected = message("option.within_warmup", "runs"), message("want.more_than_warmup", "runs", n=dropped)
    return [Finding(ERROR, "--days", None, "", str(days), expected, message=why)] if dropped else []
