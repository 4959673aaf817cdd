"""Problems of the operating system and of YAML have sentences in every language; others are named as foreign text."""

from __future__ import annotations

import errno
import os
import re
import socket
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest

from corridors.findings import DataError
from corridors.io.plain_files import content_of
from corridors.io.system_problems import NUMBERS, ROOM, file_problem, library_problem, os_problem, problem
from corridors.io.yaml_files import parse_yaml
from corridors.io.yaml_problems import FORMS
from corridors.messages import Message
from corridors.overlay.proposals import Scenario
from sim.text.catalogue import complete_languages, ids, sentence
from sim.text.findings import line
from tests.conftest import Told

DOCUMENTS: list[tuple[str, str, int, int]] = [
    ("id: a: b", "syntax.colon", 1, 6),
    ("id: a\n  days: 3", "syntax.colon", 2, 7),
    ("id\ndays: 3", "syntax.colon", 2, 5),
    ("id: ? a", "syntax.question_mark", 1, 5),
    ("id: - b", "syntax.list_item", 1, 5),
    ("changes:\n\top: set", "syntax.tab", 2, 1),
    ("id: @x", "syntax.first_character", 1, 5),
    ("id: `x", "syntax.first_character", 1, 5),
    ("id: }", "syntax.first_character", 1, 5),
    ("days: 3\nid: 'x", "syntax.open_quote", 2, 5),
    ('id: "x\ndays: 3\n', "syntax.open_quote", 1, 5),
    ("changes: [1, 2\ndays: 3", "syntax.open_bracket", 1, 10),
    ("changes: {x: 1\ndays: 3", "syntax.open_bracket", 1, 10),
    ("changes: [", "syntax.value_missing", 1, 11),
    ("id: a\ndays 3\nstart: b", "syntax.no_colon", 2, 1),
    ("- a\nid: b", "syntax.key_after_list", 2, 1),
    ("id: b\n- a", "syntax.item_after_keys", 2, 1),
    ("id: 'x' y", "syntax.after_value", 1, 9),
    ("id: 'it's'", "syntax.after_value", 1, 9),
    ("{id: a} b", "syntax.after_value", 1, 9),
    ('id: "\\q"', "syntax.escape", 1, 7),
    ('id: "\\xZZ"', "syntax.escape_number", 1, 8),
    ("id: a\n---\nid: b", "syntax.second_document", 2, 1),
    ("id: |x\n b", "syntax.block_text", 1, 6),
    ("id: |1x\n b", "syntax.block_text", 1, 7),
    ("? [a, b]\n: 1", "syntax.key_of_parts", 1, 3),
    ("id: *\n", "syntax.name_missing", 1, 6),
    ("id: & a", "syntax.name_missing", 1, 6),
    (f"{'k' * 1100}: 1", "syntax.long_key", 1, 1101),
    (f"id: a\n{'k' * 1100}: 1", "syntax.long_key", 2, 1101),
    (f"id: {'k' * 1100}: 1", "syntax.colon", 1, 1105),
    ("[&a x, &a y]", "syntax.anchor", 1, 8),
    ("id: !!int five", "syntax.other_type", 1, 5),
    ("id: !<x", "of_library", 1, 8),
    ("%YAML 3.0\n---\nid: a", "of_library", 1, 1),
]


def refused(text: str) -> tuple[Message, int | None, str, str]:
    """The problem of a document, its line, and the finding in English and Chinese."""
    with pytest.raises(DataError) as error:
        parse_yaml(text.encode(), "s.yaml", Scenario)
    (finding,) = error.value.findings
    assert finding.code == "yaml.syntax"
    (what,) = dict(finding.message.params).values()  # type: ignore[union-attr]
    return what, finding.row, line(finding, "en"), line(finding, "zh")  # type: ignore[return-value]


@pytest.mark.parametrize(("text", "code", "row", "column"), DOCUMENTS)
def test_text_that_is_no_yaml_has_a_sentence_with_line_and_column(text: str, code: str, row: int, column: int) -> None:
    what, line_found, english, chinese = refused(text)
    inner = dict(what.params)
    assert (what.code, line_found, inner["column"]) == ("syntax.at", row, column)
    assert inner["why"].code == code  # type: ignore[union-attr]
    assert f"column {column}," in english
    assert f"第{column}列" in chinese
    assert ("in the words of the library PyYAML" in english) == ("PyYAML 的原文" in chinese) == (code == "of_library")


@pytest.mark.parametrize(
    ("text", "code"), [("id: " + "[" * 5000, "syntax.too_deep"), ('id: "\\U99999999"', "syntax.escape_number")]
)
def test_text_that_the_reader_gives_up_without_a_place_is_refused_too(text: str, code: str) -> None:
    assert refused(text)[0].code == code


