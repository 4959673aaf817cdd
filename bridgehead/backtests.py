"""Forecasts of past days against what came, and against two naive forecasts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from bridgehead.errors import in_english, in_words
from bridgehead.frames import with_units
from bridgehead.records import Records
from bridgehead.settings import checked
from bridgehead.world import World

if TYPE_CHECKING:
    import pandas as pd

    import sim.studies.forecast.backtest as tests
    from corridors.model import Corridor


@dataclass(frozen=True, repr=False)
class Backtest:
    """Forecasts of past days against what came, and against two naive forecasts."""

    scores: pd.DataFrame
    """target, days, origins, model, as_today, as_weekday (mean fair CRPS), skill, low, high, cover_80, verdict."""
    reliability: pd.DataFrame
    """target, days, origins, cover_80: the share of days that were in the 80 % band."""
    skill: pd.DataFrame
    """target, days, skill, low, high, verdict: skill over the better naive forecast with its 95 % interval."""
    calibration: pd.DataFrame
    """target, days, origins, pinball_10, pinball_50, pinball_90, fifth_1 to fifth_5 (PIT), band_low, band_high."""
    exceeds: pd.DataFrame
    """days, origins, share, brier, brier_of_share: that the queue exceeds 1.5 times that of the begin."""
    bins: pd.DataFrame
    """low, high, n, forecast, share, share_low, share_high: how often it came to it, by forecast probability."""
    verdicts: tuple[str, ...]
    """What the backtest found, in sentences."""
    result: tests.Backtest
    """The same backtest as ``sim`` has it; no promise is made about its attributes."""

    @staticmethod
    def of(made: tests.Backtest, *, fitted: bool, refitted: bool = False) -> Backtest:
        """The backtest of a study; ``fitted``: with a fit to the records before the first forecast."""
        from dataclasses import asdict, fields

        import pandas as pd

        from sim.reports.forecast_tables import verdicts
        from sim.studies.forecast.backtest import Score
        from sim.studies.forecast.probabilities import FIFTHS, Bin, Calibration, Exceeding
        from sim.text.catalogue import ENGLISH

        def table(rows: Sequence[Any], of: type[Any]) -> pd.DataFrame:
            return pd.DataFrame([asdict(one) for one in rows], columns=[field.name for field in fields(of)])

        scores, calibration = table(made.scores, Score), table(made.calibration, Calibration)
        fifths = calibration.pop("fifths").tolist()
        for k in range(FIFTHS):
            calibration.insert(6 + k, f"fifth_{k + 1}", [one[k] for one in fifths])
        return Backtest(
            with_units(scores),
            with_units(scores[["target", "days", "origins", "cover_80"]]),
            with_units(scores[["target", "days", "skill", "low", "high", "verdict"]]),
            with_units(calibration),
            with_units(table(made.exceeds, Exceeding)),
            with_units(table(made.reliability, Bin)),
            tuple(verdicts(made, ENGLISH, fitted=fitted, refitted=refitted)),
            made,
        )

    def verdict(self, target: str, days: int) -> str:
        """``better``, ``not_told_apart``, ``worse`` or ``too_few``, of ``queue`` or ``flow`` so many days ahead.

        Raises KeyError if there is no such score.
        """
        found = self.scores[(self.scores["target"] == target) & (self.scores["days"] == days)]
        if len(found) != 1:
            raise KeyError(in_english("not_one_row", n=len(found), wanted=f"target={target}, days={days}"))
        return str(found["verdict"].iloc[0])

    def __repr__(self) -> str:
        return in_english("backtest", n=len(self.result.origins), scores=len(self.scores))

    def _repr_html_(self) -> str:
        lines = "".join(f"<p>{escape(line)}</p>" for line in (repr(self), *self.verdicts))
        return f"{lines}{self.scores.to_html(index=False)}"


def backtest(
    records: Records,
    world: World | None = None,
    *,
    every_days: int = 2,
    days: int = 7,
    hour: int = 8,
    members: int = 40,
    refit: bool = False,
    seed: int = 1,
    workers: int = 1,
) -> Backtest:
    """Forecasts of past days from the states that the records knew then, against what came.

    They begin every so many days at an hour on the clock of the records. ``world`` None: a fit to the records before
    the first of them (``refit``: before each, anew), so that no forecast has seen its days; another world may have been
    fitted to these days. Raises DataError for settings that do not fit, and ValueError for an hour that no
    day has and for ``refit`` with a world.
    """
    from sim.core.start_levels import levels_on
    from sim.studies.forecast.backtest import LevelsOn
    from sim.studies.forecast.backtest import backtest as tested
    from sim.studies.forecast.worlds import days_of, request_of_past, world_of_past

    checked({"days": every_days, "seed": seed, "workers": workers, "replications": members})
    checked({"days": days})
    if not 0 <= hour <= 23:
        raise ValueError(in_english("hour_of_day", found=hour))
    if refit and world is not None:
        raise ValueError(in_english("refit_of_world"))
    there: Corridor | None = None
    levels: LevelsOn = levels_on
    if world is not None:
        there, levels = world_of_past(world.case(**days_of(request_of_past(records.visits, seed))))
    with in_words():
        made = tested(
            *(records.visits, records.map, records.world.corridor),
            every=every_days,
            days=days,
            hour=hour,
            members=members,
            seed=seed,
            workers=workers,
            world=there,
            refit=refit,
            levels=levels,
        )
    return Backtest.of(made, fitted=world is None, refitted=refit)
