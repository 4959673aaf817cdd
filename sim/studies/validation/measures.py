"""Figures of a finished run for comparison with published figures, in the unit of the publication.

Input: a RunResult and a :class:`~sim.studies.validation.quantity.Quantity`, which selects a part of the model. Output:
a float; NaN if the run measured no such vehicle. :data:`MEASURES` lists all measures.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cached_property
from typing import Final

import numpy as np

from corridors.sides import CHINA, FROM_CHINA, POSITION
from sim.core.plan import Ints
from sim.core.rules import AT_FACILITY, DRAW, NOT_YET, RETURN
from sim.core.units import DAY_S, HOUR_S
from sim.output.journeys import Bools, Floats, History
from sim.output.run_output import RunOutput
from sim.run import RunResult
from sim.studies.validation.measured_run import MeasuredRun
from sim.studies.validation.quantity import Quantity

CHINA_S: Final = 8 * HOUR_S
"""Offset of Chinese time, by which publications count days; second 0 of a run is midnight UTC."""
LOADS: Final = {"vehicles_per_day": None, "teu_per_day": "service_teu", "tonnes_per_day": "service_t"}
"""Flows, each with the label of the plan that holds the load of one vehicle."""
BEST_OF: Final = 34
"""Number of trains in the year of the published best time (X195)."""


class RunFigures:
    """The quantities of one run. Costly tables are computed once, at first use."""

    def __init__(self, result: RunResult | MeasuredRun) -> None:
        self.result = result
        self.plan = result.visits.plan
        self.labels = self.plan.labels

    def value(self, quantity: Quantity) -> float:
        """The figure in the unit of the publication; NaN if nothing was measured."""
        return MEASURES[quantity.measure](self, quantity) * quantity.scale

    @cached_property
    def measured(self) -> RunOutput:
        """The output of the run, scanned once for all figures."""
        return self.result.output if isinstance(self.result, MeasuredRun) else RunOutput(self.result.visits)

    @cached_property
    def begun(self) -> Ints:
        """(nO,) Number of visits whose work began, over the whole run."""
        n = self.plan.n_ops
        pieces = self.result.visits.pieces()
        return sum((np.bincount(rows.op[rows.started_s != NOT_YET], minlength=n) for rows in pieces), np.zeros(n, int))

    @cached_property
    def facilities(self) -> Mapping[str, Mapping[str, float]]:
        """Rows of the facility table by facility, each as column: value."""
        rows = self.result.facilities.to_dict("records")
        return {str(row["facility"]): {str(key): row[key] for key in row} for row in rows}

    def window(self, quantity: Quantity) -> tuple[int, int]:
        """First and last second (excluded) from the start of the run; dated days are those of Chinese time."""
        start = self.result.case.settings.start
        from_s, to_s = self.labels.warmup_s, self.plan.horizon_s
        if quantity.first_day:
            from_s = (quantity.first_day - start).days * DAY_S - CHINA_S
        if quantity.last_day:
            to_s = (quantity.last_day + timedelta(days=1) - start).days * DAY_S - CHINA_S
        return from_s, to_s

    def delay_h(self, service: str) -> float:
        """Mean lateness of a timetabled service in hours, which precedes its first step in a run."""
        row = self.result.case.corridor.services[service]
        return self.result.case.corridor.durations[row.delay].mean_min / 60 if row.delay else 0.0


def _crossings(run: RunFigures, quantity: Quantity, over: bool = True) -> tuple[History, Bools]:
    """The crossings of a quantity at any time; only completed ones if ``over``."""
    history = run.measured.history
    wanted = [
        port in quantity.of
        and quantity.direction in ("", direction)
        and (not quantity.vehicle_class or klass in quantity.vehicle_class)
        for port, direction, klass in history.groups
    ]
    meant = np.array(wanted, bool)[history.crossings.group]
    return history, meant & (history.crossings.exit_s != NOT_YET) if over else meant


def flow(run: RunFigures, quantity: Quantity) -> float:
    """Vehicles, TEU or tonnes (``kpi``) across the ports."""
    if quantity.first_day is None and quantity.last_day is None and quantity.per == "day":
        return _flow_of_the_run(run, quantity)
    by_day = _by_day(run, quantity)
    if quantity.per == "period":
        return float(by_day.sum())
    days = int((by_day > 0).sum()) if quantity.per == "open_day" else len(by_day)
    return float(by_day.sum()) / days if days else math.nan


def peak_day(run: RunFigures, quantity: Quantity) -> float:
    """Most vehicles, TEU or tonnes (``kpi``) across the ports on one day."""
    return float(_by_day(run, quantity).max())


def _flow_of_the_run(run: RunFigures, quantity: Quantity) -> float:
    kpis = run.result.kpis
    rows = kpis[(kpis.side == "both") & (kpis.kpi == quantity.kpi) & kpis.port.isin(quantity.of)]
    rows = rows[rows["class"].isin(quantity.vehicle_class or ["all"])]
    if quantity.direction:
        rows = rows[rows.direction == quantity.direction]
    return float(rows.value.sum())


def _by_day(run: RunFigures, quantity: Quantity) -> Floats:
    history, wanted = _crossings(run, quantity)
    crossings = history.crossings
    from_s, to_s = run.window(quantity)
    wanted &= crossings.leave_in(from_s, to_s)
    label = LOADS[quantity.kpi]
    weights = None
    if label:
        wanted &= crossings.loaded
        weights = np.array(getattr(run.labels, label), float)[crossings.service[wanted]]
    day = (crossings.exit_s[wanted] - from_s) // DAY_S
    return np.asarray(np.bincount(day, weights=weights, minlength=max(0, math.ceil((to_s - from_s) / DAY_S))), float)


def kpi(run: RunFigures, quantity: Quantity) -> float:
    """A key figure; over several directions and classes the mean weighted by vehicles, over ``each`` side the mean."""
    kpis = run.result.kpis
    here = kpis[kpis.port.isin(quantity.of)]
    if quantity.direction:
        here = here[here.direction == quantity.direction]
    if quantity.vehicle_class:
        here = here[here["class"].isin(quantity.vehicle_class)]
    keys = ["port", "direction", "class"]
    sides = FROM_CHINA.sides if quantity.side == "each" else (quantity.side,)
    of_sides = here[here.side.isin(sides) & (here.kpi == quantity.kpi)].groupby(keys).value
    means = of_sides.mean()[of_sides.size() == (2 if quantity.side == "each" else 1)]
    vehicles = here[(here.side == "both") & (here.kpi == "vehicles_per_day")].set_index(keys).value
    weights = vehicles.reindex(means.index).fillna(0.0)
    total = float(weights.sum())
    return float((means * weights).sum()) / total if total else math.nan


def stay_h(run: RunFigures, quantity: Quantity) -> float:
    """Mean dwell time in hours on one or both sides, of the crossings that end on the selected days."""
    history, wanted = _crossings(run, quantity)
    on_side = history.crossings.dwell_s[:, POSITION.get(quantity.side, 0)]
    wanted &= history.crossings.leave_in(*run.window(quantity)) & (on_side != NOT_YET)
    return float(on_side[wanted].mean()) / HOUR_S if wanted.any() else math.nan


def inside(run: RunFigures, quantity: Quantity) -> float:
    """Vehicles at the port, both sides, at the end of the last selected day."""
    history, wanted = _crossings(run, quantity, over=False)
    _, at_s = run.window(quantity)
    crossings = history.crossings
    gone = (crossings.exit_s != NOT_YET) & (crossings.exit_s < at_s)
    return float((wanted & (crossings.enter_s < at_s) & ~gone).sum())


def waiting_to_depart(run: RunFigures, quantity: Quantity) -> float:
    """Vehicles of the services that have come, but have not begun to travel, at the end of the last selected day."""
    came, left = _departures(run, quantity)
    _, at_s = run.window(quantity)
    return float(((came < at_s) & ((left == NOT_YET) | (left >= at_s))).sum())


def departures(run: RunFigures, quantity: Quantity) -> float:
    """Vehicles of the services that begin their first travel on the selected days, a day or all together."""
    _, left = _departures(run, quantity)
    from_s, to_s = run.window(quantity)
    number = float(((left != NOT_YET) & (left >= from_s) & (left < to_s)).sum())
    return number if quantity.per == "period" else number * DAY_S / (to_s - from_s)


def hours_to_departure(run: RunFigures, quantity: Quantity) -> float:
    """Mean hours between arrival and first travel, of the vehicles of the services that depart on the selected days."""
    came, left = _departures(run, quantity)
    from_s, to_s = run.window(quantity)
    here = (left != NOT_YET) & (left >= from_s) & (left < to_s)
    return float((left - came)[here].mean()) / HOUR_S if here.any() else math.nan


def _departures(run: RunFigures, quantity: Quantity) -> tuple[Ints, Ints]:
    """(n,) Second at which each journey of the services began, and of its first travel; -1 if it was not yet begun."""
    labels, plan = run.labels, run.plan
    services = np.array([labels.service.index(name) for name in quantity.of])
    journeys = run.measured.history.journeys
    mine = np.isin(journeys.service, services)
    vehicle, came = np.asarray(journeys.vehicle[mine]), np.asarray(journeys.start_s[mine], np.int64)
    left = np.full(len(came), NOT_YET, np.int64)
    first = _first_travels(run, set(quantity.of))
    for rows in run.result.visits.pieces():
        of = np.flatnonzero(first[rows.op] & (rows.started_s != NOT_YET))
        # The journey of a vehicle is the last one that began before its travel.
        keys = rows.vehicle[of].astype(np.int64) * (plan.horizon_s + 1) + rows.started_s[of]
        at = np.searchsorted(vehicle.astype(np.int64) * (plan.horizon_s + 1) + came, keys, side="right") - 1
        left[at] = rows.started_s[of]
    return came, left


def _first_travels(run: RunFigures, services: set[str]) -> Bools:
    """(nO,) Whether a step is the first travel of one of the services."""
    first = np.zeros(run.plan.n_ops, bool)
    seen: set[str] = set()
    for op, (service, link) in enumerate(zip(run.labels.op_service, run.labels.op_link, strict=True)):
        if link and service in services - seen:
            first[op] = True
            seen.add(service)
    return first


def load(run: RunFigures, quantity: Quantity) -> float:
    """TEU or tonnes (``kpi``) of a loaded vehicle, mean."""
    history, wanted = _crossings(run, quantity)
    crossings = history.crossings
    carried = np.array(getattr(run.labels, str(LOADS[quantity.kpi])), float)[
        crossings.service[wanted & crossings.loaded]
    ]
    return float(carried.mean()) if len(carried) else math.nan


def served(run: RunFigures, quantity: Quantity) -> float:
    """Vehicles a day whose work at the facilities began."""
    days = (run.plan.horizon_s - run.labels.warmup_s) / DAY_S
    return sum(run.facilities[name]["served"] for name in quantity.of) / days


def served_an_hour(run: RunFigures, quantity: Quantity) -> float:
    """Capacity of the facilities an hour while open, in vehicles, or in the TEU or tonnes (``kpi``) of these."""
    facility = [run.labels.facility.index(name) for name in quantity.of]
    vehicles = run.plan.facility_nominal[facility] * HOUR_S / run.plan.facility_mean_s[facility]
    return float((vehicles * [_mean_load(run, one, quantity.kpi) for one in facility]).sum())


def _mean_load(run: RunFigures, facility: int, kpi: str) -> float:
    """Mean TEU or tonnes of the vehicles that a facility served; 1 for vehicles."""
    label = LOADS[kpi] if kpi else None
    if label is None:
        return 1.0
    load = dict(zip(run.labels.service, getattr(run.labels, label), strict=True))
    here = np.flatnonzero(np.isin(run.plan.op_code, tuple(AT_FACILITY)) & (run.plan.op_target == facility))
    served = run.begun[here]
    loads = np.array([load[run.labels.op_service[op]] for op in here], float)
    return float((served * loads).sum() / served.sum()) if served.any() else math.nan


def link(run: RunFigures, quantity: Quantity) -> float:
    """Vehicles a day on the links, sum of both directions."""
    rows = run.result.links
    return float(rows[rows.link.isin(quantity.of)].vehicles_per_day.sum())


def link_peak_day(run: RunFigures, quantity: Quantity) -> float:
    """Most vehicles, loaded or not, that enter the links on one day; inbound are those whose link ends in China."""
    from_s, to_s = run.window(quantity)
    entered = np.zeros(math.ceil((to_s - from_s) / DAY_S), np.int64)
    wanted = _ways(run, quantity)
    for rows in run.result.visits.pieces():
        at = rows.started_s[wanted[rows.op]]
        at = at[(at >= from_s) & (at < to_s)]
        entered += np.bincount((at - from_s) // DAY_S, minlength=len(entered))
    return float(entered.max())


def _ways(run: RunFigures, quantity: Quantity) -> Bools:
    """(nO,) Whether a step is on the links, of a class and in the direction of the quantity."""
    labels, places = run.labels, run.result.case.corridor.places
    return np.array(
        [
            name in quantity.of
            and not part
            and (not quantity.vehicle_class or klass in quantity.vehicle_class)
            and (not quantity.direction or (quantity.direction == "inbound") == (places[place].country == CHINA))
            for name, klass, place, part in zip(
                labels.op_link, labels.op_class, labels.op_place, labels.op_part, strict=True
            )
        ],
        bool,
    )


def running_speed(run: RunFigures, quantity: Quantity) -> float:
    """Mean speed on the links without delay, km/h."""
    links = [run.result.case.corridor.links[name] for name in quantity.of]
    return sum(row.length_km for row in links) / sum(row.length_km / row.speed_kmh for row in links)


def speed_with_delay(run: RunFigures, quantity: Quantity) -> float:
    """Mean speed of services on their links on one side of the border, with lateness and dwell time at the port, km/h.

    ``of`` is a port followed by services. Links of a side have both ends in the country of that side.
    """
    port, *services = quantity.of
    corridor = run.result.case.corridor
    here = corridor.ports[port].ends[POSITION.get(quantity.side, 2) - 1]
    country = corridor.places[here].country
    km = hours = 0.0
    for name in services:
        on_the_way = {
            of_op for of_op, service in zip(run.labels.op_link, run.labels.op_service, strict=True) if service == name
        }
        for row in (corridor.links[each] for each in sorted(on_the_way - {""})):
            if {corridor.places[row.origin].country, corridor.places[row.destination].country} == {country}:
                km += row.length_km
                hours += row.length_km / row.speed_kmh
        dwell = quantity.model_copy(update={"of": (port,), "kpi": "dwell_h_mean"})
        hours += kpi(run, dwell) + run.delay_h(name)
    return km / hours


def _journeys_h(run: RunFigures, name: str) -> Floats:
    """Hours of each journey of a service that ended in the measured period, with the mean lateness added."""
    journeys = run.measured.history.journeys
    from_s, to_s = run.labels.warmup_s, run.plan.horizon_s
    mine = (journeys.service == run.labels.service.index(name)) & (journeys.end_s >= from_s) & (journeys.end_s < to_s)
    took_h: Floats = (journeys.end_s[mine] - journeys.start_s[mine]) / HOUR_S
    return took_h + run.delay_h(name)


def _journey_h(run: RunFigures, name: str) -> float:
    took_h = _journeys_h(run, name)
    return float(took_h.mean()) if len(took_h) else math.nan


def _km(run: RunFigures, name: str) -> float:
    """Kilometres from the origin of a service to its destination."""
    return sum(km for km, owner in zip(run.labels.op_km, run.labels.op_service, strict=True) if owner == name)


def journey_h(run: RunFigures, quantity: Quantity) -> float:
    """Hours from the scheduled departure to the destination, of a fleet from trip to trip; mean of the services."""
    return float(np.mean([_journey_h(run, name) for name in quantity.of]))


def best_km_a_day(run: RunFigures, quantity: Quantity) -> float:
    """Kilometres a day of the fastest one in :data:`BEST_OF` journeys, with mean lateness; mean of the services."""
    speeds = []
    for name in quantity.of:
        took_h = _journeys_h(run, name)
        fast_h = float(np.quantile(took_h, 1 / BEST_OF)) if len(took_h) else math.nan
        speeds.append(_km(run, name) / fast_h * 24)
    return float(np.mean(speeds))


def stock_end(run: RunFigures, quantity: Quantity) -> float:
    """Units in the stocks at the end of the run."""
    return sum(
        float(run.plan.stock_level[run.labels.stock.index(name)]) + _moved(run, name, RETURN) - _moved(run, name, DRAW)
        for name in quantity.of
    )


def stock_out(run: RunFigures, quantity: Quantity) -> float:
    """Units a day drawn from the stocks, over the whole run."""
    return sum(_moved(run, name, DRAW) for name in quantity.of) / (run.plan.horizon_s / DAY_S)


def stock_in(run: RunFigures, quantity: Quantity) -> float:
    """Units a day returned to the stocks, over the whole run."""
    return sum(_moved(run, name, RETURN) for name in quantity.of) / (run.plan.horizon_s / DAY_S)


def _moved(run: RunFigures, stock: str, code: int) -> float:
    plan = run.plan
    ops = (plan.op_code == code) & (plan.op_target == run.labels.stock.index(stock))
    return float((run.begun * plan.op_amount)[ops].sum())


def duration_min(run: RunFigures, quantity: Quantity) -> float:
    """Sum of the mean durations in the data, minutes."""
    return sum(run.result.case.corridor.durations[name].mean_min for name in quantity.of)


Measure = Callable[[RunFigures, Quantity], float]
MEASURES: Final[Mapping[str, Measure]] = {
    measure.__name__: measure
    for measure in (
        flow,
        peak_day,
        kpi,
        stay_h,
        inside,
        waiting_to_depart,
        departures,
        hours_to_departure,
        load,
        served,
        served_an_hour,
        link,
        link_peak_day,
        running_speed,
        speed_with_delay,
        journey_h,
        best_km_a_day,
        stock_end,
        stock_in,
        stock_out,
        duration_min,
    )
}
"""The measures by name."""
