"""How much a large log and a forecast of two weeks take: processor time and memory, of the whole command."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest

from corridors.io.folders import data_root
from corridors.io.tables import save
from tests.helpers.gate_logs import LANE
from tests.helpers.processes import run
from tests.helpers.small_border import small_border

COMMAND: Final = """
import json, resource, sys
from sim.__main__ import main
assert main(sys.argv[2:]) == 0
used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
seconds = sum(one.ru_utime + one.ru_stime for one in used)
open(sys.argv[1], "w").write(json.dumps({"s": seconds, "kb": max(one.ru_maxrss for one in used)}))
"""
MAKE: Final = """
import sys
from pathlib import Path
from tests.studies.fitting.test_fit_size import large_log
large_log(Path(sys.argv[1]))
"""
ROWS: Final = 1_000_000
PLATES: Final = 90_000
HALF_A_YEAR_S: Final = 181 * 86_400


def used(folder: Path, *command: object) -> dict[str, float]:
    """Seconds of processor time (its processes included) and kilobytes of a command."""
    run([sys.executable, "-c", COMMAND, folder / "used.json", *command])
    found: dict[str, float] = json.loads((folder / "used.json").read_text(encoding="utf-8"))
    print(command[0], found)
    return found


def large_log(file: Path) -> None:
    """A million visits of a gate with six lanes in half a year, of 90,000 plates."""
    draws = np.random.default_rng(1)
    arrived = np.sort(draws.uniform(0, HALF_A_YEAR_S, ROWS)).astype("int64")
    started = arrived + draws.integers(0, 600, ROWS)
    finished = started + draws.gamma(4.0, 20.0, ROWS).astype("int64") + 1
    stamp: Any = np.datetime64("2026-01-01T00:00:00")
    texts = [np.datetime_as_string(stamp + column.astype("m8[s]")) for column in (arrived, started, finished)]
    plates = [f"A{number:05d}" for number in draws.integers(0, PLATES, ROWS).tolist()]
    with file.open("w", encoding="utf-8") as out:
        out.write("plate,arrived,started,finished\n")
        out.writelines(f"{plate},{a},{s},{f}\n" for plate, a, s, f in zip(plates, *map(list, texts), strict=True))


@pytest.mark.slow
def test_a_million_rows_are_fitted_in_a_minute_and_two_gigabytes(tmp_path: Path) -> None:
    # In another process: a process has at least the greatest memory of the one that started it.
    run([sys.executable, "-c", MAKE, tmp_path / "log.csv"])
    (tmp_path / "map.yaml").write_text(LANE, encoding="utf-8")
    save(small_border(), tmp_path / "world")
    given = (tmp_path / "log.csv", "--map", tmp_path / "map.yaml", "--data", tmp_path / "world")
    found = used(tmp_path, "fit", *given, "--out", tmp_path / "out")
    assert found["s"] < 60
    assert found["kb"] < 2_000_000


@pytest.mark.slow
def test_two_hundred_members_of_two_weeks_take_two_cores_less_than_a_minute(tmp_path: Path) -> None:
    """Of the made-up gate; the whole base world takes twice 47 s, which no test measures."""
    gate = data_root() / "examples" / "made_up_gate"
    log = (gate / "records" / "gate_log.csv", "--map", gate / "records" / "gate_log.yaml", "--data", gate)
    state = tmp_path / "state.csv"
    used(tmp_path, "state", *log, "--at", "2026-05-20T08:00", "--out", state)
    given = ("--state", state, "--data", gate, "--days", "14", "--members", "200", "--workers", "1")
    assert used(tmp_path, "forecast", *given)["s"] < 120  # As much as two cores have in a minute.
