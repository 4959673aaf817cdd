"""Record days and queues of trains: figures of one day, which need more replications than others.

A record day is the largest of many days; a queue at an origin has the random arrivals of months in it. Input:
comparisons with a number of replications. Output: one number a replication. The runs are those of the port by itself
(:mod:`sim.studies.sensitivity.port_submodels`), which take seconds. Random numbers are keyed by name, so the first
replications give the figures of the whole model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from corridors.model import Corridor
from corridors.overlay.applying import apply
from corridors.overlay.proposals import Scenario
from sim.studies.sensitivity.port_submodels import port_submodels
from sim.studies.validation.comparisons import FactComparison
from sim.studies.validation.levels import ScenarioQuantities, read


class RecordDays:
    """The runs for comparisons that have their own number of replications."""

    def __init__(self, comparisons: Sequence[FactComparison], replications: int) -> None:
        self._groups: dict[tuple[str, str, int], dict[str, FactComparison]] = {}
        for one in comparisons:
            if one.replications > replications:
                self._groups.setdefault((one.level, one.of[0], one.replications), {})[one.id] = one

    @property
    def runs(self) -> int:
        """Number of runs, each of one port."""
        return sum(replications for _, _, replications in self._groups)

    def read(
        self,
        baseline: Corridor,
        scenarios: Mapping[str, Scenario],
        *,
        seed: int,
        workers: int,
        progress: Callable[[int], None] = lambda done: None,
    ) -> dict[str, dict[str, list[float]]]:
        """Figures of every replication by level and comparison; ``progress`` receives the number of finished runs.

        Raises as :func:`sim.studies.validation.levels.read`.
        """
        found: dict[str, dict[str, list[float]]] = {}
        finished = 0
        for (level, of, replications), those in self._groups.items():
            scenario = scenarios[level]
            changed = apply(baseline, scenario.changes, scenario.in_order)
            own = _port_of(changed, of)
            plain = scenario.model_copy(update={"changes": ()})
            values = read(
                own,
                {level: ScenarioQuantities(plain, those)},
                replications=replications,
                seed=seed,
                workers=workers,
                progress=lambda done, _, before=finished: progress(before + done),  # type: ignore[misc]
            )
            finished += replications
            found.setdefault(level, {}).update(values[level])
        return found


def _port_of(changed: Corridor, of: str) -> Corridor:
    """The submodel of a port, or of the port of a service (of several ports that of the first)."""
    made = port_submodels(changed, {})
    return next(one.corridor for one in made if of in (one.port, *one.corridor.services))
