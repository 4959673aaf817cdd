"""Day by day on What if: the chart of two short runs, its figures as a table, and the recovery of paired runs."""

from __future__ import annotations

from typing import Any, Final

import pytest
from streamlit.delta_generator import DeltaGenerator
from streamlit.testing.v1 import AppTest

from app.pages.what_if_time import MEASURE
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
        ("zh", "逐日情况", "情景关闭", "计算置信区间"),
    ],
)
def test_a_closure_is_shown_day_by_day_with_its_figures(language: str, title: str, state: str, pairs: str) -> None:
    at = changed(language, SHUT, port="ceke")
    assert title in [one.value for one in at.subheader]
    assert pairs in captions(at)
    # Three of the eight days of a short run of the tests are closed.
    assert tables(at).count(state) == 3
    assert "2023-07-20" in tables(at)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_of_the_views_of_a_port_only_the_open_one_is_drawn(language: str) -> None:
    """Their charts took more of the server than all other parts of the page."""
    at = changed(language, SHUT, port="ceke")
    views = at.tabs[:4]
    titles = [one.label for one in views]
    assert [len(one.get("vega_lite_chart")) for one in views] == [1, 0, 0, 0]
    for number, title in enumerate(titles):
        at.session_state["views"] = title
        at.run()
        assert not at.exception
        tops = [one for one in at.tabs if one.label in titles]
        assert [len(one.subheader) for one in tops] == [place == number for place in range(4)]
        assert title in [one.value for one in at.subheader]


def test_the_baseline_is_shown_without_a_closure() -> None:
    at = changed("en", port="ceke")
    assert "Day by day" in [one.value for one in at.subheader]
    assert "closed by the scenario" not in tables(at)
    assert "run with confidence intervals above" not in captions(at)


def test_the_choice_of_the_figure_has_no_default_beside_its_kept_value(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit warns in the log of a server about a default of a widget whose value is also set in the session."""
    made: list[dict[str, Any]] = []
    drawn = DeltaGenerator.segmented_control

    def noted(self: Any, *values: Any, **options: Any) -> Any:
        made.append(options)
        return drawn(self, *values, **options)

    monkeypatch.setattr(DeltaGenerator, "segmented_control", noted)
    at = changed("en", SHUT, port="ceke")
    assert at.session_state[MEASURE] == "queue"
    assert ["default" in one for one in made if one.get("key") == MEASURE] == [False]
