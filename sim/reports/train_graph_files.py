"""Train graph as a file: a drawing (SVG) or a table (CSV).

Input: a finished run and a railway line. Output: ``.svg``, the first days after the warm-up, time from left to right
and the stations from top to bottom; one line a train, waits as thick horizontal strokes, with a text for each train
that browsers show and screen readers read; or ``.csv``, all movements and waits of the run (:func:`graph_table`), with
the byte order mark by which Excel recognises UTF-8.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, timedelta
from html import escape
from pathlib import Path
from typing import Any, Final

from corridors.clock.local_time import zone
from corridors.clock.place_clocks import clock_of_world, zone_of_place
from corridors.io.atomic_files import write_atomically
from corridors.model import Corridor
from corridors.rail_lines import RailLine, line_of, rail_lines
from sim.core.units import DAY_S, HOUR_S, MINUTE_S
from sim.core.vehicle_names import vehicle_name
from sim.kpi.train_graph import TrainGraph, graph_table, lines_run, train_graph, waited_h
from sim.reports.class_colours import class_colours
from sim.run import RunResult
from sim.text.catalogue import say
from sim.text.names import Names

DAYS: Final = 3
"""Most days of a drawing."""
DAY_PX, LEFT_PX, RIGHT_PX, TOP_PX, BOTTOM_PX = 460, 170, 24, 104, 40
LINE_PX, LEAST_PX = 640, 12
"""Height of a line, and the least distance of two names of places."""
INK, GRID, QUIET = "#333333", "#dddddd", "#888888"
LEGEND_PX: Final = 15
LETTER_PX, WIDE_PX = 7.0, 13.0
"""Width of a Latin letter and of a Chinese character in the legend."""


def write_train_graph(result: RunResult, path: Path, names: Names, line: str = "") -> None:
    """Write the train graph of the line of that id, or of the link of that id; '' for the first line with trains.

    Raises ValueError for a line that the world does not have.
    """
    plan, corridor = result.visits.plan, result.case.corridor
    lines = rail_lines(corridor)
    chosen = line_of(lines, line) if line else next(iter((*lines_run(plan, corridor), *lines)), None)
    if chosen is None:
        raise ValueError(f"no such line: {line!r}")
    if path.suffix == ".csv":
        table = graph_table(train_graph(result.visits, corridor, chosen), plan)
        write_atomically(path, table.to_csv(index=False, lineterminator="\n").encode("utf-8-sig"))
        return
    from_s = plan.labels.warmup_s
    graph = train_graph(result.visits, corridor, chosen, from_s, min(plan.horizon_s, from_s + DAYS * DAY_S))
    write_atomically(path, _Drawing(result, graph, names).text().encode())


def line_name(line: RailLine, names: Names) -> str:
    """The name of a line: that of its link, or of its first and last place."""
    if len(line.links) == 1:
        return names.thing(line.links[0][0])
    ends = (names.thing(line.places[0]), names.thing(line.places[-1]))
    return say("charts.train_graph.line", names.language, first=ends[0], last=ends[1])


def zone_of_line(line: RailLine, corridor: Corridor) -> tuple[str, str]:
    """The place whose clock a train graph shows, with its time zone; '' and that of the world without one."""
    zones = ((place, zone_of_place(corridor, place)) for place in line.places)
    return next((found for found in zones if found[1]), ("", clock_of_world(corridor)))


def clock_of_line(line: RailLine, corridor: Corridor, names: Names) -> str:
    """The name of the clock that the train graph of a line shows."""
    place, _ = zone_of_line(line, corridor)
    return say("charts.train_graph.clock", names.language, place=names.thing(place)) if place else names.clock()


def how_to_read(line: RailLine, corridor: Corridor, names: Names) -> str:
    """The note beside the train graph of a line."""
    key, clock = "meets" if line.single else "double", clock_of_line(line, corridor, names)
    return say(f"charts.train_graph.{key}", names.language, clock=clock)


class _Drawing:
    """The SVG of a train graph."""

    def __init__(self, result: RunResult, graph: TrainGraph, names: Names) -> None:
        self._graph, self._names, self._plan = graph, names, result.visits.plan
        self._corridor = result.case.corridor
        self._days = (graph.to_s - graph.from_s) / DAY_S
        self._width = LEFT_PX + round(DAY_PX * self._days) + RIGHT_PX
        self._colours = class_colours(self._plan.labels.service_class)
        self._zone = zone(zone_of_line(graph.line, self._corridor)[1])
        self._epoch = self._plan.labels.epoch.astimezone(UTC)

    def _say(self, key: str, **values: Any) -> str:
        return say(f"charts.train_graph.{key}", self._names.language, **values)

    def text(self) -> str:
        """The whole file."""
        title = self._say("title", line=line_name(self._graph.line, self._names))
        hours = waited_h(self._graph)
        how = how_to_read(self._graph.line, self._corridor, self._names)
        summary = self._say(
            "summary", n=len(hours), waits=int((self._graph.state >= 0).sum()), hours=float(hours.sum())
        )
        legend, legend_px = self._legend()
        high = TOP_PX + legend_px + LINE_PX + BOTTOM_PX
        self._top = TOP_PX + legend_px
        trains = [self._train(train, hours[train]) for train in range(len(hours))]
        size, inner_px = f'width="{self._width}" height="{high}"', self._width - LEFT_PX - RIGHT_PX
        return "\n".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="title summary" {size} '
                f'viewBox="0 0 {self._width} {high}" font-family="sans-serif" font-size="12" fill="{INK}">',
                f'<title id="title">{escape(title)}</title><desc id="summary">{escape(summary)}</desc>',
                f'<rect {size} fill="#ffffff"/>',
                f'<clipPath id="inside"><rect x="{LEFT_PX}" y="{self._top - 2}" width="{inner_px}" '
                f'height="{LINE_PX + 4}"/></clipPath>',
                f'<text x="16" y="26" font-size="16" font-weight="600">{escape(title)}</text>',
                f'<text x="16" y="46">{escape(summary)}</text>',
                f'<text x="16" y="64" fill="{QUIET}">{escape(how)}</text>',
                *legend,
                *self._stations(),
                *self._hours(),
                '<g fill="none" clip-path="url(#inside)" stroke-linejoin="round">',
                *trains,
                "</g>",
                "</svg>",
                "",
            ]
        )

    def _x(self, second: float) -> float:
        return round(LEFT_PX + (second - self._graph.from_s) / DAY_S * DAY_PX, 1)

    def _y(self, km: float) -> float:
        return round(self._top + km / self._graph.line.km[-1] * LINE_PX, 1)

    def _legend(self) -> tuple[list[str], float]:
        """One entry for each class on the line, and the height of the rows after the first."""
        classes = {self._plan.labels.service_class[self._plan.vehicle_service[v]] for v in self._graph.vehicle.tolist()}
        parts, x, y = [], 16.0, TOP_PX - 22
        for klass in (klass for klass in self._colours if klass in classes):
            name = self._names.klass(klass)
            wide = 34 + sum(WIDE_PX if letter > "\u2e7f" else LETTER_PX for letter in name)
            if x + wide > self._width:
                x, y = 16.0, y + LEGEND_PX
            parts.append(f'<path d="M{x:.0f} {y - 4}h18" stroke="{self._colours[klass]}" stroke-width="3"/>')
            parts.append(f'<text x="{x + 23:.0f}" y="{y}">{escape(name)}</text>')
            x += wide
        return parts, y - (TOP_PX - 22)

    def _stations(self) -> Iterator[str]:
        """A grey line for each station; names of places where there is room, the first and the last in any case."""
        line, right = self._graph.line, self._width - RIGHT_PX
        last = self._y(line.km[-1])
        written = -float(LEAST_PX)
        for id, km in zip(line.stations, line.km, strict=True):
            y, is_place = self._y(km), id in line.places
            yield f'<path d="M{LEFT_PX} {y}H{right}" stroke="{"#999999" if is_place else GRID}" stroke-width="0.7"/>'
            at_end = y == last
            if is_place and y - written >= LEAST_PX and (at_end or last - y >= LEAST_PX):
                written = y
                name = self._say("place", place=self._names.thing(id), km=km)
                yield f'<text x="{LEFT_PX - 8}" y="{y + 4}" text-anchor="end">{escape(name)}</text>'

    def _hours(self) -> Iterator[str]:
        """A line every hour, darker every six hours, with times below."""
        bottom = self._top + LINE_PX
        begin = self._epoch + timedelta(seconds=self._graph.from_s)
        second = self._graph.from_s + (-int(begin.timestamp())) % HOUR_S
        while second <= self._graph.to_s:
            local = (self._epoch + timedelta(seconds=second)).astimezone(self._zone)
            x, six = self._x(second), local.hour % 6 == 0
            yield f'<path d="M{x} {self._top}V{bottom}" stroke="{"#bbbbbb" if six else "#eeeeee"}" stroke-width="0.7"/>'
            if six:
                yield f'<text x="{x}" y="{bottom + 16}" text-anchor="middle">{local:%H:%M}</text>'
            if local.hour == 0:
                yield f'<text x="{x}" y="{bottom + 31}" text-anchor="middle" font-weight="600">{local:%Y-%m-%d}</text>'
            second += HOUR_S

    def _train(self, train: int, waited: float) -> str:
        """Way, waits and text of a train."""
        graph = self._graph
        points = range(int(graph.first[train]), int(graph.first[train + 1]))
        km = graph.line.km
        way = "L".join(f"{self._x(graph.time_s[k])} {self._y(km[graph.station[k]])}" for k in points)
        waits = [k for k in points if graph.state[k] >= 0]
        strokes = "".join(
            f"M{self._x(graph.time_s[k])} {self._y(km[graph.station[k]])}H{self._x(graph.time_s[k + 1])}" for k in waits
        )
        number = int(graph.vehicle[train])
        klass = self._plan.labels.service_class[int(self._plan.vehicle_service[number])]
        head = self._say(
            "train", train=vehicle_name(self._plan, number), traffic=self._names.klass(klass), hours=waited
        )
        texts = [head, *(self._wait(k) for k in waits)]
        colour = self._colours[klass]
        thick = f'<path d="{strokes}" stroke="{colour}" stroke-width="3.6"/>' if strokes else ""
        title = escape("\n".join(texts))
        return f'<g><title>{title}</title><path d="M{way}" stroke="{colour}" stroke-width="1.3"/>{thick}</g>'

    def _wait(self, k: int) -> str:
        graph = self._graph
        cause, at = graph.causes[int(graph.state[k])]
        return self._say(
            "wait",
            place=self._names.thing(graph.line.stations[int(graph.station[k])]),
            minutes=int(graph.time_s[k + 1] - graph.time_s[k]) / MINUTE_S,
            cause=self._names.cause(cause, at),
        )
