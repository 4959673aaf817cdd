"""Search, knapsack, openings and regret against worked examples and exhaustive search."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations, product
from typing import cast

import numpy as np
import pytest

from sim.studies.portfolio import PortSearch, PortValues
from sim.studies.portfolio.best_sets import best_of
from sim.studies.portfolio.frontier import Choice, best_choices
from sim.studies.portfolio.openings import Planned, best_together, opening_plans
from sim.studies.portfolio.regret import regrets, robust_works
from sim.studies.portfolio.search import NOTHING, Candidate, Known, Relations, search

WorkSet = frozenset[str]


def known_of(
    table: Mapping[WorkSet, float], candidates: Sequence[Candidate], relations: Relations | None = None
) -> Known:
    def value(sets: Sequence[WorkSet]) -> list[np.ndarray]:
        return [np.array([table[one], table[one]]) for one in sets]

    return Known(candidates, relations or Relations(), value)


def subsets(ids: Sequence[str]) -> list[WorkSet]:
    return [frozenset(some) for n in range(len(ids) + 1) for some in combinations(ids, n)]


def nothing_relieves(works: WorkSet) -> list[str]:
    return []


def test_what_a_second_replication_shows_decides_among_the_best_of_the_first() -> None:
    """The first replication favours a; both together favour b. A dear set is no rival within the budget."""
    first = {NOTHING: 0.0, frozenset("a"): 50.0, frozenset("b"): 45.0, frozenset("c"): 60.0}
    second = {NOTHING: 0.0, frozenset("a"): 20.0, frozenset("b"): 44.0, frozenset("c"): 60.0}
    seen: list[WorkSet] = []

    class Values:
        screened, replications = 1, 2

        def run(self, sets: Sequence[WorkSet], replications: int) -> None:
            seen.extend(sets)

        def benefit(self, works: WorkSet, replications: int) -> np.ndarray:
            return np.array([[first[works], second[works]]])

    candidates = [Candidate("a", 1.0, 0.0), Candidate("b", 1.0, 0.0), Candidate("c", 9.0, 0.0)]
    known = Known(candidates, Relations(), lambda sets: [np.array([first[one]]) for one in sets])
    known.look(first)
    costs = {one.id: one for one in candidates}
    (best,) = best_of([PortSearch("port", known, cast(PortValues, Values()))], costs, [2.0])
    assert best.works["port"] == frozenset("b")
    assert best.net == pytest.approx(44.5)
    assert set(seen) == {NOTHING, frozenset("a"), frozenset("b")}
    assert len(known.benefits[frozenset("c")]) == 1


@pytest.mark.parametrize("quick", [False, True])
def test_a_quick_search_of_many_works_values_fewer_sets_and_adds_what_pairs_promise(quick: bool) -> None:
    """Ten works of 10 each that add up, but for two that do the same, and two that change next to nothing."""
    ids = [f"w{n}" for n in range(10)]
    candidates = [Candidate(id, 1.0, 1.0) for id in (*ids, "idle", "slight")]
    seen: list[WorkSet] = []

    def value(sets: Sequence[WorkSet]) -> list[np.ndarray]:
        seen.extend(sets)
        return [
            np.array([10.0 * len(one & {*ids}) - 10.0 * ({"w0", "w1"} <= one) + 0.5 * ("slight" in one)])
            for one in sets
        ]

    known = Known(candidates, Relations(), value, quick)
    search(known, [5.0], nothing_relieves)
    (best,) = known.best(5.0)
    assert known.net(best) == 45.0
    assert not {"w0", "w1"} <= best
    pairs = [one for one in seen if len(one) == 2]
    assert (frozenset({"slight", "w2"}) in pairs) is not quick
    assert len(seen) < (110 if quick else 250)
    if quick:
        # The second of the two works never joins a set of three with the first.
        assert not any({"w0", "w1"} <= one for one in seen if len(one) > 2)


def test_an_interaction_is_of_the_replications_that_all_four_sets_have() -> None:
    table = {one: np.array([value, 100.0]) for one, value in LANES_AND_LINE.items()}
    table[NOTHING] = table[NOTHING][:1]
    known = Known(TWO, Relations(), lambda sets: [table[one] for one in sets])
    known.look(table)
    interaction = known.interaction("a", "b")
    assert interaction is not None
    assert (interaction.difference.n, interaction.difference.estimate) == (1, pytest.approx(496.0))


LANES_AND_LINE = {NOTHING: 0.0, frozenset("a"): -46.0, frozenset("b"): 0.0, frozenset("ab"): 450.0}
TWO = (Candidate("a", 1.4, 0.2), Candidate("b", 231.0, 26.3))


def test_two_works_that_bring_nothing_alone_are_found_together() -> None:
    """Ten lanes and the inland line at Ganqimaodu: a queue in front of a full line, and a line that nothing reaches."""
    known = known_of(LANES_AND_LINE, TWO)
    search(known, [300.0], nothing_relieves)
    interaction = known.interaction("a", "b")
    assert interaction is not None
    assert interaction.difference.estimate == pytest.approx(496.0)
    [best] = known.best(300.0)
    assert best == frozenset("ab")
    assert known.net(best) == pytest.approx(423.5)
    assert known.best(100.0) == [NOTHING]


def test_a_chain_along_what_binds_passes_through_a_set_that_is_worth_less() -> None:
    """Among many candidates, a work that changes nothing alone is in no pair: only the chain leads there."""
    idle = tuple(Candidate(f"idle{n}", 1.0, 1.0) for n in range(10))
    table = {
        some | frozenset(more): value
        for some, value in LANES_AND_LINE.items()
        for more in [(), *([one.id] for one in idle), *combinations([one.id for one in idle], 2)]
    }
    seen: list[WorkSet] = []

    def value(sets: Sequence[WorkSet]) -> list[np.ndarray]:
        seen.extend(sets)
        return [np.array([table[one], table[one]]) for one in sets]

    known = Known((*TWO, *idle), Relations(), value)
    search(known, [300.0], lambda works: ["b"] if "a" in works else ["a"])
    assert known.best(300.0) == [frozenset("ab")]
    assert len(seen) < 40


def chain_of(ids: Sequence[str], seed: int) -> list[str]:
    """Works that bind one after the other: a queue in front of the first hides the second."""
    found: list[str] = np.random.default_rng(1000 + seed).choice(list(ids), 3, replace=False).tolist()
    return found


def interacting(ids: Sequence[str], seed: int) -> dict[WorkSet, float]:
    """Values with complements and substitutes between any two works, and one chain of three (:func:`chain_of`)."""
    draw, chain = np.random.default_rng(seed), frozenset(chain_of(ids, seed))
    single = dict(zip(ids, draw.normal(5, 30, len(ids)).tolist(), strict=True))
    pair = {frozenset(two): float(draw.normal(0, 40)) for two in combinations(ids, 2) if draw.random() < 0.5}
    return {
        one: sum(single[id] for id in one)
        + sum(value for two, value in pair.items() if two <= one)
        + (120.0 if chain <= one else 0.0)
        for one in subsets(ids)
    }


@pytest.mark.parametrize("seed", range(20))
def test_the_search_finds_a_set_within_the_indifference_of_exhaustive_search(seed: int) -> None:
    ids = "abcdefgh"[: 4 + seed % 5]
    table = interacting(ids, seed)
    draw = np.random.default_rng(100 + seed)
    candidates = [Candidate(id, float(draw.uniform(1, 300)), float(draw.uniform(0, 20))) for id in ids]
    budgets = [30.0, 100.0, 300.0, 1000.0]
    known, whole = known_of(table, candidates), known_of(table, candidates)
    whole.look(subsets(ids))
    search(known, budgets, lambda works: [one for one in chain_of(ids, seed) if one not in works][:1])
    for budget in budgets:
        [found], [best] = known.best(budget), whole.best(budget)
        assert known.net(found) >= whole.net(best) - known.indifference()


def test_sets_that_are_not_allowed_are_never_valued() -> None:
    table = interacting("abcd", 3)
    relations = Relations(frozenset({frozenset("ab")}))
    known = known_of(table, [Candidate(id, 1.0, 1.0) for id in "abcd"], relations)
    search(known, [10.0], nothing_relieves)
    assert not any(frozenset("ab") <= one for one in known.benefits)


def test_a_set_is_valued_once() -> None:
    seen: list[WorkSet] = []
    table = interacting("abcde", 4)

    def value(sets: Sequence[WorkSet]) -> list[np.ndarray]:
        seen.extend(sets)
        return [np.array([table[one]]) for one in sets]

    known = Known([Candidate(id, 10.0, 1.0) for id in "abcde"], Relations(), value)
    search(known, [20.0, 50.0], lambda works: "abcde")
    search(known, [20.0, 50.0], lambda works: "abcde")
    assert len(seen) == len(set(seen))


def exhaustive(ports: Mapping[str, Sequence[Choice]], budget: float) -> float:
    return max(
        sum(one.net for one in chosen)
        for chosen in product(*ports.values())
        if sum(one.capital for one in chosen) <= budget
    )


def test_the_knapsack_is_that_of_exhaustive_search() -> None:
    """200 random tables of four ports with six sets each."""
    draw = np.random.default_rng(14)
    for _ in range(200):
        ports = {
            f"p{k}": [
                Choice(NOTHING, 0.0, 0.0),
                *(
                    Choice(frozenset({f"w{k}{n}"}), float(draw.integers(0, 60)), float(draw.normal(10, 30)))
                    for n in range(5)
                ),
            ]
            for k in range(4)
        }
        budgets = [0.0, 30.0, 90.0, 300.0]
        for best, budget in zip(best_choices(ports, budgets), budgets, strict=True):
            assert best.net == pytest.approx(exhaustive(ports, budget))
            assert best.capital <= budget


def test_a_work_that_two_ports_share_is_paid_once_and_open_at_both() -> None:
    both = frozenset({"gates"})
    ports = {
        "p": [Choice(NOTHING, 0, 0), Choice(both, 0, 6.0)],
        "q": [Choice(NOTHING, 0, 0), Choice(both, 0, 9.0), Choice(frozenset({"line"}), 20, 8.0)],
    }
    shared = {"gates": (30.0, 5.0)}
    found = {one.budget: one for one in best_choices(ports, [10.0, 25.0, 40.0], shared)}
    assert (found[10.0].net, found[10.0].capital) == (0.0, 0.0)
    assert (found[25.0].net, found[25.0].works["q"]) == (8.0, frozenset({"line"}))
    assert (found[40.0].net, found[40.0].capital) == (10.0, 30.0)
    assert found[40.0].works == {"p": both, "q": both}


def npv_of(
    opened: Mapping[str, int], works: Sequence[Planned], benefit: Callable[[WorkSet, int], float], years: range
) -> float:
    total = 0.0
    for year in years:
        factor = 1.08 ** -(year - years[0])
        open_works = frozenset(id for id, opens in opened.items() if opens <= year)
        total += factor * benefit(open_works, year)
        total -= factor * sum(one.yearly for one in works if one.id in open_works)
        for one in works:
            if opened.get(one.id) == year + 1:
                total -= factor * one.capital
    return total


def test_opening_years_are_those_of_exhaustive_search_under_an_allowance() -> None:
    works = [Planned("a", 40, 1, 1, 2027), Planned("b", 30, 0.5, 1, 2028), Planned("c", 25, 0, 1, 2027)]
    years, last = range(2026, 2041), 2031

    def benefit(open_works: WorkSet, year: int) -> float:
        growth = 1 + 0.1 * (year - 2026)
        return growth * (3.0 * ("a" in open_works) + 2.0 * ("b" in open_works) + 4.0 * ({"a", "c"} <= open_works))

    def allowance(year: int) -> float:
        return 45.0 if year < 2028 else 70.0 if year < 2030 else 100.0

    allowances = {year: allowance(year) for year in years}
    found = best_together([opening_plans(works, benefit, allowances, years, last, 0.08)], allowances)
    best = -np.inf
    for opens in product([None, *range(2027, last + 1)], repeat=3):
        opened = {one.id: year for one, year in zip(works, opens, strict=True) if year is not None}
        if any(opened.get(one.id, 9999) < one.earliest for one in works):
            continue
        spent = [sum(one.capital for one in works if opened.get(one.id, 9999) - 1 <= year) for year in years]
        if all(part <= allowance(year) for part, year in zip(spent, years, strict=True)):
            best = max(best, npv_of(opened, works, benefit, years))
    assert found.npv == pytest.approx(best)
    assert npv_of(found.years, works, benefit, years) == pytest.approx(best)


PROGRAMMES = {
    "P": {"low": 10.0, "central": 40.0, "high": 60.0},
    "Q": {"low": 25.0, "central": 35.0, "high": 45.0},
    "R": {"low": -5.0, "central": 50.0, "high": 90.0},
    "nothing": {"low": 0.0, "central": 0.0, "high": 0.0},
}


def test_regrets_are_those_by_hand_and_ties_are_named() -> None:
    found = regrets(PROGRAMMES)
    assert list(found.worst.values()) == [30.0, 45.0, 30.0, 90.0]
    assert list(found.mean.values()) == pytest.approx([36.67, 35.0, 45.0, 0.0], abs=0.005)
    assert found.minimax == ("P", "R")


def test_works_to_build_whatever_happens_are_in_a_best_programme_of_every_future() -> None:
    works = {"P": frozenset("ab"), "Q": frozenset("ac"), "R": frozenset("ad"), "nothing": NOTHING}
    found = robust_works(PROGRAMMES, works, 1.0)
    assert found.always == ("a",)
    assert found.never == ("b",)
    assert found.depends == {"c": ("low",), "d": ("central", "high")}


def test_the_search_among_many_candidates_is_nearly_as_good_with_few_sets() -> None:
    """Ten to twelve works, 1,024 to 4,096 sets: within the indifference in 45 of 48 budgets at least."""
    within = 0
    for seed in range(12):
        ids = "abcdefghijkl"[: 10 + seed % 3]
        table = interacting(ids, seed)
        draw = np.random.default_rng(100 + seed)
        candidates = [Candidate(id, float(draw.uniform(1, 300)), float(draw.uniform(0, 20))) for id in ids]
        budgets = [30.0, 100.0, 300.0, 1000.0]
        known, whole = known_of(table, candidates), known_of(table, candidates)
        whole.look(subsets(ids))
        search(known, budgets, lambda works, ids=ids, seed=seed: [x for x in chain_of(ids, seed) if x not in works][:1])  # type: ignore[misc]
        for budget in budgets:
            [found], [best] = known.best(budget), whole.best(budget)
            within += known.net(found) >= whole.net(best) - known.indifference()
        assert len(known.benefits) < 300
    assert within >= 45
