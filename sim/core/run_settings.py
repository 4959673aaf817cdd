"""Settings of a run: its days, its warm-up and its random numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from corridors.clock import local_time
from corridors.messages import Message, MessageError, message
from sim.core.units import DAY_S

MOST_DAYS: Final = (2**31 - 2) // DAY_S
"""Most days of a run, 68 years: the compiled engine counts seconds up to 2^31 - 2."""
MOST_NUMBER: Final = 10**18
"""Largest seed and replication: tables of results keep them, and those that studies derive, in 64 bits."""
ROOM = "runs"
"""The catalogue of the messages of runs."""


class SettingError(MessageError, ValueError):
    """A setting out of bounds; ``setting`` is the name of its field."""

    def __init__(self, why: Message, setting: str = "") -> None:
        super().__init__(why)
        self.setting = setting


@dataclass(frozen=True)
class RunSettings:
    """One run. ``start`` is the first simulated day; ``days`` (of 24 hours) counts the warm-up; the first
    ``warmup_days`` are simulated but not measured. Raises SettingError for what is out of bounds."""

    start: date
    days: int
    warmup_days: int = 0
    seed: int = 1
    replication: int = 0
    clock: str = ""
    """The time zone at whose midnight the run starts; '' for 00:00 UTC, as in a world without time zones of places."""

    def __post_init__(self) -> None:
        if self.days < 1:
            raise SettingError(message("settings.no_day", ROOM, days=self.days), "days")
        if self.days > MOST_DAYS:
            raise SettingError(message("settings.too_long", ROOM, days=self.days, most=MOST_DAYS), "days")
        if not 0 <= self.warmup_days < self.days:
            raise SettingError(
                message("settings.warmup", ROOM, warmup_days=self.warmup_days, n=self.days), "warmup_days"
            )
        for setting in ("seed", "replication"):
            value = getattr(self, setting)
            if value < 0:
                raise SettingError(message("settings.negative", ROOM, setting=setting, value=value), setting)
            if value > MOST_NUMBER:
                too_large = message("settings.too_large", ROOM, setting=setting, value=str(value), most=MOST_NUMBER)
                raise SettingError(too_large, setting)

    @property
    def epoch(self) -> datetime:
        """The instant of second 0."""
        return local_time.midnight(self.start, local_time.zone(self.clock) if self.clock else UTC)

    @property
    def horizon_s(self) -> int:
        """End of the run, in seconds from the epoch."""
        return self.days * DAY_S

    @property
    def warmup_s(self) -> int:
        """End of the warm-up, in seconds from the epoch."""
        return self.warmup_days * DAY_S
