"""Options of the command check: findings as JSON, codes to leave out, and the limit on what is printed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from corridors.findings import MOST_SHOWN
from sim.text.catalogue import say
from tests.conftest import Told
from tests.helpers.template import in_file
from tests.helpers.work import steps_run

Bridgehead = Callable[..., Told]


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    """A scenario with two errors."""
    file = tmp_path / "rush.yaml"
    file.write_text("id: rush\ndays: soon\nwarmup_day: 2\n", encoding="utf-8")
    return file


def document(answer: Told) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer.out)
    return found


@pytest.mark.parametrize("language", ["en", "zh"])
def test_findings_as_json_have_codes_and_sentences(
    bridgehead: Bridgehead, mine: Path, scenario: Path, language: str
) -> None:
    answer = bridgehead("check", scenario, "--data", mine, "--json", "-", "--language", language)
    assert answer.status == 2
    found = document(answer)
    assert (found["errors"], found["warnings"]) == (2, 0)
    keys = {"level", "code", "file", "row", "column", "id", "found", "expected", "message", "nearest", "params"}
    keys |= {"used_by"}
    assert all(set(one) == keys for one in found["findings"])
    one = next(one for one in found["findings"] if one["code"] == "yaml.unknown_key")
    assert (one["level"], one["file"], one["row"], one["column"]) == ("error", "rush.yaml", 3, "warmup_day")
    assert (one["found"], one["nearest"]) == ("warmup_day", "warmup_days")
    assert one["message"] == say("findings.yaml.unknown_key", language)
    assert all(ord(letter) < 128 for letter in answer.out), "no console can spoil it"


def test_a_line_ends_with_the_code_that_explain_takes(bridgehead: Bridgehead, mine: Path, scenario: Path) -> None:
    answer = bridgehead("check", scenario, "--data", mine)
    codes = re.findall(r"^error: .* \[([a-z_.]+)\]$", answer.err, re.MULTILINE)
    assert codes == ["yaml.not_integer", "yaml.unknown_key"]
    assert "bridgehead explain CODE" in answer.err
    for code in codes:
        assert bridgehead("explain", code).status == 0


def test_a_finding_without_an_explanation_has_no_code(bridgehead: Bridgehead) -> None:
    answer = bridgehead("runn")
    assert "[" not in answer.err
    assert "explain" not in answer.err


def test_json_goes_to_a_file_beside_the_table(
    bridgehead: Bridgehead, mine: Path, scenario: Path, tmp_path: Path
) -> None:
    answer = bridgehead("check", scenario, "--data", mine, "--json", tmp_path / "out" / "found.json")
    assert answer.status == 2
    assert "Errors: 2" in answer.err
    assert json.loads((tmp_path / "out" / "found.json").read_text(encoding="utf-8"))["errors"] == 2


def test_a_sound_folder_gives_an_empty_document(bridgehead: Bridgehead, mine: Path) -> None:
    answer = bridgehead("check", "--data", mine, "--json", "-")
    assert answer.status == 0
    assert document(answer) == {"findings": [], "errors": 0, "warnings": 0}


@pytest.mark.parametrize(
    ("codes", "left", "status"),
    [
        (["yaml.unknown_key"], ["yaml.not_integer"], 2),
        (["yaml.unknown_key", "yaml.not_integer"], [], 0),
        (["yaml"], [], 0),
        (["cell"], ["yaml.not_integer", "yaml.unknown_key"], 2),
    ],
)
def test_codes_and_families_of_codes_are_left_out(
    bridgehead: Bridgehead, mine: Path, scenario: Path, codes: list[str], left: list[str], status: int
) -> None:
    ignored = [word for code in codes for word in ("--ignore", code)]
    answer = bridgehead("check", scenario, "--data", mine, "--json", "-", *ignored)
    assert answer.status == status
    assert [one["code"] for one in document(answer)["findings"]] == left


def test_an_unknown_code_is_refused_with_the_nearest(bridgehead: Bridgehead, mine: Path) -> None:
    answer = bridgehead("check", "--data", mine, "--ignore", "cell.not_intger", "--ignore", "cell")
    assert (answer.status, answer.out) == (2, "")
    assert "--ignore" in answer.err
    assert "'cell.not_intger'" in answer.err
    assert "cell.not_integer" in answer.err.split("did you mean")[1]
    assert "Errors: 1" in answer.err


def many_keys(file: Path, n: int) -> Path:
    keys = "\n".join(f"key{k}: 1" for k in range(n))
    file.write_text(f"id: rush\ntitle_en: t\n{keys}\n", encoding="utf-8")
    return file


def test_the_first_findings_are_printed_and_the_others_counted(
    bridgehead: Bridgehead, mine: Path, tmp_path: Path
) -> None:
    file = many_keys(tmp_path / "rush.yaml", 1234)
    answer = bridgehead("check", file, "--data", mine)
    assert answer.status == 2
    assert answer.err.count("error: ") == MOST_SHOWN == 200
    assert "and 1,034 more findings" in answer.err
    assert "Errors: 1234" in answer.err
    assert len(document(bridgehead("check", file, "--data", mine, "--json", "-"))["findings"]) == 1234
    ran = bridgehead("run", "--scenario", file, "--data", mine, "--days", 1)
    assert ran.status == 2
    assert "and 1,034 more findings" in ran.err


def test_the_work_of_a_check_is_linear_in_its_findings(bridgehead: Bridgehead, mine: Path, tmp_path: Path) -> None:
    files = [many_keys(tmp_path / f"rush{n}.yaml", n) for n in (300, 600, 1_200)]
    assert bridgehead("check", files[0], "--data", mine).status == 2  # Loads the modules.
    steps = [steps_run(partial(bridgehead, "check", file, "--data", mine)) for file in files]
    # A search of all keys for each finding gives 2.0; nearest names, sought for the first findings only, keep it low.
    assert 0 < steps[2] - steps[1] < 1.7 * (steps[1] - steps[0]), steps


PROPOSAL = "id: more\ntitle_en: m\ntitle_zh: m\nmeasure: '1'\narticle: '1'\nchanges:\n"
WRONG = """\
  - {op: set, address: facilities.exit_gate.servers, value: -3}
  - {op: set, address: facilities.x.servers, value: 3}
