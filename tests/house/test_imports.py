"""Rooms and the directions of imports between them, read from the source of every module."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from corridors.io.cache_folder import REUSE, VARIABLE, cache_folder
from sim.engines import ENGINES
from tests.helpers.processes import PYTHON, run

ROOT = Path(__file__).parents[2]
PACKAGES = ("corridors", "sim", "app", "bridgehead")
ROOMS = {
    "messages": ("corridors.messages",),
    "world": (
        "corridors",
        "corridors.facts",
        "corridors.findings",
        "corridors.fingerprint",
        "corridors.io.atomic_files",
        "corridors.io.cache_folder",
        "corridors.io.folders",
        "corridors.io.kept_files",
        "corridors.model",
        "corridors.port_rows",
        "corridors.rail_lines",
        "corridors.schema",
        "corridors.sides",
        "corridors.single_tracks",
        "corridors.stated_numbers",
        "corridors.step_kinds",
        "corridors.translations",
    ),
    "clock": ("corridors.clock",),
    "io": ("corridors.io",),
    "network": ("corridors.graph", "corridors.network", "corridors.orders"),
    "checks": ("corridors.checks",),
    "load": ("corridors.load", "corridors.kept_worlds"),
    "overlay": ("corridors.overlay",),
    "records": ("corridors.records",),
    "core": ("sim", "sim.core"),
    "compile": ("sim.compile",),
    "engines": ("sim.engines",),
    "output": ("sim.output",),
    "kpi": ("sim.kpi",),
    "run": ("sim.run", "sim.reuse"),
    "statistics": ("sim.statistics",),
    "experiments": ("sim.experiments",),
    "studies": ("sim.studies",),
    "text": ("sim.text",),
    "reports": ("sim.reports",),
    "cli": ("sim.cli", "sim.__main__"),
    "app": ("app",),
    "bridgehead": ("bridgehead",),
}
"""Modules of each room. A name includes everything below it, but ``corridors`` and ``sim`` for the package alone."""
ALONE = ("corridors", "sim")

CORRIDORS = ("messages", "world", "clock", "io", "network", "checks", "load", "overlay", "records")
MODEL = (*CORRIDORS, "core", "compile", "engines", "output", "kpi", "run")
MAY_IMPORT: dict[str, tuple[str, ...]] = {
    "messages": (),
    "world": ("messages",),
    "clock": ("messages", "world"),
    "io": ("messages", "world", "clock"),
    "network": ("messages", "world", "clock"),
    "checks": ("messages", "world", "clock", "io", "network"),
    "load": ("messages", "world", "clock", "io", "network", "checks"),
    "overlay": ("messages", "world", "clock", "io", "network", "checks"),
    "records": ("messages", "world", "clock", "io", "network"),
    "core": CORRIDORS,
    "compile": (*CORRIDORS, "core"),
    "engines": ("core",),
    "output": (*CORRIDORS, "core"),
    "kpi": (*CORRIDORS, "core", "output", "statistics"),
    "run": (*CORRIDORS, "core", "compile", "engines", "output", "kpi", "statistics"),
    "statistics": ("messages", "core"),
    "experiments": (*MODEL, "statistics"),
    "studies": (*MODEL, "statistics", "experiments"),
    "text": (*CORRIDORS, "core"),
    "reports": (*MODEL, "statistics", "experiments", "studies", "text"),
    "cli": (*MODEL, "statistics", "experiments", "studies", "text", "reports"),
    "app": (*MODEL, "statistics", "experiments", "studies", "text", "reports", "cli"),
    "bridgehead": (*MODEL, "statistics", "experiments", "studies", "text", "reports", "cli"),
}
"""Rooms that each room may import, beside itself."""

KNOWN_BREACHES: dict[str, set[str]] = {}
"""By module the rooms that it imports against the table, until it is mended."""
KNOWN_CIRCLES: set[frozenset[str]] = set()
"""Circles of modules that are not mended yet."""
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


def module_of(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@cache
def all_modules() -> frozenset[str]:
    return frozenset(module_of(file) for file in sources(*PACKAGES, "benchmarks"))


@cache
def imports(file: Path) -> frozenset[str]:
    """Full names of all that a file imports, at its top, in functions and for types; ``from package import module`` is
    an import of the module, ``from module import name`` one of the module and of ``module.name``."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative import"
            module = node.module or ""
            names = {f"{module}.{alias.name}" for alias in node.names}
            found |= names if names <= all_modules() else {module, *names}
    return frozenset(found)


@cache
def modules(*folders: str) -> dict[str, set[str]]:
    """By module, the modules of the same folders that it imports."""
    files = {module_of(file): file for file in sources(*folders)}
    return {module: set(imports(file) & files.keys()) - {module} for module, file in files.items()}


def room_of(module: str) -> str | None:
    """The room of a module: that of the longest name in ``ROOMS`` that it begins with."""
    fits = {
        name: room
        for room, names in ROOMS.items()
        for name in names
        if module == name or (name not in ALONE and module.startswith(name + "."))
    }
    return fits[max(fits, key=len)] if fits else None


def users_of(package: str, *folders: str) -> set[str]:
    """The files that import a package or anything of it."""
    return {
        name_of(file)
        for file in sources(*folders)
        if any(name == package or name.startswith(package + ".") for name in imports(file))
    }


def test_every_module_is_in_a_room() -> None:
    assert {module for module in modules(*PACKAGES) if room_of(module) is None} == set()
    empty = {name for names in ROOMS.values() for name in names} - {
        module[: len(name)] for module in modules(*PACKAGES) for names in ROOMS.values() for name in names
    }
    assert empty == set()
    assert len(list((ROOT / "sim").glob("*.py"))) <= 4


