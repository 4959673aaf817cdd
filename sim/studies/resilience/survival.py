"""Time to survive (Simchi-Levi et al. 2015): days until a stock runs empty or full because something is shut.

Input: a corridor and a closure. Output: for each stock that a closure empties or fills the first such day, in one
replication, counted from the first day shut. A day counts if the stock ends it empty or full and does not without the
closure. These two runs are repeated, as results do not store the levels of each day.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np

from corridors.model import Corridor
from corridors.overlay.applying import apply
from corridors.overlay.changes import Change
from sim.core.run_settings import RunSettings
from sim.core.units import DAY_S
from sim.engines import resolve_engine
from sim.kpi.time_series import level_table
from sim.run import replicate

HOLDING: Final = ("cargo", "wagons", "containers")
"""Kinds of stocks that keep something; one with a daily quota starts each day anew."""
State = Literal["empty", "full"]


@dataclass(frozen=True)
class Survival:
    """One stock that does not outlast a closure."""

    month: int
    stock: str
    state: State
    day: int
    """Day of the closure on which it first ends so; 1 is the first day shut."""
    days: int
    """Days of the closure."""


def survival_of(corridor: Corridor, settings: RunSettings, close: Change, month: int) -> list[Survival]:
    """The stocks that run empty or full while a closure of whole days lasts, the first ones first."""
    usual, disturbed = _levels(corridor, settings), _levels(apply(corridor, [close]), settings)
    day = close.first_day or settings.start
    first, last = ((one - settings.start).days for one in (day, close.last_day or day))
    found = []
    for stock, levels in disturbed.items():
        most = corridor.stocks[stock].capacity
        ends: dict[State, Any] = {"empty": levels <= 0}
        if most is not None:
            ends["full"] = levels >= most
        for state, hit in ends.items():
            days = np.flatnonzero((hit & (levels != usual[stock]))[first : last + 1])
            if len(days):
                found.append(Survival(month, stock, state, int(days[0]) + 1, last - first + 1))
    return sorted(found, key=lambda one: (one.day, one.stock))


def _levels(corridor: Corridor, settings: RunSettings) -> dict[str, Any]:
    """Levels at the end of each day of stocks that keep something."""
    table = level_table(replicate(corridor, settings, resolve_engine(None)), DAY_S)
    kept = table[table["stock_kind"].isin(HOLDING)]
    found = {str(id): rows["level"].to_numpy() for id, rows in kept.groupby("stock")}
    return {id: levels for id, levels in found.items() if not corridor.stocks[id].daily_quota}
