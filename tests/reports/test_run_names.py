"""Names of a run: one function for the command line, the report and the page."""

from __future__ import annotations

from datetime import date

import pytest

from corridors.overlay.options import parse_setting
from corridors.overlay.proposals import Proposal, Scenario
from sim.reports.run_names import proposal_titles, scenario_title
from sim.run import BASELINE, Case, prepare
from tests.helpers.small_border import small_border

CHANGE = parse_setting("facilities.lanes.servers=+1")
OWN = CHANGE.model_copy(update={"origin": ""})
LANES = Proposal(
    id="third_lane", title_en="A third lane", title_zh="第三通道", measure="1", article="1", changes=(OWN,)
)


def case(**scenario: object) -> Case:
    made = BASELINE.model_copy(update={"days": 3, "warmup_days": 0, "start": date(2025, 1, 1), **scenario})
    return prepare(small_border(), made, {LANES.id: LANES} if made.proposals else {})


@pytest.mark.parametrize(
    ("scenario", "title", "of_session"),
    [
        ({}, "基准情形", "基准情形"),
        ({"changes": (CHANGE,)}, "基准情形, facilities.lanes.servers=+1", "自定义情景, facilities.lanes.servers=+1"),
        ({"id": "mine", "changes": (OWN,)}, "mine", "自定义情景"),
        ({"id": "mine", "proposals": ("third_lane",)}, "mine", "自定义情景"),
        ({"id": "mine", "title_en": "Mine", "title_zh": "我的", "changes": (OWN,)}, "我的", "我的"),
        ({"id": "mine"}, "mine", "mine"),
    ],
)
def test_a_scenario_has_its_title_else_the_name_of_its_kind_else_its_id(
    scenario: dict[str, object], title: str, of_session: str
) -> None:
    made = case(**scenario)
    assert scenario_title(made, "zh") == title
    assert scenario_title(made, "zh", "自定义情景") == of_session


def test_proposals_have_their_titles() -> None:
    assert proposal_titles(case(proposals=("third_lane",)), "zh") == ("第三通道",)
    assert proposal_titles(case(), "en") == ()
    assert Scenario(id="x").title_en == ""
