"""Forecasts of the coming days from a state.

The names are those of the commands; figures are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from html import escape
from typing import TYPE_CHECKING, Any

from bridgehead.errors import in_english, in_words
from bridgehead.frames import with_units
from bridgehead.settings import checked
from bridgehead.states import State

if TYPE_CHECKING:
    import pandas as pd

    import sim.studies.forecast.fan as studies
    from corridors.model import Corridor
    from sim.run import Case
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
    """port, place, waiting, p10 to p90, never: hours until at most a tenth of the queue of the instant is left;
    gone_p10 to gone_p90, not_gone: until all that were there at the instant have had their turn."""
    answers: tuple[str, ...]
    """The forecast in sentences, the longest queue first."""
    members: int
    result: studies.Forecast
    """The same forecast as ``sim`` has it; no promise is made about its attributes."""
    corridor: Corridor
    """The tables of its world, as ``corridors`` has them."""

    @staticmethod
    def of(made: studies.Forecast, corridor: Corridor) -> Forecast:
        """The forecast of a study of a corridor."""
        from sim.reports.forecast_tables import answers

        return Forecast(
            _in(_utc(made.queue(), "time"), "vehicles"),
            _in(made.flow(), "vehicles"),
            _in(made.wait(), "h"),
            _in(_utc(made.through(), "joins"), "h"),
            with_units(made.exceeds()),
            _in(made.clears(), "h"),
            tuple(answers(made, _names(corridor))),
            len(made.members),
            made,
            corridor,
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
        names = _names(self.corridor)
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


def forecast(
    case_of: Callable[..., Case],
    now: State,
    *,
    days: int,
    members: int,
    warmup_days: int,
    seed: int,
    workers: int,
    probes: Sequence[datetime],
) -> Forecast:
    """What :meth:`World.forecast` returns; ``case_of`` makes the case of settings. Raises what that raises."""
    from corridors.clock import local_time
    from corridors.clock.place_clocks import clock_of_world
    from sim.studies.forecast import MOST_DAYS
    from sim.studies.forecast.fan import forecast as forecasted
    from sim.studies.forecast.members import Request
    from sim.studies.forecast.worlds import days_of, world_of_forecast

    checked({"days": days, "warmup_days": warmup_days, "seed": seed, "workers": workers, "replications": members})
    if days > MOST_DAYS:
        raise ValueError(in_english("forecast_days", most=MOST_DAYS, found=days))
    request = Request(now.at, days, max(warmup_days, 1), seed, (now.at,))
    case = case_of(**days_of(request))
    clock, last = clock_of_world(case.corridor), now.at + timedelta(days=days)
    joining = [one if one.tzinfo else one.replace(tzinfo=local_time.zone(clock)) for one in probes]
    if outside := [one for one in joining if not now.at <= one < last]:
        raise ValueError(in_english("probe_in_forecast", found=outside[0].isoformat()))
    request = replace(request, clock=clock, probes=tuple(joining) or (now.at,))
    with in_words():
        corridor = world_of_forecast(case, now.state, request)
        return Forecast.of(forecasted(corridor, now.state, request, members, workers=workers), case.corridor)


def _utc(table: pd.DataFrame, column: str) -> pd.DataFrame:
    import pandas as pd

    table[column] = pd.to_datetime(table[column], utc=True).astype("datetime64[s, UTC]")
    return table


def _in(table: pd.DataFrame, unit: str) -> pd.DataFrame:
    """The table with the unit of its quantiles."""
    columns = [column for column in ("p10", "p25", "p50", "p75", "p90", "mean") if column in table]
    return with_units(table, dict.fromkeys(columns, unit))


def _names(corridor: Corridor) -> Names:
    from sim.text.catalogue import ENGLISH
    from sim.text.names import Names

    return Names.of(corridor, ENGLISH)
