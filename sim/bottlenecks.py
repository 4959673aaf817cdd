"""Where the bottleneck is, told in two ways: who makes others wait most, and who works longest without a pause.

*Share of waiting*: of all hours that vehicles of one (port, direction, class) wait at the port, the part that they
wait for each facility or stock.

*Momentary bottleneck* (the active-period method of Roser, Nakano and Tanaka, 2002): a facility is active while all
its servers at work are busy, or while somebody waits for it (also in closed hours). At each instant the bottleneck of
a port is the facility whose active period, unbroken and taken at its whole length, is the longest; ties go to the
first in the plan. While the periods of two bottlenecks that follow each other overlap, the bottleneck is *shifting*;
else it is the *sole* one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim import grouped
from sim.journeys import Floats
from sim.names import Names
from sim.occupancy import Sweep, sweep
from sim.plan import Ints, Ints32
from sim.trace import Trace
from sim.waiting import waiting_by_cause

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ["port", "direction", "class", "facility", "share_of_waiting", "momentary_share"]


@dataclass(frozen=True)
class Periods:
    """Active periods, sorted by (facility, start). Arrays (n_periods,)."""

    facility: Ints32
    from_s: Ints
    to_s: Ints


def active_periods(swept: Sweep) -> Periods:
    """Every unbroken time during which a facility was active."""
    active = (swept.waiting > 0) | ((swept.busy >= swept.servers) & (swept.busy > 0))
    ends_here = np.diff(swept.facility, append=-1) != 0
    active &= ~ends_here  # The last instant of a facility is the horizon.
    before = np.concatenate([[False], active[:-1]])
    first = np.flatnonzero(active & ~before)
    last = np.flatnonzero(~active & before)
    return Periods(swept.facility[first], swept.time_s[first], swept.time_s[last])


def momentary_table(trace: Trace) -> pd.DataFrame:
    """Per port and facility the shares of the measured window in which it is the bottleneck of its port.

    Columns: port, facility; momentary_share (each instant counts for one facility, the one with the longest
    period); sole_share (the part of it in which no other was about to take over or had just been); shifting_share
    (time in which it was one of two between which the bottleneck shifted, counted for both). Sorted by port and
    falling momentary share.
    """
    import pandas as pd

    plan, labels = trace.plan, trace.plan.labels
    periods = active_periods(sweep(trace))
    rows: list[tuple[Any, ...]] = []
    for port in sorted(set(labels.facility_port) - {""}):
        mine = np.array([p == port for p in labels.facility_port])[periods.facility]
        of_port = Periods(periods.facility[mine], periods.from_s[mine], periods.to_s[mine])
        shares = _shares(of_port, plan.n_facilities, labels.warmup_s, plan.horizon_s)
        rows += [
            (port, labels.facility[f], *(share[f] for share in shares))
            for f in range(plan.n_facilities)
            if labels.facility_port[f] == port
        ]
    columns = ["port", "facility", "momentary_share", "sole_share", "shifting_share"]
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values(["port", "momentary_share", "facility"], ascending=[True, False, True], ignore_index=True)


def _shares(periods: Periods, n: int, from_s: int, to_s: int) -> tuple[Floats, Floats, Floats]:
    """(n,) shares of the window: momentary, sole, shifting."""
    period, start, end = _turns(periods, from_s, to_s)
    facility = periods.facility[period]
    # A turn is sole from the end of the bottleneck before to the start of the bottleneck after.
    before = np.concatenate([[from_s], periods.to_s[period[:-1]]])
    after = np.concatenate([periods.from_s[period[1:]], [to_s]])
    sole = np.maximum(np.minimum(end, after) - np.maximum(start, before), 0)
    overlap = np.minimum(periods.to_s[period[:-1]], to_s) - np.maximum(periods.from_s[period[1:]], from_s)
    overlap = np.maximum(overlap, 0)
    shifting = grouped.sums(facility[:-1], overlap, n) + grouped.sums(facility[1:], overlap, n)
    window = to_s - from_s
    return grouped.sums(facility, end - start, n) / window, grouped.sums(facility, sole, n) / window, shifting / window


def _turns(periods: Periods, from_s: int, to_s: int) -> tuple[Ints, Ints, Ints]:
    """The bottlenecks of one port one after another: (period, start, end), cut to the window.

    A period has at most one turn: what takes over from it is longer, or begins before it ends and ends after it.
    """
    edges = np.unique(np.clip(np.concatenate([periods.from_s, periods.to_s, [from_s, to_s]]), from_s, to_s))
    start, end = edges[:-1], edges[1:]
    longest = np.zeros(len(start), np.int64)
    winner = np.full(len(start), -1, np.int64)
    for facility in np.unique(periods.facility):
        own = np.flatnonzero(periods.facility == facility)
        at = own[np.maximum(np.searchsorted(periods.from_s[own], start, side="right") - 1, 0)]
        holds = (periods.from_s[at] <= start) & (start < periods.to_s[at])
        lasts = np.where(holds, periods.to_s[at] - periods.from_s[at], 0)
        better = lasts > longest
        longest[better], winner[better] = lasts[better], at[better]
    first = np.flatnonzero(np.diff(winner, prepend=-2))
    last = np.append(first[1:], len(winner)) - 1
    some = winner[first] >= 0
    return winner[first][some], start[first][some], end[last][some]


def bottleneck_table(trace: Trace) -> pd.DataFrame:
    """One row per (port, direction, class) and facility or stock for which somebody waits.

    share_of_waiting: of the waiting of that port, direction and class. momentary_share: of the measured time, the
    same for all directions and classes of a port, as a facility serves them together; 0 for a stock, which has no
    servers. Sorted by port, direction, class and falling share of waiting.
    """
    import pandas as pd

    waiting = waiting_by_cause(trace)
    waiting = waiting[(waiting["port"] != "") & (waiting["direction"] != "")]
    keys = ["port", "direction", "class"]
    hours = waiting.groupby([*keys, "at"], as_index=False)[["hours"]].sum().rename(columns={"at": "facility"})
    hours["share_of_waiting"] = hours["hours"] / hours.groupby(keys)["hours"].transform("sum")
    momentary = momentary_table(trace)[["port", "facility", "momentary_share"]]
    table = hours.merge(momentary, on=["port", "facility"], how="left").fillna({"momentary_share": 0.0})
    table = table.sort_values(
        [*keys, "share_of_waiting", "facility"], ascending=[True, True, True, False, True], ignore_index=True
    )
    return pd.DataFrame(table[COLUMNS])


def in_words(waiting: pd.DataFrame, momentary: pd.DataFrame, names: Names | None = None) -> dict[str, str]:
    """Per port what :func:`sim.waiting.waiting_by_cause` and :func:`momentary_table` say, in the language of
    ``names``: for what its vehicles wait most, who and why, and which facilities most often are the bottleneck."""
    names = names or Names()
    return {port: _sentence(port, waiting, momentary, names) for port in sorted(set(momentary["port"]))}


def _sentence(port: str, waiting: pd.DataFrame, momentary: pd.DataFrame, names: Names) -> str:
    zh = names.language == "zh"
    here = waiting[(waiting["port"] == port) & (waiting["direction"] != "")]
    if here["hours"].sum() == 0:
        return f"{names.port(port)}：无等待。" if zh else f"{names.port(port)}: nobody waits."
    by_thing = here.groupby("at")["hours"].sum()
    thing = str(by_thing.idxmax())
    of_thing = here[here["at"] == thing]
    cause = str(of_thing.groupby("cause")["hours"].sum().idxmax())
    by_group = of_thing.groupby(["direction", "class"], as_index=False)[["hours"]].sum()
    direction, klass = by_group.sort_values("hours", kind="stable").iloc[-1][["direction", "class"]].astype(str)
    share = by_thing[thing] / by_thing.sum()
    often = momentary[(momentary["port"] == port) & (momentary["momentary_share"] >= 0.005)].head(2)
    turns = [(names.thing(str(row.facility)), row.momentary_share) for row in often.itertuples()]
    if zh:
        first = (
            f"{names.port(port)}：{share:.0%}的等待时间用于等待{names.thing(thing)}（{names.cause(cause)}），"
            f"主要为{names.direction(direction)}{names.klass(klass)}。"
        )
        second = "、".join(f"{name}（{part:.0%}的时间）" for name, part in turns)
        return first + (f"按最长忙期法，瓶颈为{second}。" if turns else "")
    first = (
        f"{names.port(port)}: {share:.0%} of all waiting is for {names.thing(thing)} ({names.cause(cause)}),"
        f" most of it by {names.direction(direction)} {names.klass(klass)}."
    )
    second = " and ".join(f"{name} ({part:.0%} of the time)" for name, part in turns)
    return first + (f" By the longest active period the bottleneck is {second}." if turns else "")
