"""Which room may know of which: read from the source, so that a wrong import is seen before it runs."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.engines import ENGINES

ROOT = Path(__file__).parents[2]
ROOMS = ("corridors", "sim", "app")
HEAVY = {
    "SALib",
    "altair",
    "dask",
    "distributed",
    "holidays",
    "matplotlib",
    "networkx",
    "numba",
    "numpy",
    "openpyxl",
    "pandas",
    "pyarrow",
    "scipy",
    "simpy",
    "streamlit",
    "vl_convert",
}


def sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def name_of(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def imports(file: Path) -> Iterator[str]:
    """Full names of all modules that a file imports, anywhere in it; a name taken from a package counts as well."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative import"
            module = node.module or ""
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def users_of(package: str, *folders: str) -> set[str]:
    """The files that import a package or anything of it."""
    return {
        name_of(file)
        for file in sources(*folders)
        if any(name == package or name.startswith(package + ".") for name in imports(file))
    }


def test_the_world_knows_nothing_of_those_who_run_it() -> None:
    assert list(sources("corridors")), "no source found: the test would pass on nothing"
    assert users_of("sim", "corridors") == set()
    assert users_of("app", "corridors", "sim") == set()
    assert users_of("streamlit_app", *ROOMS) == set()


def test_an_engine_sees_the_plan_and_the_rules_and_no_other_engine() -> None:
    allowed = {"sim.core.plan", "sim.core.rules", "sim.core.trace"}
    for engine in ENGINES.values():
        others = set(ENGINES.values()) - {engine}
        seen, todo = set(), [engine]
        while todo:  # An engine may be several files of its folder.
            module = todo.pop()
            seen.add(module)
            names = set(imports(ROOT / f"{module.replace('.', '/')}.py"))
            ours = {name for name in names if name.split(".")[0] in ROOMS}
            parts = {".".join(name.split(".")[:3]) for name in ours if name.startswith("sim.engines.")}
            own = {
                name for name in ours if name in ("sim", "sim.core", "sim.engines") or name.startswith("sim.engines.")
            }
            beyond = {name for name in ours - own if ".".join(name.split(".")[:3]) not in allowed}
            assert beyond == set(), f"{module} imports {beyond}"
            assert parts & others == set(), f"{module} imports another engine"
            todo += parts - seen


HOMES = [("simpy", "sim/engines/reference.py"), ("numba", "sim/engines/loop.py")]


@pytest.mark.parametrize(("package", "home"), HOMES)
def test_each_engine_has_its_library_to_itself(package: str, home: str) -> None:
    assert users_of(package, *ROOMS) == {home}


def test_streamlit_stays_in_the_web_page_and_dask_comes_from_outside() -> None:
    assert users_of("streamlit", "corridors", "sim") == set()
    assert users_of("dask", *ROOMS) | users_of("distributed", *ROOMS) == set()


def test_random_numbers_are_drawn_in_one_place() -> None:
    drawing = {
        name_of(file)
        for file in sources(*ROOMS)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Attribute) and node.attr in ("default_rng", "Philox", "RandomState", "seed_sequence"))
        or (isinstance(node, ast.Import) and any(alias.name == "random" for alias in node.names))
    }
    assert drawing == {"sim/core/random_streams.py"}


def loaded_by(code: str) -> set[str]:
    """Every module that a fresh process has loaded after some code."""
    code += "; import sys; print(*sorted(sys.modules))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(told.stdout.splitlines()[-1].split())


def packages(modules: set[str]) -> set[str]:
    return {name.split(".")[0] for name in modules}


@pytest.mark.parametrize("asked", ["--help", "--version", "run --help", "sensitivity --help"])
def test_asking_for_help_loads_nothing_heavy(asked: str) -> None:
    loaded = packages(loaded_by(f"from sim.__main__ import main; assert main({asked.split()}) == 0"))
    assert "typer" in loaded
    assert loaded & HEAVY == set()


def test_the_package_loads_nothing_heavy_before_it_is_needed() -> None:
    assert (
        packages(loaded_by("import sim.run, sim.experiments.batch, sim.studies.compare")) & (HEAVY - {"numpy"}) == set()
    )
    assert packages(loaded_by("import corridors.io.tables, sim.run")) & HEAVY == set()


NOT_FOR_A_WEEK = HEAVY - {"holidays", "numba", "numpy", "pandas", "pyarrow", "scipy"}
"""Packages that a short run of the compiled engine does without."""


def test_a_week_of_the_baseline_loads_no_more_than_it_needs() -> None:
    """Some of SciPy comes with numba, but nothing that takes time; of 250 countries only those with holidays."""
    loaded = loaded_by("from sim.__main__ import main; main(['run', '--days', '7'])")
    assert {"numba", "pandas"} <= loaded
    assert packages(loaded) & NOT_FOR_A_WEEK == set()
    assert {name for name in loaded if name.startswith(("scipy.special", "scipy.linalg", "scipy.stats"))} == set()
    countries = {name for name in loaded if name.startswith("holidays.countries.")}
    assert 0 < len(countries) <= 3
