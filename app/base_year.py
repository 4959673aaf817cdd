"""The base year and what it says of the published record, run by a process of its own.

A year takes seconds of a core and half a gigabyte, which the server needs for its visitors.
"""

from __future__ import annotations

import math
import os
import pickle
import subprocess
import sys
from typing import Final

from app import subprocesses
from app.run_summary import Answer
from app.subprocesses import end_with_parent
from corridors.load import load_corridor
from sim.run import prepare, run_scenario
from sim.studies.validation.comparisons import load_comparisons
from sim.studies.validation.record import Record, Row, figures

SEED: Final = 1


def base_year_of_its_own() -> tuple[Answer, Record]:
    """Have a process run it. Raises RuntimeError with what the process said if it cannot."""
    with subprocesses.start("app.base_year", stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        # Not communicate(): it would close the input that tells the process that this one is still there.
        assert process.stdout is not None
        assert process.stderr is not None
        content, told = process.stdout.read(), process.stderr.read()
    if process.returncode != 0:
        raise RuntimeError(f"the base year could not be run: {told.decode(errors='replace')}")
    answer: tuple[Answer, Record] = pickle.loads(content)
    return answer


def base_year() -> tuple[Answer, Record]:
    """The base year as `bridgehead run` runs it, and beside the record: one replication, so no intervals."""
    comparisons = [comparison for comparison in load_comparisons() if comparison.level == "base"]
    result = run_scenario(prepare(load_corridor(), seed=SEED))
    model = figures(result, comparisons)
    rows = tuple(Row(of, model[of.id], -math.inf, math.inf) for of in comparisons)
    return Answer.of(result), Record(rows, (), replications=1, seed=SEED)


if __name__ == "__main__":
    end_with_parent()
    sys.stdout.buffer.write(pickle.dumps(base_year()))
    sys.stdout.buffer.flush()
    os._exit(0)
