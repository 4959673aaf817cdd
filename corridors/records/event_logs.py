"""Event logs of process mining as rows: XES (IEEE 1849) and the JSON form of OCEL 2.0.

An event is one row. Attributes of a case have the names ``case:KEY``. A document type or an entity in XES is refused,
since it may unfold to any size: logs have none.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final
from xml.parsers import expat

from corridors.findings import ERROR, DataError, Finding, nearest
from corridors.io.plain_files import LARGEST_RECORD, Source, content_of
from corridors.messages import Message, Text, message

VALUES: Final = ("string", "date", "int", "float", "boolean", "id")
"""Elements of XES that hold one value."""
OCEL_HEADER: Final = ("event", "activity", "time", "vehicle")

Row = tuple[int, Sequence[str]]


class _DocumentTypeError(Exception):
    """The file has a document type or an entity."""


def xes(path: Source) -> Iterator[Row]:
    """The header and the events of a XES file, with the line of each. Raises DataError for a file that is none."""
    found = _Xes()
    parser = expat.ParserCreate()
    parser.StartElementHandler = found.start
    parser.EndElementHandler = found.end
    parser.StartDoctypeDeclHandler = found.refuse
    parser.EntityDeclHandler = found.refuse
    found.parser = parser
    raw = content_of(path, LARGEST_RECORD)
    try:
        parser.Parse(raw, True)
    except _DocumentTypeError:
        line = parser.CurrentLineNumber
        raise _refused(path, line, message("log.document_type"), "", message("want.plain_xes")) from None
    except expat.ExpatError as error:
        raise _refused(path, error.lineno, message("log.not_xes"), "", message("want.plain_xes")) from None
    if not found.events:
        raise _refused(path, None, message("log.no_rows"), message("found.no_events"), message("want.records"))
    header = list(dict.fromkeys(key for _, event in found.events for key in event))
    yield 1, header
    for line, event in found.events:
        yield line, [event.get(key, "") for key in header]


class _Xes:
    """Events of a file while it is parsed."""

    def __init__(self) -> None:
        self.events: list[tuple[int, dict[str, str]]] = []
        self.parser: Any = None
        self._case: dict[str, str] = {}
        self._event: dict[str, str] | None = None
        self._depth = 0
        """Elements with a value that are open; only the outermost is an attribute of the event or case."""
        self._in_trace = False

    def refuse(self, *_: Any) -> None:
        raise _DocumentTypeError

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "trace":
            self._case, self._in_trace = {}, True
        elif name == "event":
            self._event = {}
            self.events.append((self.parser.CurrentLineNumber, self._event))
        elif name in VALUES:
            if self._depth == 0 and self._in_trace:
                key, value = attributes.get("key", ""), attributes.get("value", "")
                if self._event is None:
                    self._case[f"case:{key}"] = value
                else:
                    self._event[key] = value
            self._depth += 1

    def end(self, name: str) -> None:
        name = name.rpartition(":")[2]
        if name in VALUES:
            self._depth -= 1
        elif name == "event" and self._event is not None:
            self._event.update(self._case)
            self._event = None
        elif name == "trace":
            self._in_trace = False


def ocel(path: Source, object_type: str = "") -> Iterator[Row]:
    """The header and one row for each event and vehicle of an OCEL 2.0 file; lines are numbers of events.

    ``object_type`` is the type of objects that are the vehicles. Raises DataError for a file of another form.
    """
    raw = content_of(path, LARGEST_RECORD)
    try:
        document = json.loads(raw.decode("utf-8-sig"))
        types = {str(one["id"]): str(one["type"]) for one in document["objects"]}
        events = [
            (str(one["id"]), str(one["type"]), str(one["time"]), [str(to["objectId"]) for to in one["relationships"]])
            for one in document["events"]
        ]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise _refused(path, None, message("log.not_ocel"), "", message("want.ocel")) from None
    known = sorted(set(types.values()))
    kind = object_type or (known[0] if len(known) == 1 else "")
    if kind not in known:
        expected = message("want.one_of", names=tuple(known))
        raise _refused(path, None, message("log.object_type"), object_type, expected, nearest(object_type, known))
    yield 0, OCEL_HEADER
    for number, (event, activity, time, objects) in enumerate(events, start=1):
        for one in objects:
            if types.get(one) == kind:
                yield number, (event, activity, time, one)


def _refused(path: Source, line: int | None, what: Message, found: Text, expected: Text, close: str = "") -> DataError:
    return DataError([Finding(ERROR, path.name, line, "", found, expected, close, what)])
