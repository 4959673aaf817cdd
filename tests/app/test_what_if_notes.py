"""What If says what it shows: detours, the baseline after a refused input, and days that it does not use."""

from __future__ import annotations

import json
import math
from datetime import date
from typing import Any, Final

import pytest
from streamlit.testing.v1 import AppTest

from app.figures import FigurePair, all_equal, equal_runs
from app.pages.what_if_answer import cards_of, changed_beside_cards
from app.session import current
from app.session import what_if as state
from app.world import names
from corridors.overlay.proposals import Scenario
from sim.statistics import Interval
from sim.text import catalogue
from tests.app.test_app import open_port, page
from tests.studies.test_unreached import change, run_with, yard

CLOSED: Final[dict[str, Any]] = {
    "op": "close",
    "address": "links.harbin_qiqihar",
    "first_day": "2023-07-19",
    "last_day": "2023-07-28",
}
REROUTE: Final[dict[str, Any]] = {"op": "set", "address": "services.cre_mzl_moscow_harbin.reroute_after_h", "value": 6}


def captions(at: AppTest) -> str:
    return "\n".join(one.value for one in at.caption)


def changed(language: str, *changes: dict[str, Any], port: str = "") -> AppTest:
    return page("what_if", language, change=[json.dumps(change) for change in changes], port=port or "all")


@pytest.mark.parametrize(
    ("language", "another_way", "outside"),
    [("en", "took another way", "outside the ports"), ("zh", "改道", "口岸以外")],
)
def test_detours_are_noted_once_for_their_port_and_for_all_ports(language: str, another_way: str, outside: str) -> None:
    at = changed(language, CLOSED, REROUTE)
    assert captions(at).count(another_way) == 1
    assert outside in captions(at)
    open_port(at, "manzhouli")
    assert captions(at).count(another_way) == 1
    open_port(at, "ceke")
    assert another_way not in captions(at)


@pytest.mark.parametrize(
    ("language", "is_base"), [("en", "Below is the baseline, not the scenario."), ("zh", "以下为基准情形的结果")]
)
def test_after_a_refused_input_the_page_says_what_it_shows(language: str, is_base: str) -> None:
    at = page("what_if", language, set="no.such=1")
    assert is_base in "\n".join(one.value for one in at.info)
    assert is_base not in "\n".join(one.value for one in page("what_if", language).info)


@pytest.mark.parametrize(
    ("language", "another"), [("en", "short runs have {n} days from {start}"), ("zh", "短时仿真自{start}起，共{n}天")]
)
@pytest.mark.parametrize(
    ("start", "more_days", "shown"),
    [(date(2023, 7, 1), 20, True), (None, 20, True), (None, None, False), (None, 0, False)],
)
def test_days_of_an_opened_scenario_that_are_not_used_are_mentioned(
    language: str, another: str, start: date | None, more_days: int | None, shown: bool
) -> None:
    usual = state.HORIZON
    days = None if more_days is None else usual.days + more_days
    at = page("what_if", language, {current.SCENARIO: Scenario(id="mine", start=start, days=days)})
    assert (another.format(n=usual.days, start=usual.start) in captions(at)) == shown


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_class_whose_hours_change_has_a_card_beside_that_of_the_longest_dwell_time(language: str) -> None:
    """Trains are longest at Erenhot, and only trucks into China change."""
    before = page("what_if", language, port="erenhot")
    at = page("what_if", language, port="erenhot", set="facilities.erenhot_road_in.servers=1")
    same, trucks = catalogue.say("app_what_if.same", language), names(language).group("truck", "inbound")
    [_, longest, moved, _] = at.metric
    assert [one.value for one in before.metric][1] == longest.value
    assert longest.delta in ("", same)
    assert moved.delta not in ("", same)
    assert len(before.metric) == 3
    assert trucks in [one.value for one in at.caption]
    assert trucks not in [one.value for one in before.caption]


def test_classes_that_change_are_named_where_no_card_changes() -> None:
    same, more = ((10.0, 10.0), (10.0, 12.0))
    values = {
        ("a", "inbound", "truck", "wait_h_mean"): more,
        ("a", "inbound", "train", "wait_h_mean"): same,
        ("a", "", "all", "backlog_end"): same,
    }
    figures = {
        key: FigurePair(*pair, Interval(pair[1] - pair[0], math.nan, math.nan, 0.95, 1)) for key, pair in values.items()
    }
    shown, cards = [("a", "inbound", "truck"), ("a", "inbound", "train")], [("backlog_end", ("a", "", "all"))]
    assert changed_beside_cards(figures, shown, cards) == [("a", "inbound", "truck")]
    figures["a", "", "all", "backlog_end"] = figures["a", "inbound", "truck", "wait_h_mean"]
    assert changed_beside_cards(figures, shown, cards) == []


def test_the_card_of_the_dwell_time_keeps_its_class_and_the_one_that_changes_most_has_its_own() -> None:
    slow, fast, third = (("a", direction, "truck") for direction in ("inbound", "outbound", "other"))
    both = ("a", "", "all")
    pairs = {slow: (1.33, 1.33), fast: (0.21, 0.21), third: (0.5, 0.5)}

    def cards(**moved: tuple[float, float]) -> list[tuple[str, Any]]:
        values = {**pairs, **{key: moved[key[1]] for key in pairs if key[1] in moved}}
        figures = {
            (*key, "dwell_h_p95"): FigurePair(*pair, Interval(pair[1] - pair[0], math.nan, math.nan, 0.95, 1))
            for key, pair in values.items()
        }
        return cards_of("a", figures, [fast, slow, third])

    frame = [("delivered_t_per_day", both), ("dwell_h_p95", slow), ("backlog_end", both)]
    assert cards() == frame
    assert cards(inbound=(1.33, 0.1)) == frame, "also where it is no longer the longest"
    changed_most = cards(inbound=(1.33, 1.2), outbound=(0.21, 0.11), other=(0.5, 0.9))
    assert changed_most == [*frame[:2], ("dwell_h_p95", third), frame[2]]
    assert cards(inbound=(1.33, 1.2), outbound=(0.21, 0.11)) == frame, "where no other class changes more"


@pytest.mark.parametrize(("now", "equal"), [(2.0, True), (2.0 + 1e-12, False), (None, False)])
def test_figures_are_equal_to_the_last_digit_or_not_at_all(now: float | None, equal: bool) -> None:
    figures = {("ceke", "inbound", "coal_truck", kpi): FigurePair(2.0, now, None) for kpi in ("wait_h_mean",)}
    assert all_equal(figures) == equal
    assert all_equal({key: FigurePair(None, None, None) for key in figures})


def test_where_key_figures_are_equal_a_yard_may_not_be_and_the_sentence_claims_no_more() -> None:
    """A yard that begins fuller ends fuller, and no vehicle notices: that is an effect."""
    base, now = run_with(yard()), run_with(yard(), change("stocks.coal.initial", 60))
    assert equal_runs(base.kpis, now.kpis)
    assert base.stocks["level_end"].tolist() != now.stocks["level_end"].tolist()
    sentences = [catalogue.say("app_what_if.all_equal", language) for language in ("en", "zh")]
    assert sentences == [
        "In these runs every key figure is exactly that of the baseline.",
        "在这些运行中，全部关键指标与基准情形完全相同。",
    ]
