"""Seconds in the units of time; the only definition for everything that imports :mod:`sim`."""

from __future__ import annotations

from typing import Final

MINUTE_S: Final = 60
HOUR_S: Final = 3_600
DAY_S: Final = 86_400
