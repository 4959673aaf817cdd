"""Heat map of the hours of a week, and shares that wait longer than promised."""

from __future__ import annotations

import pytest

from sim.kpi.load_by_hour import load_by_hour
from sim.kpi.waits_over import waits_over
from sim.reports.chart_style import styled
from sim.reports.load_charts import CLOSED, load_heat, percent, promise_rows, waited_for
from sim.text.names import Names
from tests.helpers.stories import three_trains, world_of_three_trains


@pytest.mark.parametrize(("language", "sunday"), [("en", "Sun"), ("zh", "周日")])
def test_the_heat_map_has_hours_of_days_with_closed_ones_marked(language: str, sunday: str) -> None:
    names = Names.of(world_of_three_trains(), language)
    chart = styled(load_heat(load_by_hour(three_trains()), "crane", names)).to_dict()
    (cells,) = [rows for rows in chart["datasets"].values() if "hour" in rows[0]]
    assert {cell["day"] for cell in cells} == {sunday}
    assert [cell["hour"] for cell in cells] == list(range(8, 20))
    assert [cell["closed"] for cell in cells] == [CLOSED] * 5 + [""] * 7
    assert cells[6]["waiting"] == 1.0
    assert [cells[k]["use"] for k in (0, 6, 9)] == [CLOSED, "100%", "0%"]


def test_facilities_are_listed_by_their_queue() -> None:
    load = load_by_hour(three_trains())
    assert waited_for(load, "erenhot") == ["crane", "customs", "track"]
    assert waited_for(load, "nowhere") == []


def test_a_row_of_promises_has_the_class_its_crossings_and_the_shares() -> None:
    names = Names.of(world_of_three_trains())
    rows = promise_rows(waits_over(three_trains()), "erenhot", names)
    assert rows == [["Container train, outbound", "2", "50%", "0%", "0%", "0%", "0%"]]


@pytest.mark.parametrize(
    ("share", "text"), [(0.0, "0%"), (0.001, "<0.5%"), (0.5, "50%"), (0.999, ">99.5%"), (1, "100%")]
)
def test_a_share_of_some_vehicles_is_neither_none_nor_all(share: float, text: str) -> None:
    assert percent(share) == text
