"""docs/orders.md: the table of its tool, for every scenario of the experiment that it names."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from sim.experiments.experiment import load_experiment
from sim.studies.validation.measures import MEASURES
from tools.page_parts import part_of

TOOL = runpy.run_path(str(Path(__file__).parents[2] / "tools" / "orders_page.py"))
EXPERIMENT = load_experiment(TOOL["EXPERIMENT"])
FIGURES = (*TOOL["QUANTITIES"], "journey", "orders", "days", "held", "held_h")


def test_the_table_has_a_row_for_the_baseline_and_each_scenario() -> None:
    page = TOOL["PAGE"].read_text(encoding="utf-8")
    rows = part_of(page, "orders").splitlines()[2:]
    titles = [one.title_en for one in TOOL["scenarios"](EXPERIMENT)]
    assert [row.split(" | ")[0].strip("| ") for row in rows] == titles
    assert len(titles) == len(EXPERIMENT.scenarios) + 1


def test_changes_of_the_journey_are_differences_in_pairs_and_the_wait_is_that_of_a_train_held() -> None:
    assert all(one.measure in MEASURES for one in TOOL["QUANTITIES"].values())
    found = {one.id: {name: [20.0, 30.0, 40.0] for name in FIGURES} for one in TOOL["scenarios"](EXPERIMENT)}
    found["no_orders"] |= {"held": [0.0, 0.0, 0.0], "held_h": [0.0, 0.0, 0.0]}
    found["stop_at_40"] |= {"journey": [25.0, 35.0, 45.0], "held": [10.0, 10.0, 10.0]}
    rows = [line.strip("| ").split(" | ") for line in TOOL["table"](EXPERIMENT, found).splitlines()[2:]]
    assert [row[4] for row in rows] == ["–", "3", "1"]
    assert [row[-1] for row in rows[1:]] == ["5 (5 to 5)", "0 (0 to 0)"]


@pytest.mark.slow
def test_the_table_is_that_of_new_runs() -> None:
    page = TOOL["PAGE"].read_text(encoding="utf-8")
    assert TOOL["put_into"](page, "orders", TOOL["table"](EXPERIMENT, TOOL["runs"](EXPERIMENT))) == page
