"""The state of a log at an instant: who waited or was served there then, by its visits.

Input: :class:`~corridors.records.visits.Visits` and their map. Output: a
:class:`~sim.studies.forecast.state_file.WorldState`. Only what had begun by the instant counts, and of it only that it
was not over: how long it still took is for the forecast to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from corridors.model import Corridor
from corridors.records.mapping import TIMES, RecordMap
from corridors.records.marks import too_long
from corridors.records.visits import Visits, begin_of
from sim.core.units import HOUR_S
from sim.studies.forecast.state_file import PRESENT, QUEUEING, TIMED, WAITING, WORKING, StateVehicle, WorldState

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]

LEAST_TURNS: Final = 50
"""Vehicles that had their turn, by which is seen how many usually overtake one."""
PAST_DAYS: Final = 14
"""Days of a log before a forecast that are shown with it."""
STALE_H: Final = 6
"""A state whose last record is older says so."""
OVERTAKEN: Final = 10
"""Who is overtaken by more vehicles, and by more than twice as many as usual, is no longer there."""


@dataclass(frozen=True)
class LogState:
    """A state, and what the log leaves open."""

    state: WorldState
    without_end: int
    """Visits that had begun and of whose end nothing is known; they are not in the state."""
    age_h: float
    """Hours from the last time before the instant that the log has: the state is that of then."""


def state_of_log(visits: Visits, found: RecordMap, corridor: Corridor, at: datetime) -> LogState:
    """Who was under way at an instant."""
    second = at.timestamp()
    steps = [one for one in found.steps if _has_stay(one.step, corridor) and set(one.times) - {"arrived"}]
    frame = visits.frame
    begin = begin_of(frame)
    low, high = frame["low"].to_numpy(), frame["high"].to_numpy()
    lost = _lost(frame, begin, second)
    entered = _entered(frame, begin)
    vehicles: list[StateVehicle] = []
    open_ends = 0
    for one in steps:
        if one.step not in visits.steps:
            continue
        mine = (frame["step"] == visits.steps.index(one.step)).to_numpy() & (begin <= second)
        # Where an end lies between two instants, it is taken in the middle; one that the log does not have is open.
        with np.errstate(invalid="ignore"):
            end = np.where(np.isinf(high), np.inf, (low + high) / 2)
        open_ends += int((mine & (np.isnan(end) | (lost & (end > second)))).sum())
        there = np.flatnonzero(mine & (end > second) & ~lost)
        started, arrived = frame["started"].to_numpy(), frame["arrived"].to_numpy()
        for row in there[np.lexsort((begin[there],))].tolist():
            doing, since = PRESENT, begin[row]
            if not np.isnan(started[row]):
                doing, since = (WORKING, started[row]) if started[row] <= second else (WAITING, arrived[row])
            elif "started" in one.times and not np.isnan(arrived[row]):
                doing = WAITING if _is_open(high[row]) else PRESENT
            service = visits.services[int(frame["service"].iloc[row])]
            hashed = visits.vehicles[int(frame["vehicle"].iloc[row])]
            vehicles.append(
                StateVehicle(service, one.step, doing, _time(since), vehicle=hashed, entered=_time(entered[row]))
            )
    covers = tuple(one.step for one in steps)
    return LogState(WorldState(at.astimezone(UTC), tuple(vehicles), {}, covers), open_ends, _age_h(frame, second))


def _lost(frame: pd.DataFrame, begin: Floats, second: float) -> npt.NDArray[np.bool_]:
    """Visits without a known end that are over, though nothing says since when.

    Either they began too long before the instant, or far more vehicles than usual overtook them: of those that came to
    the step later, so many had their turn. That happens to all that wait while the system is down.
    """
    low, high = frame["low"].to_numpy(), frame["high"].to_numpy()
    started, arrived = frame["started"].to_numpy(), frame["arrived"].to_numpy()
    known = low == high
    lost = too_long(frame, np.where(known & (low <= second), low, np.nan), second)
    turn = np.where(np.isnan(started), np.where(known, low, np.nan), started)
    steps = frame["step"].to_numpy()
    for step in np.unique(steps).tolist():
        own = np.flatnonzero((steps == step) & ~np.isnan(arrived))
        over = own[turn[own] <= second]
        waits = own[~(turn[own] <= second) & (begin[own] <= second)]
        if len(over) < LEAST_TURNS or not len(waits):
            continue
        place = np.argsort(np.argsort(arrived[over], kind="stable"), kind="stable")
        usual = np.quantile(np.argsort(np.argsort(turn[over], kind="stable"), kind="stable") - place, 0.99)
        later = len(over) - np.searchsorted(np.sort(arrived[over]), arrived[waits], side="right")
        lost[waits] |= later > max(OVERTAKEN, 2 * usual)
    return lost & ~known


def past_queue(
    visits: Visits, found: RecordMap, at: datetime, days: int = PAST_DAYS
) -> list[tuple[datetime, int | None]]:
    """Vehicles that waited at the steps of the log at each hour before an instant; None while it was down."""
    steps = [one.step for one in found.steps if one.arrived and one.started and one.step in visits.steps]
    came, left = np.empty(0), np.empty(0)
    for step in steps:
        rows = visits.at(step)
        arrived, started = rows["arrived"].to_numpy(), rows["started"].to_numpy()
        known = ~np.isnan(arrived) & (~np.isnan(started) | np.isposinf(rows["high"].to_numpy()))
        came = np.sort(np.concatenate([came, arrived[known]]))
        left = np.sort(np.concatenate([left, started[known & ~np.isnan(started)]]))
    hours = at.timestamp() - HOUR_S * np.arange(24 * days, -1, -1, dtype=np.float64)
    hours = hours[hours >= visits.first_s] if steps else hours[:0]
    waiting = np.searchsorted(came, hours, side="right") - np.searchsorted(left, hours, side="right")
    down = np.isin([visits.day_of(one) for one in hours.tolist()], visits.missing_days)
    return [
        (datetime.fromtimestamp(second, UTC), None if gone else n)
        for second, n, gone in zip(hours.tolist(), waiting.tolist(), down.tolist(), strict=True)
    ]


def _age_h(frame: pd.DataFrame, second: float) -> float:
    """Hours since the last time up to an instant."""
    times = frame[list(TIMES)].to_numpy()
    return (second - float(times[times <= second].max(initial=-np.inf))) / HOUR_S


def _has_stay(step: str, corridor: Corridor) -> bool:
    row = corridor.itineraries.get(step)
    return row is not None and row.kind in QUEUEING | TIMED


def _is_open(high: float) -> bool:
    """Whether a visit was under way when the log ended: no start written then means that it waited."""
    return bool(np.isinf(high))


def _entered(frame: pd.DataFrame, begin: np.ndarray) -> np.ndarray:
    """When the journey of each visit began."""
    import pandas as pd

    return pd.Series(begin, index=frame.index).groupby(frame["journey"]).transform("min").to_numpy()


def _time(second: float) -> datetime | None:
    return None if np.isnan(second) else datetime.fromtimestamp(float(np.floor(second)), UTC)
