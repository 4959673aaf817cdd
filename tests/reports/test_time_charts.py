"""Charts day by day: the strip of days without opening hours lies within the plot, however high it is drawn."""

from __future__ import annotations

from datetime import date

from sim.reports.time_charts import DayRow, time_chart
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
