"""Charts day by day: the strip of days without opening hours lies within the plot, however high it is drawn."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from sim.reports.chart_style import spec_of
from sim.reports.time_charts import DayRow, day_rows, groups_by_change, time_chart, time_spec
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


def backlog(replications: int, seed: int) -> pd.DataFrame:
    """Made-up daily rows of three kinds of traffic; one number is missing."""
    numbers = np.random.default_rng(seed)
    keys = [("ceke", "inbound", "coal_truck"), ("ceke", "outbound", "coal_truck"), ("erenhot", "inbound", "bulk")]
    rows = [(n, *key, day) for n in range(replications) for key in keys for day in range(12)]
    table = pd.DataFrame(rows, columns=["replication", "port", "direction", "class", "day"])
    table["vehicles_waiting"] = numbers.uniform(0, 1000, len(table)) ** 2
    table["crossings"] = numbers.integers(0, 9, len(table))
    table.loc[5, "vehicles_waiting"] = np.nan
    return table


@pytest.mark.parametrize("replications", [1, 7])
def test_rows_of_days_are_means_and_ends_to_the_last_bit(replications: int) -> None:
    base, own = backlog(replications, 1), backlog(replications, 2)
    for measure, column in (("queue", "vehicles_waiting"), ("flow", "crossings")):
        rows = day_rows(base, own, GROUP, measure, date(2023, 8, 1))
        tables = [table[(table["port"] == "ceke") & (table["direction"] == "inbound")] for table in (base, own)]
        before, after = (table.groupby("day")[column] for table in tables)
        known = pd.DataFrame({"base": before.mean(), "own": after.mean(), "low": after.min(), "high": after.max()})
        shown = [(row.base, row.own, row.low, row.high) for row in rows]
        assert shown == [tuple(map(float, values)) for values in known.dropna().itertuples(index=False)]


def test_the_traffic_that_changes_most_comes_first() -> None:
    base, own = backlog(3, 1), backlog(3, 1)
    own.loc[own["direction"] == "outbound", "vehicles_waiting"] += 1.0
    assert groups_by_change(base, own, "ceke") == [
        ("ceke", "outbound", "coal_truck"),
        ("ceke", "inbound", "coal_truck"),
    ]
    assert groups_by_change(base, own, "khorgos") == []
