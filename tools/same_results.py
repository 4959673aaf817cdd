"""Compare the results of this checkout with those of another commit.

    python tools/same_results.py [--against COMMIT] [--quick] [--data-reworded]

Run it from the root of the repository, with the Python of the project's environment. The other commit is checked out
into a temporary worktree, and each program runs once in either tree. Results are equal to the last digit or byte. What
only this checkout has is allowed and noted; what is missing or has another value is a difference. The exit status is 0
if there is none, else 1.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet

WORDING: frozenset[str] = frozenset({"warnings", "why", "title", "metric"})
"""Keys whose texts may have other words; the numbers below them still count."""
DATA_FINGERPRINT = "data_fingerprint"
"""It covers the names in the data too: with ``--data-reworded`` it may differ, while numbers may not."""
MAY_DIFFER = {"wall_s": False, "version": True}
"""Keys that no comparison looks at, and whether a difference is noted."""

CASES = {
    "baseline": (),
    "year_2021": ("--scenario", "year_2021"),
    "third container line": ("--proposal", "m03_manzhouli_container_line"),
    "coal railway and gate hours": ("--proposal", "m09_ganqimaodu_railway", "--proposal", "m11_coal_gate_hours"),
    "Erenhot closed": ("--proposal", "m25_erenhot_closed", "--start", "2023-03-01"),
    "seed 7, replication 3": ("--seed", "7", "--replication", "3"),
}
SHORT = ("--days", "14", "--warmup-days", "4")

FIND = r"""
import importlib, json, sys
from pathlib import Path

def public(*beginnings):
    for beginning in beginnings:  # Of a definition; whatever module it is in now.
        for path in (path for top in ("sim", "corridors", "tests") for path in sorted(Path(top).rglob("*.py"))):
            if f"\ndef {beginning}" in path.read_text("utf-8"):
                module = importlib.import_module(".".join(path.with_suffix("").parts).removesuffix(".__init__"))
                assert Path(module.__file__).resolve().is_relative_to(Path.cwd().resolve()), module.__file__
                return getattr(module, beginning.partition("(")[0])
    raise LookupError(f"No function of this tree begins with: def {' or '.join(beginnings)}")
"""
PLANS = r"""
from sim.run import BASELINE, prepare
compile_plan, load_scenario = public("compile_plan("), public("load_scenario(")
baseline, proposals = public("load(folder", "load_corridor(")(), public("load_proposals(")()
scenarios = [BASELINE, *map(load_scenario, sorted(Path("data/years").glob("*.yaml")))]
scenarios += [BASELINE.model_copy(update={"id": id, "proposals": (id,)}) for id in proposals]
found = {}
for case in (prepare(baseline, scenario, proposals) for scenario in scenarios):
    for trips in sys.argv[1:]:
        plan = compile_plan(case.corridor, case.settings, likely_trips=trips == "likely")
        found[f"{case.scenario.id}, {trips} trips"] = plan.fingerprint()
