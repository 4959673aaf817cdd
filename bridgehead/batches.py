"""Several runs of one baseline and its variations, in a folder that is deleted afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from bridgehead.errors import RunError, in_words
from bridgehead.settings import checked, engine_of
from corridors.model import Corridor
from corridors.overlay.proposals import Proposal, Scenario
from sim.text.catalogue import ENGLISH
from sim.text.runs import failure_reason

if TYPE_CHECKING:
    from sim.experiments.experiment import Experiment, Variation
    from sim.experiments.store import Store


@contextmanager
def stored_results(
    corridor: Corridor,
    baseline: Scenario,
    variations: Sequence[Variation],
    known: Mapping[str, Proposal],
    replications: int,
    workers: int,
    settings: Mapping[str, Any],
) -> Iterator[Store]:
    """The results of a batch: the baseline and its variations over a corridor, ``known`` with their proposals.

    ``settings`` are start, days, warmup_days, seed and engine. Raises DataError for settings that do not fit, and
    RunError if a run failed.
    """
    from sim.experiments.batch import passing_batch

    checked({"workers": workers})
    with ExitStack() as until_read:
        with in_words():
            made = _experiment(corridor, baseline, variations, known, {**settings, "replications": replications})
            outcome = until_read.enter_context(passing_batch(made, corridor, known, workers=workers))
        if outcome.failed:
            reasons = outcome.store.read("runs")["failure_message"].dropna()
            raise RunError("\n".join(sorted({failure_reason(str(one), ENGLISH) for one in reasons})))
        yield outcome.store


def _experiment(
    corridor: Corridor,
    baseline: Scenario,
    variations: Sequence[Variation],
    known: Mapping[str, Proposal],
    settings: Mapping[str, Any],
) -> Experiment:
    from sim.experiments.experiment import Experiment, Variation
    from sim.run import prepare

    given = checked(settings)
    # Settings are refused as those of a run are.
    prepare(corridor, baseline, known, **{name: given[name] for name in ("start", "days", "warmup_days", "seed")})
    period = {
        name: getattr(baseline, name) if given[name] is None else given[name]
        for name in ("start", "days", "warmup_days")
    }
    return Experiment.model_validate(
        {
            "id": "notebook",
            "title_en": "",
            "title_zh": "",
            "baseline": Variation(
                id="baseline",
                proposals=baseline.proposals,
                changes=baseline.changes,
                in_order=baseline.in_order,
            ),
            "scenarios": tuple(variations),
            **{name: value for name, value in period.items() if value is not None},
            "seed": given["seed"],
            "replications": given["replications"],
            "replications_per_shard": 1,
            "engine": engine_of(given["engine"]),
        }
    )
