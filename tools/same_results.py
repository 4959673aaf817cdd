"""Compare the results of this checkout with those of another commit.

    python tools/same_results.py [--against COMMIT] [--quick] [--data-reworded] [--all-rules] [--only TEXT]

Run it from the root of the repository, with the Python of the project's environment. The files of this checkout are
copied and the other commit is checked out into temporary folders, and each program runs once in either tree. Results
are equal to the last digit or byte; rows of a table are matched by their names. What only this checkout has is allowed
and noted; what is missing or has another value is a difference. The exit status is 0 if there is none, else 1.

Rules that moved by intent since the default commit ("Numbers move" in CHANGELOG.md) change nearly every figure a
little. Against that commit both trees have data without what these rules apply to (:func:`without_moved_rules`), so
that any other change shows; ``--all-rules`` leaves the data as they are.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet

DEFAULT = "42902bf"
"""The last commit before the folders of the code and the catalogues of texts."""
WORDING: frozenset[str] = frozenset({"warnings", "why", "title", "metric"})
"""Keys whose texts may have other words; the numbers below them still count."""
DATA_FINGERPRINT = "data_fingerprint"
"""It covers the names in the data too; where these were reworded it may differ, while numbers may not."""
MAY_DIFFER = {"wall_s": False, "version": True}
"""Keys that no comparison looks at, and whether a difference is noted."""

MOVED_KEYS = frozenset({"momentary_share", "sole_share", "shifting_share"})
"""Columns whose method moved by intent since the default commit: a blocked facility is not active."""

CASES = {
    "baseline": (),
    "year_2021": ("--scenario", "year_2021"),
    "third container line": ("--proposal", "m03_manzhouli_container_line"),
    "coal railway and gate hours": ("--proposal", "m09_ganqimaodu_railway", "--proposal", "m11_coal_gate_hours"),
    "Erenhot closed": ("--proposal", "m25_erenhot_closed", "--start", "2023-03-01"),
    "seed 7, replication 3": ("--seed", "7", "--replication", "3"),
}
ROW_KEYS = frozenset({"replication", "day"})
"""Numbers that name a row, beside its texts."""
MOVED = frozenset({"year_2022", "year_2023", "m25_bad_weather"})
"""Scenarios whose own shares of servers are kept in time and were rounded at the default commit."""
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
        return {shard.name: with_own_columns(pyarrow.parquet.read_table(shard).to_pylist()) for shard in shards}

    def routes(self) -> list[str]:
        """The rows of the table of routes, without the words around them."""
        rows = re.findall(r"^\d.*$", self.python("-m", "sim", "route", "Tianjin", "Duisburg"), re.MULTILINE)
        return [" ".join(row.split()) for row in rows]


def without_moved_rules(tree: Tree) -> None:
    """Change the data of a tree so that no rule applies that moved since the default commit.

    A repair begins when the job in hand ends, so no facility fails; a share of servers is kept in time, so the lanes of
    which half are open in 2023 are an even number; a run that begins within the base year starts from the levels of its
    stocks on that day, so none are known.
    """

    def facility(row: dict[str, str]) -> dict[str, str]:
        return row | {"mtbf_h": "", "mttr_h": ""} | ({"servers": "6"} if row["id"] == "zabaikalsk_road_out" else {})

    def assumption(row: dict[str, str]) -> dict[str, str] | None:
        return None if row["address"].endswith((".mtbf_h", ".mttr_h")) else row

    rewrite(tree.root / "data" / "baseline" / "facilities.csv", facility)
    rewrite(tree.root / "data" / "baseline" / "assumptions.csv", assumption)
    if (levels := tree.root / "data" / "start_levels.csv").exists():
        rewrite(levels, lambda row: None)


def rewrite(file: Path, change: Callable[[dict[str, str]], dict[str, str] | None]) -> None:
    """Replace each row of a table by what ``change`` makes of it; None removes it."""
    with file.open(encoding="utf-8-sig", newline="") as table:
        rows = list(csv.DictReader(table))
    with file.open("w", encoding="utf-8-sig", newline="") as table:
        writer = csv.DictWriter(table, list(rows[0]))
        writer.writeheader()
        writer.writerows(filter(None, map(change, rows)))


def comparisons(quick: bool, moved: frozenset[str]) -> Iterator[tuple[str, Callable[[Tree], Any], int]]:
    """Name, what to make in either tree, and in how many trees at once; without the plans of scenarios ``moved``."""

    def plans(tree: Tree) -> dict[str, str]:
        made = tree.probe(PLANS, "likely", *([] if quick else ["all"]))
        return {name: plan for name, plan in made.items() if name.partition(",")[0] not in moved}

    yield "plan fingerprints", plans, 2
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


def with_own_columns(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of a shard without the columns of other kinds of rows; an empty value of its kind is None."""
    own: dict[str, set[str]] = {}
    for row in rows:
        own.setdefault(row["kind"], set()).update(name for name, value in row.items() if value is not None)
    return [{name: value for name, value in row.items() if name in own[row["kind"]]} for row in rows]


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
            if key in MAY_DIFFER or key in MOVED_KEYS & wording:
                if MAY_DIFFER.get(key, True) and before != new.get(key):
                    notes[f"may differ, and does: {general(path)} {key}"] = None
            elif key in new:
                yield from differences(before, new[key], notes, wording, place, reworded or key in wording)
            else:
                yield f"{place}: missing"
    elif isinstance(old, list) and isinstance(new, list):
        pairs, missing, added = matched(old, new, wording)
        notes |= {f"added rows: {general(path)} ({added})": None} if added else {}
        yield from (f"{path}: missing {one!r}" for one in missing)
        for number, before, now in pairs:
            yield from differences(before, now, notes, wording, f"{path}[{number}]", reworded)
    elif old == 0 and new is None and not isinstance(old, bool):
        notes[f"no value, was 0: {general(path)}"] = None
    elif reworded and isinstance(old, str) and isinstance(new, str):
        notes |= {f"other words: {general(path)}": None} if old != new else {}
    elif repr(old) != repr(new):  # So that -0.0 is not 0.0, 1 is not 1.0, and nan is nan.
        yield f"{path}: {old!r}, now {new!r}"


