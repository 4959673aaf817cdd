"""Titles of levers: two facilities of one name at a port have their sides in brackets."""

from __future__ import annotations

import pytest

from corridors.io.folders import data_root
from corridors.load import load_corridor
from sim.reports.lever_titles import lever_title
from sim.text.catalogue import Language
from sim.text.names import Names


@pytest.mark.parametrize(
    ("language", "here", "there", "port"),
    [
        ("en", "1 more of: Border guard and customs (Poland side, ", "Belarus side", "Małaszewicze - Brest"),
        ("zh", "增设1个：边检与海关（波兰侧、", "白俄罗斯侧", "马拉舍维奇—布列斯特"),
    ],
)
def test_facilities_of_one_name_have_their_side(language: Language, here: str, there: str, port: str) -> None:
    corridor = load_corridor(data_root() / "examples" / "malaszewicze")
    names = Names.of(corridor, language)
    one, other = (
        lever_title(id, corridor, names, language)
        for id in ("more_malaszewicze_border_guard", "more2_brest_border_guard")
    )
    assert one.startswith(here + port)
    assert there in other
    assert port in other


def test_a_name_that_one_facility_of_its_port_has_is_without_a_side() -> None:
    corridor = load_corridor()
    title = lever_title("more_gashuunsukhait_lanes", corridor, Names.of(corridor, "en"), "en")
    assert title == "1 more of: Coal lanes out of Mongolia (Ganqimaodu - Gashuunsukhait)"
