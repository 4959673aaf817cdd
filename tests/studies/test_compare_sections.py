"""Sections in a comparison: capacity utilisation, waiting for train paths, transit time."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from sim.reports.comparison_tables import ComparisonTables
from sim.reports.text_table import Table
from sim.studies.compare import ExperimentResults, ScenarioComparison, compare
from sim.text.names import Language, Names
from tests.helpers.hand_results import BASELINE, kpi_rows, results_of
from tests.helpers.stories import world_of_three_trains

DWELL = {BASELINE: [4.0, 5.0, 6.0, 7.0], "track": [4.0, 5.0, 6.0, 7.0], "speed": [4.0, 5.0, 6.0, 7.0]}
SAME = [(0.39, 0.10), (0.40, 0.14), (0.38, 0.11), (0.39, 0.12)]
DOUBLED = [(0.12, 0.01), (0.13, 0.02), (0.11, 0.01), (0.12, 0.01)]
CHANCE = [(0.39, 0.60), (0.40, 0.02), (0.38, 0.70), (0.39, 0.01)]


def desert() -> ExperimentResults:
    """One scenario doubles a section and a little of the next; in the other only chance waits longer."""
    links = {
        BASELINE: {"desert": SAME, "steppe": SAME},
        "track": {"desert": DOUBLED, "steppe": [(share + 0.02, wait) for share, wait in SAME]},
        "speed": {"desert": SAME, "steppe": CHANCE},
    }
    return results_of(DWELL, links=links)


def compared(results: ExperimentResults) -> ScenarioComparison:
    return compare(results, world_of_three_trains())


def tables(comparison: ScenarioComparison, language: Language = "en") -> ComparisonTables:
    corridor = world_of_three_trains()
    return ComparisonTables(comparison, corridor, Names.of(corridor, language))


def sections(results: ExperimentResults, language: Language = "en") -> Table:
    return tables(compared(results), language).sections()


def test_a_second_track_empties_its_paths_and_the_greatest_change_comes_first() -> None:
    rows = sections(desert()).rows
    assert [row[:3] for row in rows] == [("Scenario track", "desert", "39.0"), ("Scenario track", "steppe", "39.0")]
    assert rows[0][3].startswith("-27")
    assert rows[0][4] == "0.118"
    assert rows[0][5].startswith("-0.10")
    assert rows[1][4:] == ("—", "—")


def test_what_chance_alone_does_is_no_row_but_a_name_in_a_sentence() -> None:
    assert sections(desert()).rest == "No section with such a change: Scenario speed."
    assert sections(desert(), "zh").rest.startswith("无区段达到上述变化：")


def test_a_section_that_only_the_scenario_has_is_no_change_of_a_section() -> None:
    links = {BASELINE: {"desert": SAME}, "track": {"desert": SAME, "new": DOUBLED}}
    assert not compared(results_of(DWELL, links=links)).section_changes


def test_one_run_shows_nothing_on_the_lines() -> None:
    one = {scenario: values[:1] for scenario, values in DWELL.items()}
    links = {BASELINE: {"desert": SAME[:1]}, "track": {"desert": DOUBLED[:1]}}
    assert not compared(results_of(one, links=links)).section_changes


def test_a_faster_line_shortens_the_journey_and_not_the_stay() -> None:
    results = desert()
    hours = {BASELINE: [40.0, 41.0, 42.0, 41.0], "track": [40.0, 41.0, 42.0, 41.0], "speed": [39.3, 40.2, 41.3, 40.3]}
    rows = [row for scenario, values in hours.items() for row in kpi_rows(scenario, "transit_h_mean", values)]
    results = replace(results, kpis=pd.concat([results.kpis, pd.DataFrame(rows)], ignore_index=True))
    (row,) = tables(compared(results)).journeys().rows
    assert row[0] == "Scenario speed"
    assert row[3].startswith("-0.72")
    assert row[4] == "0"