@pytest.mark.parametrize("tag", ["timestamp", "set", "binary"])
def test_a_tag_of_yaml_is_named_as_the_file_writes_it(tag: str) -> None:
    with pytest.raises(DataError) as error:
        parse_yaml(f"id: !!{tag} x".encode(), "s.yaml", Scenario)
    (finding,) = error.value.findings
    assert finding.code == "yaml.tag"
    assert f"The file uses the YAML tag !!{tag}, which" in line(finding, "en")


def test_every_sentence_about_yaml_has_a_document_that_needs_it() -> None:
    known = {id for id in ids(ROOM) if id.startswith("syntax.")} - {"syntax.at", "syntax.too_deep"}
    assert (
        known
        == {id for _, id, _ in FORMS} | {"syntax.long_key"}
        == {code for _, code, _, _ in DOCUMENTS} - {"of_library"}
    )


def test_every_number_of_an_error_has_a_sentence_and_every_sentence_a_number() -> None:
    known = {id for id in ids(ROOM) if not id.startswith(("syntax.", "of_"))}
    assert known == set(NUMBERS.values())


FILES: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (lambda folder: (folder / "x").read_bytes(), "no such file or folder"),
    "folder": (lambda folder: folder.read_bytes(), "a folder"),
    "not_folder": (lambda folder: (folder / "file" / "x").read_bytes(), "a part of the path is a file, not a folder"),
    "exists": (lambda folder: (folder / "file").mkdir(), "it exists already"),
    "folder_not_empty": (lambda folder: folder.rmdir(), "the folder is not empty"),
    "name_too_long": (lambda folder: (folder / ("x" * 300)).read_bytes(), "the name is too long"),
    "circle_of_links": (lambda folder: (folder / "circle").read_bytes(), "a circle of symbolic links"),
}


@pytest.mark.skipif(os.name == "nt", reason="needs the errors of Unix")
@pytest.mark.parametrize("code", FILES)
def test_an_error_of_a_file_is_named_by_its_reason(tmp_path: Path, code: str) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "circle").symlink_to("circle")
    act, words = FILES[code]
    with pytest.raises(OSError, match="Errno") as error:
        act(tmp_path)
    assert os_problem(error.value).code == code
    assert sentence(os_problem(error.value), "en") == words
    assert str(tmp_path) in sentence(file_problem(error.value), "zh")


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("language", complete_languages())
def test_a_known_error_is_never_in_the_words_of_the_system(number: int, language: str) -> None:
    text = sentence(os_problem(OSError(number, os.strerror(number))), language)
    assert os.strerror(number) not in text
    assert language == "en" or not re.search(r"[A-Za-z]", text)


def test_other_errors_are_named_as_foreign_text() -> None:
    unknown = OSError(errno.ENOTTY, "Inappropriate ioctl for device")
    assert sentence(os_problem(unknown), "zh") == "Inappropriate ioctl for device（操作系统的原文）"
    assert sentence(os_problem(TimeoutError("timed out")), "zh") == "等待响应超时"
    assert sentence(problem(KeyError("x")), "zh") == "'x'（KeyError，出错程序的原文）"
    assert sentence(library_problem("pydantic", "a\n b"), "en") == "a b (in the words of the library pydantic)"


@pytest.mark.parametrize("number", [1, 2, 5, 13])
def test_numbers_of_other_modules_are_none_of_the_system(number: int) -> None:
    for kind in (ssl.SSLError, socket.gaierror, socket.herror):
        found = os_problem(kind(number, "in its own words"))
        assert (found.code, dict(found.params)) == ("of_system", {"text": "in its own words"})


def test_what_cannot_be_read_is_refused_with_the_same_words(tmp_path: Path) -> None:
    for path in (tmp_path / "none", tmp_path / "nul\0"):
        with pytest.raises(DataError) as error:
            content_of(path, 1)
        assert line(error.value.findings[0], "zh").endswith("实际为：没有该文件或文件夹 [file.unreadable]")


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs a folder in which no program can write")
@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["new", "/proc/x"], "没有该文件或文件夹"),
        (["new", "/dev/null/x"], "路径中有一段是文件，不是文件夹"),
        (["run", "--json", "/proc/x.json"], "没有该文件或文件夹"),
        (["run", "--json", "/dev/null/x.json"], "已存在"),
        (["run", "--report", f"/tmp/{'x' * 300}.html"], "名称过长"),
        (["batch", "smoke", "--out", "/proc/x"], "没有该文件或文件夹"),
        (["compare", "/nowhere"], "没有该文件或文件夹"),
        (["run", "--data", "/nowhere"], "没有该文件或文件夹"),
        (["run", "--scenario", "/nowhere.yaml"], "没有该文件或文件夹"),
    ],
)
def test_every_command_gives_the_reason_in_the_language_of_the_user(
    bridgehead: Callable[..., Told], arguments: list[str], why: str
) -> None:
    answer = bridgehead(*arguments, "--language", "zh")
    assert answer.status in (1, 2)
    assert why in answer.err.replace("\n", ""), answer.err
