"""Data of the replay component as one compact block of bytes.

Input: a :class:`sim.kpi.replay_frames.Replay`, the corridor of the run, and names. Output: the length of a JSON text
(four bytes, little endian), the text, and arrays of whole numbers, each at a multiple of eight bytes. The text holds
name, type, position and length of each array, and all texts to show, in one language.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from hashlib import sha256
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from app.language import text_of
from app.widgets.port_payload import diagram
from corridors.clock.place_clocks import clock_of_world
from corridors.io.folders import data_root
from corridors.model import Corridor, Link, link_of_paths
from corridors.single_tracks import has_sections, lengths_km, passing_place
from sim.core.plan import Plan
from sim.kpi.port_layout import PortLayout, port_layouts
from sim.kpi.replay_frames import SAMPLE_S, Queue, Replay
from sim.reports.class_colours import class_colours
from sim.text.catalogue import say
from sim.text.names import Names

WORDS: Final = (
    *("play", "pause", "speed", "speed_15", "speed_60", "speed_180", "speed_720", "time"),
    *("moving", "waiting", "served", "train", "road", "network", "border", "schematic", "km", "no_waiting"),
    *("busy", "closed", "now_moving", "now_waiting", "now_served", "here"),
    *("idle", "now_idle", "here_idle"),
    *("port_busy", "port_blocked", "port_free", "port_shut", "port_queue", "port_click", "port_stuck", "port_history"),
    *("port_number", "port_value", "port_grade", "port_source"),
)
"""Messages ``app_replay.c_*`` that the component shows."""
ALIGNED: Final = 8
WEST, FAR_WEST, SOUTH = -30.0, -100.0, 5.0
"""Bounds of the land to draw, in degrees; land west of FAR_WEST is drawn east of the date line."""
DEGREE: Final = 100
"""Units per degree in the positions of land."""

Arrays = Mapping[str, npt.NDArray[Any]]


ALONE, LEADS, FOLLOWS = "", "leads", "follows"
"""Roles of a replay: one that follows shows the time of the one that leads."""


def pack(
    seen: Replay,
    plan: Plan,
    corridor: Corridor,
    names: Names,
    words: Mapping[str, str],
    role: str = ALONE,
    first_open: str = "",
) -> bytes:
    """The data of the component, with its words; ``first_open`` is the port that is open at first."""
    colours = class_colours(plan.labels.service_class)
    classes = list(colours)
    rails = _rail_classes(plan, corridor)
    service = plan.vehicle_service[seen.vehicle]
    text: dict[str, Any] = {
        "role": role,
        "open": list(corridor.ports).index(first_open) if first_open in corridor.ports else -1,
        "language": say("app_replay.locale", names.language),
        "words": dict(words),
        "clock": names.clock(),
        "zone": clock_of_world(corridor),
        "start_ms": _epoch_ms(plan, seen.from_s),
        "minutes": (seen.to_s - seen.from_s) // 60,
        "sample_minutes": SAMPLE_S // 60,
        "places": [_place(corridor, names, id) for id in seen.places],
        "lines": _lines(seen, plan, corridor),
        "things": [names.thing(id) for id in seen.things],
        "classes": [{"name": names.klass(id), "colour": colour, "rail": id in rails} for id, colour in colours.items()],
        "services": [text_of(corridor.services[id], "name", names.language) for id in plan.labels.service],
        "class_of_service": [classes.index(id) for id in plan.labels.service_class],
        "ports": [_port(corridor, names, id, seen) for id in corridor.ports],
    }
    layouts = port_layouts(plan)
    for id, port in zip(corridor.ports, text["ports"], strict=True):
        queue_of: dict[str, list[int]] = {}
        for k, queue in enumerate(seen.queues):
            if queue.port == id:
                queue_of.setdefault(queue.thing, []).append(k)
        port |= diagram(id, layouts.get(id, PortLayout((), ())), queue_of, plan, corridor, names)
    first, xy = _land()
    arrays: Arrays = {
        "service": service.astype(np.uint16),
        "first": seen.first.astype(np.uint32),
        "minute": seen.minute,
        "place": seen.place,
        "state": seen.state,
        "thing": seen.thing,
        "land_first": first,
        "land_xy": xy,
        "counts": _counts(seen.queues),
    }
    return packed(text, arrays)


def packed(text: dict[str, Any], arrays: Arrays) -> bytes:
    """Text and arrays as bytes; positions of arrays are counted from the end of the text.

    By the ``key``, which is equal for equal texts and arrays alone, the component sees that nothing has changed.
    """
    parts, at = [], 0
    text["arrays"] = {}
    for name, array in arrays.items():
        raw = np.ascontiguousarray(array).tobytes()
        text["arrays"][name] = [array.dtype.name, at, array.size]
        raw += bytes(-len(raw) % ALIGNED)
        parts.append(raw)
        at += len(raw)
    digest = sha256(_json(text))
    for part in parts:
        digest.update(part)
    head = _json(text | {"key": digest.hexdigest()})
    head += b" " * (-(len(head) + 4) % ALIGNED)
    return b"".join([len(head).to_bytes(4, "little"), head, *parts])


def _json(text: Mapping[str, Any]) -> bytes:
    return json.dumps(text, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def _place(corridor: Corridor, names: Names, id: str) -> list[Any]:
    """Name, longitude, latitude; no position for a place unknown to the corridor."""
    if row := corridor.places.get(id):
        return [names.thing(id), row.longitude, row.latitude]
    if (link := corridor.links.get(link_of_paths(id))) and has_sections(link):
        return [names.thing(id), *_on_the_way(corridor, link, id)]
    return [id, None, None]


def _on_the_way(corridor: Corridor, link: Link, place: str) -> tuple[float, float]:
    """Longitude and latitude of a passing place, on a straight line between the ends of its link."""
    lengths = lengths_km(link)
    n = next(n for n in range(1, len(lengths)) if passing_place(link, n) == place)
    share = sum(lengths[:n]) / sum(lengths)
    begin, end = corridor.places[link.origin], corridor.places[link.destination]
    return (
        begin.longitude + share * (end.longitude - begin.longitude),
        begin.latitude + share * (end.latitude - begin.latitude),
    )


def _lines(seen: Replay, plan: Plan, corridor: Corridor) -> list[list[Any]]:
    """The sections of the run as pairs of places, and 1 for railways."""
    position = {id: k for k, id in enumerate(seen.places)}
    used = sorted({link for link in plan.labels.op_link if link})
    pairs: dict[tuple[int, int], bool] = {}
    for link in (corridor.links[id] for id in used):
        ends = sorted((link.origin, link.destination))
        if all(end in position for end in ends):
            pair = (position[ends[0]], position[ends[1]])
            pairs[pair] = pairs.get(pair, False) or link.mode.startswith("rail")
    return [[*pair, int(rail)] for pair, rail in sorted(pairs.items())]


def _rail_classes(plan: Plan, corridor: Corridor) -> set[str]:
    """Classes that use a railway section."""
    steps = zip(plan.labels.op_class, plan.labels.op_link, strict=True)
    return {klass for klass, link in steps if link and corridor.links[link].mode.startswith("rail")}


def _port(corridor: Corridor, names: Names, id: str, seen: Replay) -> dict[str, Any]:
    """A port: its two sides with time zones, and its queues as positions in ``counts``."""
    port = corridor.ports[id]
    sides = dict(zip(port.naming.sides, port.ends, strict=True))
    own = [(k, queue) for k, queue in enumerate(seen.queues) if queue.port == id and queue.crosses]
    shown = [names.thing(queue.thing) for _, queue in own]

    def name(thing: str) -> str:
        """The name, with its side if two queues have the same name."""
        row = corridor.facilities.get(thing)
        plain = names.thing(thing)
        return names.thing_on(thing, row.side) if row and shown.count(plain) > 1 else plain

    return {
        "name": names.port(id),
        "sides": [
            {"name": names.thing(place), "place": seen.places.index(place) if place in seen.places else -1}
            | {"zone": _zone(corridor, id, side, place)}
            for side, place in sides.items()
        ],
        "queues": [{"name": name(queue.thing), "at": k, "stock": queue.is_stock} for k, queue in own],
    }


def _zone(corridor: Corridor, port: str, side: str, place: str) -> str:
    """Time zone of one side of a port: of its place, else of its calendars; '' if neither gives it."""
    if declared := corridor.places[place].time_zone if place in corridor.places else "":
        return declared
    calendars = sorted({row.calendar for row in corridor.facilities.values() if (row.port, row.side) == (port, side)})
    own = [corridor.calendars[id] for id in calendars if id in corridor.calendars]
    zones = [one.time_zone or clock_of_world(corridor) for one in own]
    return zones[0] if zones else clock_of_world(corridor) if side == corridor.ports[port].naming.sides[0] else ""


def _epoch_ms(plan: Plan, second: int) -> int:
    begins = plan.labels.epoch + timedelta(seconds=second)
    return round(begins.timestamp() * 1000)


def _counts(queues: tuple[Queue, ...]) -> npt.NDArray[np.uint16]:
    """(n_queues, 4, n_samples): waiting, busy, servers, blocked."""
    rows = [np.stack([queue.waiting, queue.busy, queue.servers, queue.blocked]) for queue in queues]
    return np.clip(np.array(rows), 0, np.iinfo(np.uint16).max).astype(np.uint16)


@cache
def _land() -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int16]]:
    """Land as rings: (n + 1,) slices of points, and (n_points, 2) longitude and latitude in hundredths of a degree."""
    with (data_root() / "map" / "eurasia.geojson").open(encoding="utf-8") as file:
        features = json.load(file)["features"]
    rings = []
    for ring in (ring for feature in features for polygon in feature["geometry"]["coordinates"] for ring in polygon):
        points = np.array(ring, float)[:, :2]
        points[points[:, 0] < FAR_WEST, 0] += 360
        if points[:, 0].min() >= WEST and points[:, 1].max() >= SOUTH:
            rings.append(np.rint(points * DEGREE).astype(np.int16))
    first = np.cumsum([0, *(len(ring) for ring in rings)]).astype(np.uint32)
    return first, np.concatenate(rings)
