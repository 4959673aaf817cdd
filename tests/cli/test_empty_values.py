"""Options and arguments without a character are refused; as a path they would be the present folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer.main

from sim.__main__ import app
from tests.conftest import Told

COMMANDS: dict[str, Any] = typer.main.get_command(app).commands  # type: ignore[attr-defined]
OPTIONS = [
    (name, one.opts[0])
    for name, command in COMMANDS.items()
    for one in command.params
    if one.param_type_name == "option" and not one.is_flag
]
ARGUMENTS = [
    (name, one.metavar)
    for name, command in COMMANDS.items()
    for one in command.params
    if one.param_type_name == "argument"
]


def refused(answer: Told, where: str) -> None:
    assert (answer.status, answer.out) == (2, "")
    assert f"error: {where}: The value is empty; expected at least one character" in answer.err


@pytest.mark.parametrize(("command", "option"), OPTIONS)
def test_an_empty_value_of_any_option_is_refused(bridgehead: Callable[..., Told], command: str, option: str) -> None:
    refused(bridgehead(command, option, ""), option)
    refused(bridgehead(command, option, " "), option)
    refused(bridgehead(command, f"{option}="), option)


@pytest.mark.parametrize(("command", "argument"), ARGUMENTS)
def test_an_empty_argument_of_any_command_is_refused(
    bridgehead: Callable[..., Told], command: str, argument: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    refused(bridgehead(command, ""), next(where for name, where in ARGUMENTS if name == command))
    assert bridgehead(command, "--", "").status == 2
    assert list(tmp_path.iterdir()) == []
    assert argument


@pytest.mark.parametrize(
    ("arguments", "where"),
    [
        (["route", "", "beijing"], "FROM"),
        (["route", "erenhot", ""], "TO"),
        (["route", "--by", "cost", "erenhot", ""], "TO"),
        (["route", "erenhot", "--", " "], "TO"),
        (["check", "a.csv", ""], "[FILE]..."),
    ],
)
def test_an_empty_argument_is_named_by_its_position(
    bridgehead: Callable[..., Told], arguments: list[str], where: str
) -> None:
    refused(bridgehead(*arguments), where)


def test_an_empty_word_in_place_of_a_command_is_refused(bridgehead: Callable[..., Told]) -> None:
    refused(bridgehead(""), "bridgehead")
    refused(bridgehead("--language", "", "run"), "--language")


def test_every_empty_value_is_listed(bridgehead: Callable[..., Told]) -> None:
    answer = bridgehead("run", "--json", "", "--trace=", "--days", "3")
    refused(answer, "--json")
    refused(answer, "--trace")


def test_a_value_that_is_not_empty_is_none_of_them(bridgehead: Callable[..., Told]) -> None:
    assert "empty" not in bridgehead("explain", "--", "cell.nothing").err
    assert bridgehead("--language", "en", "explain", "cell.not_number").status == 0
