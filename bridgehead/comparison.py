"""Paired comparison of worlds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import TYPE_CHECKING, Any

from bridgehead.batches import stored_results
from bridgehead.errors import in_english, in_words
from bridgehead.frames import with_units
from bridgehead.settings import checked
from bridgehead.world import World

if TYPE_CHECKING:
    import pandas as pd

    import sim.studies.compare as studies
    from corridors.model import Corridor
    from sim.experiments.experiment import Variation


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
    with in_words("names"):
        variations = [_beyond(base, world, id) for id, world in zip(ids, others, strict=True)]
    checked({"workers": workers, "replications": replications})
    known = {**base._proposals, **{id: one for world in others for id, one in world._proposals.items()}}
    settings = {"start": start, "days": days, "warmup_days": warmup_days, "seed": seed, "engine": engine}
    batch = stored_results(base.base, base.scenario, variations, known, replications, workers, settings)
    with batch as store, in_words():
        return Comparison.of(compare(ExperimentResults.of(store), base.base, known), base.base)


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
