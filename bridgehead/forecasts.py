"""Forecasts of the coming days from a state, and their check on past days.

The names are those of the commands; figures are the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from html import escape
from typing import TYPE_CHECKING, Any

from bridgehead.errors import in_english, in_words
from bridgehead.frames import with_units
from bridgehead.settings import checked

if TYPE_CHECKING:
    import pandas as pd

    import sim.studies.forecast.backtest as tests
    import sim.studies.forecast.fan as studies
    from bridgehead.records import Records, State
    from bridgehead.world import World
    from corridors.model import Corridor
    from sim.text.names import Names


@dataclass(frozen=True, repr=False)
class Forecast:
    """The coming days from a state, as quantiles over members (replications)."""

    queue: pd.DataFrame
    """port, direction, class, time, p10, p25, p50, p75, p90, mean: vehicles that wait."""
    throughput: pd.DataFrame
    """port, direction, class, day, p10 to p90, mean: vehicles through a port by local day; the first and last are
    parts of days."""
    wait: pd.DataFrame
    """port, direction, class, day, p10 to p90, mean: hours that these waited."""
    through: pd.DataFrame
    """joins, service, p10 to p90, not_through: hours until a further vehicle that joins then is through."""
    exceeds: pd.DataFrame
    """port, direction, class, over, days, probability, low, high: that the queue is above a number by then."""
    clears: pd.DataFrame
    """port, place, waiting, p10 to p90, never: hours until at most a tenth of the queue of the instant is left."""
    answers: tuple[str, ...]
    """The forecast in sentences, the longest queue first."""
    members: int
    result: studies.Forecast
    """The same forecast as ``sim`` has it; no promise is made about its attributes."""
    world: World

    @staticmethod
    def of(made: studies.Forecast, world: World) -> Forecast:
        """The forecast of a study of a world."""
        from sim.reports.forecast_tables import answers

        return Forecast(
            _in(_utc(made.queue(), "time"), "vehicles"),
            _in(made.flow(), "vehicles"),
            _in(made.wait(), "h"),
            _in(_utc(made.through(), "joins"), "h"),
            with_units(made.exceeds()),
            _in(made.clears(), "h"),
            tuple(answers(made, _names(world))),
            len(made.members),
            made,
            world,
        )

    def chart(self, port: str = "", direction: str = "", klass: str = "") -> Any:
        """Fans of the queues (median, bands with half and 80 % of the members), an Altair chart.

        Without a selection of all traffic that waits, the longest queue first. Raises KeyError where none is left.
        """
        import altair as alt

        from sim.reports.forecast_report import fan_chart
        from sim.reports.forecast_tables import MOST_ANSWERS, shown_groups
        from sim.text.catalogue import ENGLISH

        wanted = (port, direction, klass)
        groups = [
            group
            for group in shown_groups(self.result)
            if all(want in ("", has) for want, has in zip(wanted, group, strict=True))
        ][:MOST_ANSWERS]
        if not groups:
            raise KeyError(in_english("not_one_row", n=0, wanted=", ".join(filter(None, wanted))))
        names = _names(self.world)
        fans = [
            fan_chart(self.result, group, ENGLISH).properties(
                width=560, title=names.labelled(names.port(group[0]), names.group(group[2], group[1]))
            )
            for group in groups
        ]
        return fans[0] if len(fans) == 1 else alt.vconcat(*fans)

    def __repr__(self) -> str:
        request = self.result.request
        return in_english("forecast", days=request.days, at=request.at.isoformat(), members=self.members)

    def _repr_html_(self) -> str:
        lines = "".join(f"<p>{escape(line)}</p>" for line in (repr(self), *self.answers))
        return f"{lines}{self.queue.to_html(index=False, max_rows=20)}"


@dataclass(frozen=True, repr=False)
class Backtest:
    """Forecasts of past days against what came, and against two naive forecasts."""

    scores: pd.DataFrame
    """target, days, origins, model, as_today, as_weekday (mean fair CRPS), skill, low, high, cover_80, verdict."""
    reliability: pd.DataFrame
    """target, days, origins, cover_80: the share of days that were in the 80 % band."""
    skill: pd.DataFrame
    """target, days, skill, low, high, verdict: skill over the better naive forecast with its 95 % interval."""
    verdicts: tuple[str, ...]
    """What the backtest found, in sentences."""
    result: tests.Backtest
    """The same backtest as ``sim`` has it; no promise is made about its attributes."""

    @staticmethod
    def of(made: tests.Backtest, *, fitted: bool) -> Backtest:
        """The backtest of a study; ``fitted``: with a fit to the records before the first forecast."""
        from dataclasses import asdict, fields

        import pandas as pd

        from sim.reports.forecast_tables import verdicts
        from sim.studies.forecast.backtest import Score
        from sim.text.catalogue import ENGLISH

        columns = [field.name for field in fields(Score)]
        scores = pd.DataFrame([asdict(one) for one in made.scores], columns=columns)
        return Backtest(
            with_units(scores),
            with_units(scores[["target", "days", "origins", "cover_80"]]),
            with_units(scores[["target", "days", "skill", "low", "high", "verdict"]]),
            tuple(verdicts(made, ENGLISH, fitted=fitted)),
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


def forecast(
    world: World,
    now: State,
    *,
    days: int,
    members: int,
    warmup_days: int,
    seed: int,
    workers: int,
    probes: Sequence[datetime],
) -> Forecast:
    """What :meth:`World.forecast` returns."""
    from corridors.clock.place_clocks import clock_of_world
    from sim.cli.forecast import MOST_DAYS
    from sim.studies.forecast.fan import forecast as forecasted
    from sim.studies.forecast.members import Request
    from sim.studies.forecast.worlds import days_of, world_of_forecast

    checked({"days": days, "warmup_days": warmup_days, "seed": seed, "workers": workers, "replications": members})
    if days > MOST_DAYS:
        raise ValueError(in_english("forecast_days", most=MOST_DAYS, found=days))
    last = now.at + timedelta(days=days)
    if outside := [one for one in probes if not now.at <= one < last]:
        raise ValueError(in_english("probe_in_forecast", found=outside[0].isoformat()))
    request = Request(now.at, days, max(warmup_days, 1), seed, tuple(probes) or (now.at,))
    case = world.case(**days_of(request))
    request = replace(request, clock=clock_of_world(case.corridor))
    with in_words():
        corridor = world_of_forecast(case, now.state, request)
        return Forecast.of(forecasted(corridor, now.state, request, members, workers=workers), world)


def backtest(
    records: Records,
    world: World | None = None,
    *,
    every_days: int = 2,
    days: int = 7,
    hour: int = 8,
    members: int = 40,
    seed: int = 1,
    workers: int = 1,
) -> Backtest:
    """Forecasts of past days from the states that the records knew then, against what came.

    They begin every so many days at an hour on the clock of the records. ``world`` None: a fit to the records before
    the first of them, so that no forecast has seen its days; another world may have been fitted to these days.
    """
    from sim.core.start_levels import levels_on
    from sim.studies.forecast.backtest import LevelsOn
    from sim.studies.forecast.backtest import backtest as tested
    from sim.studies.forecast.worlds import days_of, request_of_past, world_of_past

    checked({"days": every_days, "seed": seed, "workers": workers, "replications": members})
    checked({"days": days})
    if not 0 <= hour <= 23:
        raise ValueError(in_english("hour_of_day", found=hour))
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
            levels=levels,
        )
    return Backtest.of(made, fitted=world is None)


def _utc(table: pd.DataFrame, column: str) -> pd.DataFrame:
    import pandas as pd

    table[column] = pd.to_datetime(table[column], utc=True).astype("datetime64[s, UTC]")
    return table


def _in(table: pd.DataFrame, unit: str) -> pd.DataFrame:
    """The table with the unit of its quantiles."""
    columns = [column for column in ("p10", "p25", "p50", "p75", "p90", "mean") if column in table]
    return with_units(table, dict.fromkeys(columns, unit))


def _names(world: World) -> Names:
    from sim.text.catalogue import ENGLISH
    from sim.text.names import Names

    return Names.of(world.corridor, ENGLISH)
