"""Ranking, selection of the last programmes, levels of levers, opening years by allowance, signposts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from sim.reports.portfolio_tables import PortfolioTables
from sim.statistics import ocba
from sim.studies.appraisal import Appraisal
from sim.studies.portfolio import BudgetChoice, Choices
from sim.studies.portfolio.best_sets import different
from sim.studies.portfolio.finals import CONFIDENCE, select
from sim.studies.portfolio.frontier import Best, Choice, best_choices
from sim.studies.portfolio.levers import one_less, servers_of, thing_of
from sim.studies.portfolio.openings import Openings, Plan, best_together
from sim.studies.portfolio.ranking import ranked_choices
from sim.studies.portfolio.search import NOTHING, Candidate, Known, Relations, search
from sim.studies.portfolio.signposts import ALWAYS, FROM, NEVER, UNCLEAR, UP_TO, turning
from tests.helpers.small_border import small_border

WorkSet = frozenset[str]


def net_of(chosen: Sequence[Choice], shared: Mapping[str, tuple[float, float]]) -> tuple[float, float]:
    """(capital, net) of a choice at every port, shared works paid once."""
    both = frozenset[str]().union(*(one.works for one in chosen)) & frozenset(shared)
    capital = sum(one.capital for one in chosen) + sum(shared[one][0] for one in both)
    return capital, sum(one.net for one in chosen) - sum(shared[one][1] for one in both)


def test_the_ranking_of_programmes_is_that_of_exhaustive_search() -> None:
    """Random tables of three ports with eight sets each, of which one has a work that two ports share."""
    draw, shared = np.random.default_rng(3), {"gates": (7.0, 4.0)}
    for _ in range(25):
        ports = {
            f"p{k}": [
                Choice(NOTHING, 0.0, 0.0),
                *(
                    Choice(
                        frozenset({f"w{k}{n}", *(["gates"] if n > 4 and k < 2 else [])}),
                        float(draw.integers(0, 60)),
                        float(draw.normal(10, 30)),
                    )
                    for n in range(7)
                ),
            ]
            for k in range(3)
        }
        for budget in (0.0, 45.0, 120.0):
            allowed = [
                net_of(chosen, shared)
                for chosen in product(*ports.values())
                # A shared work is open at both ports or at none.
                if ("gates" in chosen[0].works) == ("gates" in chosen[1].works)
            ]
            expected = sorted((net for capital, net in allowed if capital <= budget), reverse=True)[:8]
            found = ranked_choices(ports, budget, 8, shared)
            assert [one.net for one in found] == pytest.approx(expected)
            assert all(one.capital <= budget for one in found)


class Normal:
    """Programmes with normal net benefits of given means; one common part, as random numbers are common."""

    def __init__(self, means: Mapping[str, float], seed: int, sd: float = 1.0, common: float = 3.0) -> None:
        draw = np.random.default_rng(seed)
        shared = draw.normal(0, common, 200)
        self.values = {id: mean + shared + draw.normal(0, sd, 200) for id, mean in means.items()}
        self.asked: dict[str, int] = {}

    def __call__(self, systems: Sequence[str], n: int) -> dict[str, np.ndarray]:
        self.asked |= dict.fromkeys(systems, n)
        return {one: self.values[one][:n] for one in systems}


def test_the_best_of_eight_is_selected_with_the_stated_probability() -> None:
    """The least favourable case: seven programmes that are worse by the indifference exactly.

    With a probability of 0.95 at least 366 of 400 selections are right but in one of 1,000 experiments.
    """
    means = {"best": 10.0, **{f"p{n}": 8.0 for n in range(7)}}
    right = 0
    for seed in range(400):
        found = select(Normal(means, seed), list(means), 2.0, first_stage=5, most=200, further=0)
        assert (found.settled, found.confidence) == (True, CONFIDENCE)
        right += found.best == "best"
    assert right >= 366


def test_programmes_that_fall_behind_get_no_more_replications() -> None:
    sample = Normal({"a": 0.0, "b": 0.5, "far": -50.0}, 1)
    found = select(sample, ["a", "b", "far"], 1.0, first_stage=5, most=100, further=0)
    assert found.settled
    assert found.replications["far"] == sample.asked["far"] == 5
    assert found.replications[found.best] == max(found.replications.values()) > 5


def test_where_the_selection_does_not_end_the_others_get_what_is_left_by_their_nearness() -> None:
    """By hand (:func:`ocba`): gaps 1 and 10, equal variances: the near rival gets 100 times the runs of the far one."""
    assert ocba([0.0, -1.0, -10.0], [1.0, 1.0, 1.0], 201, higher_is_better=True).tolist() == [100, 100, 1]
    sample = Normal({"a": 0.0, "b": 0.4, "c": -2.0}, 2, sd=2.0)
    found = select(sample, ["a", "b", "c"], 0.1, first_stage=3, most=6, further=40)
    assert not found.settled
    assert sum(found.replications.values()) == 3 * 6 + 40
    assert found.replications["c"] < min(found.replications[one] for one in "ab")
    assert found.confidence < CONFIDENCE
    assert found.best == max(found.means, key=lambda one: found.means[one])


def test_one_programme_needs_no_selection() -> None:
    found = select(Normal({"only": 3.0}, 0), ["only"], 1.0, first_stage=4, most=9, further=9)
    assert (found.best, found.settled, found.replications) == ("only", True, {"only": 4})


def test_a_lever_gets_servers_as_long_as_each_pays() -> None:
    """Each server of a lane costs 1; the first three bring 9, 5 and 3 more, the fourth 0.2."""
    gain = {0: 0.0, 1: 9.0, 2: 14.0, 3: 17.0, 4: 17.2}
    ids = ["more_lane", "more2_lane", "more3_lane", "more4_lane"]
    assert [one_less(id) for id in ids] == ["", *ids[:3]]
    assert {thing_of(id) for id in ids} == {"lane"}
    levers = [Candidate(id, 1.0 * servers_of(id), 1.0 * servers_of(id), one_less(id)) for id in ids]
    seen: list[WorkSet] = []

    def value(sets: Sequence[WorkSet]) -> list[np.ndarray]:
        seen.extend(sets)
        return [
            np.array([gain[max((servers_of(id) for id in one), default=0)] + 4.0 * ("road" in one)]) for one in sets
        ]

    pairs = frozenset(frozenset((a, b)) for a in ids for b in ids if a < b)
    known = Known([*levers, Candidate("road", 5.0, 1.0)], Relations(pairs), value)
    search(known, [100.0], lambda works: [])
    [best] = known.best(100.0)
    assert best == {"more3_lane", "road"}
    assert frozenset({"more4_lane"}) not in seen, "more servers are tried only in place of fewer"


def test_works_of_two_groups_share_the_allowance_of_a_year() -> None:
    """Both want 60 by 2027, of which 100 are allowed: the one that loses less opens later."""
    early = [Plan(50.0, {"a": 2028}, (60.0, 60.0)), Plan(45.0, {"a": 2030}, (0.0, 60.0))]
    other = [Plan(80.0, {"b": 2028}, (60.0, 60.0)), Plan(60.0, {"b": 2030}, (0.0, 60.0)), Plan(0.0, {}, (0.0, 0.0))]
    found = best_together([early, other], {2027: 100.0, 2035: 120.0})
    assert (found.years, found.npv) == ({"a": 2030, "b": 2028}, 125.0)
    assert best_together([early, other], {2027: 120.0, 2035: 120.0}).npv == 130.0
    assert best_together([early, other], {2027: 120.0, 2035: 70.0}).years == {"a": 2028}


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([(1.2, -10.0), (1.4, 30.0)], (FROM, 1.25)),
        ([(1.4, -30.0), (1.2, 10.0)], (UP_TO, 1.25)),
        ([(1.0, -20.0), (1.0, 0.0), (1.5, 10.0)], (FROM, 1.25)),  # Equal traffic is averaged.
        ([(1.0, 3.0), (1.5, 1.0)], (ALWAYS, None)),
        ([(1.0, -3.0), (1.5, -1.0)], (NEVER, None)),
        ([(1.0, -1.0), (1.2, 1.0), (1.4, -1.0)], (UNCLEAR, None)),
    ],
)
def test_a_signpost_is_where_the_gain_passes_zero(
    points: list[tuple[float, float]], expected: tuple[str, float | None]
) -> None:
    pays, ratio = turning(points)
    assert pays == expected[0]
    assert ratio == (None if expected[1] is None else pytest.approx(expected[1]))


@pytest.mark.parametrize(
    ("allowances", "why"), [({}, "also has works that bring less than they cost"), ({2030: 5.0}, "the limits by year")]
)
def test_a_work_of_the_best_set_that_is_not_opened_is_said_with_its_reason(
    allowances: Mapping[int, float], why: str
) -> None:
    best = Best(5.0, 1.0, 1.0, {"port": frozenset({"more2_customs"})})
    one = BudgetChoice(5.0, best, best, Openings({}, 0.0), None, None, 1.0, 0.0)
    found = Choices(True, 0.08, 20, {}, (), (), (one,), None, None, allowances=allowances)
    said = PortfolioTables(found, small_border(), "en").answer()
    assert [line for line in said if why in line and "2 more of: " in line]


@pytest.mark.parametrize(("npv", "compared"), [(float("nan"), False), (12.0, True)])
def test_opening_years_that_were_not_compared_are_said_to_be_the_earliest(npv: float, compared: bool) -> None:
    class Appraised(PortfolioTables):
        def _of_budget(self, one: BudgetChoice) -> str:
            return ""

    best = Best(5.0, 1.0, 1.0, {"port": frozenset({"more2_customs"})})
    appraisal = cast(Appraisal, SimpleNamespace(futures={}))
    one = BudgetChoice(5.0, best, best, Openings({"more2_customs": 2027}, npv), None, appraisal, 1.0, 0.0)
    assert one.openings.compared is compared
    found = Choices(False, 0.08, 20, {}, (), (), (one,), None, None)
    said = Appraised(found, small_border(), "en").answer()
    assert any("they open as early as they can" in line for line in said) is not compared


def test_programmes_that_differ_in_a_lever_by_little_are_not_compared_again() -> None:
    nets = {("line", "more_gate"): 100.0, ("line", "more2_gate"): 99.5, ("line",): 90.0, ("road",): 89.0}
    ranked = [Best(50.0, net, 1.0, {"port": frozenset(works)}) for works, net in nets.items()]
    found = different(ranked, 8)
    assert [sorted(one.all_works) for one in found] == [["line", "more_gate"], ["line"], ["road"]]
    assert different(ranked, 2) == found[:2]


def test_the_ranking_of_many_sets_visits_few() -> None:
    """Four ports with 200 sets each, 1.6 billion programmes."""
    draw = np.random.default_rng(8)
    ports = {
        f"p{k}": [
            Choice(NOTHING, 0.0, 0.0),
            *(
                Choice(frozenset({f"w{k}_{n}"}), float(draw.integers(1, 400)), float(draw.normal(20, 30)))
                for n in range(200)
            ),
        ]
        for k in range(4)
    }
    found = ranked_choices(ports, 700.0, 60)
    [best] = best_choices(ports, [700.0])
    assert found[0].net == pytest.approx(best.net)
    assert [one.net for one in found] == sorted((one.net for one in found), reverse=True)
    assert len({tuple(sorted(one.all_works)) for one in found}) == 60
