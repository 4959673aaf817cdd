"""Experiments: a YAML file with the scenarios to run, the period and the number of replications.

An experiment may have scenarios from five sources: the ``baseline`` (by default the data as they are), ``proposals``
(each alone, applied to the baseline), ``pairs`` of them, ``scenarios`` (named sets of changes to the baseline) and a
``design`` over numbers of the corridor (see :mod:`sim.experiments.designs`). :mod:`sim.experiments.expansion` makes
them.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from corridors.io.document import Document
from corridors.io.yaml_files import read_yaml
from corridors.messages import InvalidValueError, message
from corridors.overlay.proposals import Id, NamedChanges
from corridors.sides import Direction, Side
from sim.core.run_settings import MOST_NUMBER
from sim.experiments.designs import Design
from sim.experiments.result_schema import KINDS, RUNS

MOST_REPLICATIONS: Final = 100_000
"""Of one scenario; names of files of results have five digits."""
ROOM: Final = "runs"
"""The catalogue of the messages of experiments."""


class Variation(NamedChanges):
    """The changes of one scenario."""

    alone: bool = False
    """Apply the changes to the data as they are, not to the baseline of the experiment."""


class Target(Document):
    """Precision of the mean of one key figure in every scenario: ± ``half_width``, or ± a share of the mean."""

    kpi: str
    port: str
    direction: Direction
    vehicle_class: str
    """A class, or 'all' for flow and backlog."""
    side: Side = "both"
    half_width: Annotated[float, Field(gt=0)] | None = None
    """In the unit of the figure."""
    relative: Annotated[float, Field(gt=0)] | None = None
    """0.05: within 5 percent of the mean."""
    level: Annotated[float, Field(gt=0, lt=1)] = 0.95
    maximum: Annotated[int, Field(ge=2, le=MOST_REPLICATIONS)]
    """Largest number of replications."""

    @model_validator(mode="after")
    def _has_one_measure(self) -> Target:
        if (self.half_width is None) == (self.relative is None):
            raise InvalidValueError(message("target.one_measure", ROOM))
        return self


class Experiment(Document):
    """Scenarios times replications. The defaults of the days are those of a run."""

    id: Id
    title_en: str
    title_zh: str
    baseline: Variation = Variation(id="baseline")
    proposals: Literal["all"] | tuple[str, ...] = ()
    """Ids of proposals, or 'all': each makes one scenario, which has its id."""
    pairs: bool = False
    """Also run any two of ``proposals`` together, for their interaction, but for pairs that write the same field."""
    scenarios: tuple[Variation, ...] = ()
    design: Design | None = None
    start: date | None = None
    days: Annotated[int, Field(ge=1)] | None = None
    """Warm-up included."""
    warmup_days: Annotated[int, Field(ge=0)] | None = None
    seed: Annotated[int, Field(ge=0, le=MOST_NUMBER)] = 1
    replications: Annotated[int, Field(ge=1, le=MOST_REPLICATIONS)]
    """Of every scenario; with a target, those of the first round."""
    target: Target | None = None
    """Continue in rounds until it is met. All scenarios get the same number, so that they can be compared in pairs."""
    replications_per_shard: Annotated[int, Field(ge=1, le=MOST_REPLICATIONS)] = 5
    """Replications that are run and saved together: more of them mean fewer files, and more lost work after a stop."""
    tables: tuple[str, ...] = ()
    """Tables to compute and store (:data:`sim.experiments.result_schema.KINDS`), all without any: fewer of them make
    runs shorter. The record of each run is always stored."""
    engine: Literal["simpy", "compiled"] | None = None
    """None: the fastest available; both give the same results."""

    @model_validator(mode="after")
    def _has_room_for_a_second_round(self) -> Experiment:
        if self.target and self.target.maximum < self.replications:
            raise InvalidValueError(message("target.maximum", ROOM, n=self.replications))
        return self

    @property
    def most_replications(self) -> int:
        """Of one scenario."""
        return self.target.maximum if self.target else self.replications

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of rows that its results have."""
        needed = {RUNS, *self.tables, *(["kpis"] if self.target else [])}
        return tuple(kind for kind in KINDS if not self.tables or kind in needed)


def load_experiment(path: Path) -> Experiment:
    """Read one experiment; raises DataError with all findings."""
    return read_yaml(path, Experiment)
