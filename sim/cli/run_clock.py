"""Instants of a run on the clocks of places, for commands that print them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from corridors.clock.local_time import zone
from corridors.clock.place_clocks import zone_of_place

if TYPE_CHECKING:
    from sim.run import RunResult


class RunClock:
    """Instants of a run on the clocks of places."""

    def __init__(self, result: RunResult) -> None:
        self._corridor = result.case.corridor
        self._epoch = result.visits.plan.labels.epoch.astimezone(UTC)

    def at(self, second: int, place: str) -> str:
        """Day and time at a place, with its hours ahead of UTC; UTC for a place without a clock."""
        instant = self.utc(second).astimezone(zone(zone_of_place(self._corridor, place) or "UTC"))
        return f"{instant:%Y-%m-%d %H:%M} {instant:%z}"[:-2]

    def with_clock(self, places: Sequence[str]) -> list[str]:
        """For each place of a journey itself or, without a clock, the last one before it with one, else the next."""
        own = [place if zone_of_place(self._corridor, place) else "" for place in places]
        last = next(filter(None, own), "")
        return [last := place or last for place in own]

    def utc(self, second: int) -> datetime:
        """The instant of a second of the run."""
        return self._epoch + timedelta(seconds=second)
