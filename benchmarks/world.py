"""The benchmark model: four ports, two directions, some 1.0 million vehicles a year.

A vehicle reaches the port, keeps a yard track until it is transshipped, passes customs and an inspection that works
in shifts, one in twenty a second inspection; crosses the border on a link that both directions share (one vehicle
every so many seconds), is transshipped by a crane, cleared on the other side, and drives on. One vehicle in five has
priority in every queue. ``volume`` multiplies the vehicles and with them the servers, so that utilisation stays.
"""

from __future__ import annotations

from datetime import date

from corridors.model import Corridor, Step
from sim.compile.assembly import compile_plan
from sim.core.plan import Plan
from sim.core.run_settings import RunSettings
from tests.helpers.worlds import (
    calendar,
    duration,
    facility,
    itinerary,
    place,
    port,
    service,
    share,
    shift,
    source,
    step,
    world,
)

PORTS = ("north", "east", "south", "west")
DIRECTIONS = ("outbound", "inbound")
PRIORITIES = {"express": (0, 0.2), "freight": (1, 0.8)}
"""Service: (priority, share of the vehicles)."""

PER_DAY = 1_000_000 / 365 / (len(PORTS) * len(DIRECTIONS))
"""Vehicles a day through one port in one direction, at volume 1."""

MINUTES = {"approach": 480.0, "customs": 20.0, "inspection": 30.0, "second_look": 120.0, "crossing": 20.0}
MINUTES |= {"crane": 40.0, "release": 10.0, "onward": 720.0}
"""Mean length of each step, lognormal with the coefficient of variation ``CV``."""
CV = 0.5

SERVERS = {"track": 90, "customs": 7, "inspection": 12, "second_look": 3, "crane": 13, "release": 4}
"""Servers of each port and direction at volume 1; of the inspection, half work from 20:00 to 08:00."""

KINDS = {"track": "track", "customs": "customs", "inspection": "inspection", "second_look": "inspection"}
KINDS |= {"crane": "transshipment", "release": "customs"}
"""What each is in the words of the data."""

HEADWAY_MIN = 1.5
"""Between two vehicles on the link of a port, both directions together."""

SECOND_LOOK_SHARE = 0.05


def corridor(volume: int = 1) -> Corridor:
    """The model as a corridor."""
    return world(
        source("test"),
        calendar("shifts"),
        shift("shifts", "08:00", "20:00"),
        shift("shifts", "20:00", "08:00", servers_share=0.5),
        [duration(name, mean, "lognormal", CV) for name, mean in MINUTES.items()],
        share("second_look", SECOND_LOOK_SHARE),
        [_port(name, volume) for name in PORTS],
    )


def plan(volume: int = 1, days: int = 365, replication: int = 0) -> Plan:
    """The model compiled for a run of ``days`` from 2 January 2023."""
    return compile_plan(corridor(volume), settings(days, replication))


def settings(days: int, replication: int = 0) -> RunSettings:
    return RunSettings(date(2023, 1, 2), days=days, replication=replication)


def _port(name: str, volume: int) -> list[object]:
    link = f"{name}_link"
    rows: list[object] = [
        place(name, transships=True),
        place(f"{name}_abroad", country="MN", transships=True),
        port(name, name, f"{name}_abroad"),
        facility(link, place=name, port=name, kind="path", headway_min=HEADWAY_MIN / volume),
    ]
    for direction in DIRECTIONS:
        where = f"{name}_{direction}"
        at = {"port": name, "direction": direction}
        rows += [
            facility(
                f"{where}_{kind}",
                servers * volume,
                "shifts" if kind == "inspection" else "",
                place=name,
                port=name,
                kind=KINDS[kind],
            )
            for kind, servers in SERVERS.items()
        ]

        def serve(kind: str, where: str = where, at: dict[str, str] = at) -> Step:
            return step("serve", step=kind, facility=f"{where}_{kind}", duration=kind, **at)

        rows += [
            itinerary(
                where,
                step("mark", step="origin", place=name),
                step("travel", step="approach", duration="approach"),
                step("hold", step="track", facility=f"{where}_track", **at),
                serve("customs"),
                serve("inspection"),
                step("branch", step="sample", share="second_look", to="crossing", **at),
                serve("second_look"),
                step("pass", step="crossing", facility=link, duration="crossing", **at),
                serve("crane"),
                step("free", step="leave_track", facility=f"{where}_track", **at),
                serve("release"),
                step("travel", step="onward", duration="onward"),
                step("mark", step="destination", place=name),
            ),
            [
                service(f"{where}_{kind}", where, PER_DAY * volume * part, priority=priority)
                for kind, (priority, part) in PRIORITIES.items()
            ],
        ]
    return rows
