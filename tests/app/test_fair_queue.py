"""The fair queue: turns of visitors, and the places that they see."""

from __future__ import annotations

import random

import pytest

from app.fair_queue import FairQueue


def queue(*items: str) -> FairQueue[str]:
    """Items named like their visitor and a number: 'a1'."""
    made: FairQueue[str] = FairQueue()
    for item in items:
        made.add(item[0], item)
    return made


def all_of(made: FairQueue[str]) -> list[str]:
    return [made.take() for _ in range(len(made))]


def test_visitors_take_turns_and_keep_their_own_order() -> None:
    assert all_of(queue("a1", "a2", "a3", "b1", "c1", "c2")) == ["a1", "b1", "c1", "a2", "c2", "a3"]


def test_a_visitor_with_an_item_under_way_yields_to_one_without() -> None:
    made = queue("a1", "a2")
    assert made.take() == "a1"
    made.add("b", "b1")
    assert (made.ahead("b1"), made.ahead("a2")) == (0, 1)
    assert all_of(made) == ["b1", "a2"]


def test_the_visitor_whose_last_turn_is_longest_ago_is_next() -> None:
    made = queue("a1", "b1", "a2", "b2")
    for _ in range(2):
        made.done(made.take()[0])
    made.add("c", "c1")
    assert all_of(made) == ["c1", "a2", "b2"]


def test_the_place_of_an_item_is_the_number_of_takes_before_it() -> None:
    chance = random.Random("places")
    for _ in range(50):
        made = queue(*(f"{chance.choice('abc')}{k}" for k in range(8)))
        for _ in range(chance.randrange(3)):
            made.take()
        waiting = [item for _, item in made._in_turn()]
        assert [made.ahead(item) for item in waiting] == list(range(len(waiting)))
        assert all_of(made) == waiting


def test_a_removed_item_frees_its_place() -> None:
    made = queue("a1", "b1")
    made.remove("a1")
    made.remove("nowhere")
    assert ("a1" in made, "b1" in made, made.number_of("a")) == (False, True, 0)
    assert all_of(made) == ["b1"]
    with pytest.raises(IndexError):
        made.take()


def test_an_item_of_another_visitor_keeps_its_place_and_counts_for_that_one() -> None:
    made = queue("a1", "b1", "a2", "b2")
    assert made.take() == "a1"
    for item in ("a1", "a2"):
        made.move(item, "a", "n")
    assert (made.number_of("a"), made.number_of("n")) == (0, 2)
    assert [made.ahead(item) for item in ("b1", "b2", "a2")] == [0, 2, 1]
    made.done("n")
    made.add("c", "c1")
    assert all_of(made) == ["b1", "c1", "a2", "b2"], "the new visitor has had the turn of the one before"
