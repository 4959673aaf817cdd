"""Changes that change nothing are shown on What if with the reason: beside the slider, and below the proposals."""

from __future__ import annotations

import json
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.app.test_app import page, the

LANES = "facilities.gashuunsukhait_lanes.servers"
EXPRESSWAY = "m17_ceke_expressway"


def captions(at: AppTest) -> str:
    return "\n".join(one.value for one in at.caption)


@pytest.mark.parametrize(
    ("language", "none", "counted"),
    [("en", "The change has no effect", "1 change without effect"), ("zh", "该改动不起作用", "1项改动不起作用")],
)
def test_a_proposal_with_a_change_without_effect_is_shown_with_its_title_and_the_reason(
    language: str, none: str, counted: str
) -> None:
    at = page("what_if", language, proposal=EXPRESSWAY)
    assert the(at.expander, counted)
    assert none in captions(at)
    assert "ceke_ejina_road" in captions(at)


@pytest.mark.parametrize(("days", "shown"), [(1, True), (0, False)])
def test_a_slider_without_effect_has_the_reason_below_it(days: int, shown: bool) -> None:
    """The port is shut on the day on which the slider shuts it, too."""
    shut: dict[str, Any] = {"op": "close", "address": "ports.ceke", "first_day": "2023-07-01", "last_day": "2023-09-30"}
    given = {"set": f"ports.ceke={days}"} if days else {}
    at = page(state={"group_ceke_closures": True}, change=json.dumps(shut), port="ceke", **given)
    assert (":material/info: The change has no effect" in captions(at)) == shown


def test_changes_with_an_effect_are_not_mentioned() -> None:
    at = page("what_if", set=f"{LANES}=5", port="ganqimaodu")
    assert "has no effect" not in captions(at)
    assert [one.label for one in at.expander if "without effect" in one.label] == []


def test_a_change_of_an_address_with_the_value_of_the_base_is_shown_by_its_address() -> None:
    at = page(change=json.dumps({"op": "set", "address": LANES, "value": 3}))
    assert f"**{LANES}**: The change has no effect: the value is 3 without it" in captions(at)


def test_a_scenario_with_many_changes_says_that_none_was_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    from app import no_effect

    monkeypatch.setattr(no_effect, "MOST_CHANGES", 0)
    at = page("what_if", proposal=EXPRESSWAY)
    assert "bridgehead check lists them" in captions(at)
