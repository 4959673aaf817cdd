"""Queues, flows and levels of stocks over time: equal periods of an hour, a day or any other length.

Input: the output of a run. Output: one row for each period and (port, direction, class) (:func:`flow_table`), or stock
(:func:`level_table`), from second 0, warm-up included, and the times at which facilities are shut
(:func:`shut_table`). All times are seconds of the run; a day is one of UTC, which begins at 08:00 in China. Periods
that the run does not complete are left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from sim.core.plan import circulating
from sim.core.trace import Visits
from sim.core.units import DAY_S, HOUR_S
from sim.kpi.delivered import bound_for_yards, delivered_by_yards_t
from sim.output.crossings import Floats
from sim.output.intervals import BY_CLOSURES, BY_SHARES, Servers, gates, shut_periods
from sim.output.journey_cuts import HistoryObserver
from sim.output.run_output import RunOutput, WaitingOver
from sim.output.step_records import PlainStepObserver
from sim.output.stock_levels import stock_courses
from sim.output.yards import YardInflowObserver

if TYPE_CHECKING:
    import pandas as pd

GROUP: Final = ["port", "direction", "class"]
FLOWS: Final = ["waiting", "waiting_end", "crossings", "fleet_crossings", "crossed_t", "fleet_crossed_t", "delivered_t"]
"""Columns of :func:`flow_table` that are numbers."""
STOCK: Final = ["port", "side", "stock", "stock_kind", "unit"]
SHUT: Final = ["port", "side", "facility", "from_s", "to_s", "reason"]
HOURS, CLOSURE, SHARE = "hours", "closure", "share"
"""Reasons of a shut facility: its opening hours and holidays; a closure or an opening date to come."""


def flow_table(visits: Visits | RunOutput, every_s: int = HOUR_S) -> pd.DataFrame:
    """Queue and flow of each (port, direction, class) in each period.

    Columns: port, direction, class; time_s, the begin of the period; waiting, vehicles that wait for the port
    (:func:`sim.output.queue_lengths.waits_of`) as a mean over the period, and waiting_end, at its end; crossings that
    end in it, and fleet_crossings, those of closed fleets among them; crossed_t and fleet_crossed_t, their tonnes;
    delivered_t, tonnes delivered (:mod:`sim.kpi.delivered`): over the measured days their sum is the key figure.
    """
    import pandas as pd

    output = RunOutput.of(visits)
    periods = () if every_s == DAY_S else (WaitingOver(every_s),)  # The records have those of days.
    output.observe(PlainStepObserver, HistoryObserver, YardInflowObserver, *periods)
    history, n = output.history, output.plan.horizon_s // every_s
    queues = output.queues_over(every_s).by_group()
    groups = sorted({*queues, *history.groups})
    made = {name: np.zeros((len(groups), n)) for name in FLOWS}
    for k, group in enumerate(groups):
        if group in queues:
            made["waiting"][k], made["waiting_end"][k] = queues[group]
    own = [groups.index(group) for group in history.groups]
    for name, values in _flows(output, every_s, n).items():
        made[name][own] = values
    table = pd.DataFrame([group for group in groups for _ in range(n)], columns=GROUP)
    table["time_s"] = np.tile(np.arange(n) * every_s, len(groups))
    for name, values in made.items():
        whole = name in ("waiting_end", "crossings", "fleet_crossings")
        table[name] = values.ravel().astype(np.int64) if whole else values.ravel()
    return table


def _flows(output: RunOutput, every_s: int, n: int) -> dict[str, Floats]:
    """(n_groups, n) crossings, those of fleets, and tonnes crossed and delivered, of the groups of the history."""
    plan, crossings, groups = output.plan, output.history.crossings, len(output.history.groups)
    # Crossings of one kind (service, group, loaded or empty) are counted together: there are few kinds.
    kind = (crossings.service * groups + crossings.group) * 2 + crossings.loaded
    kinds = np.flatnonzero(np.bincount(kind))
    number = np.zeros(int(kinds.max(initial=0)) + 1, np.int64)
    number[kinds] = np.arange(len(kinds)) * (n + 1)
    # What ends after the last whole period, or is not over (-1), is in one more.
    period = np.minimum(crossings.exit_s // every_s, n)
    period[period < 0] = n
    cell = number[kind] + period
    counted = np.bincount(cell, minlength=len(kinds) * (n + 1)).reshape(-1, n + 1)[:, :n]
    service, group, loaded = kinds // 2 // groups, kinds // 2 % groups, kinds % 2
    fleet = circulating(plan)[service]
    tonnes = loaded * np.array(plan.labels.service_t, float)[service]
    direct_t = np.where(bound_for_yards(plan)[service, group], 0.0, tonnes)

    def summed(of_kind: Floats) -> Floats:
        found = np.zeros((groups, n))
        np.add.at(found, group, of_kind[:, np.newaxis] * counted)
        return found

    return {
        "crossings": summed(np.ones(len(kinds))),
        "fleet_crossings": summed(fleet.astype(float)),
        "crossed_t": summed(tonnes),
        "fleet_crossed_t": summed(fleet * tonnes),
        "delivered_t": summed(direct_t) + delivered_by_yards_t(output, every_s, n),
    }


def level_table(visits: Visits | RunOutput, every_s: int = HOUR_S) -> pd.DataFrame:
    """The level of each stock at the end of each period, without the gates of orders, which hold nothing.

    Columns: port, side, stock, stock_kind, unit; time_s, the begin of the period; level.
    """
    import pandas as pd

    output = RunOutput.of(visits)
    plan, labels, n = output.plan, output.plan.labels, output.plan.horizon_s // every_s
    ends, gate = np.arange(1, n + 1) * every_s, gates(plan)
    names = zip(
        *(labels.stock_port, labels.stock_side, labels.stock, labels.stock_kind, labels.stock_unit), strict=True
    )
    rows, levels = [], [np.empty(0, np.int64)]
    for course, name in zip(stock_courses(output), names, strict=True):
        if not gate[course.stock]:
            rows += [name] * n
            levels.append(course.levels_before(ends))
    table = pd.DataFrame(rows, columns=STOCK)
    table["time_s"] = np.tile(np.arange(n) * every_s, len(levels) - 1)
    table["level"] = np.concatenate(levels)
    return table


def shut_table(visits: Visits | RunOutput) -> pd.DataFrame:
    """The times at which facilities of ports have no servers by their calendars, in order.

    Columns: port, side, facility; from_s, to_s; reason, ``hours``, ``closure`` or ``share`` of servers. Facilities
    that never shut have no row; repairs do not count.
    """
    import pandas as pd

    plan = RunOutput.of(visits).plan
    labels, roster = plan.labels, Servers.of(plan)
    periods, first = shut_periods(roster, roster, Servers.but_for_closures(plan), Servers.but_for_shares(plan))
    rows = [
        (labels.facility_port[k], labels.facility_side[k], labels.facility[k], *_reason(period))
        for k in range(plan.n_facilities)
        if labels.facility_port[k]
        for period in periods[first[k] : first[k + 1]].tolist()
    ]
    return pd.DataFrame(rows, columns=SHUT)


def _reason(period: list[int]) -> tuple[int, int, str]:
    return period[0], period[1], {BY_CLOSURES: CLOSURE, BY_SHARES: SHARE}.get(period[2], HOURS)
