"""``bridgehead state``: who waits and who is served at an instant, from logs or from a run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corridors.findings import DataError, Findings
from sim.cli import console
from sim.cli.options import FILES, Data, Json, MaybeSeed, ScenarioName, Settings
from sim.cli.words import language, say
from sim.cli.words import wrong as wrong_option

if TYPE_CHECKING:
    from corridors.model import Corridor
    from sim.studies.forecast.state_file import WorldState


def state(
    out: Annotated[Path, typer.Option("--out", metavar="STATE.csv", rich_help_panel=FILES)],
    at: Annotated[str, typer.Option("--at", metavar="TIME")],
    logs: Annotated[list[Path] | None, typer.Argument(metavar="LOG...")] = None,
    map_: Annotated[Path | None, typer.Option("--map", metavar="MAP.yaml")] = None,
    data: Data = None,
    scenario: ScenarioName = None,
    setting: Settings = None,
    seed: MaybeSeed = None,
    json: Json = None,
) -> None:
    """Write the state at an instant: vehicles that wait or are served, and stocks."""
    from sim.cli.files import asked_files, deliver, write_each
    from sim.reports.forecast_tables import state_table
    from sim.studies.forecast.state_file import write_state
    from sim.text.names import Names

    wrong = Findings()
    with wrong.gather():
        files = asked_files(json, others=[("--out", out)])
    if bool(logs) != bool(map_):
        wrong += [wrong_option("--map", map_ or "", "option.map_with_logs")]
    if logs:
        of_run = {"--scenario": scenario, "--set": " ".join(setting or ()), "--seed": seed}
        wrong += [wrong_option(one, was, "option.run_alone") for one, was in of_run.items() if was not in (None, "")]
        made, corridor = _of_logs(logs, map_, at, data, wrong)
    else:
        made, corridor = _of_run(at, data, scenario, setting, 1 if seed is None else seed, wrong)
    names = Names.of(corridor, language())

    def show() -> None:
        to = console.out()
        to.print(say("state_written", n=made.total, path=out))
        table = state_table(made, names, corridor)
        to.print(console.table(to, table.columns, table.rows, texts=table.texts))

    write_each([(out, lambda path: write_state(path, made))])
    deliver(files, json, document=lambda: document_of(made), show=show)


def instant(option: str, text: str, zone: str = "") -> datetime:
    """The instant of an option; one without offset is of the zone, if there is one. Raises DataError."""
    from corridors.clock import local_time

    try:
        found = local_time.instant_of(text)
    except ValueError:
        raise DataError([wrong_option(option, text, "option.instant")]) from None
    if found.tzinfo is None:
        if not zone:
            raise DataError([wrong_option(option, text, "option.instant_offset")])
        found = found.replace(tzinfo=local_time.zone(zone))
    return found.astimezone(UTC)


def _of_logs(
    logs: list[Path], map_: Path | None, at: str, data: Path | None, wrong: Findings
) -> tuple[WorldState, Corridor]:
    from sim.cli.log_visits import read_visits
    from sim.reports.forecast_tables import say as of_forecast
    from sim.studies.forecast.from_log import STALE_H, state_of_log

    read = read_visits(logs, map_, data, wrong)
    with wrong.gather():
        when = instant("--at", at, read.visits.clock)
        if not read.visits.first_s <= when.timestamp() <= read.visits.last_s:
            first, last = (_stamp(second, read.visits.clock) for second in (read.visits.first_s, read.visits.last_s))
            raise DataError([wrong_option("--at", at, "option.instant_in_log", first=first, last=last)])
    wrong.refuse()
    found = state_of_log(read.visits, read.map, read.corridor, when)
    if found.without_end:
        console.err().print(say("state_without_end", n=found.without_end))
    if found.age_h > STALE_H:
        console.err().print(of_forecast("stale", language(), hours=found.age_h))
    return found.state, read.corridor


def _stamp(second: float, clock: str) -> str:
    """A second since 1970 (UTC) as a clock shows it, with its offset."""
    from corridors.clock import local_time

    return datetime.fromtimestamp(second, local_time.zone(clock)).isoformat(timespec="minutes")


def _of_run(
    at: str, data: Path | None, scenario: str | None, setting: list[str] | None, seed: int, wrong: Findings
) -> tuple[WorldState, Corridor]:
    from dataclasses import replace

    from sim.cli.options import RunOptions
    from sim.cli.single_run import read_case
    from sim.core.units import DAY_S
    from sim.engines import resolve_engine
    from sim.run import visits_of
    from sim.studies.forecast.from_run import state_of_run

    when = None
    with wrong.gather():
        when = instant("--at", at)
    asked = read_case(RunOptions(scenario=scenario, setting=setting, data=data, seed=seed), wrong)
    assert when is not None
    settings = asked.case.settings
    second = round((when - settings.epoch).total_seconds())
    if not 0 < second < settings.horizon_s:
        first, last = (str(settings.start + timedelta(days=n)) for n in (0, settings.days - 1))
        raise DataError([wrong_option("--at", at, "option.instant_in_run", first=first, last=last)])
    days = min(second // DAY_S + 2, settings.days)
    case = replace(asked.case, settings=replace(settings, days=days, warmup_days=min(settings.warmup_days, days - 1)))
    visits = visits_of(case, resolve_engine(None))
    return state_of_run(visits, case.corridor, case.settings, when), case.corridor


def document_of(made: WorldState) -> dict[str, Any]:
    """A state as JSON: counts, no id of a vehicle."""
    from sim.studies.forecast.state_file import text_of

    return {
        "at": text_of(made.at),
        "vehicles": [
            {"service": service, "step": step, "doing": doing, "count": n}
            for (service, step, doing), n in made.counts().items()
        ],
        "stocks": [{"stock": id, "level": level} for id, level in made.stocks.items()],
        "covers": list(made.covers),
    }
