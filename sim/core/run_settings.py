"""What a run is, apart from the world it runs in: when, how long, with which random numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

DAY_S = 86_400


class SettingError(ValueError):
    """A run cannot be like this; ``setting`` names the field that is to blame."""

    def __init__(self, setting: str, message: str) -> None:
        super().__init__(message)
        self.setting = setting


@dataclass(frozen=True)
class RunSettings:
    """One run. ``start`` is the first simulated day (00:00 UTC); ``days`` counts the warm-up; the first
    ``warmup_days`` are simulated but not measured. Raises SettingError for what is out of bounds."""

    start: date
    days: int
    warmup_days: int = 0
    seed: int = 1
    replication: int = 0

    def __post_init__(self) -> None:
        if self.days < 1:
            raise SettingError("days", f"days is {self.days}; a run needs at least 1 day")
        if not 0 <= self.warmup_days < self.days:
            told = f"warmup_days is {self.warmup_days}; it must lie between 0 and days - 1 = {self.days - 1}"
            raise SettingError("warmup_days", told)
        for setting in ("seed", "replication"):
            if getattr(self, setting) < 0:
                raise SettingError(setting, "seed and replication must not be negative")

    @property
    def epoch(self) -> datetime:
        """The instant of second 0."""
        return datetime(self.start.year, self.start.month, self.start.day, tzinfo=UTC)

    @property
    def horizon_s(self) -> int:
        return self.days * DAY_S

    @property
    def warmup_s(self) -> int:
        return self.warmup_days * DAY_S
