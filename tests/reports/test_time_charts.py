"""Charts day by day: the strip of days without opening hours lies within the plot, however high it is drawn."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from sim.reports.chart_style import spec_of
from sim.reports.time_charts import DayRow, time_chart, time_spec
from sim.text.catalogue import Language
from sim.text.names import Names

GROUP = ("ceke", "inbound", "coal_truck")


def test_the_strip_of_closed_days_is_at_the_lower_end_of_a_plot_of_any_height() -> None:
    rows = [DayRow(date(2023, 8, day), 1.0, 2.0, 1.5, 2.5, False, day != 6) for day in range(4, 9)]
    drawn = time_chart(rows, GROUP, "queue", Names("en")).to_dict()
    (strip,) = [layer["encoding"] for layer in drawn["layer"] if "value" in layer["encoding"].get("y", {})]
    assert strip["y"]["value"]["expr"] == "height - 6"
    assert strip["y2"]["value"]["expr"] == "height"


def test_without_closed_days_there_is_no_strip() -> None:
    rows = [DayRow(date(2023, 8, day), 1.0, 2.0, 1.5, 2.5, False, True) for day in range(4, 9)]
    drawn = time_chart(rows, GROUP, "queue", Names("en")).to_dict()
    assert not [layer for layer in drawn["layer"] if "value" in layer["encoding"].get("y", {})]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("days", [0, 1, 9])
@pytest.mark.parametrize("warmup_days", [0, 4])
@pytest.mark.parametrize("shut", [(), (2, 3)])
@pytest.mark.parametrize("closed", [(), (2, 3), (0, 6)])
def test_the_chart_that_is_drawn_once_is_that_of_altair(
    language: Language, days: int, warmup_days: int, shut: tuple[int, ...], closed: tuple[int, ...]
) -> None:
    def row(n: int) -> DayRow:
        return DayRow(
            date(2023, 8, 1) + timedelta(n), n / 3, n / 7, 0.0, n, n in shut, n not in closed, n < warmup_days
        )

    rows, names = [row(n) for n in range(days)], Names(language)
    for measure in ("queue", "flow"):
        plain = time_chart(rows, GROUP, measure, names).properties(width="container")
        assert time_spec(rows, GROUP, measure, names) == spec_of(plain)
