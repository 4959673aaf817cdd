"""Runs that fail by a fault of the program or of the server: the page says what happened and what to do."""

from __future__ import annotations

import os
import pickle
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from app import base_year, run_cache, run_failure, subprocesses
from app.run_pool import RunPool, Ticket
from tests.app.test_app import page, shown_tables
from tests.helpers.processes import PATIENCE_S

AGAIN = {"en": "Try again", "zh": "重试"}
ISSUE = {"en": "open an issue", "zh": "提交问题报告"}
LANGUAGES = ("en", "zh")


@pytest.fixture(autouse=True)
def no_run_is_cached() -> Iterator[None]:
    run_cache.forget_runs()
    yield
    run_cache.forget_runs()


def explained(at: AppTest, language: str) -> str:
    """The findings of a page, which say what to do."""
    assert not at.exception
    shown = shown_tables(at)
    assert AGAIN[language] in shown
    assert ISSUE[language] in shown
    return shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_worker_that_is_killed_is_shown_with_what_to_do(monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    pool = RunPool(most_s=PATIENCE_S, workers=1, module="tests.helpers.killed_worker")
    monkeypatch.setattr(run_cache, "_pool", lambda: pool)
    try:
        shown = explained(page("what_if", language), language)
    finally:
        pool.close()
    if os.name == "posix":
        assert {"en": "exit status -9", "zh": "退出状态-9"}[language] in shown


class Failing:
    """A pool whose runs all fail by an error that no part of the program expected."""

    def submit(self, key: Any, request: Any, visitor: str) -> Ticket:
        ticket = Ticket(key, visitor, b"", reply=("failed", "Traceback: secret\nZeroDivisionError"))
        ticket.done.set()
        return ticket

    def leave(self, ticket: Ticket) -> None:
        assert ticket.done.is_set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_unexpected_error_is_shown_with_the_file_of_its_details(
    monkeypatch: pytest.MonkeyPatch, language: str, tmp_path: Path
) -> None:
    monkeypatch.setattr(run_cache, "_pool", Failing)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    shown = explained(page("what_if", language), language)
    (file,) = tmp_path.glob("bridgehead-error-*.txt")
    assert file.name in shown
    assert "ZeroDivisionError" in file.read_text(encoding="utf-8")
    assert "secret" not in shown, "a visitor does not see the folders of the server"


def test_details_that_cannot_be_written_are_in_the_finding(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    found = run_failure.failed_run("mine", "failed", "ZeroDivisionError")
    assert (found.code, found.found) == ("load.failed_without_file", "ZeroDivisionError")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["overview", "data"])
def test_a_base_year_that_cannot_be_run_is_shown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, language: str, name: str
) -> None:
    start = subprocesses.start
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(subprocesses, "start", lambda module, **options: start("app.no_such_module", **options))
    monkeypatch.setattr(run_cache, "_base_year", lambda version: pickle.loads(base_year.base_year_in_child()))
    monkeypatch.setattr(run_cache, "warm_up", lambda: None)
    at = page(name, language)
    if name == "data":
        at.button_group(key="data_part").set_value("facts").run()
    explained(at, language)
    assert list(tmp_path.glob("bridgehead-error-*.txt"))
