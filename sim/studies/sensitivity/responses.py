"""What proposals give at every point of the guesses.

In: the store of one stage in one port's world. Out: arrays of shape (points, proposals, replications), each the
proposal against the same world without it, at the same point and with the same luck; higher is better:

==========  ========================================================================================
``cargo``   tonnes a day more through the port
``dwell``   hours less that the traffic stays which the proposal is meant to help
==========  ========================================================================================

A run that failed leaves NaN.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.studies.sensitivity.design import BASE, scenario
from sim.studies.sensitivity.port_submodels import World

if TYPE_CHECKING:
    from sim.experiments.store import Store
    from sim.studies.compare import Traffic

Array = np.ndarray[Any, np.dtype[np.float64]]
Meant = Mapping[str, "Traffic"]
"""By proposal the traffic that it is meant to help."""


@dataclass(frozen=True)
class Outcomes:
    """Figures of one stage in one world. ``proposals`` are those that reach it."""

    proposals: tuple[str, ...]
    base: Array
    """Tonnes a day through the port without any proposal, shape (points, replications)."""
    gains: Mapping[str, Array]
    """'cargo' and 'dwell' as above; a proposal helps nobody's dwell where the traffic meant is at another port."""
    failed: int
    """Runs without figures."""

    def of(self, measure: str, proposal: str) -> Array:
        """Gains of one proposal, shape (points, replications); none if it does not reach this world."""
        shape = self.base.shape
        if proposal not in self.proposals:
            return np.zeros(shape)
        return np.asarray(self.gains[measure][:, self.proposals.index(proposal)])


def at_points(store: Store, world: World, points: int, proposals: Sequence[str], meant: Meant) -> Outcomes:
    """What a stage of :func:`.design.experiment` gave; of ``proposals`` those that reach the world."""
    return _outcomes(store, world, points, [id for id in proposals if id in world.proposals], meant, scenario)


def as_declared(store: Store, world: World, meant: Meant) -> Outcomes:
    """What a stage of :func:`.design.as_declared` gave: one point."""
    base = next(iter(store.scenarios))
    return _outcomes(store, world, 1, list(world.proposals), meant, lambda k, id: base if id == BASE else id)


def _outcomes(
    store: Store, world: World, points: int, proposals: Sequence[str], meant: Meant, name: Callable[[int, str], str]
) -> Outcomes:
    from sim.studies.compare.figures import ALL, figures

    table = figures(store.read("kpis"))
    replications = store.experiment.replications

    def read(key: tuple[str, str, str], *ids: str) -> Array:
        """One figure by (point, id, replication)."""
        port, klass, kpi = key
        rows = table[(table["port"] == port) & (table["class"] == klass) & (table["kpi"] == kpi)]
        found = dict(zip(zip(rows["scenario"], rows["replication"], strict=True), rows["value"], strict=True))
        values = [found.get((name(k, id), r), np.nan) for k in range(points) for id in ids for r in range(replications)]
        return np.array(values, float).reshape(points, len(ids), replications)

    cargo = read((ALL, ALL, "tonnes_per_day"), BASE, *proposals)
    dwell = np.zeros((points, len(proposals), replications))
    for k, id in enumerate(proposals):
        if id in meant and meant[id].port == world.port:
            both = read((world.port, meant[id].klass, "dwell_h_mean"), BASE, id)
            dwell[:, k] = both[:, 0] - both[:, 1]
    gains = {"cargo": cargo[:, 1:] - cargo[:, :1], "dwell": dwell}
    return Outcomes(tuple(proposals), cargo[:, 0], gains, int(np.isnan(cargo).sum()))
