"""Paired comparison of worlds, and replications of one world."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bridgehead.errors import RunError, in_english, in_words
from bridgehead.frames import with_units
from bridgehead.run import TABLES, Replications
from bridgehead.settings import checked
from bridgehead.world import World, _engine
from sim.text.catalogue import ENGLISH
from sim.text.runs import failure_reason

if TYPE_CHECKING:
    import pandas as pd

    import sim.studies.compare as studies
    from corridors.model import Corridor
    from sim.experiments.experiment import Experiment, Variation
    from sim.experiments.store import Store


@dataclass(frozen=True, repr=False)
class Comparison:
    """Scenarios against their baseline, paired by replication with common random numbers."""

    rows: pd.DataFrame
    """scenario, port, class, direction, kpi, unit, n, mean_baseline, mean, difference, ci_low, ci_high, p_adjusted,
    variance_ratio, verdict."""
    ranking: pd.DataFrame
    """scenario, kpi, mean, ci_low, ci_high, probability_best."""
    warnings: tuple[str, ...]
    result: studies.ScenarioComparison
    """The same comparison as ``sim`` has it; no promise is made about its attributes."""

    @staticmethod
    def of(found: studies.ScenarioComparison, corridor: Corridor) -> Comparison:
        """The comparison of a study of a corridor."""
        import pandas as pd

        from sim.reports.comparison_names import comparison_document, names_of

        plain: Mapping[str, Any] = comparison_document(found, names_of(found.results, corridor, "en"))
        return Comparison(
            with_units(pd.DataFrame(plain["rows"])),
            with_units(pd.DataFrame(plain["ranking"])),
            tuple(plain["warnings"]),
            found,
        )

    def verdict(self, kpi: str, *, port: str = "all", klass: str = "all", scenario: str = "") -> str:
        """The conclusion on one figure of one scenario (default: the only one).

        One of ``better``, ``worse``, ``no difference shown`` and ``cannot tell yet``. Raises KeyError if the comparison
        has no such row.
        """
        rows = self.rows
        rows = rows[(rows["kpi"] == kpi) & (rows["port"] == port) & (rows["class"] == klass)]
        if scenario:
            rows = rows[rows["scenario"] == scenario]
        if len(rows) != 1:
            wanted = ", ".join(filter(None, (kpi, port, klass, scenario)))
            raise KeyError(in_english("not_one_row", n=len(rows), wanted=wanted))
        return str(rows["verdict"].iloc[0])

    def __repr__(self) -> str:
        others = self.rows["scenario"].nunique() if len(self.rows) else 0
        pairs = int(self.rows["n"].max()) if len(self.rows) else 0
        return in_english("comparison", scenarios=others, pairs=pairs, figures=len(self.rows))

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self))}</p>{self.rows.to_html(index=False, max_rows=20)}"


def compare(
    base: World,
    *others: World,
    replications: int = 10,
    days: int | None = None,
    warmup_days: int | None = None,
    start: date | str | None = None,
    seed: int = 1,
    engine: str | None = None,
    workers: int = 1,
    names: Sequence[str] = (),
) -> Comparison:
    """Compare worlds with ``base``, run by run under the same random numbers.

    The other worlds are made from ``base`` by ``change`` or ``apply``; ``names`` are their ids in the tables (default:
    ``scenario_1``, ...). More than one worker means processes of this machine: a script then needs
    ``if __name__ == "__main__":``. Raises ValueError for a world that is not made from ``base``, DataError for settings
    that do not fit, RunError if a run failed.
    """
    from sim.studies.compare import ExperimentResults, compare

    if not others:
        raise ValueError(in_english("two_worlds"))
    ids = tuple(names) or tuple(f"scenario_{k}" for k in range(1, len(others) + 1))
    if len(ids) != len(others):
        raise ValueError(in_english("names_and_worlds", worlds=len(others), names=len(ids)))
    variations = [_beyond(base, world, id) for id, world in zip(ids, others, strict=True)]
    checked({"workers": workers, "replications": replications})
    known = {**base._proposals, **{id: one for world in others for id, one in world._proposals.items()}}
    settings = {"start": start, "days": days, "warmup_days": warmup_days, "seed": seed, "engine": engine}
    with _stored(base, variations, known, replications, workers, settings) as store, in_words():
        return Comparison.of(compare(ExperimentResults.of(store), base.base, known), base.base)


def replicated(world: World, replications: int, workers: int, settings: Mapping[str, Any]) -> Replications:
    """Several runs of one world; see :meth:`bridgehead.World.replicate`."""
    with _stored(world, [], world._proposals, replications, workers, settings) as store, in_words():
        tables = {
            name: with_units(store.read(name).drop(columns=["kind", "scenario"], errors="ignore")) for name in TABLES
        }
        runs = store.read("runs").drop(columns=["kind", "scenario"], errors="ignore")
    return Replications(world, **tables, runs=runs)


@contextmanager
def _stored(
    base: World,
    variations: Sequence[Variation],
    known: Mapping[str, Any],
    replications: int,
    workers: int,
    settings: Mapping[str, Any],
) -> Iterator[Store]:
    """The results of a batch in a folder that is deleted afterwards."""
    from sim.experiments.batch import run_batch

    checked({"workers": workers})
    with tempfile.TemporaryDirectory() as folder:
        with in_words():
            made = _experiment(base, variations, replications, settings)
            outcome = run_batch(made, Path(folder) / "results", base.base, known, workers=workers)
        if outcome.failed:
            reasons = outcome.store.read("runs")["failure_message"].dropna()
            raise RunError("\n".join(sorted({failure_reason(str(one), ENGLISH) for one in reasons})))
        yield outcome.store


def _experiment(
    base: World, variations: Sequence[Variation], replications: int, settings: Mapping[str, Any]
) -> Experiment:
    from sim.experiments.experiment import Experiment, Variation

    own = base.scenario
    asked = checked({**settings, "replications": replications})
    base.case(**{name: asked[name] for name in ("start", "days", "warmup_days", "seed")})  # Refuses as a run does.
    horizon = {
        "start": asked.get("start") or own.start,
        "days": own.days if asked.get("days") is None else asked["days"],
        "warmup_days": own.warmup_days if asked.get("warmup_days") is None else asked["warmup_days"],
    }
    return Experiment.model_validate(
        {
            "id": "notebook",
            "title_en": "",
            "title_zh": "",
            "baseline": Variation(id="baseline", proposals=own.proposals, changes=own.changes, in_order=own.in_order),
            "scenarios": tuple(variations),
            **{name: value for name, value in horizon.items() if value is not None},
            "seed": asked.get("seed", 1),
            "replications": asked["replications"],
            "replications_per_shard": 1,
            "engine": _engine(asked.get("engine")),
        }
    )


def _beyond(base: World, other: World, id: str) -> Variation:
    """What a world changes beyond those changes that it shares with the baseline."""
    from sim.experiments.experiment import Variation

    if not isinstance(other, World):
        raise ValueError(in_english("not_a_world", found=type(other).__name__))
    below, own = base.scenario, other.scenario
    shared = own.proposals[: len(below.proposals)], own.changes[: len(below.changes)]
    if other.base != base.base or shared != (below.proposals, below.changes):
        raise ValueError(in_english("not_made_from_base", id=id))
    return Variation(
        id=id,
        proposals=own.proposals[len(below.proposals) :],
        changes=own.changes[len(below.changes) :],
        in_order=own.in_order,
    )
