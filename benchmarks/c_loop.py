"""Builds and runs ``loop.c``, the event loop in C: how near to the machine the compiled engine is."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.core.plan import Plan
from sim.core.trace import Trace
from sim.engines.layout import layout_of

SOURCE = Path(__file__).with_name("loop.c")


def compiler() -> str | None:
    """A C compiler of this machine, if there is one."""
    return next((path for name in ("cc", "gcc", "clang") if (path := shutil.which(name))), None)


def run(plan: Plan, repetitions: int) -> tuple[list[float], tuple[int, int, int]]:
    """Seconds of each repetition of the loop alone, and (rows, checksum, vehicles gone).

    Raises RuntimeError without a C compiler, ValueError if servers fail, CalledProcessError if the plan has steps that
    the program does not know.
    """
    if len(plan.failure_time_s):
        raise ValueError("loop.c has no breakdowns")
    cc = compiler()
    if cc is None:
        raise RuntimeError("no C compiler")
    with tempfile.TemporaryDirectory() as folder:
        program, file = Path(folder) / "loop", Path(folder) / "plan"
        subprocess.run([cc, "-O3", "-march=native", "-o", str(program), str(SOURCE)], check=True)
        _write(plan, file)
        done = subprocess.run([str(program), str(file), str(repetitions)], check=True, capture_output=True, text=True)
    *seconds, last = done.stdout.splitlines()
    rows, checksum, gone = (int(word) for word in last.split())
    return [float(line) for line in seconds], (rows, checksum, gone)


def checksum(trace: Trace) -> tuple[int, int, int]:
    """The same figures of a trace."""
    total = np.uint64(0)
    times = (trace.queued_s, trace.started_s, trace.finished_s, trace.departed_s)
    columns: tuple[npt.NDArray[Any], ...] = (trace.op, *times)
    for weight, column in zip((1, 3, 5, 7, 11), columns, strict=True):
        total += np.uint64(weight) * column.astype(np.int64).view(np.uint64).sum(dtype=np.uint64)
    return len(trace), int(total), int((trace.vehicle_left_s >= 0).sum())


def _write(plan: Plan, path: Path) -> None:
    layout = layout_of(plan)
    scalars = np.array([layout.horizon, layout.n_priorities, layout.n_slots])
    tables = (layout.ops, layout.facilities, layout.services)
    vehicles = (layout.service_of, layout.priority, layout.trips, layout.until)
    events = (layout.draws, layout.vehicle_of, layout.arrivals, layout.changes)
    with path.open("wb") as file:
        for array in (scalars, *tables, *vehicles, *events, plan.facility_servers):
            file.write(np.int64(len(array)).tobytes())
            file.write(np.ascontiguousarray(array).tobytes())
