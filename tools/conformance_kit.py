"""Write the conformance kit for engines, or run an engine against it.

    python tools/conformance_kit.py
    python tools/conformance_kit.py --run COMMAND [ARGUMENT ...]

The first form writes ``docs/conformance/*.json``: every world of ``tests/worked`` with the trace worked by hand, and
some random plans with the trace on which both engines agree. The second runs COMMAND for each file: it gets the plan as
JSON on standard input and answers with the trace as JSON on standard output. The exit status is 0 if all traces are
equal, else 1. ``docs/conformance.md`` explains the format.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
KIT: Final = ROOT / "docs" / "conformance"
FORMAT: Final = 1
RANDOM: Final = range(24)
"""Seeds of the random plans."""
EXPECTED: Final = ("rows", "left", "repairs", "checks")
SHOWN: Final = 5


def kit() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each file of the kit: its name and its content."""
    from sim.engines import simulate
    from tests import worked
    from tests.helpers.plans import random_plan

    for name in sorted(module.name for module in iter_modules(worked.__path__)):
        world = import_module(f"tests.worked.{name}")
        expected = {
            "rows": [_row(line) for line in world.ROWS.strip().splitlines()[1:]],
            "left": [_second(text) for text in world.LEFT.split()],
            "repairs": [_second(text) for text in getattr(world, "REPAIRS", "").split()],
            "checks": [_second(text) for text in getattr(world, "CHECKS", "").split()],
        }
        yield name, _content(name, world.__doc__.strip(), "worked by hand", world.plan(), expected)
    for seed in RANDOM:
        plan = random_plan(seed)
        about = f"A random plan (seed {seed})."
        yield f"random_{seed:02d}", _content(f"random_{seed:02d}", about, "both engines", plan, _seen(simulate(plan)))


def _content(name: str, about: str, origin: str, plan: Any, expected: dict[str, Any]) -> dict[str, Any]:
    arrays = {key: array.tolist() for key, array in plan.arrays().items()}
    head = {"format": FORMAT, "name": name, "about": about, "origin": origin}
    steps = list(plan.labels.op_step)
    return {**head, "plan": {"horizon_s": plan.horizon_s, "steps": steps, **arrays}, "expected": expected}


def _row(line: str) -> list[Any]:
    """A row of a worked table: vehicle, step, four seconds, outcome."""
    vehicle, step, *times, outcome = line.split(maxsplit=6)
    return [int(vehicle), step, *map(_second, times), outcome]


def _second(text: str) -> int:
    return -1 if text == "-" else int(text)


def _seen(trace: Any) -> dict[str, Any]:
    """A trace of one of our engines in the form of the kit."""
    from sim.core.rules import OUTCOMES

    steps, times = trace.plan.labels.op_step, ("queued_s", "started_s", "finished_s", "departed_s")
    columns = zip(
        trace.vehicle.tolist(),
        trace.op.tolist(),
        *(getattr(trace, name).tolist() for name in times),
        trace.outcome.tolist(),
        strict=True,
    )
    return {
        "rows": [[vehicle, steps[op], *seconds, OUTCOMES[outcome]] for vehicle, op, *seconds, outcome in columns],
        "left": trace.vehicle_left_s.tolist(),
        "repairs": trace.repair_started_s.tolist(),
        "checks": trace.check_count.tolist(),
    }


def text_of(content: dict[str, Any]) -> str:
    """The JSON text of a file: one line for each array and for each row."""
    plan = ",\n".join(f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in content["plan"].items())
    rows = ",\n".join(f"   {json.dumps(row)}" for row in content["expected"]["rows"])
    rest = ",\n".join(f"  {json.dumps(key)}: {json.dumps(content['expected'][key])}" for key in EXPECTED[1:])
    head = ",\n".join(
        f" {json.dumps(key)}: {json.dumps(content[key])}" for key in ("format", "name", "about", "origin")
    )
    expected = f'{{\n  "rows": [\n{rows}\n  ],\n{rest}\n }}'
    return f'{{\n{head},\n "plan": {{\n{plan}\n }},\n "expected": {expected}\n}}\n'


def write() -> None:
    """Write all files, and remove those that are no longer in the kit."""
    KIT.mkdir(exist_ok=True)
    texts = {f"{name}.json": text_of(content) for name, content in kit()}
    for name, text in texts.items():
        (KIT / name).write_text(text, encoding="utf-8")
    for file in KIT.glob("*.json"):
        if file.name not in texts:
            file.unlink()


def run(command: Sequence[str], folder: Path = KIT) -> list[str]:
    """Run an engine on every file; the differences as lines of text."""
    found = []
    for file in sorted(folder.glob("*.json")):
        content = json.loads(file.read_text(encoding="utf-8"))
        done = subprocess.run(command, input=json.dumps(content["plan"]), capture_output=True, text=True, check=False)
        if done.returncode:
            found.append(f"{file.stem}: exit status {done.returncode}: {done.stderr.strip()[-200:]}")
            continue
        found += [f"{file.stem}: {line}" for line in differences(content["expected"], json.loads(done.stdout))]
    return found


def differences(expected: dict[str, Any], answer: dict[str, Any]) -> list[str]:
    """The first differences of each part of a trace."""
    found = []
    for part in EXPECTED:
        wanted, given = expected[part], answer.get(part, [])
        lines = [f"{part} {k}: expected {a}; found {b}" for k, (a, b) in enumerate(zip(wanted, given)) if a != b]  # noqa: B905
        if len(wanted) != len(given):
            lines.append(f"{part}: expected {len(wanted)} entries; found {len(given)}")
        found += lines[:SHOWN]
    return found


def main(arguments: Sequence[str]) -> int:
    """Write the kit, or run a command against it."""
    if not arguments:
        write()
        return 0
    if arguments[0] != "--run" or len(arguments) < 2:
        print(__doc__)
        return 2
    found = run(arguments[1:])
    print("\n".join(found) or "all traces are equal")
    return int(bool(found))


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main(sys.argv[1:]))
