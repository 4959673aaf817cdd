"""What a user gets with `pip install`: the wheel brings the data along, and runs from any folder."""

from __future__ import annotations

import json
import os
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.processes import run

ROOT = Path(__file__).parents[2]
PLAIN = {"NUMBA_DISABLE_JIT": "1"}
"""The program in another folder has no machine code yet: to make it takes longer than days without it."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    run(build)
    return next(folder.glob("bridgehead-*.whl"))


@pytest.fixture(scope="module")
def bridgehead(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program installed from the wheel; the libraries it needs are borrowed from the environment of the tests."""
    home = tmp_path_factory.mktemp("user") / "venv"
    run([sys.executable, "-m", "venv", "--without-pip", home])
    scripts = home / ("Scripts" if sys.platform == "win32" else "bin")
    pip = [sys.executable, "-m", "pip", "--python", str(scripts / "python"), "install", "--quiet", "--no-deps"]
    run([*pip, "--no-index", wheel])
    site = next(home.rglob("site-packages"))
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return scripts / "bridgehead"


def test_every_room_and_all_data_are_in_the_wheel(wheel: Path) -> None:
    packed = set(zipfile.ZipFile(wheel).namelist())
    rooms = [file for room in ("corridors", "sim", "app") for file in (ROOT / room).rglob("*.*")]
    code = [file.relative_to(ROOT).as_posix() for file in rooms if file.suffix in (".py", ".html", ".js", ".css")]
    page = ["streamlit_app.py"] if (ROOT / "streamlit_app.py").exists() else []
    data = [p.relative_to(ROOT / "data").as_posix() for p in (ROOT / "data").rglob("*") if p.is_file()]
    assert {"facts.csv", "baseline/services.csv", "schema/services.csv", "template/README.txt"} <= set(data)
    assert {*code, *page, *(f"corridors/_data/{name}" for name in data)} <= packed
    assert not [name for name in packed if name.startswith(("tests/", "benchmarks/", "docs/"))]


def test_the_source_distribution_has_all_that_its_makefile_needs(tmp_path: Path) -> None:
    """Everything of the checkout: `make test`, `make lint` and `make docs` work in the unpacked folder."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", str(tmp_path)]
    run(build)
    with tarfile.open(next(tmp_path.glob("bridgehead-*.tar.gz"))) as packed:
        names = {name.partition("/")[2] for name in packed.getnames()}
    there = {
        "pyproject.toml",
        "Makefile",
        "mkdocs.yml",
        "constraints.txt",
        "streamlit_app.py",
        ".streamlit/config.toml",
    }
    there |= {"README.md", "CHANGELOG.md", "SECURITY.md", "CITATION.cff", "LICENSE"}
    for folder in ("app", "benchmarks", "bridgehead", "corridors", "data", "docs", "sim", "tests", "tools"):
        there |= {file.relative_to(ROOT).as_posix() for file in (ROOT / folder).rglob("*") if file.is_file()}
    assert {name for name in there - names if "__pycache__" not in name} == set()


def test_it_runs_away_from_the_checkout(bridgehead: Path, tmp_path: Path) -> None:
    answer = run(
        [bridgehead, "run", "--days", "3", "--engine", "simpy", "--json", "-"],
        cwd=tmp_path,
        env=os.environ | PLAIN,
    )
    result = json.loads(answer.stdout)
    assert result["run"]["days"] == 3
    assert result["vehicles"]["arrived"] > 0


def test_a_folder_of_ones_own_comes_out_of_the_wheel(bridgehead: Path, tmp_path: Path) -> None:
    for arguments in (["new", "mine"], ["check", "--data", "mine"]):
        run([bridgehead, *arguments], cwd=tmp_path)
    assert (tmp_path / "mine" / "services.csv").exists()


@pytest.mark.browser
def test_the_web_page_is_served_away_from_the_checkout(bridgehead: Path, tmp_path: Path, browser: Any) -> None:
    from tests.helpers.web_page import Visitor, served

    (tmp_path / "app").mkdir()  # A folder of that name must not stand in for the page.
    with served(tmp_path, [str(bridgehead)], tmp_path, days=3, environment=os.environ | PLAIN) as address:
        visitor = Visitor(browser, address)
        visitor.open("what_if")
        visitor.page.get_by_text("One replication").first.wait_for()
        visitor.leave()
