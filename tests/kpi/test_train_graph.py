"""Train graph: positions and times worked by hand, and no two trains between the same two passing places at a time."""

from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from corridors.model import Corridor
from corridors.rail_lines import line_of, rail_lines
from sim.compile.assembly import compile_plan
from sim.core.run_settings import RunSettings
from sim.core.trace import Trace
from sim.engines import compiled
from sim.kpi.train_graph import ENDS, MOVES, STOPS, TrainGraph, graph_table, lines_run, train_graph, waited_h
from sim.reports.train_graph_files import write_train_graph
from sim.run import prepare, run_scenario
from sim.text.names import Names
from tests.helpers.random_lines import random_line
from tests.helpers.worlds import closure, departure, duration, facility, itinerary, link, place, service, step, world

SETTINGS = RunSettings(date(2023, 1, 2), 2)
H = 3600


def two_links(west: str = "West", **of_first: object) -> Corridor:
    """West - 30 km - place 1 - 30 km - middle - 30 km - east, single track, 30 km/h; eastbound trains stop for 15 min.

    Eastbound at 08:00, westbound at 09:15 (Beijing), when the eastbound train is between place 1 and middle.
    """
    single = {"speed_kmh": 30.0, "tracks": 1}
    return world(
        [place("west", name_en=west), place("middle"), place("east")],
        link("west", "middle", id="first", length_km=60.0, passing_places=1, **(single | of_first)),
        # Declared against the order of the line.
        link("east", "middle", id="second", length_km=30.0, passing_places=0, **single),
        [facility("shed", place="middle"), duration("check", 15)],
        itinerary(
            "eastward",
            step("mark", place="west"),
            step("travel", step="a", place="middle", mode="rail_1435"),
            step("serve", step="b", facility="shed", duration="check"),
            step("travel", step="c", place="east", mode="rail_1435"),
        ),
        itinerary(
            "westward",
            step("mark", place="east"),
            step("travel", step="a", place="middle", mode="rail_1435"),
            step("travel", step="c", place="west", mode="rail_1435"),
        ),
        service("e", "eastward", 1, arrivals="timetable"),
        service("w", "westward", 1, arrivals="timetable"),
        [departure("e1", "e", "08:00", "Tue"), departure("w1", "w", "09:15", "Tue")],
    )


def graph_of(corridor: Corridor, settings: RunSettings = SETTINGS, line: str = "") -> tuple[TrainGraph, Trace]:
    trace = compiled.run(compile_plan(corridor, settings))
    chosen = line_of(rail_lines(corridor), line) if line else rail_lines(corridor)[0]
    assert chosen is not None
    return train_graph(trace, corridor, chosen), trace


def points(graph: TrainGraph, train: int, since_s: int) -> list[tuple[float, float, object]]:
    """(hours since a second, km, state) of each point of a train."""
    words: dict[int, object] = {MOVES: "moves", STOPS: "stops", ENDS: "ends"}
    rows = range(int(graph.first[train]), int(graph.first[train + 1]))
    return [
        (
            (int(graph.time_s[k]) - since_s) / H,
            graph.line.km[graph.station[k]],
            words.get(int(graph.state[k])) or graph.causes[int(graph.state[k])],
        )
        for k in rows
    ]


def test_two_trains_meet_at_a_place_and_their_times_and_kilometres_are_exact() -> None:
    graph, trace = graph_of(two_links())
    assert graph.line.id == "west-east"
    assert graph.line.stations == ("west", "first.place_1", "middle", "east")
    assert graph.line.km == (0, 30, 60, 90)
    since = int(trace.plan.vehicle_arrival_s.min())
    assert points(graph, 0, since) == [
        (0, 0, "moves"),
        (1, 30, "moves"),
        (2, 60, "stops"),
        # The westbound train came onto the last section a quarter of an hour before.
        (2.25, 60, "moves"),
        (3.25, 90, "ends"),
    ]
    assert points(graph, 1, since) == [
        (1.25, 90, "moves"),
        (2.25, 60, "moves"),
        (3.25, 30, "moves"),
        (4.25, 0, "ends"),
    ]
    assert graph.forward.tolist() == [True, False]
    assert waited_h(graph).tolist() == [0, 0]


def test_a_train_before_an_occupied_section_waits_with_its_cause() -> None:
    corridor = two_links()
    late = replace(corridor.timetable["w1"], time="08:00")
    graph, trace = graph_of(replace(corridor, timetable={**corridor.timetable, "w1": late}))
    since = int(trace.plan.vehicle_arrival_s.min())
    # The westbound train reaches middle at 1 h, when the eastbound train enters the section between it and place 1.
    westbound = points(graph, 0 if not graph.forward[0] else 1, since)
    assert westbound[:3] == [(0, 90, "moves"), (1, 60, ("opposing_train", "first")), (2, 60, "moves")]
    assert sum(waited_h(graph)) == 1
    table = graph_table(graph, trace.plan)
    [wait] = table[table["state"] == "waits"].to_dict("records")
    assert (wait["station"], wait["km"], wait["cause"], wait["until_s"] - wait["time_s"]) == (
        "middle",
        60,
        "opposing_train",
        H,
    )


