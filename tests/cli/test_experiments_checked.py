"""`check` on an experiment that is named: its scenarios have the findings that they would have as separate files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Told

Bridgehead = Callable[..., Told]
HEAD = "id: trial\ntitle_en: Trial\ntitle_zh: 试验\ndays: 8\nwarmup_days: 1\nreplications: 2\nscenarios:\n"


@pytest.mark.parametrize(
    ("scenarios", "found"),
    [
        ("  - {id: same}\n", [("scenario.no_change", "same")]),
        ("  - {id: same, changes: [{op: scale, address: SERVICE.per_day, value: 1}]}\n", [("idle.same_value", "same")]),
        ("  - {id: more, changes: [{op: scale, address: SERVICE.per_day, value: 2}]}\n", []),
    ],
)
def test_a_scenario_of_an_experiment_that_changes_nothing_is_a_warning(
    bridgehead: Bridgehead, mine: Path, tmp_path: Path, scenarios: str, found: list[tuple[str, str]]
) -> None:
    service = (mine / "services.csv").read_text().splitlines()[1].split(",")[0]
    file = tmp_path / "trial.yaml"
    file.write_text(HEAD + scenarios.replace("SERVICE", f"services.{service}"), encoding="utf-8")
    assert bridgehead("check", file, "--data", mine, "--json", tmp_path / "found.json").status == 0
    listed = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))["findings"]
    assert [(one["code"], one["id"]) for one in listed] == found
    assert all(one["file"] == "trial.yaml" and one["row"] >= 8 for one in listed)
