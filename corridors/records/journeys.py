"""Visits of one vehicle in order: repeats, journeys, times before those that precede them, steps that are on no way.

Input and output: frames of visits as in :data:`corridors.records.visits.FRAME`; each function enters what it drops or
corrects in the ledger. Rules R3, R4, R5, R6, R13.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from corridors.clock import local_time
from corridors.model import Corridor
from corridors.records.mapping import TIMES, RecordMap
from corridors.records.stamps import DAY_S, iso
from corridors.records.visits import CORRECTED, DROPPED, Ledger

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

NEARLY_S: Final = 120.0
"""Two records of one visit differ by at most so much."""
FORM_MEDIAN_S: Final = 300.0
"""Work at a step that usually takes longer is not done in the second in which it began."""
NIGHT_S: Final = 6 * 3600.0
"""Soon after midnight the day of a record is easily the one before."""
LEAST_TOLERANCE_S: Final = 60.0
"""Clocks of one log agree to a minute."""


def first_time(frame: pd.DataFrame) -> Floats:
    """The first known of the four times of each visit, in their order."""
    times = frame[list(TIMES)].to_numpy()
    return np.where(np.isnan(times).all(1), np.nan, times[np.arange(len(times)), (~np.isnan(times)).argmax(1)])


def last_time(frame: pd.DataFrame) -> Floats:
    """The last known of the four times of each visit, in their order."""
    times = frame[list(TIMES)].to_numpy()[:, ::-1]
    return times[np.arange(len(times)), (~np.isnan(times)).argmax(1)]


def _shown(rows: pd.DataFrame) -> list[str]:
    """The times of visits for the ledger."""
    return [" / ".join(map(iso, times)) for times in rows[list(TIMES)].to_numpy()]


def _without(frame: pd.DataFrame, bad: Bools, ledger: Ledger, rule: str, note: str = "") -> pd.DataFrame:
    """The frame without some visits, which are entered as dropped."""
    if not bad.any():
        return frame
    ledger.add(rule, DROPPED, frame[bad], "", _shown(frame[bad]), note)
    return frame[~bad].reset_index(drop=True)


def without_repeats(frame: pd.DataFrame, ledger: Ledger) -> pd.DataFrame:
    """The visits without those that are there twice (R3) or nearly twice (R4); the first record is kept."""
    frame = frame.sort_values(["file", "line"], kind="stable", ignore_index=True)
    again = frame.duplicated(["vehicle", "service", "step", *TIMES]).to_numpy()
    frame = _without(frame, again, ledger, "R3")
    frame = frame.assign(begin=first_time(frame))
    frame = frame.sort_values(["vehicle", "step", "begin", "file", "line"], kind="stable", ignore_index=True)
    times = frame[list(TIMES)].to_numpy()
    near = np.zeros(len(frame), bool)
    if len(frame) > 1:
        apart = np.abs(np.diff(times, axis=0))
        both_none = np.isnan(times[1:]) & np.isnan(times[:-1])
        same = (frame["vehicle"].to_numpy()[1:] == frame["vehicle"].to_numpy()[:-1]) & (
            frame["step"].to_numpy()[1:] == frame["step"].to_numpy()[:-1]
        )
        near[1:] = same & ((apart <= NEARLY_S) | both_none).all(1)
    return _without(frame, near, ledger, "R4")


def positions(found: RecordMap, corridor: Corridor, services: Sequence[str]) -> npt.NDArray[np.int64]:
    """(services, steps of the map): the place of each step on the way of each service; -1 where it is on none."""
    made = np.full((len(services), len(found.steps)), -1, np.int64)
    for s, name in enumerate(services):
        ways = corridor.itineraries_from(corridor.services[name].itinerary) if name in corridor.services else []
        order = [step.id for way in ways for step in corridor.steps(way)]
        places = {step: n for n, step in enumerate(order)}
        made[s] = [places.get(one.step, -1) for one in found.steps]
    return made


def numbered(frame: pd.DataFrame, found: RecordMap, corridor: Corridor, ledger: Ledger) -> pd.DataFrame:
    """The visits with numbers of journeys; steps that the service does not come through are dropped (R13)."""
    services = found.services or tuple(sorted(corridor.services))
    places = positions(found, corridor, services)
    frame = frame.assign(position=places[frame["service"].to_numpy(), frame["step"].to_numpy()])
    frame = _without(frame, frame["position"].to_numpy() < 0, ledger, "R13", "itinerary")
    frame = frame.sort_values(["vehicle", "key", "begin", "position"], kind="stable", ignore_index=True)
    firsts = np.array([row[row >= 0].min() if (row >= 0).any() else -1 for row in places])
    vehicle, key, begin = (frame[name].to_numpy() for name in ("vehicle", "key", "begin"))
    is_first = frame["position"].to_numpy() == firsts[frame["service"].to_numpy()]
    new = np.ones(len(frame), bool)
    if len(frame) > 1:
        ends = np.fmax(last_time(frame), begin)
        gap = begin[1:] - ends[:-1] > found.journey.gap_h * 3600
        other = (vehicle[1:] != vehicle[:-1]) | (key[1:] != key[:-1])
        again = (gap | is_first[1:]) & (key[1:] < 0)
        new[1:] = other | again
    return frame.assign(journey=np.cumsum(new) - 1)


def in_order(
    frame: pd.DataFrame, found: RecordMap, ledger: Ledger, rounding: Mapping[int, float], clock: str
) -> pd.DataFrame:
    """The visits with times in their order (R5), and without starts that a form made equal to the end (R6).

    ``clock`` is the time zone at whose midnight a day is easily that of the evening before.
    """
    zone = local_time.zone(clock)
    frame = frame.copy()
    times = frame[list(TIMES)].to_numpy().copy()
    slack = _slack(frame, rounding)
    before = np.fmax.accumulate(np.where(np.isnan(times), -np.inf, times), axis=1)
    broken = np.flatnonzero((times[:, 1:] < before[:, :-1] - slack[:, None]).any(1))
    journey = frame["journey"].to_numpy()
    first, last = first_time(frame), last_time(frame)
    bad, steps = np.zeros(len(frame), bool), frame["step"].to_numpy()
    moved: list[tuple[int, int, float]] = []
    spans = _longest_spans(times, steps, broken)
    for row in broken.tolist():
        earliest = last[row - 1] if row and journey[row - 1] == journey[row] else -np.inf
        latest = first[row + 1] if row + 1 < len(frame) and journey[row + 1] == journey[row] else np.inf
        longest = found.steps[int(steps[row])].longest_h
        span = longest * 3600 if longest else np.inf
        ahead_s = local_time.offset_s(first[row], zone)
        mend = _mended(times[row], slack[row], earliest, latest, min(span, spans[steps[row]]), ahead_s)
        if mend is None:
            bad[row] = True
        else:
            moved.append((row, *mend))
    for row, slot, shift in moved:
        one = frame.iloc[[row]]
        ledger.add("R5", CORRECTED, one, TIMES[slot], iso(times[row, slot]), f"{shift / 3600:+.0f} h")
        times[row, slot] += shift
    frame[list(TIMES)] = times
    frame = _without(frame, bad, ledger, "R5")
    frame = _forms(frame, ledger)
    return frame.assign(begin=first_time(frame))


def _longest_spans(times: Floats, steps: npt.NDArray[np.int64], broken: npt.NDArray[np.int64]) -> Floats:
    """By step the time that a visit may take: that of the longest in order, at least a day."""
    sound = np.ones(len(times), bool)
    sound[broken] = False
    took = np.fmax.reduce(times, axis=1) - np.fmin.reduce(times, axis=1)
    found = np.full(int(steps.max(initial=0)) + 1, float(DAY_S))
    np.fmax.at(found, steps[sound], took[sound])
    return found


def _slack(frame: pd.DataFrame, rounding: Mapping[int, float]) -> Floats:
    by_step = np.array([max(LEAST_TOLERANCE_S, seconds) for _, seconds in sorted(rounding.items())])
    slack: Floats = by_step[frame["step"].to_numpy()]
    return slack


def _mended(
    times: Floats, slack: float, earliest: float, latest: float, span: float, ahead_s: float
) -> tuple[int, float] | None:
    """The one time (slot, shift) that a day more or less puts in order; None if none does or several do.

    Of several only those soon after midnight count, since their day is easily that of the evening before.
    """
    fits = []
    for slot, shift in product(range(len(TIMES)), (DAY_S, -DAY_S)):
        if np.isnan(times[slot]):
            continue
        moved = times.copy()
        moved[slot] += shift
        known = moved[~np.isnan(moved)]
        in_order = (np.diff(known) >= -slack).all()
        within = known[0] >= earliest - slack and known[-1] <= latest + slack
        if in_order and within and known[-1] - known[0] <= span:
            fits.append((slot, float(shift)))
    if len(fits) > 1:
        fits = [one for one in fits if one[1] > 0 and _over_midnight(times + ahead_s, one[0])]
    return fits[0] if len(fits) == 1 else None


def _over_midnight(times: Floats, slot: int) -> bool:
    """Whether a local time is within the first hours of a day, and the one before it in the last."""
    if slot == 0 or np.isnan(times[slot - 1]):
        return False
    clock, before = (times[k] % DAY_S for k in (slot, slot - 1))
    return bool(clock < NIGHT_S and before > DAY_S - NIGHT_S)


def _forms(frame: pd.DataFrame, ledger: Ledger) -> pd.DataFrame:
    """Starts that equal the end at a step that usually takes longer are the time of a button, not of the work (R6)."""
    started, finished = frame["started"].to_numpy().copy(), frame["finished"].to_numpy()
    took = finished - started
    equal = took == 0
    for step in np.unique(frame["step"].to_numpy()[equal]):
        own = (frame["step"] == step).to_numpy()
        usual = took[own & (took > 0)]
        if not len(usual) or np.median(usual) <= FORM_MEDIAN_S:
            continue
        form = own & equal
        ledger.add("R6", CORRECTED, frame[form], "started", [iso(one) for one in started[form]])
        started[form] = np.nan
    return frame.assign(started=started)


def on_the_way(frame: pd.DataFrame, found: RecordMap, ledger: Ledger, rounding: Mapping[int, float]) -> pd.DataFrame:
    """The visits that one vehicle can have made one after the other, in an order that its itinerary has (R13)."""
    frame = frame.sort_values(["journey", "begin", "position"], kind="stable", ignore_index=True)
    journey, place = frame["journey"].to_numpy(), frame["position"].to_numpy()
    back = np.flatnonzero((journey[1:] == journey[:-1]) & (place[1:] <= place[:-1]))
    bad = np.zeros(len(frame), bool)
    starts = np.searchsorted(journey, np.arange(journey[-1] + 2 if len(journey) else 1))
    for number in np.unique(journey[back]).tolist():
        first, end = starts[number], starts[number + 1]
        stays = set(_longest_rise(place[first:end].tolist()))
        bad[first:end] = [n not in stays for n in range(end - first)]
    frame = _without(frame, bad, ledger, "R13", "order")
    if found.journey.column:
        return frame
    by_person = np.array([one.recorded_by == "person" for one in found.steps])
    return _without(frame, _at_two_places(frame, rounding, by_person), ledger, "R13", "two_places")


def _longest_rise(numbers: Sequence[int]) -> Iterator[int]:
    """Positions of a longest strictly rising subsequence; the first of equal length by patience sorting."""
    tails: list[int] = []
    at: list[int] = []
    before: list[int] = []
    for n, number in enumerate(numbers):
        k = bisect_left(tails, number)
        before.append(at[k - 1] if k else -1)
        tails[k : k + 1], at[k : k + 1] = [number], [n]
    n = at[-1] if at else -1
    while n >= 0:
        yield n
        n = before[n]


def _at_two_places(frame: pd.DataFrame, rounding: Mapping[int, float], by_person: Bools) -> Bools:
    """Visits of one vehicle that began before another of its visits was over; both are in doubt."""
    order = np.lexsort((frame["begin"].to_numpy(), frame["vehicle"].to_numpy()))
    vehicle, begin = frame["vehicle"].to_numpy()[order], frame["begin"].to_numpy()[order]
    end, slack = last_time(frame)[order], _slack(frame, rounding)[order]
    found = np.zeros(len(frame), bool)
    if len(frame) > 1:
        between = np.maximum(slack[1:], slack[:-1])
        inside = (vehicle[1:] == vehicle[:-1]) & (begin[1:] < end[:-1] - between)
        # An end that a person enters may be later than the next step of the journey; rule R12 bounds it.
        journey, entered = frame["journey"].to_numpy()[order], by_person[frame["step"].to_numpy()[order]]
        inside &= ~(entered[:-1] & (journey[1:] == journey[:-1]))
        found[order[1:]] |= inside
        found[order[:-1]] |= inside
    return found
