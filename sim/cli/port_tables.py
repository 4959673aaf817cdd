"""Tables of one run by port: traffic, dwell time, bottlenecks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from rich.console import Console

from corridors.messages import Message
from corridors.sides import DIRECTIONS
from sim.cli.console import table
from sim.cli.words import figure, in_unit, language, percent, say
from sim.core.kpi_declarations import is_percentile
from sim.kpi.bottlenecks import IDLE, messages
from sim.kpi.key_figures import ALL_CLASSES
from sim.reports.number_format import FEW, is_value, of_few
from sim.reports.run_notes import DAGGER
from sim.run import RunResult
from sim.text import catalogue
from sim.text.names import Names

TABLES: Final = frozenset({"kpis", "facilities", "links", "momentary", "waiting", "waiting_by_root", "growing"})
"""The tables of a run that are read here; the screen needs no others, apart from those of notes."""
DAYS_A_YEAR = 365
BUSIEST = 3
"""Number of busiest facilities that are listed for a port."""
SENTENCES = 3
"""Number of traffic classes, those with the longest total waiting, whose bottleneck is described."""

Group = tuple[str, str]
"""(direction, class)."""
Values = dict[tuple[str, str, str, str], tuple[float, int]]
"""KPI values of both sides together, with the number of observations, by (port, direction, class, kpi)."""
NOTHING = (None, FEW)
"""A figure without a value."""


def show(console: Console, result: RunResult, names: Names) -> None:
    """Print one table a port, its busiest facilities and its bottleneck; the sections of a world without ports."""
    values = _values(result)
    settings = result.case.settings
    a_year = settings.days - settings.warmup_days >= DAYS_A_YEAR
    bottlenecks = messages(result.waiting, result.momentary, result.waiting_by_root)
    if not values:
        _show_sections(console, result, names)
        return
    beyond = False
    for port in result.case.corridor.ports:
        groups = sorted({key[1:3] for key in values if key[0] == port}, key=_order)
        if not groups:
            continue
        console.print()
        console.print(names.port(port), style="bold")
        console.print(table(console, _columns(a_year), list(_rows(result, names, values, port, groups, a_year))))
        if facilities := _busiest(result, port):
            shown = tuple(_with_share(names, **row) for row in facilities)
            console.print(say("busiest", facilities=shown))
            beyond |= any(round(100 * row["utilisation"]) > 100 for row in facilities if is_value(row["utilisation"]))
        for one in _shown(bottlenecks.get(port, [])):
            console.print(names.sentence(one))
    if outside := bottlenecks.get("", ()):
        console.print()
        for one in _shown(outside):
            console.print(names.sentence(one))
    console.print()
    console.print(say("dwell_is"))
    if any(result.grows(port, klass, direction) for port, direction, klass, _ in values):
        console.print(say("dagger_is"))
    if beyond:
        console.print(say("above_100_is"))


def _shown(found: list[Message]) -> list[Message]:
    """The sentences about the longest waiting, and those about idle vehicles."""
    return found[:SENTENCES] + [one for one in found[SENTENCES:] if one.code == IDLE]


def _show_sections(console: Console, result: RunResult, names: Names) -> None:
    keys = ("link", "vehicles_per_day", "utilisation", "mean_wait_h")
    title, *columns = (catalogue.say(f"table_headings.{key}", language()) for key in ("sheet.links", *keys))
    rows = [
        [
            names.thing(row["link"]),
            figure(row["vehicles_per_day"]),
            percent(row["utilisation"]),
            figure(row["mean_wait_h"], 2),
        ]
        for row in result.links.to_dict("records")
    ]
    console.print()
    console.print(title, style="bold")
    console.print(table(console, columns, rows))


def _values(result: RunResult) -> Values:
    both = result.kpis[result.kpis["side"] == "both"]
    keys = zip(both["port"], both["direction"], both["class"], both["kpi"], strict=True)
    return dict(zip(keys, zip(both["value"].tolist(), both["n"].tolist(), strict=True), strict=True))


def _order(group: Group) -> tuple[int, bool, str]:
    direction, klass = group
    return DIRECTIONS.index(direction) if direction in DIRECTIONS else len(DIRECTIONS), klass == ALL_CLASSES, klass


def _rows(
    result: RunResult, names: Names, values: Values, port: str, groups: list[Group], a_year: bool
) -> Iterator[list[str]]:
    """Rows of each direction: its traffic classes and their sum."""
    for direction in dict.fromkeys(direction for direction, _ in groups):
        classes = [klass for d, klass in groups if d == direction]
        columns = _columns(a_year)
        yield [names.direction(direction, port), *[""] * (len(columns) - 1)]
        for klass in classes:
            group = (port, direction, klass)
            if klass != ALL_CLASSES or (len(classes) > 2 and values[(*group, "tonnes_per_day")][0] > 0):
                yield _row(names, values, group, a_year, DAGGER if result.grows(port, klass, direction) else "")


def _columns(a_year: bool) -> list[str]:
    keys = ["class", "a_day", "teu_day", "t_day"]
    keys += ["teu_year", "t_year"] if a_year else []
    return [say(key) for key in (*keys, "dwell_p50", "dwell_p95", "wait_mean")]


def _row(names: Names, values: Values, group: tuple[str, str, str], a_year: bool, mark: str) -> list[str]:
    """The row of a class; ``mark`` follows hours that depend on the length of the run."""
    klass = group[2]
    teu, tonnes = (values.get((*group, kpi), (0.0, 0))[0] for kpi in ("teu_per_day", "tonnes_per_day"))
    loads = [teu, tonnes]
    if a_year:
        loads += [in_unit(teu * DAYS_A_YEAR / 1e3, "unit.kteu_scale")]
        loads += [in_unit(tonnes * DAYS_A_YEAR / 1e6, "unit.mt_scale")]
    cells = [f"  {names.klass(klass)}", "", *(figure(load or None) for load in loads)]
    if klass != ALL_CLASSES:
        cells[1] = _counted(names, klass, values[(*group, "vehicles_per_day")][0])
        for kpi in ("dwell_h_p50", "dwell_h_p95", "wait_h_mean"):
            value, n = values.get((*group, kpi), NOTHING)
            cell = figure(value, 2) + (mark if value is not None else "")
            cells.append(of_few(cell, n, language()) if is_percentile(kpi) else cell)
    return cells


def _counted(names: Names, klass: str, number: float) -> str:
    """A number of vehicles with their name, such as train."""
    return say("counted_vehicles", number=figure(number), vehicle=names.vehicles_of(klass, number))


def _busiest(result: RunResult, port: str) -> list[dict[str, Any]]:
    """The busiest facilities of a port with their utilisation; none at a port that vehicles only pass."""
    here = result.facilities[(result.facilities["port"] == port) & (result.facilities["served"] > 0)]
    top = here.sort_values(["utilisation", "facility"], ascending=[False, True]).head(BUSIEST)
    found: list[dict[Any, Any]] = top[["facility", "side", "utilisation"]].to_dict("records")
    return found


def _with_share(names: Names, facility: str, side: str, utilisation: float) -> str:
    return say("facility_and_share", facility=names.thing_on(facility, side), share=utilisation)