print(json.dumps(found))
"""
GOLDEN = 'print(public("golden_rows(")(public("baseline_run(")().kpis).to_json(orient="records", double_precision=15))'


@dataclass(frozen=True)
class Tree:
    """A checkout, and a folder for the files that its programs write."""

    root: Path
    scratch: Path

    def python(self, *words: str) -> str:
        """Run Python in the tree; return what it prints."""
        env = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
        env |= {"PYTHONPATH": str(self.root), "PYTHONUTF8": "1", "COLUMNS": "200"}
        done = subprocess.run([sys.executable, *words], cwd=self.root, env=env, capture_output=True, encoding="utf-8")
        if done.returncode:
            raise RuntimeError(f"failed in {self.root}: {(done.stderr or done.stdout)[-1500:]}")
        return done.stdout

    def document(self, *words: str) -> Any:
        """Run a command of the program; return the JSON document."""
        return json.loads(self.python("-m", "sim", *words, "--json", "-"))

    def probe(self, code: str, *words: str) -> Any:
        """Run code that prints JSON; return the document."""
        return json.loads(self.python("-c", FIND + code, *words))

    def trace(self, engine: str) -> list[str]:
        """Run a week on the engine; return the lines of the trace."""
        file = self.scratch / f"{engine}.csv"
        self.python("-m", "sim", "run", "--days", "7", "--engine", engine, "--trace", str(file))
        return file.read_bytes().decode("utf-8").split("\n")

    def batch(self) -> dict[str, Any]:
        """Run the smoke experiment; return the columns of its shards."""
        self.python("-m", "sim", "batch", "smoke", "--out", str(self.scratch / "smoke"), "--workers", "2")
        shards = sorted((self.scratch / "smoke").glob("*.parquet"))
        return {shard.name: pyarrow.parquet.read_table(shard).to_pydict() for shard in shards}

    def routes(self) -> list[str]:
        """The rows of the table of routes, without the words around them."""
        rows = re.findall(r"^\d.*$", self.python("-m", "sim", "route", "Tianjin", "Duisburg"), re.MULTILINE)
        return [" ".join(row.split()) for row in rows]


def comparisons(quick: bool) -> Iterator[tuple[str, Callable[[Tree], Any], int]]:
    """Name, what to make in either tree, and in how many trees at once."""
    yield "plan fingerprints", lambda tree: tree.probe(PLANS, "likely", *([] if quick else ["all"])), 2
    for name, words in CASES.items():
        yield f"run, 14 days: {name}", lambda tree, words=words: tree.document("run", *words, *SHORT), 2
    if not quick:
        yield "run, base year", lambda tree: tree.document("run"), 2
        yield "golden table", lambda tree: tree.probe(GOLDEN), 2
    for engine in ("compiled", "simpy"):
        yield f"trace, 7 days: {engine}", lambda tree, engine=engine: tree.trace(engine), 2
    yield "batch smoke: shards", Tree.batch, 1
    yield "compare smoke", lambda tree: tree.document("compare", str(tree.scratch / "smoke")), 2
    yield "validate --quick", lambda tree: tree.document("validate", "--quick", "--workers", "2"), 1
    yield "bottlenecks, 14 days", lambda tree: tree.document("bottlenecks", *SHORT), 2
    yield "route Tianjin Duisburg", Tree.routes, 2


def general(path: str) -> str:
    """Path without the numbers of rows and the names of shards."""
    return re.sub(r"\[\d+\]", "[]", re.sub(r"^.*\.parquet", "*.parquet", path))


def differences(
    old: Any, new: Any, notes: dict[str, None], wording: frozenset[str], path: str = "", reworded: bool = False
) -> Iterator[str]:
    """Yield each difference with its path; add to the notes what may differ: texts of the keys ``wording``."""
    if isinstance(old, dict) and isinstance(new, dict):
        notes |= {f"added: {general(path)} {key}": None for key in new if key not in old}
        for key, before in old.items():
            place = f"{path}.{key}" if path else key
            if key in MAY_DIFFER:
                if MAY_DIFFER[key] and before != new.get(key):
                    notes[f"may differ, and does: {general(path)} {key}"] = None
            elif key in new:
                yield from differences(before, new[key], notes, wording, place, reworded or key in wording)
            elif path.endswith(".parquet"):  # A column of a shard.
                notes[f"gone: {general(path)} {key}"] = None
            else:
                yield f"{place}: missing"
    elif isinstance(old, list) and isinstance(new, list):
        if len(old) != len(new):
            yield f"{path}: {len(old)} entries, now {len(new)}"
        for number, (before, now) in enumerate(zip(old, new, strict=False)):
            yield from differences(before, now, notes, wording, f"{path}[{number}]", reworded)
    elif reworded and isinstance(old, str) and isinstance(new, str):
        notes |= {f"other words: {general(path)}": None} if old != new else {}
    elif repr(old) != repr(new):  # So that -0.0 is not 0.0, 1 is not 1.0, and nan is nan.
        yield f"{path}: {old!r}, now {new!r}"


def same(name: str, make: Callable[[Tree], Any], trees: list[Tree], at_once: int, wording: frozenset[str]) -> bool:
    """Make the thing in both trees and print whether it is equal."""
    notes: dict[str, None] = {}
    try:
        with ThreadPoolExecutor(at_once) as pool:
            old, new = pool.map(make, trees)
        found = list(differences(old, new, notes, wording)) if old else ["nothing to compare"]
    except (RuntimeError, OSError, ValueError) as error:
        found = [str(error)]
    print(f"{name}: {f'DIFFERENT ({len(found)})' if found else 'equal'}", *found[:3], *notes, sep="\n    ", flush=True)
    return not found


def main() -> int:
    """Compare everything; return the exit status."""
    parser = argparse.ArgumentParser(description="Compare the results of this checkout with those of another commit.")
    parser.add_argument("--against", metavar="COMMIT", default="42902bf", help="default: %(default)s")
    parser.add_argument("--quick", action="store_true", help="without the full base year and the plans of all trips")
    parser.add_argument(
        "--data-reworded",
        action="store_true",
        help="names in the data were reworded since that commit, as since the default one: allow another fingerprint",
    )
    given = parser.parse_args()
    wording = WORDING | {DATA_FINGERPRINT} if given.data_reworded else WORDING
    with tempfile.TemporaryDirectory() as folder:
        other = Path(folder) / "tree"
        trees = [Tree(other, Path(folder) / "old"), Tree(Path.cwd(), Path(folder) / "new")]
        subprocess.run(["git", "worktree", "add", "--quiet", "--detach", str(other), given.against], check=True)
        try:
            for tree in trees:
                tree.scratch.mkdir()
            results = [same(name, make, trees, at_once, wording) for name, make, at_once in comparisons(given.quick)]
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", str(other)], check=True)
    wrong = results.count(False)
    verdict = (
        f"{wrong} of {len(results)} comparisons differ from" if wrong else f"All {len(results)} results are those of"
    )
    print(f"{verdict} {given.against}.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
