"""Data of the train graph in the drawing component, as one block of bytes.

The block has the form of :mod:`app.widgets.replay_payload`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import numpy as np

from app.train_graph_run import TrainGraphRun
from app.widgets.replay_payload import Arrays, packed
from corridors.model import Corridor
from sim.reports.class_colours import class_colours
from sim.reports.train_graph_files import clock_of_line, how_to_read, zone_of_line
from sim.text.catalogue import say
from sim.text.names import Names

GRAPH_WORDS: Final = (
    *("graph_whole", "graph_day", "graph_in", "graph_out", "graph_label", "graph_table", "graph_wait", "graph_waited"),
    *("graph_more", "graph_first", "graph_col_train", "graph_col_class", "graph_col_from", "graph_col_to"),
    "graph_col_waits",
)
"""Messages ``app_replay.c_*`` that the component shows."""


def pack_graph(run: TrainGraphRun, corridor: Corridor, names: Names, words: Mapping[str, str]) -> bytes:
    """The data of the component, with its words."""
    graph, line = run.graph, run.graph.line
    colours = class_colours(run.service_class)
    classes = list(colours)
    places = set(line.places)
    clock = clock_of_line(line, corridor, names)
    text = {
        "view": "train_graph",
        "language": say("app_replay.locale", names.language),
        "words": dict(words),
        "start_ms": round(datetime.fromisoformat(run.start).timestamp() * 1000),
        "zone": zone_of_line(line, corridor)[1],
        "clock": clock,
        "note": how_to_read(line, corridor, names),
        "from": graph.from_s,
        "to": graph.to_s,
        "stations": [
            [names.thing(id), round(km, 2), id in places] for id, km in zip(line.stations, line.km, strict=True)
        ],
        "causes": [names.cause(cause, at) for cause, at in graph.causes],
        "classes": [{"name": names.klass(id), "colour": colour} for id, colour in colours.items()],
        "services": run.services,
        "class_of_service": [classes.index(id) for id in run.service_class],
    }
    arrays: Arrays = {
        "service": run.service.astype(np.uint16),
        "number": run.number.astype(np.uint32),
        "first": graph.first.astype(np.uint32),
        "time": graph.time_s.astype(np.uint32),
        "station": graph.station.astype(np.uint16),
        "state": graph.state,
    }
    return packed(text, arrays)
