"""Cargo that ends in a yard, by the crossings that bring it.

A *yard* is a stock of cargo that no quota or order sets: vehicles of one flow give their load back there, and those of
another draw it. Input: a scan. Output: the tonnes that crossings bring to yards (:class:`YardInflows`).
:mod:`sim.kpi.delivered` makes the tonnes delivered of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.core import rules
from sim.core.plan import Ints, Ints32, Plan, followers
from sim.core.rules import NOT_YET
from sim.core.trace import Visits
from sim.output import group_statistics
from sim.output.crossings import Floats, groups_of
from sim.output.intervals import change_of_op, gates, stock_of_op
from sim.output.journey_cuts import JourneyReader
from sim.output.single_pass import Piece
from sim.output.vehicle_rows import Bools, VehicleRowReader, VehicleRows


def is_yard(plan: Plan) -> Bools:
    """(nS,) whether a stock is a yard."""
    cargo = np.array([kind == "cargo" for kind in plan.labels.stock_kind], bool)
    return cargo & ~np.isin(np.arange(plan.n_stocks), plan.stock_set_stock) & ~gates(plan)


def yard_returned_to(plan: Plan) -> Ints32:
    """(nO,) the yard into which cargo is returned in this step, else -1.

    A service that also draws from the yard only puts the rest of its draw back.
    """
    yards = is_yard(plan)
    if not yards.any():
        return np.full(plan.n_ops, -1, np.int32)
    stock, services = stock_of_op(plan), plan.labels.op_service
    drawn = {(services[op], stock[op]) for op in np.flatnonzero(plan.op_code == rules.DRAW)}
    into = np.append(yards, False)[stock] & (plan.op_code == rules.RETURN)
    rest = np.array([(service, s) in drawn for service, s in zip(services, stock, strict=True)], bool)
    return np.where(into & ~rest, stock, -1).astype(np.int32)


@dataclass(frozen=True)
class Feeder:
    """A flow that draws cargo from one yard and returns it to another."""

    stock: int
    """The yard from which it draws."""
    moves: tuple[int, ...]
    """The steps in which it does so; what it puts back there is one of them."""
    into: int
    """The step in which it returns cargo to the other yard."""
    units: float
    """Units drawn for one unit returned in that step. A load that ends in several yards is shared by amount."""


def feeders(plan: Plan) -> list[Feeder]:
    """The flows between two yards: what they draw has not left the yards.

    A draw after which some ways end in a yard and others do not is none.
    """
    return plan.once(_feeders)


def _feeders(plan: Plan) -> list[Feeder]:
    into, yards, stock = yard_returned_to(plan), is_yard(plan), stock_of_op(plan)
    service, change, found = plan.labels.op_service, change_of_op(plan), []
    for end in np.flatnonzero(into >= 0).tolist():
        own = [op for op in range(plan.n_ops) if service[op] == service[end] and stock[op] >= 0]
        after = {op: _reached(plan, op) for op in own}
        way = [op for op in own if op == end or op in after[end] or end in after[op]]
        brought = int(plan.op_amount[[op for op in way if into[op] >= 0]].sum())
        for k in np.unique(stock[way])[yards[np.unique(stock[way])]].tolist():
            moves = [op for op in way if stock[op] == k]
            draws = [op for op in moves if plan.op_code[op] == rules.DRAW and end in after[op]]
            drawn = -int(change[moves].sum())
            if drawn > 0 and draws and not any(_leaves(plan, op, into) for op in draws):
                found.append(Feeder(k, tuple(moves), end, drawn / brought))
    return found


def _leaves(plan: Plan, op: int, into: Ints32) -> bool:
    """Whether a trip may end after a step without a return to a yard."""
    return any(plan.op_code[one] == rules.END for one in _reached(plan, op, into))


def _reached(plan: Plan, op: int, until: Ints32 | None = None) -> set[int]:
    """The steps that a vehicle may come to after one, on the same trip; none behind a return to a yard of ``until``."""
    found: set[int] = set()
    ahead = followers(plan, op)
    while ahead:
        if (one := ahead.pop()) not in found:
            found.add(one)
            ahead += [] if until is not None and until[one] >= 0 else followers(plan, one)
    return found


@dataclass(frozen=True)
class YardInflows:
    """Cargo that crossings bring to yards. Groups are (port, direction, class)."""

    crossed_t: Floats
    """(n_groups,) tonnes whose crossing ends in the window, and whose journey ends in a yard then or later."""
    in_window_t: Floats
    """(nS, n_groups) tonnes returned in the window. A load counts for each port that it crosses on its way."""
    in_run_t: Floats
    """(nS, n_groups) tonnes returned in the run."""


class YardInflowObserver:
    """Adds up the cargo that crossings bring to yards."""

    def __init__(self, visits: Visits) -> None:
        plan = visits.plan
        self._plan, self._left_s = plan, visits.vehicle_left_s
        self._yard = yard_returned_to(plan)
        self._returns = self._yard >= 0
        self._last_return = _last_return(plan, self._yard)
        self._service_t = np.array(plan.labels.service_t, float)
        self._n = len(groups_of(plan)[0])
        shape = (plan.n_stocks, self._n)
        self._sums = YardInflows(np.zeros(self._n), np.zeros(shape), np.zeros(shape))

    def add(self, piece: Piece) -> None:
        """Add the rows of a piece; load by load, so that the sums do not depend on where pieces begin."""
        vehicle = piece.rows.vehicle
        services = self._plan.vehicle_service[vehicle[[0, -1]]] if len(vehicle) else (0, -1)
        if (self._last_return[services[0] : services[1] + 1] < 0).all():
            return
        lived, found = piece.derived(VehicleRowReader), piece.derived(JourneyReader)
        crossings, plan, sums = found.crossings, self._plan, self._sums
        first, journey_of = found.journeys.first_row - piece.rows.first, crossings.journey - found.first_journey
        returns = found.returns[self._returns[lived.op[found.returns]]]
        journey = np.searchsorted(first, returns, side="right") - 1
        full = np.flatnonzero(crossings.loaded)
        first_row = found.first_row[full]

        goes = self._last_chance(lived, first, journey, returns)[journey_of[full]] >= first_row
        counted = full[goes & crossings.leave_in(plan.labels.warmup_s, plan.horizon_s)[full]]
        tonnes = self._service_t[crossings.service[counted]]
        np.add.at(sums.crossed_t, crossings.group[counted], tonnes)

        done = lived.started_s[returns] != NOT_YET
        returned, journey = returns[done], journey[done]
        tonnes = self._tonnes(lived, journey, returned)
        # Loaded crossings that the journey of each return began before it.
        begin = np.searchsorted(journey_of[full], journey)
        n = np.maximum(np.searchsorted(first_row, returned, side="right") - begin, 0)
        pair = np.repeat(np.arange(len(returned)), n)
        crossing = full[np.repeat(begin, n) + np.arange(len(pair)) - np.repeat(np.cumsum(n) - n, n)]
        cell = self._yard[lived.op[returned[pair]]] * self._n + crossings.group[crossing]
        in_window = lived.started_s[returned[pair]] >= plan.labels.warmup_s
        for total, some in ((sums.in_run_t, slice(None)), (sums.in_window_t, in_window)):
            np.add.at(total.reshape(-1), cell[some], tonnes[pair][some])

    def result(self) -> YardInflows:
        """The sums over all pieces."""
        return self._sums

    def _last_chance(self, lived: VehicleRows, first: Ints, journey: Ints, returns: Ints) -> Ints:
        """Per journey of a piece its last row at which it returns to a yard; beyond all rows if that may still come.

        ``first`` is the first row of each journey, ``journey`` that of each of ``returns``.
        """
        last = np.append(first, len(lived.op))[1:] - 1
        row = np.full(len(first), -1, np.int64)
        row[journey] = returns  # Of several the last is written last.
        vehicle = lived.vehicle[first]
        under_way = (self._left_s[vehicle] == NOT_YET) & (np.diff(vehicle, append=-1) != 0)
        later = self._last_return[self._plan.vehicle_service[vehicle]] > lived.op[last]
        row[under_way & later] = len(lived.op)
        return row

    def _tonnes(self, lived: VehicleRows, journey: Ints, returned: Ints) -> Floats:
        """Per return the tonnes of the vehicle's load, shared over several returns of one journey by amount."""
        amount = self._plan.op_amount[lived.op[returned]].astype(float)
        total = group_statistics.sums(journey, amount, int(journey[-1]) + 1 if len(journey) else 0)[journey]
        return self._service_t[self._plan.vehicle_service[lived.vehicle[returned]]] * amount / total


def _last_return(plan: Plan, yard: Ints32) -> Ints:
    """(nK,) the last op of each service that returns cargo to a yard, -1 for none."""
    last = np.full(len(plan.labels.service), -1, np.int64)
    for op in np.flatnonzero(yard >= 0).tolist():
        last[plan.labels.service.index(plan.labels.op_service[op])] = op
    return last
