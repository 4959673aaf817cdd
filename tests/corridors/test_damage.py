"""Bad data, once more: whatever is done to a folder, reading it gives findings that name the file and the cure."""

from __future__ import annotations

from pathlib import Path

import pytest

from corridors.checks import check_folder
from corridors.findings import Finding
from corridors.io.folders import data_root
from corridors.io.tables import read, save
from tests.helpers.damage import Damage, byte_damages, damaged, damages
from tests.helpers.small_border import small_border

BASELINE = data_root() / "baseline"


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("good")
    save(small_border(), folder)
    return folder


def test_nothing_is_found_against_the_good_folder(good: Path) -> None:
    assert check_folder(good) == []


def test_there_are_many_kinds_of_damage_and_each_has_a_name_of_its_own(good: Path) -> None:
    names = [damage.name for damage in [*damages(), *byte_damages(good)]]
    assert len(set(names)) == len(names)
    assert len(names) >= 80


@pytest.mark.parametrize("damage", damages(), ids=lambda damage: damage.name)
def test_damage_is_told_with_file_and_cure(good: Path, damage: Damage, tmp_path: Path) -> None:
    findings = check_folder(damaged(good, damage, tmp_path / "data"))
    if damage.code:
        about = [finding for finding in findings if finding.file == damage.file]
        code, _, nearest = damage.code.partition(" ")
        assert any(one.code == code and nearest in ("", one.nearest) for one in about), about
    else:
        assert findings == []
        assert read(tmp_path / "data")[0] is not None
    assert_each_can_be_cured(findings)


def test_whatever_happens_to_bytes_reading_and_checking_go_on(good: Path, tmp_path: Path) -> None:
    noticed = 0
    for damage in byte_damages(good):
        folder = damaged(good, damage, tmp_path / damage.name)
        findings = check_folder(folder)
        assert_each_can_be_cured(findings)
        corridor, answer = read(folder)
        assert corridor is not None or any(finding.level == "error" for finding in answer)
        noticed += bool(findings)
    assert noticed > len(byte_damages(good)) // 2


@pytest.mark.parametrize("damage", byte_damages(BASELINE)[:12], ids=lambda damage: damage.name)
def test_bytes_of_the_baseline_may_be_damaged_too(damage: Damage, tmp_path: Path) -> None:
    assert_each_can_be_cured(check_folder(damaged(BASELINE, damage, tmp_path / "data")))


def assert_each_can_be_cured(findings: list[Finding]) -> None:
    for finding in findings:
        assert finding.file.endswith(".csv"), finding
        assert finding.expected, finding
        assert str(finding).startswith(("error: ", "warning: "))
