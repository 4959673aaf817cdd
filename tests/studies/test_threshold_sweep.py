"""Least value of a parameter with which a figure is below a target, and its chart."""

from __future__ import annotations

from typing import Any

import pytest

from sim.reports.threshold_charts import sweep_chart
from sim.studies.threshold_sweep import enough, points
from sim.text.catalogue import Language

LANES = {3: [30.0, 34.0, 32.0], 4: [21.0, 27.0, 24.0], 5: [11.0, 12.0, 13.0], 6: [12.0, 12.0, 12.0]}


def test_every_value_has_its_mean_and_interval() -> None:
    found = points(LANES)
    assert [point.value for point in found] == [3, 4, 5, 6]
    assert found[2].figure.estimate == 12
    assert found[2].figure.low < 11
    assert found[3].figure.half_width == 0


def test_the_least_value_by_means_and_by_intervals() -> None:
    found = points(LANES)
    assert enough(found, 25.0).by_mean == 4
    assert enough(found, 25.0).by_interval == 5
    assert enough(found, 12.5).by_mean == 5
    assert enough(found, 12.5).by_interval == 6
    assert enough(found, 10.0) == enough([], 10.0)


def test_a_dip_before_the_limit_is_passed_again_is_not_enough() -> None:
    found = points({1: [5.0], 2: [20.0], 3: [5.0], 4: [6.0]})
    assert enough(found, 10.0).by_mean == 3
    assert enough(found, 10.0).by_interval is None, "one replication has no interval"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_curve_shows_every_value_the_limit_and_the_language(language: Language) -> None:
    spec: dict[str, Any] = sweep_chart(points(LANES), 25.0, "lanes", "hours", language).to_dict()
    rows = [row for data in spec["datasets"].values() for row in data]
    assert sorted(row["value"] for row in rows if "value" in row) == [3, 4, 5, 6]
    (label,) = [row["label"] for row in rows if "label" in row]
    assert label == ("target: 25" if language == "en" else "目标：25")
