"""Rules that keep their findings find what they find when they are asked anew, whatever they were asked before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from corridors.checks import REFUSING, RULES, check
from corridors.checks.kept_findings import KeptRule
from corridors.checks.report import may_refuse
from corridors.findings import Finding
from corridors.model import Corridor
from tests.corridors.test_checks import BORDER, STORIES, without

WORLDS = (BORDER, *STORIES.values(), without("facilities.customs"), without("links.plain_wall_gate"), BORDER)


def test_kept_rules_find_the_same_in_any_order_of_worlds() -> None:
    for rule in filter(may_refuse, RULES):
        kept = KeptRule(rule)
        for corridor in (*WORLDS, *reversed(WORLDS)):
            assert kept(corridor) == tuple(rule(corridor)), rule.__name__


def test_no_rule_that_may_refuse_is_left_out() -> None:
    assert len(REFUSING) == sum(map(may_refuse, RULES))
    for corridor in (*WORLDS, *reversed(WORLDS)):
        errors = [finding for finding in check(corridor) if finding.level == "error"]
        assert [finding for finding in check(corridor, warn=False) if finding.level == "error"] == errors


@pytest.mark.parametrize(
    ("table", "times"), [("facilities", 1), ("links", 2), ("places", 2)], ids=["not read", "read", "read by a method"]
)
def test_a_rule_is_asked_again_if_a_table_changes_that_it_read(table: str, times: int) -> None:
    asked: list[object] = []

    def rule(corridor: Corridor) -> Iterator[Finding]:
        asked.append(corridor.links.keys() & corridor.table("places").keys())
        yield from ()

    kept = KeptRule(rule)
    for corridor in (BORDER, BORDER, replace(BORDER, **{table: dict(BORDER.table(table))})):
        assert kept(corridor) == ()
    assert len(asked) == times


def test_few_worlds_are_kept_and_the_last_ones_are_not_asked_about_again() -> None:
    asked: list[object] = []

    def rule(corridor: Corridor) -> Iterator[Finding]:
        asked.append(len(corridor.links))
        yield from ()

    worlds = [replace(BORDER, links=dict(BORDER.links)) for _ in range(9)]
    kept = KeptRule(rule)
    for corridor in (*worlds, worlds[-1], worlds[-2], worlds[0]):
        kept(corridor)
    assert len(asked) == 10
