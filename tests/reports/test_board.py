"""The board of a comparison: which cells, in which order, on which scale, with the baseline above."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace

import pytest

from corridors.overlay.proposal_kinds import kind_of
from corridors.overlay.proposals import load_proposals
from sim.reports.board import Board, board_csv, board_html, figure_choices, traffic_choices, usual_traffic
from sim.reports.comparison_names import names_of
from sim.reports.comparison_tables import ComparisonTables
from sim.studies.compare import Traffic, compare
from sim.text.catalogue import Language
from tests.helpers.hand_results import CLASS, PORT, results_of
from tests.helpers.stories import world_of_three_trains

DWELL = {
    "baseline": [10.0, 12.0, 11.0, 13.0],
    "two_cranes": [8.0, 11.0, 9.0, 10.0],
    "night": [10.5, 12.4, 11.6, 13.4],
    "same": [10.0, 12.0, 11.0, 13.0],
}
TONNES = {
    "baseline": [100.0] * 4,
    "two_cranes": [101.0, 101.5, 101.0, 101.5],
    "night": [120.0, 121.0, 122.0, 121.0],
    "same": [100.0] * 4,
}
HERE = Traffic(PORT, CLASS)


def tables(language: Language = "en", hostile: str = "") -> ComparisonTables:
    world = world_of_three_trains()
    results = results_of(DWELL, TONNES, corridor=world)
    if hostile:
        dict.__setitem__(results.scenarios["night"], "title_en", hostile)  # type: ignore[arg-type]
    return ComparisonTables(compare(results, world, {}), world, names_of(results, world, language))


def test_the_order_is_by_cargo_or_by_the_best_of_a_column_and_the_baseline_is_above() -> None:
    board = Board(tables(), HERE, ("dwell_h_mean",))
    assert [kpi for _, kpi in board.columns] == ["delivered_t_per_day", "dwell_h_mean"]
    assert board.order(None)[:2] == ["night", "two_cranes"]
    assert board.order(1) == ["two_cranes", "same", "night"]
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", board_html(board, board.order(1)))
    assert "Baseline" in rows[1]
    assert "11.5" in rows[1]
    assert "two_cranes" in rows[2]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_cell_says_its_interval_and_its_verdict_also_to_a_screen_reader(language: Language) -> None:
    made = tables(language)
    html = board_html(Board(made, HERE, ("dwell_h_mean",)), made.order)
    labels = re.findall(r'<span class="bar" role="img" aria-label="([^"]+)"', html)
    assert len(labels) == 6
    assert all(html.count(label) >= 2 for label in labels)
    assert 'scope="row"' in html
    assert 'scope="col"' in html


def test_bars_of_a_column_share_a_scale_that_has_zero() -> None:
    html = board_html(Board(tables(), HERE, ("dwell_h_mean",)), ["two_cranes", "night"])
    zeros = re.findall(r'<i class="zero" style="left:([\d.]+)px"', html)
    assert len(zeros) == 4
    assert zeros[0] == zeros[2]
    assert zeros[1] == zeros[3]


def test_a_title_from_a_file_is_text_in_html_and_no_formula_in_a_spreadsheet() -> None:
    made = tables(hostile="=cmd|' /C calc'!A0 <script>")
    board = Board(made, HERE, ("dwell_h_mean",))
    assert "<script>" not in board_html(board, made.order)
    rows = list(csv.reader(io.StringIO(board_csv(board, made.order).decode("utf-8-sig"))))
    assert len(rows) == 1 + 6
    assert any(row[0].startswith("'=cmd") for row in rows)
    assert {len(row) for row in rows} == {8}


def test_the_choices_are_what_the_comparison_has() -> None:
    made = tables()
    assert HERE in traffic_choices(made)
    assert "dwell_h_mean" in figure_choices(made, HERE)
    of_one = dict.fromkeys(made.order, (HERE,))
    of_several = of_one | {"night": (Traffic("other", CLASS),)}
    assert [usual_traffic(aimed(made, targets)) for targets in (of_one, of_several)] == [HERE, None]


def aimed(made: ComparisonTables, targets: dict[str, tuple[Traffic, ...]]) -> ComparisonTables:
    """The tables where these traffics are the targets of the scenarios."""
    return ComparisonTables(replace(made.of, target_traffic=targets), made.corridor, made.names)


@pytest.mark.parametrize(
    ("id", "kind"),
    [
        ("m04_erenhot_line", "work"),
        ("m23_ceke_coal_store", "work"),
        ("m02_central_corridor", "rule"),
        ("m11_coal_gate_hours", "rule"),
        ("m06_mongolia_trains_timetabled", "rule"),
        ("m25_erenhot_closed", "shock"),
        ("m25_wagons_short", "shock"),
        ("m26_demand_2035_high", "future"),
    ],
)
def test_a_proposal_is_of_one_kind(id: str, kind: str) -> None:
    assert kind_of(load_proposals()[id]) == kind
