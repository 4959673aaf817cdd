"""Help of the command line: complete in English and Chinese, and in the requested language everywhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import typer

from sim.__main__ import app
from sim.cli import help_page, words
from sim.cli.options import OutputOptions, RunOptions
from sim.text import catalogue
from tests.conftest import Told
from tests.helpers.catalogue_files import catalogue_file

Bridgehead = Callable[..., Told]

PROGRAM: Any = typer.main.get_command(app)
COMMANDS = {"": PROGRAM, **PROGRAM.commands}
LATIN_IN_CHINESE = {
    *(
        "bridgehead",
        "BRIDGEHEAD_LANGUAGE",
        "batch",
        "open",
        "chirundu",
        "khorgos",
        "malaszewicze",
        "backtest",
        "baseline",
        "en",
        "fit",
        "forecast",
        "state",
        "test",
        "tcp",
        "host",
        "N",
    ),
    *("CAREC", "UNESCAP", "Dask", "JSON", "Morris", "Sobol", "NaN"),
}
"""Commands, ids, names and placeholders that Chinese help has in Latin letters."""


def parameters(command: Any) -> list[Any]:
    context = typer.Context(command, info_name=command.name)
    return list(command.get_params(context))


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_each_of_its_options_has_help(name: str, language: str) -> None:
    """In the catalogue of the language itself, so that Chinese help has no English sentence."""
    command = COMMANDS[name]
    assert catalogue.has(f"help.command.{name or 'bridgehead'}", language)
    for one in parameters(command):
        ids = [f"help.{part}.{one.name}" for part in (command.name, "option")]
        assert any(catalogue.has(id, language) for id in ids), ids
        for word in help_page.WORD.findall(one.metavar or ""):
            assert catalogue.has(f"help.metavar.{word.lower()}", language)


def test_help_is_one_line_that_begins_with_a_verb_and_ends_with_a_full_stop() -> None:
    for entry in catalogue_file("en", "help"):
        family = entry.msgid.partition(".")[0]
        if family not in ("panel", "frame", "metavar") and not entry.msgid.endswith("_default"):
            assert "\n" not in entry.msgstr
            assert entry.msgstr.endswith((".", "servers=+1")), entry.msgid
            assert len(entry.msgstr) <= 150 or family == "about", entry.msgid


def test_chinese_help_has_no_latin_words_but_ids_and_names() -> None:
    for entry in catalogue_file("zh", "help"):
        text = re.sub(r"`[^`]*`|\{\w+\}|--[a-z-]+|\.[a-z]+\b|\b[a-z_]+(\.[a-z_]+)+|\b\w+/\w+", "", entry.msgstr)
        assert set(re.findall(r"[A-Za-z_]+", text)) <= LATIN_IN_CHINESE, entry.msgid


@pytest.mark.parametrize("room", ["cli", "help"])
def test_both_catalogues_have_the_same_messages_with_the_same_values(room: str) -> None:
    def values(language: str) -> dict[str, set[str]]:
        found = {}
        for entry in catalogue_file(language, room):
            texts = [entry.msgstr, *entry.msgstr_plural.values()]
            found[entry.msgid] = {name for text in texts for name in re.findall(r"\{(\w+)", text)}
        return found

    assert values("en") == values("zh")


@pytest.mark.parametrize("name", COMMANDS)
def test_a_page_of_help_is_chinese_throughout(name: str, bridgehead: Bridgehead) -> None:
    command = [name] if name else []
    answer = bridgehead(*command, "--help", "--language", "zh")
    assert answer.status == 0
    assert "用法：bridgehead" in answer.out
    assert not re.search(r"Usage|Options|Arguments|Commands|default|required|Show", answer.out)
    assert bridgehead("--language", "zh", *command, "--help").out == answer.out
    assert bridgehead(*command, "--language=zh", "--help").out == answer.out


def test_the_language_of_help_is_that_of_the_environment_unless_an_option_sets_it(
    bridgehead: Bridgehead, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(words.VARIABLE, "zh")
    assert "用法" in bridgehead("run", "--help").out
    assert "Usage" in bridgehead("run", "--help", "--language", "en").out
    monkeypatch.delenv(words.VARIABLE)
    assert "Usage" in bridgehead("run", "--help").out


@pytest.mark.parametrize(
    ("variable", "arguments", "parts"),
    [
        ("", ["run", "--language", "zhh"], ("--language", "'zhh'", "did you mean 'zh'")),
        ("zn", ["run"], (words.VARIABLE, "'zn'", f"one of {', '.join(catalogue.languages())}")),
    ],
)
def test_a_language_without_catalogue_is_refused_with_the_nearest(
    bridgehead: Bridgehead, monkeypatch: pytest.MonkeyPatch, variable: str, arguments: list[str], parts: tuple[str, ...]
) -> None:
    monkeypatch.setenv(words.VARIABLE, variable)
    answer = bridgehead(*arguments)
    assert (answer.status, answer.out) == (2, "")
    assert all(part in answer.err for part in parts), answer.err


WRONG_USAGE = [
    ("run --dayz 3", ("--dayz", "no such option", "'--days'"), "没有此选项"),
    ("run --days", ("--days", "a value after the option"), "选项之后须有取值"),
    ("run --days x", ("--days", "'x'", "a whole number of at least 1"), "应为：不小于1的整数；实际为“x”"),
    ("run --days 0", ("--days", "'0'", "a whole number of at least 1"), "不小于1的整数"),
    ("run --engine simpi", ("--engine", "'simpi'", "one of simpy, compiled"), "以下之一：simpy、compiled"),
    ("run --start 1.3.2023", ("--start", "'1.3.2023'", "YYYY-MM-DD"), "日期"),
    ("route a b -k 51", ("-k", "'51'", "a whole number from 1 to 50"), "1至50的整数"),
    ("compare out --margin many", ("--margin", "'many'", "a percentage"), "百分数"),
    ("app --share=yes", ("--share", "the option without a value"), "不带取值"),
    ("route Tianjin", ("TO", "missing"), "缺少必填项"),
    ("route a b c", ("route", "'c'", "no further argument"), "无更多参数"),
    ("rum", ("'rum'", "did you mean 'run'"), "命令名称"),
]


@pytest.mark.parametrize(("line", "parts", "chinese"), WRONG_USAGE)
def test_wrong_usage_is_a_finding_in_the_language_of_the_command(
    bridgehead: Bridgehead, line: str, parts: tuple[str, ...], chinese: str
) -> None:
    answer = bridgehead(*line.split())
    assert (answer.status, answer.out) == (2, "")
    assert all(part in answer.err for part in parts), answer.err
    answer = bridgehead("--language", "zh", *line.split())
    assert answer.status == 2
    assert chinese in answer.err


def test_without_a_command_the_help_is_shown_and_the_status_is_that_of_wrong_input(bridgehead: Bridgehead) -> None:
    answer = bridgehead()
    assert answer.status == 2
    assert answer.out == bridgehead("--help").out.rstrip("\n") + "\n"


def test_shared_options_are_the_same_in_every_command_that_runs_once() -> None:
    for name in ("run", "bottlenecks", "performance"):
        names = [one.name for one in parameters(COMMANDS[name])]
        assert set(RunOptions.__dataclass_fields__) <= set(names)
        assert "json" in names
        assert "language" in names
    for name in ("compare", "performance", "run", "saturation", "sensitivity", "validate"):
        assert set(OutputOptions.__dataclass_fields__) <= {one.name for one in parameters(COMMANDS[name])}
