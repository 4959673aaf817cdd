"""The part of a YAML file that its model accepts, so that the rest of it can be checked beside its faults."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict

from corridors.findings import ERROR, Finding
from corridors.io.yaml_files import sound_part
from corridors.io.yaml_locations import placed


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = ""
    size: int = 0
    marks: tuple[int, ...] = ()


class Whole(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str
    parts: tuple[Part, ...]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("id: a\nparts: [{name: x, size: 1}]\n", [Part(name="x", size=1)]),
        ("id: a\nparts: [{name: x, size: big}, {name: y, colour: red}]\n", [Part(name="x"), Part(name="y")]),
        ("id: a\nparts: [{name: x, marks: [1, two, 3, four]}]\n", [Part(name="x", marks=(1, 3))]),
        ("id: a\nparts: [7, {name: y}]\n", [Part(name="y")]),
    ],
)
def test_values_that_are_refused_are_left_out_and_the_others_kept(
    tmp_path: Path, text: str, expected: list[Part]
) -> None:
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    found = sound_part(tmp_path / "a.yaml", Whole)
    assert found is not None
    assert list(found.parts) == expected


@pytest.mark.parametrize("text", ["parts: []\n", "id: a\nparts: 3\n", "id: [\n", "- 1\n", ""])
def test_a_file_with_too_little_left_has_no_sound_part(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    assert sound_part(tmp_path / "a.yaml", Whole) is None


def test_a_finding_about_an_item_of_a_list_has_its_line(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("id: a\nparts:\n  - {name: x}\n  - name: y\n    size: 3\n", encoding="utf-8")
    findings = [
        Finding(ERROR, "a", None, column, found, "") for column, found in (("parts.0.name", "x"), ("parts.1.size", "3"))
    ]
    assert [one.row for one in placed(findings, {"a": file})] == [3, 5]
