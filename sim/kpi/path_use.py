"""Used and free train paths of a railway line over time, from its train graph.

Input: a train graph and its corridor. Output: for each section and direction the train paths of a day, and how many
of them trains take, on the mean day and on the busiest. A train takes a path when it leaves the first station of a
section. On a single track both directions share twice the paths of one. Closures and shut hours are not taken off: free
paths are those of a day that is open throughout.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from corridors.model import Corridor
from corridors.rail_lines import RailLine
from sim.core.units import DAY_S
from sim.kpi.train_graph import MOVES, TrainGraph


@dataclass(frozen=True)
class PathUse:
    """One section of a line in one direction, or in both on a single track."""

    link: str
    origin: str
    destination: str
    """Places between which the trains run."""
    both: bool
    paths: float | None
    """Train paths of a day; None without a limit."""
    mean: float
    """Trains of the mean day."""
    most: int
    """Trains of the busiest day."""

    @property
    def free(self) -> float | None:
        """Paths of the mean day that no train takes; None without a limit."""
        return None if self.paths is None else max(0.0, self.paths - self.mean)


def path_use(graph: TrainGraph, corridor: Corridor) -> list[PathUse]:
    """The use of each section, in the order of the line; days of the graph that are not whole are left out."""
    line, days = graph.line, (graph.to_s - graph.from_s) // DAY_S
    if days < 1:
        return []
    position = {place: k for k, place in enumerate(line.stations)}
    train = np.repeat(np.arange(len(graph.vehicle)), np.diff(graph.first))
    forward = graph.forward[train]
    found = []
    for (id, _), (here, there) in zip(line.links, _ends(line), strict=True):
        link = corridor.links[id]
        counts = []
        for way, place in ((True, here), (False, there)):
            leaves = (graph.state == MOVES) & (graph.station == position[place]) & (forward == way)
            day = (graph.time_s[leaves] - graph.from_s) // DAY_S
            counts.append(np.bincount(day[(day >= 0) & (day < days)], minlength=days))
        if link.is_single_track:
            paths = None if link.paths_per_day is None else 2 * link.paths_per_day
            found.append(_use(id, here, there, True, paths, counts[0] + counts[1]))
        else:
            ways = ((here, there), (there, here))
            found += [
                _use(id, *ends, False, link.paths_per_day, own)
                for ends, own in zip(ways, counts, strict=True)
                if own.any()
            ]
    return found


def _use(link: str, origin: str, destination: str, both: bool, paths: float | None, counts: np.ndarray) -> PathUse:
    return PathUse(link, origin, destination, both, paths, float(counts.mean()), int(counts.max()))


def _ends(line: RailLine) -> list[tuple[str, str]]:
    """The places of each link, in the order of the line."""
    return list(zip(line.places, line.places[1:], strict=False))