def test_a_room_imports_only_rooms_below_it() -> None:
    breaches: dict[str, set[str]] = {}
    for module, names in modules(*PACKAGES).items():
        own = room_of(module)
        assert own
        if wrong := {room for name in names if (room := room_of(name)) and room not in (own, *MAY_IMPORT[own])}:
            breaches[module] = wrong
    assert breaches == KNOWN_BREACHES  # Also where a known breach is mended: then take it out.


def test_rooms_are_in_an_order() -> None:
    """The table of directions allows no circle of rooms."""
    done: set[str] = set()
    while len(done) < len(MAY_IMPORT):
        ready = {room for room, below in MAY_IMPORT.items() if done.issuperset(below)} - done
        assert ready, f"circle of {set(MAY_IMPORT) - done}"
        done |= ready


def circles(graph: dict[str, set[str]]) -> set[frozenset[str]]:
    """Sets of modules that import each other, directly or through others (strongly connected components)."""
    reached: dict[str, set[str]] = {}
    for start in graph:
        seen: set[str] = set()
        todo = list(graph[start])
        while todo:
            module = todo.pop()
            if module not in seen:
                seen.add(module)
                todo += graph[module]
        reached[start] = seen
    return {
        frozenset(other for other in reached[module] if module in reached[other])
        for module in graph
        if module in reached[module]
    }


def test_no_modules_import_each_other() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"a"}}) == {frozenset("bc")}
    assert circles(modules(*PACKAGES, "benchmarks")) == KNOWN_CIRCLES


def test_an_engine_imports_no_other_engine() -> None:
    for engine in ENGINES.values():
        others = set(ENGINES.values()) - {engine}
        seen, todo = set(), [engine]
        while todo:  # An engine may be several files of its folder.
            module = todo.pop()
            seen.add(module)
            parts = {name for name in modules("sim")[module] if name.startswith("sim.engines.")}
            assert parts & others == set(), f"{module} imports another engine"
            todo += parts - seen


HOMES = [("simpy", "sim/engines/reference.py"), ("numba", "sim/core/machine_code.py")]


@pytest.mark.parametrize(("package", "home"), HOMES)
def test_each_engine_has_its_library_to_itself(package: str, home: str) -> None:
    assert users_of(package, *PACKAGES) == {home}


def test_streamlit_stays_in_the_web_page_and_dask_comes_from_outside() -> None:
    assert users_of("streamlit", "corridors", "sim", "bridgehead") == set()
    assert users_of("dask", *PACKAGES) | users_of("distributed", *PACKAGES) == set()


def test_random_numbers_are_drawn_in_one_place() -> None:
    drawing = {
        name_of(file)
        for file in sources(*PACKAGES)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Attribute) and node.attr in ("default_rng", "Philox", "RandomState", "seed_sequence"))
        or (isinstance(node, ast.Import) and any(alias.name == "random" for alias in node.names))
    }
    assert drawing == {"sim/core/random_streams.py"}


def loaded_by(code: str) -> set[str]:
    """Every module that a fresh process has loaded after some code."""
    code += "; import sys; print(*sorted(sys.modules))"
    return set(run([*PYTHON, code]).stdout.splitlines()[-1].split())


def packages(names: set[str]) -> set[str]:
    return {name.split(".")[0] for name in names}


@pytest.mark.parametrize("asked", ["--help", "--version", "run --help", "sensitivity --help"])
def test_asking_for_help_loads_nothing_heavy(asked: str) -> None:
    loaded = packages(loaded_by(f"from sim.__main__ import main; assert main({asked.split()}) == 0"))
    assert "typer" in loaded
    assert loaded & HEAVY == set()
    assert asked != "--help" or loaded & {"pydantic", "yaml"} == set()


def test_the_package_loads_nothing_heavy_before_it_is_needed() -> None:
    assert (
        packages(loaded_by("import sim.run, sim.experiments.batch, sim.studies.compare")) & (HEAVY - {"numpy"}) == set()
    )
    assert packages(loaded_by("import corridors.io.tables, sim.run")) & HEAVY == set()


NOT_FOR_A_WEEK = HEAVY - {"holidays", "numba", "numpy", "pandas", "pyarrow", "scipy"}
"""Packages that a short run of the compiled engine does without."""


WEEK = "from sim.__main__ import main; main(['run', '--days', '7'])"


def test_a_week_of_the_baseline_loads_no_more_than_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some of SciPy comes with numba, but nothing that takes time; of 250 countries only those with holidays. A second
    run needs no rules, readers of tables and texts, and holidays."""
    monkeypatch.setenv("NUMBA_CACHE_DIR", os.environ.get("NUMBA_CACHE_DIR") or str(cache_folder()))
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    monkeypatch.delenv(REUSE, raising=False)
    loaded = loaded_by(WEEK)
    assert {"numba", "pandas"} <= loaded
    assert packages(loaded) & NOT_FOR_A_WEEK == set()
    assert {name for name in loaded if name.startswith(("scipy.special", "scipy.linalg", "scipy.stats"))} == set()
    countries = {name for name in loaded if name.startswith("holidays.countries.")}
    assert 0 < len(countries) <= 3
    spared = {"corridors.checks", "corridors.io.tables", "holidays", "polib", "numba.np.linalg"}
    assert loaded_by(WEEK) & spared == set()


def test_a_short_run_of_the_simpy_engine_does_without_numba() -> None:
    """Processes of a batch on that engine start sooner so."""
    run = ["run", "--days", "3", "--engine", "simpy", "--data", "data/template"]
    loaded = packages(loaded_by(f"from sim.__main__ import main; assert main({run}) == 0"))
    assert {"simpy", "pandas"} <= loaded
    assert "numba" not in loaded
