"""Episodes: what a disturbance makes late and lost, and how long it takes to recover, from the runs of a batch.

Input: the results of one batch, whose baseline is undisturbed. Output: :class:`Episode` by disturbance, with
intervals over replications, from :mod:`sim.studies.compare.recovery`; and :class:`Root`, what more vehicles wait for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from corridors.model import Corridor
from sim.compile.arrivals import Schedule
from sim.core.run_settings import RunSettings
from sim.kpi.waiting_roots import congestion
from sim.statistics import Interval
from sim.studies.compare import ExperimentResults, FlowLoss, Recovery, Traffic
from sim.studies.compare.paired_effects import finite
from sim.studies.compare.recovery import recoveries
from sim.studies.compare.target_traffic import shut_traffic
from sim.studies.resilience.disturbances import Shut

if TYPE_CHECKING:
    from sim.experiments.store import Store

READ: Final = ("waiting", "backlog", "dwell")


@dataclass(frozen=True)
class Episode:
    """One disturbance, against the undisturbed runs with the same measure."""

    shut: Shut
    measure: str
    """A proposal that is open in both; '' for none."""
    delivered: FlowLoss | None
    """Tonnes that the port delivers; None if nothing waits more and nothing is missing."""
    recoveries: tuple[Recovery, ...]
    """By direction and class, the longest queue first."""

    @property
    def longest(self) -> Recovery | None:
        """The traffic that takes most days until its queue is normal: one whose queue stays, else the slowest."""

        def days(one: Recovery) -> float:
            return float("inf") if one.days is None or one.lasting else one.days.estimate

        return max(self.recoveries, key=lambda one: (days(one), one.peak.estimate), default=None)

    def as_json(self) -> dict[str, Any]:
        """The episode as plain values, tonnes, days and vehicles."""
        longest, loss = self.longest, self.delivered
        return {
            "what": self.shut.address,
            "capacity_left": self.shut.share,
            "days": self.shut.days,
            "month": self.shut.month,
            "measure": self.measure,
            "late_t": _plain(loss.late if loss else None),
            "lost_t": _plain(loss.lost if loss else None),
            "open_t": _plain(loss.open if loss else None),
            "triangle_t_days": _plain(loss.delay if loss else None),
            "days_to_recover": _plain(longest.days if longest else None),
            "not_recovered": longest.lasting if longest else 0,
            "traffic": [one.as_json() for one in self.recoveries],
        }


@dataclass(frozen=True)
class Root:
    """What more vehicles wait for than in the undisturbed runs."""

    root: str
    hours: float
    """Vehicle-hours, mean over replications."""
    tonne_hours: float
    """The same times the mean load of the class."""

    @staticmethod
    def together(roots: Iterable[Root]) -> list[Root]:
        """The sum over several runs."""
        sums: dict[str, tuple[float, float]] = {}
        for one in roots:
            hours, tonnes = sums.get(one.root, (0.0, 0.0))
            sums[one.root] = hours + one.hours, tonnes + one.tonne_hours
        return [Root(root, *values) for root, values in sums.items()]


def episodes_of(store: Store, corridor: Corridor, port: str, shuts: Sequence[Shut], measure: str) -> list[Episode]:
    """What each disturbance does to the traffic of the port, in the order given.

    The traffic is what passes the thing that is shut; where none of the crossings does (a line behind the port), all.
    """
    results = ExperimentResults.of(store, READ)
    steps = results.dwell[results.dwell["port"] == port]
    everyone = tuple(Traffic(port, str(klass)) for klass in sorted(steps["class"].unique()))
    targets = {one.id: everyone if not shut_traffic(results, one.id, corridor) else () for one in shuts}
    by_scenario: dict[str, list[Recovery]] = {}
    for one in recoveries(results, corridor, (), targets):
        by_scenario.setdefault(one.scenario, []).append(one)
    found = []
    for shut in shuts:
        own = tuple(one for one in by_scenario.get(shut.id, ()) if one.port == port)
        found.append(Episode(shut, measure, own[0].delivered if own else None, own))
    return found


def roots_of(store: Store, shut: Shut, loads: Mapping[str, float]) -> list[Root]:
    """What more vehicles wait for with a disturbance; closed hours are no such thing.

    ``loads`` are tonnes a vehicle by class (:func:`loads_of`).
    """
    rows = congestion(store.read("waiting_by_root"))
    rows = rows[~rows["root_state"].fillna("").str.startswith("closure") & (rows["root"].fillna("") != "")]
    rows = rows.assign(tonne_hours=rows["hours"] * rows["class"].map(loads).fillna(0.0))
    figures = ["hours", "tonne_hours"]
    sums = rows.groupby(["scenario", "root"])[figures].sum() / store.experiment.replications
    base = store.experiment.baseline.id
    by_scenario = {id: sums.loc[id] for id in (base, shut.id) if id in sums.index.get_level_values("scenario")}
    if shut.id not in by_scenario:
        return []
    more = by_scenario[shut.id]
    if base in by_scenario:
        more = more - by_scenario[base].reindex(more.index, fill_value=0.0)
    found = (Root(str(root), float(row["hours"]), float(row["tonne_hours"])) for root, row in more.iterrows())
    return [one for one in found if one.hours > 0]


def loads_of(corridor: Corridor, settings: RunSettings) -> dict[str, float]:
    """Mean load of a vehicle, t, by class: of services by their vehicles a day of a run, of fleets by their vehicles.

    Where a class has neither, as with orders alone, its services count equally.
    """
    schedule = Schedule(corridor, settings)
    of_class: dict[str, list[tuple[float, float]]] = {}
    for row in corridor.services.values():
        n = float(row.fleet) if row.arrivals == "fleet" else schedule.served_per_day(row)
        of_class.setdefault(row.vehicle_class, []).append((n, row.load_t))
    found = {}
    for klass, rows in of_class.items():
        weights = [n for n, _ in rows] if any(n for n, _ in rows) else [1.0] * len(rows)
        found[klass] = sum(n * load for n, (_, load) in zip(weights, rows, strict=True)) / sum(weights)
    return found


def _plain(found: Interval | None) -> dict[str, float | None] | None:
    if found is None:
        return None
    return {"value": found.estimate, "low": finite(found.low), "high": finite(found.high)}
