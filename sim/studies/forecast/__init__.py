"""States of a world at an instant, forecasts of the coming days from them, and their check on past days."""

from __future__ import annotations

from typing import Final

MOST_DAYS: Final = 60
"""Longest forecast."""
