"""Key figures of one run, from its trace alone: throughput, dwell, transit, backlog, cost and carbon by port.

One function per figure, registered under its id; unit, labels, meaning and aggregation are declared in
``data/schema/kpis.csv`` (:mod:`sim.core.kpi_declarations`). The measured window is from ``labels.warmup_s`` to the
horizon. A crossing (see :mod:`sim.output.journeys`) counts if its exit is in the window, a journey if its end is. Each
figure has one value per (port, direction, class); a figure with aggregation 'sum' also for class 'all'. Beside each
value is the number of its observations, by which a percentile of few can be recognised. A figure without observations
(the mean of no crossings) has no row; sums are then 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from corridors.sides import BOTH, views_of
from sim.core.kpi_declarations import KPIS
from sim.core.plan import Ints, Ints32
from sim.core.rules import NOT_YET
from sim.core.trace import Visits
from sim.core.units import DAY_S, HOUR_S
from sim.kpi.delivered import delivered_less_crossed_t
from sim.output import group_statistics
from sim.output.crossings import side_of_op
from sim.output.idle import IdleObserver
from sim.output.journey_cuts import CrossingStepObserver, HistoryObserver
from sim.output.journeys import VIEWS, Bools, Floats, Group
from sim.output.run_output import RunOutput
from sim.output.step_records import PlainStepObserver
from sim.output.yards import YardInflowObserver, is_yard

if TYPE_CHECKING:
    import pandas as pd

ALL_CLASSES = "all"
TEXTS: Final = ("port", "side", "direction", "class", "kpi", "unit")
NUMBERS: Final = ("value", "n")
COLUMNS = [*TEXTS, *NUMBERS]


def vehicle_counts(visits: Visits) -> dict[str, int]:
    """Vehicles that arrived, departed and are in the system at the horizon (a fleet's vehicle counts once)."""
    arrived = int((visits.plan.vehicle_arrival_s < visits.plan.horizon_s).sum())
    departed = int((visits.vehicle_left_s != NOT_YET).sum())
    return {"arrived": arrived, "departed": departed, "in_system": arrived - departed}


class Observations:
    """The crossings and journeys of the measured window, by group. Groups are (port, direction, class)."""

    def __init__(self, output: RunOutput) -> None:
        self.output, self.history = output, output.history
        history = self.history
        self.groups, self.labels = history.groups, history.plan.labels
        self.from_s, self.to_s = self.labels.warmup_s, history.plan.horizon_s
        self.days = (self.to_s - self.from_s) / DAY_S

    @cached_property
    def completed(self) -> Bools:
        """Whether each crossing ends in the window."""
        return self.history.crossings.leave_in(self.from_s, self.to_s)

    @cached_property
    def sides(self) -> list[SideTimes]:
        """Completed crossings at both sides together and at each: in the order of the views of a crossing."""
        return [SideTimes(self, k) for k in range(VIEWS)]

    @cached_property
    def idle_s(self) -> tuple[Ints, Ints]:
        """(n_journeys,) seconds of waiting for demand, and those until the last loaded step was over."""
        return self.output.idle.of_journeys(self.history)

    @cached_property
    def idle_at_crossings(self) -> tuple[Ints, Ints, Ints]:
        """Crossing, op and seconds of each wait for demand during a crossing."""
        return self.output.idle.at_crossings(self.history)

    @cached_property
    def side_of_op(self) -> Ints:
        """(nO,) side of each step, 1 or 2; 0 for a step of neither side."""
        return side_of_op(self.history.plan)

    @cached_property
    def home(self) -> tuple[Ints, Bools]:
        """Per journey the group of its first loaded (else first) crossing, -1 for none, and whether it is loaded."""
        journeys, crossings = self.history.journeys, self.history.crossings
        home = np.full(len(journeys.vehicle), -1, np.int64)
        loaded = np.zeros(len(home), bool)
        # Of several crossings of one journey the first is written last.
        home[crossings.journey[::-1]] = crossings.group[::-1]
        full = np.flatnonzero(crossings.loaded)[::-1]
        home[crossings.journey[full]] = crossings.group[full]
        loaded[crossings.journey[full]] = True
        return home, loaded

    @cached_property
    def transits(self) -> tuple[Ints, Ints]:
        """(group, seconds) of journeys that end in the window.

        A vehicle that comes once: from arrival to departure. A fleet: from the start of the trip to the end of its
        last loaded step. Time in which a vehicle waits for demand does not count: it is idle, and not on its way.
        """
        journeys, (home, loaded) = self.history.journeys, self.home
        fleet = self.history.plan.vehicle_trips[journeys.vehicle] > 1
        there = np.where(fleet & loaded, journeys.delivered_s, journeys.end_s)
        counted = (home >= 0) & (there >= self.from_s) & (there < self.to_s)
        idle_s = np.where(fleet & loaded, self.idle_s[1], self.idle_s[0])
        return home[counted], np.asarray((there - journeys.start_s - idle_s)[counted])

    @cached_property
    def n_transits(self) -> Ints:
        """(n_groups,) journeys that end in the window."""
        return group_statistics.counts(self.transits[0], len(self.groups))

    @cached_property
    def transit_percentiles(self) -> npt.NDArray[Any]:
        """(2, n_groups) hours: median and 95th percentile."""
        group, transit = self.transits
        return group_statistics.percentiles(group, transit, len(self.groups), (0.5, 0.95)).T / HOUR_S

    @cached_property
    def ended(self) -> tuple[Ints, Ints, Ints]:
        """Of all journeys the group, -1 for none; positions of the loaded and the empty ones that end in the window."""
        journeys, (home, loaded) = self.history.journeys, self.home
        counted = (home >= 0) & (journeys.end_s >= self.from_s) & (journeys.end_s < self.to_s)
        return home, np.flatnonzero(counted & loaded), np.flatnonzero(counted & ~loaded)

    @cached_property
    def n_carried(self) -> Ints:
        """(n_groups,) loaded journeys that end in the window."""
        home, full, _ = self.ended
        return group_statistics.counts(home[full], len(self.groups))

    @cached_property
    def full(self) -> tuple[Ints32, Ints32]:
        """Group and service of the completed loaded crossings."""
        crossings = self.history.crossings
        full = np.flatnonzero(self.completed & crossings.loaded)
        return crossings.group[full], crossings.service[full]

    def carried(self, loads: tuple[Any, ...] | list[Any]) -> Floats:
        """(n_groups,) load of the completed loaded crossings; ``loads`` by service."""
        group, service = self.full
        return group_statistics.sums(group, np.array(loads, float)[service], len(self.groups))

    @cached_property
    def waited_h(self) -> Floats:
        """(n_journeys,) hours waited, without those for demand."""
        return np.asarray((self.history.journeys.waited_s - self.idle_s[0]) / HOUR_S)

    @cached_property
    def tonnes_carried(self) -> Floats:
        """(n_groups,) tonnes of the loaded journeys that end in the window."""
        home, full, _ = self.ended
        load_t = np.array(self.labels.service_t, float)[self.history.journeys.service[full]]
        return group_statistics.sums(home[full], load_t, len(self.groups))

    def per_tonne(self, of_steps: Floats, of_waiting_hour: tuple[Any, ...] | list[Any]) -> Floats:
        """(n_groups,) amount of whole journeys over the tonnes carried across the port.

        ``of_steps`` by journey; ``of_waiting_hour`` by service, for the hours waited (not for demand). The
        amount of journeys that cross empty is shared equally over the tonnes of that port and class in either
        direction.
        """
        service, (home, full, empty), n = self.history.journeys.service, self.ended, len(self.groups)
        tonnes, both_ways = self.tonnes_carried, _same_port_and_class(self.groups)
        total = of_steps + self.waited_h * np.array(of_waiting_hour, float)[service]
        own = group_statistics.sums(home[full], total[full], n)
        of_empties = both_ways(group_statistics.sums(home[empty], total[empty], n))
        return group_statistics.ratio(own, tonnes) + np.nan_to_num(
            group_statistics.ratio(of_empties, both_ways(tonnes))
        )


class SideTimes:
    """Hours of the completed crossings at both sides together, or at one side; NaN for a group without crossings.

    Only the figures are kept: the times of all crossings would take as much memory as the crossings.
    """

    def __init__(self, observed: Observations, side: int) -> None:
        crossings, n = observed.history.crossings, len(observed.groups)
        there = observed.completed & (crossings.dwell_s[:, side] != NOT_YET)
        here = np.flatnonzero(there)
        self.n, dwell_s, wait_s, clearance_s = observed.output.crossing_steps.sides[:, side].T
        """n (n_groups,): crossings."""

        def mean_h(seconds: Ints) -> Floats:
            return group_statistics.ratio(seconds, self.n) / HOUR_S

        self.dwell_mean = mean_h(dwell_s)
        of_group = crossings.group[here], crossings.dwell_s[here, side]
        self.dwell_percentiles = group_statistics.percentiles(*of_group, n, (0.5, 0.9, 0.95)).T / HOUR_S
        """(3, n_groups): median, 90th and 95th percentile."""
        crossing, op, idle_s = observed.idle_at_crossings
        counted = there[crossing] & (observed.side_of_op[op] == side if side else True)
        idle = group_statistics.sums(crossings.group[crossing[counted]], idle_s[counted], n)
        self.wait_mean = mean_h(wait_s - idle.astype(np.int64))
        self.clearance_mean = mean_h(clearance_s)


_Of = Callable[[Observations, int], npt.NDArray[Any]]
"""From the observations and the position of a view to one value per group; NaN for no value."""


class Figure(NamedTuple):
    """The function of a key figure."""

    of: _Of
    by_side: bool
    """Whether there is also a value for each side, beside the one for both together."""
    n: _Of
    """The number of observations behind the value."""


FIGURES: Final[dict[str, Figure]] = {}
"""The functions by id of the key figure."""


def _crossings(seen: Observations, side: int) -> npt.NDArray[Any]:
    """Completed crossings."""
    return seen.sides[side].n


def figure(id: str, by_side: bool = False, n: _Of = _crossings) -> Callable[[_Of], _Of]:
    """Register the function of a key figure that ``data/schema/kpis.csv`` declares.

    ``n`` counts its observations.
    """

    def register(of: _Of) -> _Of:
        FIGURES[id] = Figure(of, by_side, n)
        return of

    return register


@figure("vehicles_per_day")
def _vehicles_per_day(seen: Observations, _: int) -> npt.NDArray[Any]:
    """Completed crossings per day."""
    return group_statistics.counts(seen.history.crossings.group[seen.completed], len(seen.groups)) / seen.days


@figure("teu_per_day")
def _teu_per_day(seen: Observations, _: int) -> npt.NDArray[Any]:
    """Containers of the crossings in which the vehicle was loaded in at least one step."""
    return seen.carried(seen.labels.service_teu) / seen.days


@figure("tonnes_per_day")
def _tonnes_per_day(seen: Observations, _: int) -> npt.NDArray[Any]:
    """Tonnes of the same crossings."""
    return seen.carried(seen.labels.service_t) / seen.days


@figure("delivered_t_per_day")
def _delivered_t_per_day(seen: Observations, _: int) -> npt.NDArray[Any]:
    """Tonnes of the same crossings; those that end in a yard count when they leave it (:mod:`sim.kpi.delivered`)."""
    return (seen.carried(seen.labels.service_t) + delivered_less_crossed_t(seen.output)) / seen.days


@figure("dwell_h_mean", by_side=True)
def _dwell_h_mean(seen: Observations, side: int) -> npt.NDArray[Any]:
    """Exit - entry; at a side: from the first step queued for to the last step departed from there."""
    return seen.sides[side].dwell_mean


@figure("dwell_h_p50", by_side=True)
def _dwell_h_p50(seen: Observations, side: int) -> npt.NDArray[Any]:
    return np.asarray(seen.sides[side].dwell_percentiles[0])


@figure("dwell_h_p90", by_side=True)
def _dwell_h_p90(seen: Observations, side: int) -> npt.NDArray[Any]:
    return np.asarray(seen.sides[side].dwell_percentiles[1])


@figure("dwell_h_p95", by_side=True)
def _dwell_h_p95(seen: Observations, side: int) -> npt.NDArray[Any]:
    return np.asarray(seen.sides[side].dwell_percentiles[2])


@figure("wait_h_mean", by_side=True)
def _wait_h_mean(seen: Observations, side: int) -> npt.NDArray[Any]:
    """Per crossing, the sum of started - queued."""
    return seen.sides[side].wait_mean


@figure("clearance_h_mean", by_side=True)
def _clearance_h_mean(seen: Observations, side: int) -> npt.NDArray[Any]:
    """Waiting and service of customs, police and inspection."""
    return seen.sides[side].clearance_mean


@figure("transit_h_mean", n=lambda seen, _: seen.n_transits)
def _transit_h_mean(seen: Observations, _: int) -> npt.NDArray[Any]:
    """Origin to destination, see :attr:`Observations.transits`."""
    group, transit = seen.transits
    return group_statistics.means(group, transit, len(seen.groups)) / HOUR_S


@figure("transit_h_p50", n=lambda seen, _: seen.n_transits)
def _transit_h_p50(seen: Observations, _: int) -> npt.NDArray[Any]:
    return np.asarray(seen.transit_percentiles[0])


@figure("transit_h_p95", n=lambda seen, _: seen.n_transits)
def _transit_h_p95(seen: Observations, _: int) -> npt.NDArray[Any]:
    return np.asarray(seen.transit_percentiles[1])


def _inside(seen: Observations, side: int) -> npt.NDArray[Any]:
    """Vehicles in a crossing at the horizon, waiting or in service; by side: where they are."""
    crossings = seen.history.crossings
    inside = crossings.exit_s == NOT_YET
    here = inside if side == 0 else inside & (crossings.side_now == side)
    return group_statistics.counts(crossings.group[here], len(seen.groups))


figure("backlog_end", by_side=True, n=_inside)(_inside)


@figure("cost_usd_per_t", n=lambda seen, _: seen.n_carried)
def _cost_usd_per_t(seen: Observations, _: int) -> npt.NDArray[Any]:
    """Cost of the steps, and of waiting at the price of the class."""
    return seen.per_tonne(seen.history.journeys.cost_usd, seen.labels.service_wait_usd_per_h)


@figure("co2_kg_per_t", n=lambda seen, _: seen.n_carried)
def _co2_kg_per_t(seen: Observations, _: int) -> npt.NDArray[Any]:
    """Emissions of the steps, and of idling while waiting."""
    return seen.per_tonne(seen.history.journeys.co2_kg, seen.labels.service_idle_co2_kg_per_h)


def kpi_table(visits: Visits | RunOutput) -> pd.DataFrame:
    """The key figures as one row each: port, side (both, or one of its port), direction, class, kpi, unit, value, n.

    Sorted by port, direction, class, side and the order of :data:`KPIS`.
    """
    output = RunOutput.of(visits)
    moves = [PlainStepObserver] if is_yard(output.plan).any() else []  # What yards deliver are moves at stocks.
    output.observe(HistoryObserver, CrossingStepObserver, IdleObserver, YardInflowObserver, *moves)
    seen = Observations(output)
    rows: list[tuple[Any, ...]] = []
    for id in KPIS:
        own = FIGURES[id]
        for k in range(VIEWS if own.by_side else 1):
            rows += _rows(seen.groups, id, k, own.of(seen, k), own.n(seen, k))
    return with_totals(rows)


def with_totals(rows: Iterable[tuple[Any, ...]]) -> pd.DataFrame:
    """The table of rows of classes, with the sums over classes of figures that add up."""
    import pandas as pd

    listed = list(rows)
    if not listed:
        return pd.DataFrame([], columns=COLUMNS)
    *_, values, n = zip(*listed, strict=True)
    totals = Totals([row[: len(TEXTS)] for row in listed])
    return totals.table(np.array(values, np.float64), np.array(n, np.int64))


class Totals:
    """The order of a table of key figures by its texts, and which of its rows are added up to which sums."""

    def __init__(self, texts: Sequence[tuple[str, ...]]) -> None:
        self._own = _in_order(texts)
        totals: dict[tuple[str, ...], int] = {}
        self._added: list[tuple[int, int]] = []
        """Positions of rows, in their order, and the sum that each is part of."""
        for at in self._own:
            port, side, direction, _, kpi, unit = texts[at]
            if KPIS[kpi].aggregation == "sum":
                key = (port, side, direction, ALL_CLASSES, kpi, unit)
                self._added.append((at, totals.setdefault(key, len(totals))))
        self._every = [*texts, *totals]
        self._order = _in_order(self._every)
        self._n_totals = len(totals)

    def table(self, values: Floats, n: Ints, texts: Mapping[str, Any] | None = None) -> pd.DataFrame:
        """The table; numbers are those of the rows by whose texts this was made, ``texts`` its columns, if known."""
        import pandas as pd

        at, total = np.array(self._added, np.int64).reshape(-1, 2).T
        sums = np.bincount(total, values[at], self._n_totals)  # Adds up in the order of the rows.
        counts = np.zeros(self._n_totals, np.int64)
        np.add.at(counts, total, n[at])
        numbers = {"value": np.append(values, sums)[self._order], "n": np.append(n, counts)[self._order]}
        if not texts:
            in_order = zip(*(self._every[at] for at in self._order), strict=True)
            texts = {name: list(column) for name, column in zip(TEXTS, in_order, strict=True)}
        return pd.DataFrame({**texts, **numbers})


def complete(kpis: pd.DataFrame) -> pd.DataFrame:
    """A :func:`kpi_table` with a row for each figure of each group: NaN of 0 observations for one without a value."""
    import pandas as pd

    rows = {row[:5]: row for row in kpis[COLUMNS].itertuples(index=False, name=None)}
    for port, direction, klass in {(row[0], row[2], row[3]) for row in rows.values() if row[3] != ALL_CLASSES}:
        for id, own in FIGURES.items():
            for side in views_of(direction) if own.by_side else (BOTH,):
                key = (port, side, direction, klass, id)
                rows.setdefault(key, (*key, KPIS[id].unit, float("nan"), 0))
    return pd.DataFrame(_sorted(rows.values()), columns=COLUMNS)


def _sorted(rows: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Rows by port, direction, class, side and the order of :data:`KPIS`."""
    listed = list(rows)
    return [listed[at] for at in _in_order(listed)]


def _in_order(rows: Sequence[tuple[Any, ...]]) -> list[int]:
    """The positions of rows in this order."""
    rank = {kpi: k for k, kpi in enumerate(KPIS)}
    keys = [(r[0], r[2], r[3] == ALL_CLASSES, r[3], views_of(r[2]).index(r[1]), rank[r[4]]) for r in rows]
    return sorted(range(len(keys)), key=keys.__getitem__)


def _rows(
    groups: list[Group], kpi: str, view: int, values: npt.NDArray[Any], n: npt.NDArray[Any]
) -> list[tuple[Any, ...]]:
    """Rows of one figure: no row for NaN."""
    return [
        (port, views_of(direction)[view], direction, klass, kpi, KPIS[kpi].unit, float(value), count)
        for (port, direction, klass), value, count in zip(groups, values.tolist(), n.tolist(), strict=True)
        if not np.isnan(value)
    ]


def _same_port_and_class(groups: list[Group]) -> Callable[[Floats], Floats]:
    """Sums values per group over the directions of one port and class, and gives each group its sum."""
    keys = [(port, klass) for port, _, klass in groups]
    position = np.array([keys.index(key) for key in keys], np.int64)
    return lambda values: group_statistics.sums(position, values, len(keys))[position]
