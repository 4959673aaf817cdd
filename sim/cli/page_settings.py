"""Environment variables of the web page: days and time of its short runs. An empty one is as if not set."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from corridors.findings import DataError
from sim.cli.words import wrong

DAYS: Final = "BRIDGEHEAD_DAYS"
"""Variable with the length of the short runs, days, warm-up included; `bridgehead app --days` sets it."""
DATA: Final = "BRIDGEHEAD_DATA"
"""Variable with the data folder of the page; `bridgehead app --data` sets it."""
USUAL_DAYS: Final = 42
FEWEST_DAYS: Final = 2
MOST_DAYS: Final = 120
SECONDS: Final = "BRIDGEHEAD_RUN_SECONDS"
"""Variable with the longest time of a short run, seconds."""
USUAL_S: Final = 60.0
LEAST_S: Final = 1
LONGEST_S: Final = 86_400


def days_of(environment: Mapping[str, str]) -> int:
    """Days of the short runs. Raises DataError for another value than a whole number within the limits."""
    given = environment.get(DAYS, "").strip()
    try:
        days = int(given) if given else USUAL_DAYS
    except ValueError:
        days = 0
    if not FEWEST_DAYS <= days <= MOST_DAYS:
        raise DataError([wrong(DAYS, given, "usage.whole_number_between", low=FEWEST_DAYS, high=MOST_DAYS)])
    return days


def seconds_of(environment: Mapping[str, str]) -> float:
    """The longest time of a short run, seconds. Raises DataError for another value than one within the limits."""
    given = environment.get(SECONDS, "").strip()
    try:
        seconds = float(given) if given else USUAL_S
    except ValueError:
        seconds = math.nan
    if not LEAST_S <= seconds <= LONGEST_S:
        raise DataError([wrong(SECONDS, given, "usage.number_between", low=LEAST_S, high=LONGEST_S)])
    return seconds
