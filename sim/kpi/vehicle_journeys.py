"""One vehicle: the steps of a journey with the cause of every wait, and the slowest crossings of ports.

Input: the output of a run. Output: tables of ids, instants in seconds from the start of the run, and hours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from sim.core.plan import Ints, Ints32
from sim.core.rules import NOT_YET
from sim.core.trace import Visits
from sim.core.units import HOUR_S
from sim.core.vehicle_names import vehicle_name
from sim.output.intervals import Servers, ServiceReader, facility_of_op, place_of_time, until_s, without_servers
from sim.output.run_output import RunOutput
from sim.output.single_pass import Piece
from sim.output.vehicle_rows import VehicleRows

if TYPE_CHECKING:
    import pandas as pd

STEP_COLUMNS: Final = [
    *("step", "place", "port", "side", "at", "cause", "queued_s", "started_s", "finished_s", "departed_s"),
    *("wait_h", "closed_h", "freed_by"),
]
SLOWEST_COLUMNS: Final = ["vehicle", "trip", "port", "direction", "class", "enter_s", "exit_s", "dwell_h", "wait_h"]


def slowest_crossings(output: RunOutput, most: int, port: str = "", klass: str = "") -> pd.DataFrame:
    """The crossings that took the most time from arrival to departure, of those that end in the measured window.

    Columns: vehicle and the number of its trip (see :func:`journey_steps`), port, direction, class, enter_s, exit_s,
    dwell_h, wait_h; the slowest first, at most ``most`` rows. ``port`` and ``klass`` are '' for all.
    """
    import pandas as pd

    plan, history = output.plan, output.history
    crossings = history.crossings
    chosen = [(not port or group[0] == port) and (not klass or group[2] == klass) for group in history.groups]
    wanted = crossings.leave_in(plan.labels.warmup_s, plan.horizon_s) & np.array([*chosen, False])[crossings.group]
    found = np.flatnonzero(wanted)
    dwell = crossings.dwell_s[found, 0]
    found = found[np.lexsort((found, -dwell))][:most]
    rows = [
        (
            vehicle_name(plan, int(crossings.vehicle[k])),
            int(crossings.journey[k] - np.searchsorted(history.journeys.vehicle, crossings.vehicle[k])),
            *history.groups[crossings.group[k]],
            int(crossings.enter_s[k]),
            int(crossings.exit_s[k]),
            crossings.dwell_s[k, 0] / HOUR_S,
            crossings.wait_s[k, 0] / HOUR_S,
        )
        for k in found.tolist()
    ]
    return pd.DataFrame(rows, columns=SLOWEST_COLUMNS)


def trips_of(output: RunOutput, vehicle: int) -> tuple[Ints, Ints]:
    """(n,) first second and (n,) last second of the journeys of a vehicle; -1 for one that is not over."""
    journeys = output.history.journeys
    first, end = np.searchsorted(journeys.vehicle, [vehicle, vehicle + 1])
    return np.asarray(journeys.start_s[first:end], np.int64), np.asarray(journeys.end_s[first:end], np.int64)


def journey_steps(output: RunOutput, vehicle: int, trip: int) -> pd.DataFrame:
    """The steps of one journey, in the order of time; ``trip`` counts the journeys of the vehicle from 0.

    Columns: step, place, port and side ('' away from ports), at (facility, stock or link), cause (why it waits there
    while it is open, see :mod:`sim.core.wait_causes`; '' without a wait), queued_s, started_s, finished_s, departed_s
    (-1 for what had not happened by the end of the run), wait_h, closed_h (the part of the wait in which the facility
    had no server at work), freed_by (the vehicle whose departure freed the server at that second; '' for none or where
    there was no wait).
    """
    import pandas as pd

    plan, labels = output.plan, output.plan.labels
    rows = _rows(output.visits, vehicle, trip)
    names, facility = place_of_time(plan), facility_of_op(plan)[rows.op]
    wait_s = until_s(rows.started_s, plan) - rows.queued_s
    at_facility = np.flatnonzero(facility >= 0)
    closed_s = np.zeros(len(wait_s), np.int64)
    closed_s[at_facility] = Servers.of_run(output.visits).closed_s(
        facility[at_facility], rows.queued_s[at_facility], (rows.queued_s + wait_s)[at_facility]
    )
    freed_by = _freed_by(output.visits, facility, np.where(wait_s > 0, rows.started_s, NOT_YET))
    without = np.append(without_servers(plan), False)[facility]
    table = [
        (
            labels.op_step[op],
            labels.op_place[op],
            labels.op_port[op],
            labels.op_side[op] if labels.op_port[op] else "",
            names[op],
            ("no_servers" if without[k] else labels.op_cause[op] or "busy") if wait_s[k] else "",
            *(int(times[k]) for times in (rows.queued_s, rows.started_s, rows.finished_s, rows.departed_s)),
            wait_s[k] / HOUR_S,
            closed_s[k] / HOUR_S,
            freed_by[k],
        )
        for k, op in enumerate(rows.op.tolist())
    ]
    return pd.DataFrame(table, columns=STEP_COLUMNS)


class _Journey:
    """The rows of one journey as it was lived. Arrays are (n_rows,)."""

    def __init__(self, lived: VehicleRows, some: Ints) -> None:
        self.op = lived.op[some]
        self.queued_s, self.started_s, self.finished_s, self.departed_s = (
            np.asarray(times[some], np.int64)
            for times in (lived.queued_s, lived.started_s, lived.finished_s, lived.departed_s)
        )


def _rows(visits: Visits, vehicle: int, trip: int) -> _Journey:
    pieces = list(visits.between(vehicle, vehicle + 1, 0, visits.plan.horizon_s))
    lived = VehicleRows(visits.plan, pieces[0].joined(pieces))
    number = np.cumsum(lived.new_journey) - 1
    return _Journey(lived, np.flatnonzero(number == trip))


def _freed_by(visits: Visits, facility: Ints32, started_s: Ints) -> list[str]:
    """(n,) vehicles that freed a server at each facility at that second."""
    plan = visits.plan
    wanted = {
        (at, second): k
        for k, (at, second) in enumerate(zip(facility.tolist(), started_s.tolist(), strict=True))
        if at >= 0 and second >= 0
    }
    found = [""] * len(facility)
    if not wanted:
        return found
    key = np.array([at * (plan.horizon_s + 1) + second for at, second in wanted], np.int64)
    at_op, ready = facility_of_op(plan).astype(np.int64), ServiceReader(plan)
    for rows in visits.pieces():
        served = ready(Piece(rows, visits, {}))
        hits = np.flatnonzero(np.isin(at_op[served.op] * (plan.horizon_s + 1) + served.busy_until_s, key))
        for hit in hits.tolist():
            k = wanted[int(at_op[served.op[hit]]), int(served.busy_until_s[hit])]
            found[k] = found[k] or vehicle_name(plan, int(rows.vehicle[served.row[hit]]))
    return found
