"""The tables and checks of one run: their only list, which results, batches, files and pages share."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, fields
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from corridors.messages import Message
    from sim.core.trace import Visits
    from sim.output.deadlock import Deadlocked
    from sim.output.run_output import RunOutput


@dataclass(frozen=True, kw_only=True)
class RunTables:
    """Every table of a run, each under the name that also its kind of rows has in a store of results."""

    kpis: pd.DataFrame
    """Key figures by port, side, direction and class (:func:`sim.kpi.key_figures.kpi_table`)."""
    facilities: pd.DataFrame
    """Vehicles served, utilisation, waits (h) and queues of each facility."""
    links: pd.DataFrame
    """Vehicles per day, utilisation and waits (h) of each link with train paths."""
    bottlenecks: pd.DataFrame
    """Both measures of bottlenecks, share of waiting and share of time (:mod:`sim.kpi.bottlenecks`), and the main
    root of the waiting at each."""
    momentary: pd.DataFrame
    """Share of time in which each facility is the momentary bottleneck, alone and while it shifts."""
    waiting: pd.DataFrame
    """Vehicle-hours waited at each place, by cause."""
    waiting_by_root: pd.DataFrame
    """Vehicle-hours waited at each place, by root (:mod:`sim.kpi.waiting_roots`)."""
    dwell: pd.DataFrame
    """Mean hours of waiting and service at each step."""
    backlog: pd.DataFrame
    """Vehicles that wait for a port, mean of each day."""
    stocks: pd.DataFrame
    """Levels of stocks, inflow and outflow (:mod:`sim.kpi.stocks`)."""
    growing: pd.DataFrame
    """Queues that grow without bound, in vehicles per day (:mod:`sim.kpi.queue_growth`)."""
    rising: pd.DataFrame
    """Queues away from ports that rise from week to week (:func:`sim.kpi.queue_growth.rising_away_from_ports`)."""
    detours: pd.DataFrame
    """Vehicles that took another way around a closed link (:mod:`sim.kpi.detours`)."""
    orders: pd.DataFrame
    """Orders in force, and the vehicles that waited for them (:mod:`sim.kpi.orders`)."""
    flows: pd.DataFrame
    """Tonnes, charges, hours and CO2 of each service with cargo, over its whole way (:mod:`sim.kpi.service_flows`)."""
    load: pd.DataFrame
    """Vehicles that wait, servers kept and at work at the facilities of ports, by hour of the week
    (:mod:`sim.kpi.load_by_hour`)."""
    waits_over: pd.DataFrame
    """Share of the vehicles that wait longer than promised times (:mod:`sim.kpi.waits_over`)."""

    def grows(self, port: str, klass: str, direction: str) -> bool:
        """Whether the queue of a class grows without bound, so that its mean times are as long as the run."""
        return (port, klass, direction) in self._groups_that_grow

    @cached_property
    def _groups_that_grow(self) -> frozenset[tuple[str, str, str]]:
        return frozenset(zip(*(self.growing[name] for name in ("port", "class", "direction")), strict=True))

    def only(self, names: Collection[str] | None) -> RunTables:
        """The tables of those names, or all; the others have neither rows nor columns."""
        import pandas as pd

        tables = self.by_name().items()
        return RunTables(
            **{name: table if names is None or name in names else pd.DataFrame() for name, table in tables}
        )

    def by_name(self) -> dict[str, pd.DataFrame]:
        """The tables by name, in the order of the fields above."""
        return {field.name: getattr(self, field.name) for field in fields(RunTables)}


@dataclass(frozen=True, kw_only=True)
class RunFigures(RunTables):
    """The tables of one run, with its visits and whether the tables are valid."""

    visits: Visits
    vehicles: dict[str, int]
    """Vehicles that arrived, that departed, and that are in the system at the end."""
    problems: tuple[Message, ...]
    """Balances that the run violates (:mod:`sim.output.conservation`); its tables are valid only if there are none."""
    deadlocked: list[Deadlocked]
    """Vehicles that block each other indefinitely (:mod:`sim.output.deadlock`)."""


def figures_of(visits: Visits, only: Collection[str] | None = None) -> RunFigures:
    """Compute the tables of a run (all, or those named) and its checks in one scan of its visits."""
    from sim.kpi import key_figures
    from sim.output import conservation, deadlock
    from sim.output.run_output import EVERY_TABLE, RunOutput

    unused = {kind for kind, tables in _observed().items() if only is not None and not tables.intersection(only)}
    output = RunOutput.whole(visits, (kind for kind in EVERY_TABLE if kind not in unused))
    return RunFigures(
        **tables_of(output, only).by_name(),
        visits=visits,
        vehicles=key_figures.vehicle_counts(visits),
        problems=tuple(conservation.check(output)),
        deadlocked=deadlock.deadlocks(output),
    )


def _observed() -> dict[Any, set[str]]:
    """The tables that need an observer which the checks do not need, by observer; they ask for it themselves, too."""
    from sim.output.journey_cuts import CrossingStepObserver
    from sim.output.kept_servers import KeptServerObserver
    from sim.output.step_records import StepObserver

    return {
        CrossingStepObserver: {"kpis", "dwell"},
        KeptServerObserver: {"bottlenecks", "momentary", "waiting_by_root"},
        StepObserver: {"waiting", "bottlenecks", "waiting_by_root", "orders"},
    }


def tables_of(output: RunOutput, only: Collection[str] | None = None) -> RunTables:
    """Compute the tables of a run from its output: all, or those named.

    A table that is not named has neither rows nor columns, so reading a column of it fails.
    """
    import pandas as pd

    from sim.kpi import (
        bottlenecks,
        detours,
        facilities,
        key_figures,
        load_by_hour,
        orders,
        queue_growth,
        service_flows,
        stocks,
        waiting,
        waiting_roots,
        waits_over,
    )

    if only is None or "load" in only:
        load_by_hour.prepare(output)
    if only is None or not {"bottlenecks", "momentary"}.isdisjoint(only):
        bottlenecks.prepare(output)
    # Those that several tables are made of are computed once, and only for a table that needs them.
    causes = cache(lambda: waiting.waiting_by_cause(output))
    momentary = cache(lambda: bottlenecks.momentary_table(output))
    roots = cache(lambda: waiting_roots.waiting_by_root(output))
    make: dict[str, Callable[[], pd.DataFrame]] = {
        "kpis": lambda: key_figures.kpi_table(output),
        "facilities": lambda: facilities.facility_table(output),
        "links": lambda: facilities.link_table(output),
        "bottlenecks": lambda: bottlenecks_of(causes(), momentary(), roots()),
        "momentary": momentary,
        "waiting": causes,
        "waiting_by_root": roots,
        "dwell": lambda: waiting.dwell_by_step(output),
        "backlog": lambda: waiting.waiting_by_day(output),
        "stocks": lambda: stocks.stock_table(output),
        "growing": lambda: queue_growth.growing_queues(output),
        "rising": lambda: queue_growth.rising_away_from_ports(output),
        "detours": lambda: detours.detour_table(output),
        "orders": lambda: orders.order_table(output),
        "flows": lambda: service_flows.flow_table(output),
        "load": lambda: load_by_hour.load_by_hour(output),
        "waits_over": lambda: waits_over.waits_over(output),
    }
    return RunTables(**{name: of() if only is None or name in only else pd.DataFrame() for name, of in make.items()})


def bottlenecks_of(waiting: pd.DataFrame, momentary: pd.DataFrame, roots: pd.DataFrame) -> pd.DataFrame:
    """The table of bottlenecks, from three other tables of a run."""
    from sim.kpi import bottlenecks, waiting_roots

    return waiting_roots.with_main_root(bottlenecks.bottleneck_table(waiting, momentary), roots)
