"""Money in the units of a language: one form in sentences, tables and charts."""

from __future__ import annotations

import math

import pytest

from sim.reports import money
from sim.reports.number_format import NO_VALUE


@pytest.mark.parametrize(
    ("value", "english", "chinese"),
    [
        (0.0, "0 M USD", "0万美元"),
        (1e-9, "0 M USD", "0万美元"),
        (0.05, "50.0 thousand USD", "5.00万美元"),
        (-0.0012, "-1.20 thousand USD", "-1,200美元"),
        (0.1, "0.100 M USD", "10.0万美元"),
        (-39.0, "-39.0 M USD", "-3,900万美元"),
        (99.9, "99.9 M USD", "9,990万美元"),
        (100.0, "100 M USD", "1.00亿美元"),
        (-1670.0, "-1,670 M USD", "-16.7亿美元"),
        (math.nan, NO_VALUE, NO_VALUE),
        (None, NO_VALUE, NO_VALUE),
    ],
)
def test_an_amount_has_the_unit_of_its_size(value: float | None, english: str, chinese: str) -> None:
    """Chinese reports had amounts in millions of dollars beside answers in ten thousands."""
    assert money.amount(value, "en") == english
    assert money.amount(value, "zh") == chinese


def test_an_exact_amount_has_all_its_figures_and_no_zeros_at_its_end() -> None:
    assert money.amount(1234.5, "en", exact=True) == "1,234.5 M USD"
    assert money.amount(1234.5, "zh", exact=True) == "12.345亿美元"
    assert money.amount(12.55, "zh", exact=True) == "1,255万美元"
    assert money.amount(0.000001, "en", exact=True) == "0.001 thousand USD"
    assert money.amount(-0.5, "zh", exact=True) == "-50万美元"
    assert money.amount(1e-9, "en", exact=True) == "0 M USD"
    assert money.amount(999_999_999.25, "en", exact=True) == "999,999,999.25 M USD"
    assert money.amount(1.0, "en", exact=True) == "1 M USD"
    assert money.amount(10.0, "zh", exact=True) == "1,000万美元"
    assert money.amount(300.0, "zh", exact=True) == "3亿美元"


def test_figures_of_a_table_are_in_one_unit_that_its_heading_names() -> None:
    assert [money.figure_of(value, "en") for value in (1670.0, 0.2)] == ["1,670", "0.200"]
    assert [money.figure_of(value, "zh") for value in (1670.0, 0.2)] == ["167,000", "20.0"]
    assert money.figure_of(None, "zh") == NO_VALUE


@pytest.mark.parametrize(
    ("largest", "english", "chinese"),
    [
        (0.0, ("M USD", 1.0), ("万美元", 100.0)),
        (0.004, ("thousand USD", 1e3), ("美元", 1e6)),
        (0.04, ("thousand USD", 1e3), ("万美元", 100.0)),
        (1670.0, ("M USD", 1.0), ("万美元", 100.0)),
    ],
)
def test_the_unit_of_a_table_is_that_of_its_largest_amount(
    largest: float, english: tuple[str, float], chinese: tuple[str, float]
) -> None:
    """Tables of a small world had 0.00 M USD in most of their cells."""
    for language, expected in (("en", english), ("zh", chinese)):
        unit = money.unit_of([None, math.nan, -largest, largest / 2], language)
        assert (unit.name, unit.scale) == expected
    assert money.unit_of([0.004], "en").figure(0.0012) == "1.20"
    assert money.unit_of([], "en").name == "M USD"
