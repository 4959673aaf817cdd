"""Train graph: where each train of a railway line is over time, its waits and their causes (time-distance diagram).

Input: the visits of a run, its corridor, and a line (:mod:`corridors.rail_lines`). Output (:class:`TrainGraph`): for
each train a chain of points (second, station). Between two points a train runs at constant speed, waits, or is at work;
what is not over at the end of the run is left out, but for waits, which last until then.

A train is a run of one vehicle over the line in one direction without leaving it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from corridors.model import Corridor
from corridors.rail_lines import RailLine, rail_lines
from sim.core import rules
from sim.core.plan import Ints, Ints32, Plan
from sim.core.rules import NOT_YET
from sim.core.trace import Visits
from sim.core.units import HOUR_S
from sim.core.vehicle_names import vehicle_name
from sim.output.intervals import Servers, facility_of_op, place_of_time, until_s
from sim.output.vehicle_rows import Bools, VehicleRows, vehicle_rows

if TYPE_CHECKING:
    import pandas as pd

MOVES: Final = -1
STOPS: Final = -2
"""At work at a station, or between two steps."""
ENDS: Final = -3
"""The last point of a train."""
COLUMNS: Final = ["vehicle", "class", "forward", "station", "km", "time_s", "until_s", "state", "cause", "at"]

Codes = npt.NDArray[np.int16]


@dataclass(frozen=True)
class TrainGraph:
    """The trains of a line. The points of train *t* are ``first[t] : first[t + 1]``."""

    line: RailLine
    from_s: int
    to_s: int
    """The period, seconds from the epoch of the plan; trains that overlap it are whole."""
    vehicle: Ints32
    """(n_trains,) numbers in the plan."""
    forward: Bools
    """(n_trains,) whether it runs from the first station to the last."""
    first: Ints
    """(n_trains + 1,)"""
    time_s: Ints
    """(n_points,)"""
    station: Codes
    """(n_points,) positions in the stations of the line."""
    state: Codes
    """(n_points,) what the train does until its next point: MOVES, STOPS, ENDS, or a position in ``causes``."""
    causes: tuple[tuple[str, str], ...]
    """Causes of waits (:mod:`sim.core.wait_causes`), each with the facility, stock or link that the train waits for."""


def lines_run(plan: Plan, corridor: Corridor) -> tuple[RailLine, ...]:
    """The lines of the world on which a vehicle of the plan may run, in the order of :func:`rail_lines`."""
    used = set(plan.labels.op_link)
    return tuple(line for line in rail_lines(corridor) if used & dict(line.links).keys())


def train_graph(
    visits: Visits, corridor: Corridor, line: RailLine, from_s: int = 0, to_s: int | None = None
) -> TrainGraph:
    """The trains of a line that are on it in [from_s, to_s), by default in the whole run; the first ones first."""
    to_s = visits.plan.horizon_s if to_s is None else to_s
    reader = _Reader(visits, corridor, line)
    parts = [reader.points(piece) for piece in vehicle_rows(visits)]
    train, vehicle, op, time_s, station, state = _joined(parts)
    begins = np.flatnonzero(np.diff(train, prepend=-1))
    ends = np.append(begins[1:], len(train))[: len(begins)] - 1
    here = np.flatnonzero((time_s[begins] < to_s) & (time_s[ends] >= from_s) & (ends > begins))
    order = here[np.lexsort((vehicle[begins[here]], time_s[begins[here]]))]
    lengths = (ends - begins + 1)[order]
    first = np.append(0, np.cumsum(lengths))
    rows = np.repeat(begins[order] - first[:-1], lengths) + np.arange(first[-1])
    return TrainGraph(
        line=line,
        from_s=from_s,
        to_s=to_s,
        vehicle=vehicle[begins[order]].astype(np.int32),
        forward=reader.forward[op[begins[order]]],
        first=first,
        time_s=time_s[rows],
        station=station[rows].astype(np.int16),
        state=state[rows].astype(np.int16),
        causes=reader.causes,
    )


def graph_table(graph: TrainGraph, plan: Plan) -> pd.DataFrame:
    """One row for each movement, wait and stop of each train, in order.

    Columns: vehicle, class, forward, station (where it begins), km, time_s, until_s, state (moves, waits, stops), cause
    and at ('' but for waits).
    """
    import pandas as pd

    rows: list[tuple[Any, ...]] = []
    names = plan.labels.service_class
    for train in range(len(graph.vehicle)):
        number = int(graph.vehicle[train])
        who = (vehicle_name(plan, number), names[int(plan.vehicle_service[number])], bool(graph.forward[train]))
        for k in range(int(graph.first[train]), int(graph.first[train + 1]) - 1):
            at, state = int(graph.station[k]), int(graph.state[k])
            word = {MOVES: "moves", STOPS: "stops"}.get(state, "waits")
            why = graph.causes[state] if state >= 0 else ("", "")
            spot = (graph.line.stations[at], graph.line.km[at])
            rows.append((*who, *spot, int(graph.time_s[k]), int(graph.time_s[k + 1]), word, *why))
    return pd.DataFrame(rows, columns=COLUMNS)


def waited_h(graph: TrainGraph) -> npt.NDArray[np.float64]:
    """(n_trains,) hours of waiting on the line."""
    length_s = np.diff(graph.time_s, append=0)
    total = np.append(0, np.cumsum(np.where(graph.state >= 0, length_s, 0)))
    return np.asarray((total[graph.first[1:]] - total[graph.first[:-1]]) / HOUR_S, np.float64)


class _Reader:
    """Turns rows of visits into points of trains."""

    def __init__(self, visits: Visits, corridor: Corridor, line: RailLine) -> None:
        plan = visits.plan
        self._plan = plan
        self._servers = Servers.of_run(visits)
        self._facility = facility_of_op(plan)
        self._begin, self._end, self.forward = _stations_of_ops(plan, corridor, line)
        self._moves = _moves(plan)
        at, causes = place_of_time(plan), plan.labels.op_cause
        pairs = [(causes[op] or "busy", at[op]) for op in range(plan.n_ops)]
        pairs += [("closed", place) for place in at]
        on_line = np.append(self._begin, self._begin) >= 0
        self.causes = tuple(sorted({pair for pair, on in zip(pairs, on_line, strict=True) if on}))
        number = {pair: k for k, pair in enumerate(self.causes)}
        codes = np.array([number.get(pair, ENDS) for pair in pairs], np.int64)
        self._cause, self._closed = codes[: plan.n_ops], codes[plan.n_ops :]
        self._trains = 0

    def points(self, piece: VehicleRows) -> tuple[Ints, ...]:
        """train, vehicle, op, time_s, station, state of each point, in order."""
        on_line = self._begin >= 0
        own = np.flatnonzero((on_line | self._moves)[piece.op])
        op, on = piece.op[own], on_line[piece.op[own]]
        journey = np.cumsum(piece.new_journey)[own]
        new = np.ones(len(own), bool)
        new[1:] = (np.diff(journey) != 0) | ~on[:-1] | (self.forward[op[1:]] != self.forward[op[:-1]])
        new[1:] |= self._begin[op[1:]] != self._end[op[:-1]]
        own, op, new = own[on], op[on], new[on]
        train = np.cumsum(new) - 1 + self._trains
        self._trains += int(new.sum())
        queued, started, finished = (
            np.asarray(times[own], np.int64) for times in (piece.queued_s, piece.started_s, piece.finished_s)
        )
        began, over = started != NOT_YET, finished != NOT_YET
        waits_until = until_s(started, self._plan)
        state = np.stack(
            [
                self._cause_of(op, queued, waits_until),
                np.where(self._moves[op], MOVES, STOPS),
                np.full(len(op), STOPS),
            ],
            axis=1,
        )
        time_s = np.stack([queued, waits_until, finished], axis=1)
        station = np.stack([self._begin[op], self._begin[op], self._end[op]], axis=1)
        happens = np.stack([np.ones(len(op), bool), np.ones(len(op), bool), began & over], axis=1).reshape(-1)
        columns = [np.repeat(train, 3), np.repeat(piece.vehicle[own].astype(np.int64), 3), np.repeat(op, 3)]
        columns += [array.reshape(-1) for array in (time_s, station, state)]
        return _without_moments(*(column[happens] for column in columns))

    def _cause_of(self, op: Ints, queued_s: Ints, waits_until_s: Ints) -> Ints:
        """Codes of the causes of waits; closed where the facility has no servers for more than half of the wait."""
        facility = self._facility[op]
        at = np.flatnonzero((facility >= 0) & (waits_until_s > queued_s))
        closed_s = np.zeros(len(op), np.int64)
        closed_s[at] = self._servers.closed_s(facility[at], queued_s[at], waits_until_s[at])
        return np.where(2 * closed_s > waits_until_s - queued_s, self._closed[op], self._cause[op])


def _moves(plan: Plan) -> Bools:
    """(nO,) whether a vehicle is at another place after this step."""
    labels = plan.labels
    link = np.array([bool(link) for link in labels.op_link], bool)
    part = np.array(labels.op_part, bool) if labels.op_part else np.zeros(plan.n_ops, bool)
    passes = (plan.op_code == rules.PASS) & link & ~part
    return np.asarray((plan.op_code == rules.TRAVEL) | passes, bool)


def _stations_of_ops(plan: Plan, corridor: Corridor, line: RailLine) -> tuple[Ints, Ints, Bools]:
    """(nO,) stations before and after each op on the line, -1 for other ops; and whether it leads forward."""
    labels = plan.labels
    position = {id: k for k, id in enumerate(line.stations)}
    along, moves = dict(line.links), _moves(plan)
    begin, end = np.full(plan.n_ops, -1, np.int64), np.full(plan.n_ops, -1, np.int64)
    forward = np.zeros(plan.n_ops, bool)
    block: list[int] = []
    for op in range(plan.n_ops):
        link = labels.op_link[op]
        if link not in along:
            continue
        if block and (labels.op_link[block[0]], labels.op_service[block[0]]) != (link, labels.op_service[op]):
            block = []
        block.append(op)
        if not moves[op] or labels.op_part[op]:
            continue
        # The last movement of a link: the place where it leads shows the direction of all ops before it.
        row = corridor.links[link]
        with_link = labels.op_place[op] == row.destination
        here = position[row.origin if with_link else row.destination]
        for one in block:
            begin[one] = here
            here = position[labels.op_place[one]] if moves[one] else here
            end[one] = here
        forward[block] = with_link == along[link]
        block = []
    return begin, end, forward


def _without_moments(train: Ints, *columns: Ints) -> tuple[Ints, ...]:
    """The points without those at which a train does nothing before the next; the last of a train ends it."""
    vehicle, op, time_s, station, state = columns
    last = np.diff(train, append=-1) != 0
    state = np.where(last, ENDS, state)
    kept = last | (np.diff(time_s, append=-1) != 0) | (np.diff(station, append=-1) != 0)
    return tuple(column[kept] for column in (train, vehicle, op, time_s, station, state))


def _joined(parts: list[tuple[Ints, ...]]) -> tuple[Ints, ...]:
    return tuple(np.concatenate([part[k] for part in parts]) for k in range(6))
