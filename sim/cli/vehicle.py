"""``bridgehead vehicle``: the slowest vehicles of a run, and the way of one with the cause of every wait."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corridors.findings import DataError, Finding, Findings, nearest
from sim.cli import console
from sim.cli.options import RUN, Json, RunOptions, count
from sim.cli.run_clock import RunClock
from sim.cli.words import figure, language, not_one_of, say, wrong
from sim.core.units import HOUR_S

if TYPE_CHECKING:
    import pandas as pd

    from corridors.model import Corridor
    from sim.core.plan import Plan
    from sim.output.run_output import RunOutput
    from sim.run import RunResult
    from sim.text.names import Names

WHICH = "ID"
"""Placeholder of the argument."""
TOP = 10
"""Vehicles of the list of the slowest."""
LEAST_S = 60
"""Shorter steps have no row, and shorter waits no figure: 0.00 h."""
NO_TIME = -1
"""For what had not happened by the end of the run."""


def vehicle(
    options: RunOptions,
    which: Annotated[str, typer.Argument(metavar="[ID]")] = "",
    top: Annotated[int, count("--top", 1)] = TOP,
    port: Annotated[str, typer.Option("--port", metavar="ID", rich_help_panel=RUN)] = "",
    klass: Annotated[str, typer.Option("--class", metavar="ID", rich_help_panel=RUN)] = "",
    json: Json = None,
) -> None:
    """Simulate once and show the slowest vehicles, or the way of one vehicle."""
    from sim.cli.files import asked_files, deliver
    from sim.cli.single_run import carry_out
    from sim.output.run_output import RunOutput
    from sim.text.names import Names

    found = Findings()
    with found.gather():
        files = asked_files(json)
    if which:
        chosen: dict[str, object] = {"--port": port, "--class": klass, "--top": top if top != TOP else ""}
        found += [wrong(option, value, "option.not_with_vehicle") for option, value in chosen.items() if value]

    def unknown(corridor: Corridor) -> Iterator[Finding]:
        for option, id, table in (("--port", port, corridor.ports), ("--class", klass, corridor.classes)):
            if id and id not in table:
                yield not_one_of(option, id, list(table))
        name = which.partition(".")[0]
        if which and name.rpartition("-")[0] not in corridor.services:
            yield _unknown(which, list(corridor.services))

    result = carry_out(options, found, unknown)
    output, names = RunOutput.of(result.visits), Names.of(result.case.corridor, language())
    if which:
        document, show = _one(result, output, names, *_parsed(which, output))
    else:
        document, show = _slowest(result, output, names, top, port, klass)
    deliver(files, json, document=lambda: {"run": result.record()} | document, show=show)


def _slowest(
    result: RunResult, output: RunOutput, names: Names, top: int, port: str, klass: str
) -> tuple[dict[str, Any], Callable[[], None]]:
    """The document and the table of the slowest crossings."""
    from sim.kpi.vehicle_journeys import slowest_crossings

    table = slowest_crossings(output, top, port, klass)
    clock = RunClock(result)
    columns = [say(key) for key in ("vehicle", "port", "class", "vehicle_entered", "vehicle_dwell", "vehicle_waited")]
    rows = [
        [
            _name(output.plan, row["vehicle"], row["trip"]),
            names.port(row["port"]),
            names.group(row["class"], row["direction"], row["port"]),
            clock.at(row["enter_s"], result.case.corridor.ports[row["port"]].ends[0]),
            figure(row["dwell_h"]),
            figure(row["wait_h"]),
        ]
        for row in table.to_dict("records")
    ]

    def show() -> None:
        out = console.out()
        out.print(say("vehicle_slowest", n=len(rows)), style="bold")
        out.print(console.table(out, columns, rows, texts=4))
        out.print(say("vehicle_hint"))

    return {"slowest": _plain(table, clock)}, show


def _one(
    result: RunResult, output: RunOutput, names: Names, number: int, trip: int | None
) -> tuple[dict[str, Any], Callable[[], None]]:
    """The document and the table of one journey: the one of that number, else the longest."""
    from sim.core.vehicle_names import vehicle_name
    from sim.kpi.vehicle_journeys import journey_steps, trips_of

    begin_s, end_s = trips_of(output, number)
    end_s[end_s == NO_TIME] = output.plan.horizon_s
    chosen = int((end_s - begin_s).argmax()) if trip is None else trip
    steps, clock = journey_steps(output, number, chosen), RunClock(result)
    service = output.plan.labels.service[int(output.plan.vehicle_service[number])]
    columns = [say(key) for key in ("vehicle_at", "vehicle_cause", "vehicle_since", "vehicle_waited", "vehicle_shut")]
    columns += [say("vehicle_worked")]
    places = clock.with_clock(list(steps["place"]))
    rows = [
        _row(step, names, clock.at(step["queued_s"], place), output.plan.horizon_s)
        for step, place in zip(steps.to_dict("records"), places, strict=True)
    ]
    shown = [row for row in rows if row]
    done_s = int(steps["finished_s"].iloc[-1])
    until_s = done_s if done_s != NO_TIME else output.plan.horizon_s
    answer = say(
        "vehicle_arrives" if done_s != NO_TIME else "vehicle_under_way",
        begin=clock.at(int(begin_s[chosen]), places[0]),
        end=clock.at(until_s, places[-1]),
        where=names.thing(str(steps["place"].iloc[-1])),
        hours=figure(float(until_s - begin_s[chosen]) / HOUR_S),
        waited=waits_and_stay(steps, names, output.plan.horizon_s),
    )

    about: dict[str, Any] = {
        "vehicle": vehicle_name(output.plan, number),
        "trip": chosen,
        "trips": len(begin_s),
        "service": service,
    }

    def show() -> None:
        out = console.out()
        title = _name(output.plan, about["vehicle"], chosen)
        out.print(say("vehicle_way", vehicle=title, service=names.service(service)), style="bold")
        if len(begin_s) > 1 and trip is None:
            out.print(say("vehicle_longest", n=len(begin_s)))
        out.print(answer)
        out.print(console.table(out, columns, shown, texts=3))
        out.print(say("vehicle_total"))

    return about | {"steps": _plain(steps, clock)}, show


def waits_and_stay(steps: pd.DataFrame, names: Names, horizon_s: int) -> str:
    """How long a journey waits in all, at which place most and why, and where it is longest without a queue."""
    total, by_place, stays = float(steps["wait_h"].sum()), dict[str, dict[str, float]](), dict[str, float]()
    for step in steps.to_dict("records"):
        where, (started_s, ended_s) = _where(step, names), _span(step, horizon_s)
        if step["at"] == step["place"]:
            stays[where] = stays.get(where, 0.0) + ended_s - started_s
        if step["wait_h"] > 0:
            why = "closed" if 2 * step["closed_h"] > step["wait_h"] else step["cause"]
            causes, cause = by_place.setdefault(where, {}), names.cause(why, step["at"])
            causes[cause] = causes.get(cause, 0.0) + step["wait_h"]
    if total * HOUR_S < LEAST_S:
        said = say("vehicle_no_wait")
    else:
        where = max(by_place, key=lambda one: sum(by_place[one].values()))
        most, cause = sum(by_place[where].values()), max(by_place[where], key=by_place[where].__getitem__)
        if (most - by_place[where][cause]) * HOUR_S >= LEAST_S:
            cause = say("vehicle_mostly", cause=cause)
        said = say("vehicle_waits", hours=figure(total), where=where, cause=cause, most=figure(most))
    longest = max(stays, key=stays.__getitem__, default="")
    if not longest or stays[longest] < LEAST_S:
        return said
    return say("vehicle_stays", waited=said, where=longest, hours=figure(stays[longest] / HOUR_S))


def _span(step: Mapping[Any, Any], horizon_s: int) -> tuple[int, int]:
    """First and last second of the work, travel or stay of a step."""
    started_s, ended_s = (step[key] if step[key] != NO_TIME else horizon_s for key in ("started_s", "finished_s"))
    return started_s, ended_s


def _where(step: Mapping[Any, Any], names: Names) -> str:
    """The name of the facility, section or place of a step."""
    return names.thing_on(step["at"], step["side"], step["port"]) if step["port"] else names.thing(step["at"])


def _row(step: Mapping[Any, Any], names: Names, reached: str, horizon_s: int) -> list[str]:
    """A step as a row of texts; empty for one that is too short for a row."""
    started, ended = _span(step, horizon_s)
    if ended - step["queued_s"] < LEAST_S:
        return []
    waited = step["wait_h"] * HOUR_S >= LEAST_S
    why = names.cause(step["cause"], step["at"]) if step["cause"] and waited else ""
    if why and step["freed_by"]:
        why = say("vehicle_freed_by", cause=why, vehicle=step["freed_by"])
    return [
        _where(step, names),
        why,
        reached,
        figure(step["wait_h"]) if waited else "",
        figure(step["closed_h"]) if step["closed_h"] * HOUR_S >= LEAST_S else "",
        figure((ended - started) / HOUR_S) if ended - started >= LEAST_S else "",
    ]


def _plain(table: pd.DataFrame, clock: RunClock) -> list[dict[str, Any]]:
    """Rows for JSON: instants in UTC as well, None for what had not happened."""
    rows = []
    for row in table.to_dict("records"):
        plain = {str(key): value for key, value in row.items()}
        for key in [key for key in plain if key.endswith("_s")]:
            happened = plain[key] != NO_TIME
            plain[f"{key[:-2]}_utc"] = f"{clock.utc(plain[key]):%Y-%m-%dT%H:%M:%SZ}" if happened else None
            plain[key] = plain[key] if happened else None
        rows.append(plain)
    return rows


def _name(plan: Plan, vehicle: str, trip: int) -> str:
    """A vehicle, with the number of its trip if it makes several."""
    from sim.core.vehicle_names import trip_name, vehicle_number

    number = vehicle_number(plan, vehicle)
    return trip_name(vehicle, trip) if number is not None and plan.vehicle_trips[number] > 1 else vehicle


def _unknown(which: str, services: Sequence[str]) -> Finding:
    """The finding about an id of no vehicle, with an example of a service of the run."""
    name = which.partition(".")[0]
    close = nearest(name.rpartition("-")[0] or name, services)
    example = f"{close or services[0]}-000000"
    return replace(wrong(WHICH, which, "option.vehicle", example=example), nearest=close and example)


def _parsed(which: str, output: RunOutput) -> tuple[int, int | None]:
    """The vehicle and the trip of an id such as ``coal-000123.0004``; raises DataError for one that the run lacks."""
    from sim.core.vehicle_names import vehicle_number
    from sim.kpi.vehicle_journeys import trips_of

    name, dot, trip = which.partition(".")
    number = vehicle_number(output.plan, name)
    if number is None:
        raise DataError([_unknown(which, output.plan.labels.service)])
    trips = len(trips_of(output, number)[0])
    if not trips:
        raise DataError([wrong(WHICH, which, "option.vehicle_that_came")])
    if not dot:
        return number, None
    if not (trip.isascii() and trip.isdigit() and int(trip) < trips):
        raise DataError([wrong(WHICH, which, "option.trip", n=trips - 1)])
    return number, int(trip)
