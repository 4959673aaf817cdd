"""What pages keep of a run: not shown for another run whose plan is equal but for what its numbers are called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from app.pages.what_if_answer import _bottlenecks
from app.run_summary import Answer
from app.widgets.replay_payload import packed
from corridors.model import Corridor
from sim.kpi import bottlenecks
from sim.run import Case, prepare, run_scenario
from tests.helpers.worlds import duration, facility, itinerary, link, place, port, service, step, world


def world_of_two_ports() -> Corridor:
    """A gate with a queue at port ``one``; port ``two`` has nothing."""
    return world(
        *([place(name, country=country)] for name, country in (("x", "CN"), ("y", "MN"), ("u", "CN"), ("v", "MN"))),
        port("one", "x", "y"),
        port("two", "u", "v"),
        link("x", "y", mode="road"),
        link("u", "v", mode="road"),
        facility("gate", 1, port="one"),
        duration("check", 100),
        itinerary(
            "trip",
            step("mark", place="x"),
            step("serve", facility="gate", duration="check", port="one", direction="outbound"),
        ),
        service("trains", "trip", 20),
    )


def moved(case: Case) -> Case:
    """The same with the queue at the other port."""
    steps = {
        id: replace(row, port="two") if row.port == "one" else row for id, row in case.corridor.itineraries.items()
    }
    return replace(case, corridor=replace(case.corridor, itineraries=steps))


def of_short_warm_up(case: Case) -> Case:
    return replace(case, settings=replace(case.settings, warmup_days=8))


@pytest.mark.parametrize("changed", [moved, of_short_warm_up])
def test_bottlenecks_are_those_of_the_run_that_is_shown(changed: Callable[[Case], Case]) -> None:
    case = prepare(world_of_two_ports(), start=date(2025, 1, 1), days=10, warmup_days=2)
    before, after = (Answer.of(run_scenario(one, "simpy")) for one in (case, changed(case)))
    assert before.record["plan_fingerprint"] == after.record["plan_fingerprint"]
    assert before.content != after.content
    _bottlenecks(before.content, _answer=before)
    shown = _bottlenecks(after.content, _answer=after)
    assert shown == bottlenecks.messages(after.waiting, after.momentary, after.waiting_by_root)
    assert list(shown) == (["two"] if changed is moved else ["one"])


def test_the_same_run_made_again_has_the_same_content() -> None:
    case = prepare(world_of_two_ports(), start=date(2025, 1, 1), days=10, warmup_days=2)
    one, again = (Answer.of(run_scenario(case, "simpy")) for _ in range(2))
    assert one.content == again.content


def test_a_drawing_begins_anew_for_another_text_alone() -> None:
    one, same, other = (packed({"name": name}, {}) for name in ("Port one", "Port one", "Port two"))
    assert one == same
    assert one.partition(b'"key":')[2] != other.partition(b'"key":')[2]