def test_a_wait_for_a_closed_line_is_closed_and_one_that_is_not_over_lasts_until_the_end() -> None:
    corridor = two_links()
    shut = closure("first", "2023-01-03", "2023-01-09")
    graph, trace = graph_of(replace(corridor, closures={shut.id: shut}))
    [eastbound] = [train for train in range(2) if graph.forward[train]]
    assert points(graph, eastbound, 0)[-2][2] == ("closed", "first")
    assert points(graph, eastbound, 0)[-1] == (trace.plan.horizon_s / H, 0, "ends")


def test_a_period_has_the_whole_trains_that_are_on_the_line_in_it() -> None:
    graph, trace = graph_of(two_links())
    since = int(trace.plan.vehicle_arrival_s.min())
    late = train_graph(trace, two_links(), graph.line, since + 4 * H, since + 5 * H)
    assert late.forward.tolist() == [False]
    assert late.time_s.tolist() == graph.time_s[graph.first[1] :].tolist()
    assert len(train_graph(trace, two_links(), graph.line, since + 10 * H, since + 11 * H).vehicle) == 0


def test_lines_end_at_junctions_and_where_passing_places_or_gauge_change() -> None:
    corridor = world(
        [place(name) for name in "abcdef"],
        link("a", "b", tracks=1, passing_places=1),
        link("c", "b", tracks=1, passing_places=2),
        link("c", "d", tracks=1, passing_places=0),
        link("d", "e"),
        link("e", "f"),
        link("e", "a"),
        link("a", "f", mode="rail_1520"),
        link("a", "d", mode="road"),
    )
    found = {line.id: (line.places, line.single) for line in rail_lines(corridor)}
    assert found == {
        "a-d": (("a", "b", "c", "d"), True),
        "a_f": (("a", "f"), False),
        "d_e": (("d", "e"), False),
        "e_f": (("e", "f"), False),
        "e_a": (("e", "a"), False),
    }
    assert rail_lines(corridor)[0].id == "a-d", "the line with the most passing places is the first"
    circle = world([place(name) for name in "xyz"], link("x", "y"), link("y", "z"), link("z", "x"))
    assert [line.places for line in rail_lines(circle)] == [("x", "y", "z", "x")]


@pytest.mark.parametrize("first", [0, 30])
def test_no_two_trains_of_random_lines_cross_between_passing_places(first: int) -> None:
    trains = waits = 0
    for seed in range(first, first + 15):
        corridor, settings, _ = random_line(seed)
        trace = compiled.run(compile_plan(corridor, settings))
        for line in (line for line in lines_run(trace.plan, corridor) if line.single):
            graph = train_graph(trace, corridor, line)
            check_crossings(graph)
            trains += len(graph.vehicle)
            waits += int((graph.state >= 0).sum())
    assert trains > 300
    assert waits > 100


def check_crossings(graph: TrainGraph) -> None:
    """Between two stations is one train at a time, and a train leaves a station at which it arrived."""
    sections: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for train in range(len(graph.vehicle)):
        rows = range(int(graph.first[train]), int(graph.first[train + 1]))
        assert graph.state[rows[-1]] == ENDS
        for k, after in pairwise(rows):
            here, there = sorted((int(graph.station[k]), int(graph.station[after])))
            begin, end = int(graph.time_s[k]), int(graph.time_s[after])
            if graph.state[k] == MOVES:
                assert (there - here, end > begin) == (1, True)
                assert (graph.station[after] > graph.station[k]) == graph.forward[train]
                sections.setdefault((here, there), []).append((begin, end))
            else:
                assert here == there
    for runs in sections.values():
        for one, other in pairwise(sorted(runs)):
            assert one[1] <= other[0], (graph.line.id, one, other)


def test_the_drawing_and_the_table_show_every_train_with_its_text(tmp_path: Path) -> None:
    corridor = two_links(west="West <b> & Co")
    result = run_scenario(prepare(corridor, start=SETTINGS.start, days=2, warmup_days=0))
    names = Names.of(corridor, "en")
    write_train_graph(result, tmp_path / "g.svg", names)
    drawing = ET.fromstring((tmp_path / "g.svg").read_text(encoding="utf-8"))
    space = "{http://www.w3.org/2000/svg}"
    texts = [title.text or "" for title in drawing.iter(f"{space}title")]
    assert texts[0] == "Train graph: West <b> & Co - East"
    assert [text.split(",")[0] for text in texts[1:]] == ["e-000000", "w-000000"]
    write_train_graph(result, tmp_path / "g.csv", names, line="second")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "g.csv").read_text(encoding="utf-8-sig"))))
    assert [row["state"] for row in rows] == ["moves", "moves", "stops", "moves", "moves", "moves", "moves"]
