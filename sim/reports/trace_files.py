"""Trace files for other programs: one row per visit, or an event log for process mining.

``.parquet`` or ``.csv`` by the name of the file. CSV is UTF-8 with a byte order mark, so that Excel shows Chinese.
Rows are written in pieces, because a year has some eight million, into a temporary file that takes its final name only
when it is complete.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from corridors.io.atomic_files import atomic_file
from sim.core import rules
from sim.core.plan import Ints, Ints32
from sim.core.rules import NOT_YET
from sim.core.trace import Trace
from sim.core.vehicle_names import trip_name, vehicle_names
from sim.output.intervals import place_of_time
from sim.output.run_output import RunOutput
from sim.output.vehicle_rows import vehicle_rows

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

ROWS_AT_A_TIME = 500_000

TIMES = ("queued_s", "started_s", "finished_s", "departed_s")
COLUMNS = ("vehicle", "service", "class", "step", "place", "facility", *TIMES, "outcome")
EVENT_COLUMNS = ("case", "activity", "lifecycle", "timestamp", "resource")


def write_trace(trace: Trace, path: Path) -> None:
    """Write every visit, sorted as in the trace: :data:`COLUMNS`, times in whole seconds from the start of the run.

    ``facility`` is the facility or the stock that was queued for. Times after the horizon are empty.
    Raises ValueError for a file that is neither .parquet nor .csv.
    """
    import pyarrow as pa

    text, whole = pa.string(), pa.int64()
    types = {name: whole if name in TIMES else text for name in COLUMNS}
    _write(path, types, _visits(trace))


def visits(trace: Trace) -> pd.DataFrame:
    """Every visit as a frame with :data:`COLUMNS`; times in whole seconds from the start, missing where none."""
    import pandas as pd
    import pyarrow as pa

    pieces = [pa.table(piece).to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get) for piece in _visits(trace)]
    frame = pd.concat(pieces, ignore_index=True) if pieces else pd.DataFrame(columns=list(COLUMNS))
    return frame[list(COLUMNS)]


def write_event_log(trace: Trace, path: Path) -> None:
    """Write an event log: case, activity, lifecycle (start, complete), timestamp (ISO 8601, UTC), resource.

    A case is one journey: a vehicle, or one trip of a fleet's vehicle (``service-000123.0004``). An activity is a
    step, its resource the facility or stock; it starts when it is granted and is complete when the work is done.
    Events of a case are in order of time. Raises ValueError for a file that is neither .parquet nor .csv.
    """
    import pyarrow as pa

    stamp = pa.string() if Path(path).suffix == ".csv" else pa.timestamp("ms", tz="UTC")
    types = {name: stamp if name == "timestamp" else pa.string() for name in EVENT_COLUMNS}
    _write(path, types, _events(trace, as_text=Path(path).suffix == ".csv"))


def _visits(trace: Trace) -> Iterator[dict[str, Any]]:
    """The columns of each piece of the trace."""
    plan, labels = trace.plan, trace.plan.labels
    at = _centre(trace)
    for first in range(0, len(trace), ROWS_AT_A_TIME):
        rows = slice(first, first + ROWS_AT_A_TIME)
        op, service = trace.op[rows], plan.vehicle_service[trace.vehicle[rows]]
        columns = {
            "vehicle": _vehicles(trace, trace.vehicle[rows]),
            "service": _texts(labels.service, service),
            "class": _texts(labels.service_class, service),
            "step": _texts(labels.op_step, op),
            "place": _texts(labels.op_place, op),
            "facility": _texts(at, op),
            "outcome": _texts(rules.OUTCOMES, trace.outcome[rows]),
        }
        yield columns | {name: _or_empty(getattr(trace, name)[rows]) for name in TIMES}


def _events(trace: Trace, as_text: bool) -> Iterator[dict[str, Any]]:
    """The columns of each piece of the event log, two events per visit."""
    import pyarrow as pa

    labels, at = trace.plan.labels, _centre(trace)
    journeys = RunOutput.of(trace).history.journeys
    circulates = trace.plan.vehicle_trips > 1
    epoch = np.datetime64(labels.start[:19], "s")
    for piece in vehicle_rows(trace, ROWS_AT_A_TIME):
        numbers = piece.numbers
        position = np.arange(piece.rows.start, piece.rows.stop)
        journey = np.searchsorted(journeys.first_row, position, side="right") - 1
        trip = journey - np.searchsorted(journeys.vehicle, trace.vehicle[numbers])
        # For each row its start, then its end.
        both = np.repeat(numbers, 2)
        times = np.stack([trace.started_s[numbers], trace.finished_s[numbers]], axis=1).reshape(-1)
        happened = times != NOT_YET
        both, stamps = both[happened], epoch + times[happened]
        ends = np.tile(np.array([0, 1], np.int8), len(numbers))[happened]
        op = trace.op[both]
        yield {
            "case": _cases(trace, trace.vehicle[both], np.repeat(trip, 2)[happened], circulates),
            "activity": _texts(labels.op_step, op),
            "lifecycle": _texts(("start", "complete"), ends),
            "timestamp": _iso(stamps) if as_text else pa.array(stamps),
            "resource": _texts(at, op),
        }


def _centre(trace: Trace) -> list[str]:
    """The facility or stock that is queued for by op; '' for none."""
    known = {*trace.plan.labels.facility, *trace.plan.labels.stock}
    return [name if name in known else "" for name in place_of_time(trace.plan)]


def _texts(names: Any, codes: npt.NDArray[Any]) -> pa.Array:
    """Texts by code; '' becomes empty."""
    import pyarrow as pa

    values = pa.array([name or None for name in names], pa.string())
    return values.take(pa.array(codes, pa.int32()))


def _vehicles(trace: Trace, vehicle: Ints32) -> pa.Array:
    several, code = np.unique(vehicle, return_inverse=True)
    return _texts(vehicle_names(trace.plan, several), code)


def _cases(trace: Trace, vehicle: Ints32, trip: Ints, circulates: npt.NDArray[np.bool_]) -> pa.Array:
    new = np.ones(len(vehicle), bool)
    new[1:] = (vehicle[1:] != vehicle[:-1]) | (trip[1:] != trip[:-1])
    who = vehicle[new]
    names = vehicle_names(trace.plan, who)
    cases = [
        trip_name(name, number) if again else name
        for name, number, again in zip(names, trip[new].tolist(), circulates[who].tolist(), strict=True)
    ]
    return _texts(cases, np.cumsum(new) - 1)


def _iso(stamps: npt.NDArray[np.datetime64]) -> pa.Array:
    """Instants in UTC as text, 2023-01-01T04:00:00Z."""
    import pyarrow as pa
    from pyarrow import compute

    text = compute.replace_substring(pa.array(stamps).cast(pa.string()), " ", "T")
    return compute.binary_join_element_wise(text, "Z", "")


def _or_empty(times: Ints) -> pa.Array:
    import pyarrow as pa

    return pa.array(times, pa.int64(), mask=times == NOT_YET)


def _write(path: Path, types: dict[str, Any], pieces: Iterator[dict[str, Any]]) -> None:
    """Write pieces of a table as Parquet or CSV, in the order of ``types``."""
    import pyarrow as pa
    from pyarrow import csv, parquet

    schema = pa.schema(list(types.items()))
    writers: dict[str, Callable[[Any], Any]] = {
        ".parquet": lambda sink: parquet.ParquetWriter(sink, schema, compression="zstd"),
        ".csv": lambda sink: csv.CSVWriter(sink, schema),
    }
    path = Path(path)
    if path.suffix not in writers:
        raise ValueError(f"{path.name} ends in '{path.suffix}'; expected .parquet or .csv")
    with atomic_file(path) as sink:
        if path.suffix == ".csv":
            sink.write(b"\xef\xbb\xbf")
        with writers[path.suffix](sink) as writer:
            for columns in pieces:
                writer.write_batch(pa.record_batch([columns[name].cast(t) for name, t in types.items()], schema=schema))
