"""Gains of the proposals at every point of the inputs.

Input: the store of one stage in one port submodel. Output: arrays of shape (points, proposals, replications). Each
value compares the proposal with the same submodel without it, at the same point and replication; higher is better:

==========  ========================================================================
``cargo``   additional tonnes delivered a day through the port: what only fills a yard is not counted
``dwell``   reduction of the mean dwell time of the proposal's target traffic, hours
==========  ========================================================================

A failed run gives NaN.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.studies.sensitivity.design import BASE, scenario
from sim.studies.sensitivity.port_submodels import PortSubmodel

if TYPE_CHECKING:
    from sim.experiments.store import Store
    from sim.studies.compare import Traffic

Array = np.ndarray[Any, np.dtype[np.float64]]
TargetTraffic = Mapping[str, "Traffic"]
"""Port and traffic class that a proposal is meant to help, by proposal."""


@dataclass(frozen=True)
class Responses:
    """Results of one stage in one submodel. ``proposals`` are those that affect it."""

    proposals: tuple[str, ...]
    base: Array
    """Tonnes delivered a day through the port without any proposal, shape (points, replications)."""
    gains: Mapping[str, Array]
    """'cargo' and 'dwell' as above; 'dwell' is 0 where the target traffic is at another port."""
    failed: int
    """Number of runs without results."""

    def of(self, measure: str, proposal: str) -> Array:
        """Gains of one proposal, shape (points, replications); 0 if it does not affect this submodel."""
        shape = self.base.shape
        if proposal not in self.proposals:
            return np.zeros(shape)
        return np.asarray(self.gains[measure][:, self.proposals.index(proposal)])


def at_points(
    store: Store, submodel: PortSubmodel, points: int, proposals: Sequence[str], targets: TargetTraffic
) -> Responses:
    """Responses of a stage of :func:`.design.experiment`, for those of ``proposals`` that affect the submodel."""
    return _responses(store, submodel, points, [id for id in proposals if id in submodel.proposals], targets, scenario)


def as_declared(store: Store, submodel: PortSubmodel, targets: TargetTraffic) -> Responses:
    """Responses of a stage of :func:`.design.as_declared`, which has one point."""
    base = next(iter(store.scenarios))
    return _responses(store, submodel, 1, list(submodel.proposals), targets, lambda k, id: base if id == BASE else id)


def _responses(
    store: Store,
    submodel: PortSubmodel,
    points: int,
    proposals: Sequence[str],
    targets: TargetTraffic,
    name: Callable[[int, str], str],
) -> Responses:
    from sim.studies.compare.figures import ALL, DELIVERED, figures

    table = figures(store.read("kpis"))
    replications = store.experiment.replications

    def read(key: tuple[str, str, str], *ids: str) -> Array:
        """One key figure, shape (points, ids, replications)."""
        port, klass, kpi = key
        rows = table[(table["port"] == port) & (table["class"] == klass) & (table["kpi"] == kpi)]
        found = dict(zip(zip(rows["scenario"], rows["replication"], strict=True), rows["value"], strict=True))
        values = [found.get((name(k, id), r), np.nan) for k in range(points) for id in ids for r in range(replications)]
        return np.array(values, float).reshape(points, len(ids), replications)

    cargo = read((ALL, ALL, DELIVERED), BASE, *proposals)
    dwell = np.zeros((points, len(proposals), replications))
    for k, id in enumerate(proposals):
        if id in targets and targets[id].port == submodel.port:
            both = read((submodel.port, targets[id].klass, "dwell_h_mean"), BASE, id)
            dwell[:, k] = both[:, 0] - both[:, 1]
    gains = {"cargo": cargo[:, 1:] - cargo[:, :1], "dwell": dwell}
    return Responses(tuple(proposals), cargo[:, 0], gains, int(np.isnan(cargo).sum()))