def matched(
    old: list[Any], new: list[Any], wording: frozenset[str]
) -> tuple[list[tuple[int, Any, Any]], list[Any], int]:
    """Rows of the old table with their numbers and the rows of the new one; rows that are missing; number of new ones.

    A row is known by its texts, such as port, class and key figure, and by its replication and day; lists of other
    values, and rows that are not unique by these, are compared by their order.
    """
    rows, unnamed = all(isinstance(row, dict) for row in (*old, *new)), wording | MAY_DIFFER.keys()
    names = (
        sorted(
            {key for row in old for key, value in row.items() if key in ROW_KEYS or isinstance(value, str)} - unnamed
        )
        if rows
        else []
    )

    def texts(row: dict[str, Any]) -> tuple[Any, ...]:
        return tuple(row.get(name) if name in ROW_KEYS or isinstance(row.get(name), str) else None for name in names)

    there = {texts(row): row for row in new} if rows else {}
    wanted = {texts(row): row for row in old} if rows else {}
    times = Counter(texts(row) for row in new) if rows else Counter[tuple[Any, ...]]()
    if not names or len(wanted) < len(old) or any(times[one] > 1 for one in wanted):
        pairs = [(number, *pair) for number, pair in enumerate(zip(old, new, strict=False))]
        return pairs, old[len(new) :], max(0, len(new) - len(old))
    pairs = [(number, row, there[one]) for number, (one, row) in enumerate(wanted.items()) if one in there]
    return pairs, [row for one, row in wanted.items() if one not in there], len(there.keys() - wanted.keys())


def same(name: str, make: Callable[[Tree], Any], trees: list[Tree], at_once: int, wording: frozenset[str]) -> bool:
    """Make the thing in both trees and print whether it is equal."""
    notes: dict[str, None] = {}
    try:
        with ThreadPoolExecutor(at_once) as pool:
            old, new = pool.map(make, trees)
        found = list(differences(old, new, notes, wording)) if old else ["nothing to compare"]
    except (RuntimeError, OSError, ValueError) as error:
        found = [str(error)]
    places: dict[str, int] = {}
    for one in found[3:]:
        place = general(one.partition(": ")[0])
        places[place] = places.get(place, 0) + 1
    more = [f"also different: {place} ({n})" for place, n in places.items()]
    print(f"{name}: {f'DIFFERENT ({len(found)})' if found else 'equal'}", *found[:3], *more, *notes, sep="\n    ")
    sys.stdout.flush()
    return not found


def copy_of_checkout(target: Path) -> None:
    """Copy the files of this checkout, changed and new ones included, without what git ignores."""
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(listing, check=True, capture_output=True, encoding="utf-8").stdout.split("\0")
    for name in filter(None, names):
        if Path(name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(name, target / name)


def main() -> int:
    """Compare everything; return the exit status."""
    parser = argparse.ArgumentParser(description="Compare the results of this checkout with those of another commit.")
    parser.add_argument("--against", metavar="COMMIT", default=DEFAULT, help="default: %(default)s")
    parser.add_argument("--quick", action="store_true", help="without the full base year and the plans of all trips")
    parser.add_argument(
        "--data-reworded",
        action="store_true",
        help=f"names in the data were reworded since that commit, as since {DEFAULT}: allow another fingerprint",
    )
    parser.add_argument(
        "--all-rules", action="store_true", help=f"against {DEFAULT}: with the rules that moved by intent since then"
    )
    parser.add_argument("--only", metavar="TEXT", default="", help="comparisons with this text in their names")
    given = parser.parse_args()
    default = given.against == DEFAULT
    wording = WORDING | {DATA_FINGERPRINT} if given.data_reworded or default else WORDING
    wording |= MOVED_KEYS if default and not given.all_rules else frozenset()
    with tempfile.TemporaryDirectory() as folder:
        trees = [Tree(Path(folder) / name / "tree", Path(folder) / name) for name in ("old", "new")]
        other, own = (tree.root for tree in trees)
        subprocess.run(["git", "worktree", "add", "--quiet", "--detach", str(other), given.against], check=True)
        try:
            copy_of_checkout(own)
            moved = MOVED if default and not given.all_rules else frozenset()
            for tree in trees if moved else []:
                without_moved_rules(tree)
            pieces = (piece for piece in comparisons(given.quick, moved) if given.only in piece[0])
            results = [same(name, make, trees, at_once, wording) for name, make, at_once in pieces]
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
