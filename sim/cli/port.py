"""``bridgehead port``: what waits where at a port at an instant of a run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from corridors.clock.place_clocks import clock_of_port
from corridors.findings import DataError, Finding, Findings, nearest
from sim.cli import console
from sim.cli.options import FILES, RUN, Json, RunOptions
from sim.cli.run_clock import RunClock
from sim.cli.state import instant
from sim.cli.words import figure, language, say, wrong
from sim.core.units import DAY_S, HOUR_S, MINUTE_S
from sim.reports.number_format import NO_VALUE

if TYPE_CHECKING:
    from corridors.model import Corridor
    from sim.kpi.port_at import Part
    from sim.run import Case, RunResult
    from sim.text.names import Names

PORT: Final = "PORT"
"""Placeholder of the argument."""
COLUMNS: Final = ("port_part", "port_in_use", "port_who", "port_waiting", "port_longest")


def port(
    options: RunOptions,
    port: Annotated[str, typer.Argument(metavar=PORT)],
    at: Annotated[str, typer.Option("--at", metavar="TIME", rich_help_panel=RUN)],
    json: Json = None,
    picture: Annotated[Path | None, typer.Option("--picture", metavar="FILE.svg", rich_help_panel=FILES)] = None,
) -> None:
    """Simulate up to an instant and show what waits where at a port."""
    from sim.cli.files import asked_files, deliver, write_each
    from sim.cli.single_run import carry_out, print_notes
    from sim.kpi.port_at import port_at
    from sim.text.names import Names

    found = Findings()
    with found.gather():
        files = asked_files(json, others=[("--picture", picture)] if picture else ())

    def unknown(corridor: Corridor) -> Iterator[Finding]:
        if port not in corridor.ports:
            ids = ", ".join(corridor.ports)
            yield replace(wrong(PORT, port, "option.one_of", values=ids), nearest=nearest(port, corridor.ports))
        try:
            _instant(at, corridor, port)
        except DataError as error:
            yield from error.findings

    shorter = partial(_until, at=at, port=port)
    result = carry_out(options, found, unknown, only_shown=True, shorten=shorter, notes=False)
    corridor, clock, names = result.case.corridor, RunClock(result), Names.of(result.case.corridor, language())
    second = _second(result.case, _instant(at, corridor, port))
    parts = port_at(result.visits, port, second)
    waiting = sum(part.count for part in parts)

    times = dict.fromkeys(clock.at(second, place) for place in corridor.ports[port].ends)
    title = say("port_title", port=names.port(port), times=tuple(times))

    def show() -> None:
        out = console.out()
        out.print(title, style="bold")
        out.print(say("port_total", n=waiting))
        out.print(console.table(out, [say(key) for key in COLUMNS], _rows(parts, corridor, names, port), texts=3))
        out.print(say("port_note", seed=result.case.settings.seed))
        if any(_has_just_come(part) for part in parts):
            out.print(say("port_just_now_is"))

    def document() -> dict[str, Any]:
        when = f"{clock.utc(second):%Y-%m-%dT%H:%M:%SZ}"
        about = {"port": port, "at_utc": when, "waiting": waiting, "parts": [_plain(part) for part in parts]}
        return {"run": result.record()} | about

    deliver(files, json, document=document, show=show)
    print_notes(result, port)
    if picture:
        write_each([(picture, lambda path: _draw(path, title, result, parts, names, port))])


def _draw(path: Path, title: str, result: RunResult, parts: Sequence[Part], names: Names, port: str) -> None:
    """Write the diagram of the port."""
    from corridors.io.atomic_files import write_atomically
    from sim.kpi.port_layout import PortLayout, port_layouts
    from sim.reports.port_drawing import port_drawing

    corridor = result.case.corridor
    layout = port_layouts(result.visits.plan).get(port, PortLayout((), ()))
    rows = {(part.direction, part.thing): _row(part, corridor, names) for part in parts}
    texts = {key: (row[0].strip(), row[1]) for key, row in rows.items()}
    bands = {part.direction: _band(part.direction, names, port) for part in parts}
    notes = [say("port_total", n=sum(part.count for part in parts)), say("port_colours")]
    write_atomically(path, port_drawing(parts, layout, texts, bands, title, notes).encode())


def _instant(at: str, corridor: Corridor, port: str) -> datetime:
    """The instant of the option; one without offset is on the clock of the port. Raises DataError."""
    return instant("--at", at, clock_of_port(corridor, port))


def _second(case: Case, when: datetime) -> int:
    return round((when - case.settings.epoch).total_seconds())


def _until(case: Case, at: str, port: str) -> Case:
    """The case up to the day after an instant; raises DataError for an instant outside the measured days."""
    settings = case.settings
    second = _second(case, _instant(at, case.corridor, port))
    first, last = (settings.start + timedelta(n) for n in (settings.warmup_days, settings.days - 1))
    if not settings.warmup_s <= second < settings.horizon_s:
        raise DataError([wrong("--at", at, "option.instant_measured", first=str(first), last=str(last))])
    days = min(second // DAY_S + 2, settings.days)
    return replace(case, settings=replace(settings, days=days))


def _rows(parts: Sequence[Part], corridor: Corridor, names: Names, port: str) -> list[list[str]]:
    """Rows of the table: a line for each direction, and below it its parts."""
    rows = []
    for direction in dict.fromkeys(part.direction for part in parts):
        rows.append([_band(direction, names, port), *[""] * (len(COLUMNS) - 1)])
        rows += [_row(part, corridor, names) for part in parts if part.direction == direction]
    return rows


def _band(direction: str, names: Names, port: str) -> str:
    return names.direction(direction, port) or say("port_no_direction")


def _row(part: Part, corridor: Corridor, names: Names) -> list[str]:
    longest = max((one.longest_s for one in part.waiting), default=None)
    shown = NO_VALUE if longest is None else figure(longest / HOUR_S)
    who = tuple(say("port_of_class", traffic_class=names.klass(one.klass), n=one.count) for one in part.waiting)
    row = corridor.facilities.get(part.thing) or corridor.stocks.get(part.thing)
    return [
        f"  {names.thing_on(part.thing, row.side if row else '')}",
        _in_use(part, corridor, names),
        say("port_all", who=who) if who else "",
        f"{part.count:,}" if part.count else NO_VALUE,
        say("port_just_now") if _has_just_come(part) else shown,
    ]


def _has_just_come(part: Part) -> bool:
    """Whether all who wait joined the queue within the last minute."""
    return bool(part.waiting) and all(one.longest_s < MINUTE_S for one in part.waiting)


def _in_use(part: Part, corridor: Corridor, names: Names) -> str:
    """Servers in use, or the level of a stock."""
    if part.level is not None:
        stock = corridor.stocks.get(part.thing)
        return names.measured(f"{part.level:,.10g}", stock.unit) if stock else ""
    if part.servers is None:
        return ""
    if not part.servers and not part.busy:
        return say("port_shut")
    key = "port_servers_blocked" if part.blocked else "port_servers"
    return say(key, busy=part.busy, servers=part.servers, blocked=part.blocked)


def _plain(part: Part) -> dict[str, Any]:
    classes = [
        {"class": one.klass, "waiting": one.count, "longest_wait_h": one.longest_s / HOUR_S} for one in part.waiting
    ]
    return {
        "thing": part.thing,
        "direction": part.direction,
        "servers": part.servers,
        "busy": part.busy,
        "blocked": part.blocked,
        "level": part.level,
        "waiting": part.count,
        "classes": classes,
    }
