"""Day by day on What if: the chart of two short runs, its figures as a table, and the recovery of paired runs."""

from __future__ import annotations

from typing import Any, Final

import pytest
from streamlit.testing.v1 import AppTest

from tests.app.test_pages import html_of
from tests.app.test_what_if_notes import captions, changed

SHUT: Final[dict[str, Any]] = {
    "op": "close",
    "address": "ports.ceke",
    "first_day": "2023-07-20",
    "last_day": "2023-07-22",
}


def tables(at: AppTest) -> str:
    return html_of(at)


@pytest.mark.parametrize(
    ("language", "title", "state", "pairs"),
    [
        ("en", "Day by day", "closed by the scenario", "run with confidence intervals"),
        ("zh", "逐日情况", "方案关闭", "计算置信区间"),
    ],
)
def test_a_closure_is_shown_day_by_day_with_its_figures(language: str, title: str, state: str, pairs: str) -> None:
    at = changed(language, SHUT, port="ceke")
    assert title in [one.value for one in at.subheader]
    assert pairs in captions(at)
    # Three of the eight days of a short run of the tests are closed.
    assert tables(at).count(state) == 3
    assert "2023-07-20" in tables(at)


def test_the_baseline_is_shown_without_a_closure() -> None:
    at = changed("en", port="ceke")
    assert "Day by day" in [one.value for one in at.subheader]
    assert "closed by the scenario" not in tables(at)
    assert "run with confidence intervals above" not in captions(at)
