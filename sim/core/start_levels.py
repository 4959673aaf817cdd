"""Levels of yards with which a run starts.

A run of the base year starts from the levels that ``stocks.csv`` declares. A shorter run that starts on a later day of
the base year starts from the levels that the base year has on that day: ``data/start_levels.csv``, one row for each
yard and day, written by ``tools/start_levels.py`` from one run of the base year. A stock whose declared level differs
from that of the base year, such as in a scenario that changes it, keeps its own. Pools keep theirs, too: what is not
in the pool is on the way in the base year, and on the way is nothing when a run starts.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Final, Literal

from corridors.io.folders import data_root
from corridors.model import Corridor

SETTLED: Final = "settled"
StocksFrom = Literal["declared", "base_year", "settled"]
"""declared: ``stocks.csv``; base_year: the base year on the first day of a run; settled: levels without a drift."""
FILE: Final = "start_levels.csv"
COLUMNS: Final = ("stock", "day", "level")
A_YEAR: Final = 365
"""Days of a run that starts from the declared levels whenever it starts."""

Levels = Mapping[str, int]
"""Units by id of the stock."""


@cache
def base_year_levels() -> Mapping[str, Mapping[date, int]]:
    """The level of each yard at the start of each day of the base year, in units by stock and day."""
    found: dict[str, dict[date, int]] = {}
    with (data_root() / FILE).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["stock"], {})[date.fromisoformat(row["day"])] = int(row["level"])
    return found


def has_yards(corridor: Corridor) -> bool:
    """Whether a world has yards: stocks of cargo without a daily quota, whose level at the start matters."""
    return any(row.kind == "cargo" and row.daily_quota is None for row in corridor.stocks.values())


def levels_on(corridor: Corridor, start: date, days: int) -> Levels:
    """The levels of the base year for a run of a corridor; empty where it starts from the declared ones."""
    if days >= A_YEAR:
        return {}
    found = {}
    for id, by_day in base_year_levels().items():
        stock, first = corridor.stocks.get(id), next(iter(by_day))
        if stock and stock.initial == by_day[first] and start in by_day and start != first:
            found[id] = by_day[start]
    return found


def with_levels(corridor: Corridor, levels: Levels) -> Corridor:
    """The corridor with these levels at the start, at most the capacity of each stock."""
    if not levels:
        return corridor
    stocks = dict(corridor.stocks)
    for id, level in levels.items():
        most = stocks[id].capacity
        stocks[id] = replace(stocks[id], initial=level if most is None else min(level, most))
    return replace(corridor, stocks=stocks)
