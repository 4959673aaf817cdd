"""Tables of states and forecasts in a language."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from corridors.clock import local_time
from sim.reports.fit_names import place_of
from sim.reports.number_format import NO_VALUE
from sim.reports.text_table import Table
from sim.text import catalogue
from sim.text.catalogue import Language
from sim.text.names import clock_name

if TYPE_CHECKING:
    from corridors.model import Corridor
    from sim.studies.forecast.backtest import Backtest, Score
    from sim.studies.forecast.fan import Forecast
    from sim.studies.forecast.state_file import WorldState
    from sim.text.names import Names

ROOM: Final = "forecast"
WORKING: Final = "working"
DOING: Final = {"travel": "travelling", "serve": "serving", "hold": "serving", "pass": "serving"}
"""What a vehicle that no longer waits does at a step, by its kind."""
AHEAD_D: Final = 3
"""Days after which the answer in words looks."""
MOST_ANSWERS: Final = 6
"""Groups of traffic in words and on the screen; files have all."""


def say(key: str, language: Language, /, **values: Any) -> str:
    """A message of room ``forecast``."""
    return catalogue.say(f"{ROOM}.{key}", language, **values)


def state_table(state: WorldState, names: Names, corridor: Corridor) -> Table:
    """Vehicles of a state by service, step and what they do."""
    language = names.language
    rows = []
    for (service, id, doing), n in state.counts().items():
        step = corridor.itineraries.get(id)
        at = say("step", language, place=place_of(step, corridor, names), step=id) if step else id
        what = DOING.get(step.kind, doing) if step and doing == WORKING else doing
        rows.append((names.service(service), at, say(f"doing.{what}", language), f"{n:,}"))
    headings = tuple(say(f"column.{name}", language) for name in ("service", "step", "doing", "count"))
    return Table(say("state", language), say("state_note", language), headings, tuple(rows), 3)


def answers(made: Forecast, names: Names) -> list[str]:
    """The forecast in words: for each group with a queue now or to come, the longest first."""
    language, found = names.language, []
    ahead = min(AHEAD_D, made.request.days)
    for group in shown_groups(made)[:MOST_ANSWERS]:
        port, direction, klass = group
        queue = made.of("queue", group)
        hour = min(ahead * 24, queue.shape[1] - 1)
        low, high = (round(float(np.quantile(queue[:, hour], level))) for level in (0.1, 0.9))
        found.append(
            say(
                "answer_same" if low == high else "answer",
                language,
                port=names.port(port),
                group=names.group(klass, direction),
                time=local_text(made.request.at, made.request.clock),
                clock=clock_name(made.request.clock, language),
                now=round(float(np.median(queue[:, 0]))),
                days=ahead,
                low=low,
                high=high,
                members=len(made.members),
            )
        )
    return found


def beyond(made: Forecast, counts: Mapping[tuple[str, str, str], int], names: Names) -> list[str]:
    """How many of those that wait are in a state of some steps, where more wait at the port; as one sentence.

    ``counts``: vehicles of the state by service, step and what they do.
    """
    if not made.covered or any(doing == "present" for _, _, doing in counts):
        return []  # Of those of whom it is not known whether they wait there is no such number.
    known = sum(n for (_, _, doing), n in counts.items() if doing == "waiting")
    waiting = sum(round(float(np.median(made.of("queue", group)[:, 0]))) for group in made.covered)
    return [say("beyond", names.language, known=known, others=waiting - known)] if waiting > known else []


def shown_groups(made: Forecast) -> list[tuple[str, str, str]]:
    """Groups that wait or pass at all, those with the longest queue first; of a state of some steps, the groups there.

    Files have all groups.
    """
    size = {
        group: (float(made.of("queue", group).mean()), float(made.of("flow", group).mean()))
        for group in made.covered or made.groups
    }
    return sorted((group for group in size if any(size[group])), key=lambda one: size[one], reverse=True)


def local_text(time: datetime, clock: str) -> str:
    """An instant on a clock."""
    return time.astimezone(local_time.zone(clock)).strftime("%Y-%m-%d %H:%M")


def notes(made: Forecast, names: Names) -> list[str]:
    """What did not fit of a state and of what is announced, in the member in which it is most."""
    kinds = ("longer", "free", "without_op", "shared", "left_out")
    most = {key: max(getattr(one, key) for one in made.members) for key in kinds}
    return [say(f"note_{key}", names.language, n=n) for key, n in most.items() if n]


def by_day(made: Forecast, names: Names) -> Table:
    """Queue at the hour of the instant and flow and wait of each day, as median and 80 % band."""
    language, rows = names.language, []
    for group in shown_groups(made)[:MOST_ANSWERS]:
        queue, flow, wait = (made.of(name, group) for name in ("queue", "flow", "wait_h"))
        for k in range(len(made.days)):
            hour = min(made.request.hours_until(k), queue.shape[1] - 1)
            cells = [_band(language, queue[:, hour]), _band(language, flow[:, k]), _band(language, wait[:, k], 1)]
            rows.append((names.port(group[0]), names.group(group[2], group[1]), _day(made, k, language), *cells))
    time = made.request.at.astimezone(local_time.zone(made.request.clock)).strftime("%H:%M")
    waiting = say("column.queue_at", language, time=time)
    heads = {name: say(f"column.{name}", language) for name in ("port", "group", "day", "flow", "wait")}
    headings = (heads["port"], heads["group"], heads["day"], waiting, heads["flow"], heads["wait"])
    note = say("by_day_note", language, time=time, clock=clock_name(made.request.clock, language))
    return Table(say("by_day", language), note, headings, tuple(rows), 3)


def _day(made: Forecast, k: int, language: Language) -> str:
    """A local day; of one that is in the forecast in part, from or until when."""
    day = str(made.days[k])
    zone = local_time.zone(made.request.clock)
    ends = [made.request.at, made.request.at + timedelta(days=made.request.days)]
    begin, end = (one.astimezone(zone) for one in ends)
    if k == 0 and (begin.hour, begin.minute) != (0, 0):
        return say("day_from", language, day=day, time=begin.strftime("%H:%M"))
    if str(end.date()) == day and (end.hour, end.minute) != (0, 0):
        return say("day_until", language, day=day, time=end.strftime("%H:%M"))
    return day


def through(made: Forecast, names: Names) -> Table:
    """Hours until a vehicle that joins at a time has ended its journey."""
    language = names.language
    rows = []
    for row in made.through().to_dict("records"):
        if made.services and row["service"] not in made.services:
            continue
        share = f"{100 * row['not_through']:.0f}%"
        cells = [_cell(row[key], 1) for key in ("p50", "p10", "p90")]
        rows.append((names.service(str(row["service"])), local_text(row["joins"], made.request.clock), *cells, share))
    keys = ("hours_p50", "hours_p10", "hours_p90", "not_through")
    joins = say("column.joins", language, clock=clock_name(made.request.clock, language))
    headings = (say("column.service", language), joins, *(say(f"column.{name}", language) for name in keys))
    return Table(say("through", language), say("through_note", language), headings, tuple(rows), 2)


def _band(language: Language, values: np.ndarray, digits: int = 0) -> str:
    known = values[~np.isnan(values)]
    if not len(known):
        return NO_VALUE
    low, middle, high = np.quantile(known, [0.1, 0.5, 0.9])
    ends = {"low": f"{low:,.{digits}f}", "high": f"{high:,.{digits}f}"}
    return say("band", language, middle=f"{middle:,.{digits}f}", **ends)


def _cell(value: float, digits: int) -> str:
    return f"{value:,.{digits}f}" if math.isfinite(value) else NO_VALUE


def verdicts(made: Backtest, language: Language, *, fitted: bool, refitted: bool = False) -> list[str]:
    """What a backtest found, in words: by target, the horizons at which the model is better, and where it is not."""
    if not made.scores:
        return [say("backtest_none", language, least=made.least_days, verdict=made.verdict_days)]
    found = []
    if refitted:
        found.append(say("backtest_refitted", language, n=len(made.origins)))
    elif fitted:
        until, clock = local_text(made.fitted_until, made.clock), clock_name(made.clock, language)
        found.append(say("backtest_fitted", language, time=until, clock=clock, n=len(made.origins)))
    return [*found, *of_scores(made.scores, language)]


def of_scores(given: Sequence[Score], language: Language) -> list[str]:
    """The verdict of scores by target, with the horizons of each."""
    from sim.studies.forecast.backtest import FEW, LEAST_ORIGINS, VERDICTS

    found = []
    for target in dict.fromkeys(one.target for one in given):
        for verdict in VERDICTS:
            days = tuple(str(one.days) for one in given if (one.target, one.verdict) == (target, verdict))
            if days:
                least = {"least": str(LEAST_ORIGINS)} if verdict == FEW else {}
                of = say(f"target.{target}", language)
                found.append(say(f"verdict.{verdict}", language, target=of, days=days, **least))
    return found


def shut_on_the_way(places: Sequence[str], names: Names) -> list[str]:
    """Why the hours of a queue may be others than those of the log, as one sentence; none without such places."""
    return [say("shut_before", names.language, names=tuple(map(names.thing, places)))] if places else []


def scores(made: Backtest, language: Language) -> Table:
    """Scores by target and horizon."""
    rows = [
        (
            say(f"target.{one.target}", language),
            say(f"short.{one.verdict}", language),
            f"{one.days}",
            f"{one.origins}",
            *(_cell(value, 2) for value in (one.model, one.as_today, one.as_weekday, one.skill)),
            say("interval", language, low=_cell(one.low, 2), high=_cell(one.high, 2))
            if math.isfinite(one.low)
            else NO_VALUE,
            _cell(100 * one.cover_80, 0),
        )
        for one in made.scores
    ]
    keys = ("target", "verdict", "horizon", "origins", "model", "as_today", "as_weekday", "skill", "interval", "cover")
    headings = tuple(say(f"column.{name}", language) for name in keys)
    return Table(say("scores", language), say("scores_note", language), headings, tuple(rows), 2)


def calibration(made: Backtest, language: Language) -> Table:
    """Where the observed values lie in the forecast distributions, and the losses of quantiles."""
    fifths = tuple(say("percent_span", language, low=str(low), high=str(low + 20)) for low in range(0, 100, 20))
    rows = [
        (
            say(f"target.{one.target}", language),
            f"{one.days}",
            *(_cell(value, 1) for value in one.fifths),
            say("interval", language, low=f"{one.band_low}", high=f"{one.band_high}"),
            *(_cell(value, 2) for value in (one.pinball_10, one.pinball_50, one.pinball_90)),
        )
        for one in made.calibration
        if one.origins
    ]
    losses = tuple(say("column.loss", language, level=level) for level in ("10%", "50%", "90%"))
    heads = (say("column.target", language), say("column.horizon", language), *fifths, say("column.band", language))
    return Table(say("calibration", language), say("calibration_note", language), (*heads, *losses), tuple(rows), 1)


def exceeds(made: Backtest, language: Language) -> Table:
    """Brier scores of the probabilities that the queue grows far, by horizon."""
    rows = [
        (
            f"{one.days}",
            f"{one.origins}",
            _cell(100 * one.share, 0),
            _cell(one.brier, 3),
            _cell(one.brier_of_share, 3),
        )
        for one in made.exceeds
        if one.origins
    ]
    heads = tuple(say(f"column.{key}", language) for key in ("horizon", "origins", "came", "brier", "brier_of_share"))
    return Table(say("exceeds", language), say("exceeds_note", language), heads, tuple(rows), 0)


def reliability(made: Backtest, language: Language) -> Table:
    """How often the forecast events happened, by the probability that was forecast."""
    rows = [
        (
            say("percent_span", language, low=f"{100 * one.low:.0f}", high=f"{100 * one.high:.0f}"),
            f"{one.n}",
            _cell(100 * one.forecast, 0),
            _cell(100 * one.share, 0),
            say("interval", language, low=_cell(100 * one.share_low, 0), high=_cell(100 * one.share_high, 0)),
        )
        for one in made.reliability
        if one.n
    ]
    heads = tuple(say(f"column.{key}", language) for key in ("bin", "origins", "forecast", "came", "interval"))
    return Table(say("reliability", language), say("reliability_note", language), heads, tuple(rows), 1)


def backtest_tables(made: Backtest, language: Language) -> list[Table]:
    """All tables of a backtest that have rows."""
    found = [one(made, language) for one in (scores, calibration, exceeds, reliability)]
    return [one for one in found if one.rows]
