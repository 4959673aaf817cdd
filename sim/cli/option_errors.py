"""Days that were asked for by option: what is wrong with them is told by the name of the option."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from corridors.findings import ERROR, DataError, Finding

if TYPE_CHECKING:
    from corridors.model import Corridor


@contextmanager
def told_by_option(**asked: object) -> Iterator[None]:
    """A DataError raised inside names options, not the scenario, where it is about ``start``, ``days`` or
    ``warmup_days`` and these were asked for (are not None)."""
    try:
        yield
    except DataError as error:
        options = {name: f"--{name.replace('_', '-')}" for name, value in asked.items() if value is not None}
        raise DataError(
            replace(one, file=options[one.column], column="") if one.row is None and one.column in options else one
            for one in error.findings
        ) from None


def too_few(corridor: Corridor, days: int | None) -> list[Finding]:
    """Days of which the usual warm-up of a world would leave nothing, for commands that cannot do without one."""
    from sim.run import prepare

    with told_by_option(days=days):
        dropped = prepare(corridor, days=days).warmup_dropped
    expected = f"more than the {dropped} of the warm-up (run_warmup_days in parameters.csv)"
    return [Finding(ERROR, "--days", None, "", str(days), expected)] if dropped else []