"""
EXPERIMENT = "id: e\ntitle_en: e\ntitle_zh: e\nreplications: 2\ndays: 20\nscenarios:\n"


def test_a_finding_of_a_proposal_is_counted_once_with_the_documents_that_use_it(
    bridgehead: Bridgehead, mine: Path
) -> None:
    texts = {
        "proposals/more.yaml": PROPOSAL + WRONG,
        "scenarios/s.yaml": "id: s\nproposals: [more]\n",
        "scenarios/t.yaml": "id: t\nproposals: [more]\nchanges: [{op: set, address: facilities.y.servers, value: 3}]\n",
        "experiments/e.yaml": EXPERIMENT + "  - {id: a, title_en: a, title_zh: a, proposals: [more]}\n",
    }
    for name, text in texts.items():
        (mine / name).parent.mkdir(exist_ok=True)
        (mine / name).write_text(text)
    document = json.loads(bridgehead("check", "--data", mine, "--json", "-").out)
    assert {(one["file"], one["row"], one["code"], *one["used_by"]) for one in document["findings"]} == {
        ("more.yaml", 7, "cell.out_of_bounds", "s.yaml", "t.yaml", "e.yaml"),
        ("more.yaml", 8, "change.unknown_row", "s.yaml", "t.yaml", "e.yaml"),
        ("t.yaml", 3, "change.unknown_row"),
    }
    assert document["errors"] == 3
    used = "scenarios/s.yaml, scenarios/t.yaml, experiments/e.yaml"
    assert f"documents that use this file: {used} [" in bridgehead("check", "--data", mine).err
    only = bridgehead("check", "--data", mine, mine / "scenarios" / "s.yaml", mine / "scenarios" / "s.yaml")
    assert "Errors: 2, warnings: 0." in only.err


def test_alike_findings_in_files_of_one_name_are_two(bridgehead: Bridgehead, mine: Path) -> None:
    for kind in ("scenarios", "years"):
        (mine / kind).mkdir()
        (mine / kind / "s.yaml").write_text("id: s\ndais: 3\n")
    assert "Errors: 2" in bridgehead("check", "--data", mine).err


def test_a_table_that_is_named_beside_its_folder_is_checked_once(bridgehead: Bridgehead, mine: Path) -> None:
    in_file(mine / "places.csv", "CN", "XX")
    once = bridgehead("check", mine).err
    assert bridgehead("check", mine, mine / "places.csv", mine).err == once


def test_a_check_of_everything_names_the_folders_of_documents(bridgehead: Bridgehead, mine: Path) -> None:
    """A scenario and a proposal may have the same name; a file that is named has no folder before it."""
    for kind in ("proposals", "scenarios"):
        (mine / kind).mkdir()
        (mine / kind / "same.yaml").write_text("id: same\nid: same\n")
    found = bridgehead("check", "--data", mine).err
    assert "error: proposals/same.yaml, line 2" in found
    assert "error: scenarios/same.yaml, line 2" in found
    assert "error: same.yaml, line 2" in bridgehead("check", mine / "proposals" / "same.yaml", "--data", mine).err
