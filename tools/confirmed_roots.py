"""Compare roots of waiting with paired runs: does one more unit at a root reduce the waiting most?

    python tools/confirmed_roots.py [FILE]

Prints the table of docs/roots.md, "Confirmed by paired runs", which declares the comparison in words; the constants
below are its settings. Waiting is congestion: idle vehicles that wait for demand do not count. FILE keeps the waiting
of each run as JSON, so that a comparison that was stopped continues.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final, NamedTuple

from corridors.load import load_corridor
from corridors.model import Corridor
from corridors.overlay.applying import apply
from corridors.overlay.options import parse_setting
from corridors.overlay.proposals import Scenario, load_proposals
from sim.core.start_levels import with_levels
from sim.kpi import waiting
from sim.kpi.waiting_roots import KEYS, congestion, waiting_by_root, with_stocks
from sim.output.run_output import RunOutput
from sim.run import prepare, replicate, settled_levels
from sim.studies.root_levers import HOUR, VEHICLE, Lever, capacity, levers, one_more
from sim.text.catalogue import say
from sim.text.names import Names

SIX_LANES: Final = parse_setting("facilities.gashuunsukhait_lanes.servers=6")
PROPOSALS: Final = (
    "m11_gashuunsukhait_lanes",
    "m03_manzhouli_container_line",
    "m04_erenhot_zamynuud",
    "m10_ceke_railway",
    "m11_coal_gate_hours",
)
WORLDS: Final = (
    Scenario(id="baseline"),
    Scenario(id="six_lanes", changes=(SIX_LANES,)),
    *(Scenario(id=id, proposals=(id,)) for id in PROPOSALS),
)
START: Final = date(2023, 5, 1)
DAYS, WARMUP_DAYS, REPLICATIONS = 120, 31, 3
MOST_ROOTS: Final = 10
LEAST_BEHIND: Final = 0.1
"""Least part of the waiting for a full or empty stock of what lies behind it, for its levers."""
LEAST_WAITED: Final = 0.01
"""Least part of the waiting of a traffic at a place where one more unit is tried as another one."""
ALSO: Final = {"baseline": ("manzhouli", "inbound", "cr_express")}
"""By world a traffic whose largest root is compared, too."""
ENOUGH: Final = 0.5
"""Part of the gain of the best other unit that confirms a root."""
ENGINE: Final = "compiled"

Kept = dict[str, list[float]]
"""Vehicle-hours waited by replication, by world and lever."""


class Root(NamedTuple):
    """One of the largest roots of a world."""

    name: str
    state: str
    share: float
    """Of all waiting."""
    traffic: tuple[str, str, str]
    """Port, direction and class with the most of it."""
    own: tuple[Lever, ...]
    others: tuple[Lever, ...]


class Line(NamedTuple):
    """What came out for a root: gains in per cent of all waiting, each of the best lever."""

    root: Root
    own: Lever | None
    gain: float
    other: Lever | None
    other_gain: float

    @property
    def confirmed(self) -> bool:
        """Whether one more unit there gains something, and enough of the gain of the best other unit."""
        return self.own is not None and self.gain > 0 and self.gain >= ENOUGH * self.other_gain


class World:
    """A scenario whose yards start at levels at which they settle, and its runs."""

    def __init__(self, scenario: Scenario, kept: Kept) -> None:
        self.id, self._kept = scenario.id, kept
        case = prepare(load_corridor(), scenario, load_proposals(), start=START, days=DAYS, warmup_days=WARMUP_DAYS)
        self._settings = case.settings
        self.corridor = with_levels(case.corridor, settled_levels(case, ENGINE))
        self.names = Names.of(self.corridor, "en")

    def waited(self, lever: Lever | None = None) -> list[float]:
        """Vehicle-hours of congestion in each replication, with one more unit."""
        key = f"{self.id}/{lever.scenario if lever else ''}"
        if key not in self._kept:
            corridor = apply(self.corridor, one_more(self.corridor, lever)) if lever else self.corridor
            runs = (self._output(corridor, replication) for replication in range(REPLICATIONS))
            self._kept[key] = [float(waiting.congestion(waiting.waiting_by_cause(run))["hours"].sum()) for run in runs]
        return self._kept[key]

    def gain(self, lever: Lever) -> float:
        """The mean reduction of the congestion, in per cent of it."""
        before, after = self.waited(), self.waited(lever)
        return 100 * (sum(before) - sum(after)) / sum(before)

    def lines(self) -> list[Line]:
        """The largest roots with what one more unit gains."""
        return [self._line(root) for root in self._roots()]

    def _output(self, corridor: Corridor, replication: int) -> RunOutput:
        return RunOutput(replicate(corridor, replace(self._settings, replication=replication), ENGINE))

    def _roots(self) -> list[Root]:
        """The largest roots of the first replication; what lies behind a stock counts for the stock."""
        table = congestion(waiting_by_root(self._output(self.corridor, 0)))
        shown = with_stocks(table)
        total = table["hours"].sum()
        waited_for = set(table["at"])
        by_place = table.groupby([*KEYS, "at"])["hours"].sum()
        by_traffic = table.groupby(KEYS)["hours"].sum()
        root_of = [shown["root"], shown["root_state"]]
        largest = list(table["hours"].groupby(root_of).sum().nlargest(MOST_ROOTS).index)
        if self.id in ALSO:
            mine = (table[KEYS] == list(ALSO[self.id])).all(axis=1)
            largest.append(table["hours"][mine].groupby([column[mine] for column in root_of]).sum().idxmax())
        found: list[Root] = []
        for name, state in largest:
            mine = table[(shown["root"] == name) & (shown["root_state"] == state)]
            hours, traffic = mine["hours"].sum(), mine.groupby(KEYS)["hours"].sum().idxmax()
            named: dict[Lever, float] = {}
            for row in mine.to_dict("records"):
                for lever in levers(self.corridor, row, waited_for):
                    named[lever] = named.get(lever, 0.0) + row["hours"]
            own = tuple(one for one, part in named.items() if part >= LEAST_BEHIND * hours and self._possible(one))
            places = [at for at, part in by_place[traffic].items() if part >= LEAST_WAITED * by_traffic[traffic]]
            others = {one for at in places for one in capacity(self.corridor, at) if self._possible(one)}
            found.append(Root(name, state, hours / total, traffic, own, tuple(sorted(others))))
        return [self._with_roots_of_the_same(root, found) for root in found]

    def _possible(self, lever: Lever) -> bool:
        return bool(one_more(self.corridor, lever))

    @staticmethod
    def _with_roots_of_the_same(root: Root, found: list[Root]) -> Root:
        """With the levers of the other roots of the same traffic among the others."""
        same = {lever for one in found if one.traffic == root.traffic for lever in one.own if lever.unit != HOUR}
        return root._replace(others=tuple(sorted({*root.others, *same} - set(root.own))))

    def _line(self, root: Root) -> Line:
        own = max(root.own, key=self.gain, default=None)
        other = max(root.others, key=self.gain, default=None)
        return Line(root, own, self.gain(own) if own else 0.0, other, self.gain(other) if other else 0.0)


def markdown(lines: dict[World, list[Line]]) -> str:
    """The lines of all worlds as one table, a root of a traffic in all its worlds together."""
    same: dict[tuple[str, str], list[tuple[World, Line]]] = {}
    for world, found in lines.items():
        for one in found:
            same.setdefault((_traffic(world, one), _root(world, one)), []).append((world, one))
    text = [
        "| traffic | root of waiting | share of all waiting | one more there: gain | best other: gain | confirmed |"
    ]
    text.append("|---|---|---|---|---|---|")
    for (traffic, root), several in same.items():
        share = _range([100 * one.root.share for _, one in several], "{:.1f}")
        own = _gains([(_unit(world, one.own), one.gain) for world, one in several])
        other = _gains([(_unit(world, one.other), one.other_gain) for world, one in several])
        confirmed = sum(one.confirmed for _, one in several)
        text.append(f"| {traffic} | {root} | {share} | {own} | {other} | {confirmed} of {len(several)} |")
    return "\n".join(text)


def _gains(several: list[tuple[str, float]]) -> str:
    """Each unit with the range of its gains."""
    units = {unit: [gain for other, gain in several if other == unit] for unit, _ in several}
    return "; ".join(f"{unit} {_range(gains)}" if unit else "–" for unit, gains in units.items())


def _range(values: list[float], form: str = "{:+.2f}") -> str:
    texts = [form.format(value) for value in (min(values), max(values))]
    texts = ["0.00" if text in ("-0.00", "+0.00") else text for text in texts]
    return " to ".join(dict.fromkeys(texts)) + "%"


def _traffic(world: World, line: Line) -> str:
    port, direction, klass = line.root.traffic
    at_port = (world.names.port(port), world.names.direction(direction)) if port else ()
    return ", ".join((world.names.klass(klass), *at_port))


def _root(world: World, line: Line) -> str:
    return world.names.bracketed(world.names.thing(line.root.name), world.names.root_state(line.root.state))


def _unit(world: World, lever: Lever | None) -> str:
    """What is added where; '' for nothing."""
    if lever is None:
        return ""
    thing = {
        HOUR: lambda: world.corridor.calendars[lever.thing].name_en,
        VEHICLE: lambda: world.names.service(lever.thing),
    }.get(lever.unit, lambda: world.names.thing(lever.thing))()
    return f"{thing}: {say(f'comparison.unit_of.{lever.unit}', 'en')}"


def main(file: Path | None) -> None:
    """Compare all worlds and print the table."""
    kept: Any = json.loads(file.read_text(encoding="utf-8")) if file and file.exists() else {}
    lines = {}
    for scenario in WORLDS:
        world = World(scenario, kept)
        lines[world] = world.lines()
        if file:
            file.write_text(json.dumps(kept, indent=1), encoding="utf-8")
    print(markdown(lines))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
