"""What all tests share: how hard Hypothesis looks for trouble, and a command line to call."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from sim.cli import words
from sim.experiments import kept_figures
from tests.helpers.loaded_worlds import changed_worlds, load_once

# Cores are shared and machines differ: a slow example is no failure, and a failure must come back in the next run.
settings.register_profile("test", deadline=None, derandomize=True)
settings.register_profile("fuzz", deadline=None, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "test"))
# The tests read output that is laid out for a pipe, not for the width of the terminal that starts them.
os.environ.pop("COLUMNS", None)
# Many tests start processes: each compiles all modules anew where Python may not keep what it has compiled.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
# No test loses its power supply: to wait until each of its many small files is on the disk takes a part of the time.
os.fsync = lambda descriptor: None
# How long the short runs of the web page are is read when the page is imported.
os.environ["BRIDGEHEAD_DAYS"] = "8"
load_once()
# A test may run batches with parts that it replaces: files of figures would hide them. Its processes may use them.
kept_figures.MOST_BYTES = 0
# What tests share is large and stays: looking through it for garbage again and again takes a tenth of the time.
gc.collect()
gc.freeze()
gc.set_threshold(100_000, 20, 10)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In a worker: the longest files first. Without workers tests keep their order."""
    if hasattr(config, "workerinput"):
        from tests.helpers.distribution import longest_first

        place = {id: k for k, id in enumerate(longest_first([item.nodeid for item in items]))}
        items.sort(key=lambda item: place[item.nodeid])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Whole files to each worker, unless the command line says how."""
    if config.getoption("dist") != "load":
        return None
    from tests.helpers.distribution import WholeFiles

    config.option.loadscopereorder = False
    return WholeFiles(config, log)


@dataclass(frozen=True)
class Told:
    """What a command line left behind."""

    status: int
    out: str
    err: str


@pytest.fixture(scope="session", autouse=True)
def no_test_changes_the_shipped_world() -> Iterator[None]:
    """All tests of a process share the world as it was read."""
    yield
    assert changed_worlds() == 0


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """A command leaves its language in the process: each test ends in English, whatever it called."""
    yield
    words.use(words.ENGLISH)


@pytest.fixture
def bridgehead(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Told]:
    """Carries out a command line in this process, as in a pipe."""
    from sim.__main__ import main

    monkeypatch.delenv("COLUMNS", raising=False)

    def call(*arguments: str | Path) -> Told:
        status = main([str(argument) for argument in arguments])
        answer = capsys.readouterr()
        return Told(status, answer.out, answer.err)

    return call


@pytest.fixture
def mine(bridgehead: Callable[..., Told], tmp_path: Path) -> Path:
    """A new data folder, as `bridgehead new` makes it."""
    folder = tmp_path / "mine"
    assert bridgehead("new", folder).status == 0
    return folder


@pytest.fixture(scope="session")
def web_results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of results that the web page of this session may open."""
    return tmp_path_factory.mktemp("web_results")


@pytest.fixture(scope="session")
def web_address(web_results: Path) -> Iterator[str]:
    """The web page, served once for all tests that look at it."""
    from tests.helpers.web_page import served

    with served(web_results) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """The context of a headless Chromium, started once."""
    from tests.helpers.web_page import chromium

    with chromium() as context:
        yield context


@pytest.fixture
def visit(browser: Any, web_address: str) -> Iterator[Callable[..., Any]]:
    """Makes visitors of the web page, of whom it is checked in the end that nothing broke or left the machine."""
    from tests.helpers.web_page import Visitor

    visitors: list[Visitor] = []

    def make() -> Visitor:
        visitors.append(Visitor(browser, web_address))
        return visitors[-1]

    yield make
    for visitor in visitors:
        visitor.leave()
