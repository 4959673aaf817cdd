"""Run of the base year, and its comparison with the published figures, in a separate process.

A year takes seconds of a core and half a gigabyte of memory, which the server needs for its sessions.
"""

from __future__ import annotations

import math
import os
import pickle
import subprocess
import sys
from typing import Final

from app import home, subprocesses
from app.run_failure import ENDED, FAILED, failed_run
from app.run_summary import Answer
from app.subprocesses import end_with_parent
from corridors.findings import DataError
from sim.run import BASELINE, prepare, run_scenario
from sim.studies.validation.compared_figure import ComparedFigure
from sim.studies.validation.record import Record, figures

SEED: Final = 1


def base_year_in_child() -> bytes:
    """What :func:`base_year` returns, pickled by a child process. Raises DataError for a process that failed."""
    with subprocesses.start("app.base_year", stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        # Not communicate(): it closes standard input, and the child ends when that closes.
        assert process.stdout is not None
        assert process.stderr is not None
        content, output = process.stdout.read(), process.stderr.read()
    if process.returncode != 0:
        if process.returncode < 0 and not output:
            raise DataError([failed_run(BASELINE.id, ENDED, process.returncode)])
        raise DataError([failed_run(BASELINE.id, FAILED, output.decode(errors="replace"))])
    return content


def base_year() -> tuple[Answer, Record]:
    """One replication of the base year, and its comparison with the published figures, without intervals."""
    comparisons = [comparison for comparison in home.comparisons() if comparison.level == "base"]
    result = run_scenario(prepare(home.corridor(), seed=SEED))
    model = figures(result, comparisons)
    rows = tuple(ComparedFigure(of, model[of.id], -math.inf, math.inf) for of in comparisons)
    return Answer.of(result), Record(rows, (), replications=1, seed=SEED)


if __name__ == "__main__":
    end_with_parent()
    sys.stdout.buffer.write(pickle.dumps(base_year()))
    sys.stdout.buffer.flush()
    os._exit(0)
