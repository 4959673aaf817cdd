"""The conformance kit: equal to the worked worlds, and kept by both engines, read as another program would read it."""

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.core.plan import Labels, Plan
from sim.engines import ENGINES, simulate

ROOT = Path(__file__).parents[2]
KIT = ROOT / "docs" / "conformance"
FILES = sorted(KIT.glob("*.json"))
TOOL = runpy.run_path(str(ROOT / "tools" / "conformance_kit.py"))
WIDTHS = {
    "op_code": np.int8,
    **dict.fromkeys(("calendar_facility", "stock_set_stock", "op_target", "op_slot", "op_jump"), np.int32),
    **dict.fromkeys(("op_choice_start", "op_choice_count", "alternative_jump"), np.int32),
    **dict.fromkeys(("alternative_watch_start", "watch_facility", "service_entry", "vehicle_service"), np.int32),
    **dict.fromkeys(("controller_stock", "counted_facility_start", "counted_facility"), np.int32),
    **dict.fromkeys(("counted_service_start", "counted_service", "check_controller"), np.int32),
    **dict.fromkeys(("vehicle_priority", "vehicle_trips", "draws", "failure_facility", "failure_server"), np.int32),
}
"""Arrays that are not of int64."""
NAMED = ("horizon_s", "steps")
"""What is no array."""
OUTCOMES = ("done", "waiting", "in service", "held")


def read(plan: dict[str, Any]) -> Plan:
    """The plan of a file, from its arrays alone."""
    arrays = {name: np.array(values, WIDTHS.get(name, np.int64)) for name, values in plan.items() if name not in NAMED}
    return Plan(
        plan["horizon_s"], **arrays, labels=Labels("1970-01-01T00:00:00+00:00", 0, op_step=tuple(plan["steps"]))
    )


def answer(plan: dict[str, Any], engine: str) -> dict[str, Any]:
    """The trace of an engine in the form of the kit."""
    trace = simulate(read(plan), engine)
    columns = (trace.vehicle, trace.op, trace.queued_s, trace.started_s, trace.finished_s, trace.departed_s)
    rows = [
        [vehicle, plan["steps"][op], *times, OUTCOMES[outcome]]
        for vehicle, op, *times, outcome in np.column_stack([*columns, trace.outcome]).tolist()
    ]
    return {
        "rows": rows,
        "left": trace.vehicle_left_s.tolist(),
        "repairs": trace.repair_started_s.tolist(),
        "checks": trace.check_count.tolist(),
    }


def test_the_kit_is_the_one_that_the_worked_worlds_give() -> None:
    made = {f"{name}.json": TOOL["text_of"](content) for name, content in TOOL["kit"]()}
    assert [file.name for file in FILES] == sorted(made), "run: python tools/conformance_kit.py"
    for file in FILES:
        assert file.read_text(encoding="utf-8") == made[file.name], f"{file.name}; run: python tools/conformance_kit.py"


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_an_engine_returns_the_trace_of_the_file(file: Path, engine: str) -> None:
    content = json.loads(file.read_text(encoding="utf-8"))
    assert (content["format"], content["name"]) == (1, file.stem)
    assert answer(content["plan"], engine) == content["expected"]


def test_a_command_is_run_on_every_file_and_its_differences_are_printed(tmp_path: Path) -> None:
    """A command that has the right answer for one world, a wrong one for another, and fails at a third."""
    files = [FILES[0], FILES[1], FILES[2]]
    for file in files:
        (tmp_path / file.name).write_bytes(file.read_bytes())
    right, wrong, _ = (json.loads(file.read_text(encoding="utf-8")) for file in files)
    wrong["expected"]["rows"][0][3] += 1
    wrong["expected"]["left"].append(7)
    known = [[one["plan"]["steps"], one["plan"]["horizon_s"], one["expected"]] for one in (right, wrong)]
    engine = tmp_path / "engine.py"
    engine.write_text(
        "import json, sys\n"
        "plan = json.load(sys.stdin)\n"
        f"for steps, horizon_s, expected in json.loads({json.dumps(json.dumps(known))}):\n"
        "    if [plan['steps'], plan['horizon_s']] == [steps, horizon_s]:\n"
        "        print(json.dumps(expected))\n"
        "        sys.exit()\n"
        "sys.exit('cannot')\n"
    )
    found = TOOL["run"]([sys.executable, str(engine)], tmp_path)
    assert [line.partition(":")[0] for line in found] == [files[1].stem, files[1].stem, files[2].stem]
    assert "rows 0: expected" in found[0]
    assert "left: expected" in found[1]
    assert found[2].endswith("exit status 1: cannot")
