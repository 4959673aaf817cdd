"""docs/wagons.md: the table of its tool, for every scenario of the experiment that it names."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from sim.experiments.experiment import load_experiment
from sim.studies.validation.measures import MEASURES
from tools.page_parts import part_of

TOOL = runpy.run_path(str(Path(__file__).parents[2] / "tools" / "wagons_page.py"))
EXPERIMENT = load_experiment(TOOL["EXPERIMENT"])


def page_rows() -> list[list[str]]:
    page = TOOL["PAGE"].read_text(encoding="utf-8")
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in part_of(page, "wagons").splitlines()[2:]]


def test_the_table_has_a_row_for_each_scenario_and_the_declared_supply_of_each_port() -> None:
    titles = [one.title_en for one in EXPERIMENT.scenarios]
    found = [row[0] for row in page_rows()]
    assert [title for title in found if not title.endswith("as declared")] == titles
    assert sum(title.endswith("as declared") for title in found) == len(TOOL["PORTS"])


def test_changes_of_the_stay_are_differences_in_pairs() -> None:
    shift = {"zamynuud_10_percent_fewer": 5.0}
    figures: dict[str, dict[str, list[float]]] = {}
    for port in TOOL["PORTS"].values():
        for name, asked in TOOL["wanted"](EXPERIMENT, port).items():
            assert all(one.measure in MEASURES for one in asked.quantities.values())
            own = {key: [hours + shift.get(name, 0.0) for hours in (20.0, 30.0, 40.0)] for key in asked.quantities}
            figures.setdefault(name, {}).update(own)
    rows = [line.split(" | ") for line in TOOL["table"](EXPERIMENT, figures).splitlines()[2:]]
    changes = {row[0].lstrip("| "): row[-1].rstrip(" |") for row in rows}
    assert changes["Zamyn-Uud: 10% fewer empty sets sent there"] == "5 (5 to 5)"
    assert changes["Zamyn-Uud: as declared"] == ""


@pytest.mark.slow
def test_the_table_is_that_of_new_runs() -> None:
    page = TOOL["PAGE"].read_text(encoding="utf-8")
    assert TOOL["put_into"](page, "wagons", TOOL["table"](EXPERIMENT, TOOL["runs"](EXPERIMENT))) == page
