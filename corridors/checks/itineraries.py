"""Rules about the steps of an itinerary: columns of each kind, and order."""

from __future__ import annotations

from collections.abc import Iterator, Set
from itertools import pairwise
from typing import Final

from corridors.checks.itinerary_paths import by_choice, by_itinerary
from corridors.checks.report import error, warning, warns_only
from corridors.findings import Finding
from corridors.io.cells import meaning
from corridors.messages import Message, message
from corridors.model import DEMAND, Corridor, Step
from corridors.schema import schema
from corridors.step_kinds import step_kinds

KINDS: Final = step_kinds()
USED: Final = tuple(
    column
    for column in schema("itineraries")
    if column != "place" and any(column in kind.needs + kind.uses for kind in KINDS.values())
)
"""Columns that only some kinds of steps use. A place may be filled for every kind."""


def steps_have_the_columns_of_their_kind(corridor: Corridor) -> Iterator[Finding]:
    """A step has the columns that its kind needs.

    A serve has a facility and a duration, a branch a share and a target ...
    """
    for key, step in corridor.itineraries.items():
        for column in KINDS[step.kind].needs:
            if step.kind == "travel" and step.duration:
                continue
            if not getattr(step, column):
                what, found = message("step.missing_column", kind=step.kind, column=column), getattr(step, column)
                yield error("itineraries", key, column, found, what, _meaning(column))
        if step.kind == "travel" and bool(step.mode) == bool(step.duration):
            what, expected = message("step.mode_or_duration"), message("want.mode_or_duration")
            yield error("itineraries", key, "mode", step.mode, what, expected)


def _meaning(column: str) -> Message:
    return meaning(schema("itineraries")[column])


@warns_only
def steps_have_no_other_columns(corridor: Corridor) -> Iterator[Finding]:
    """Columns that the kind of a step does not use are empty."""
    for key, step in corridor.itineraries.items():
        for column in USED:
            if getattr(step, column) and column not in KINDS[step.kind].needs + KINDS[step.kind].uses:
                what = message("step.unused_column", kind=step.kind, column=column)
                yield warning("itineraries", key, column, getattr(step, column), what, message("want.empty"))


def itineraries_begin_with_a_mark(corridor: Corridor) -> Iterator[Finding]:
    """The first step of an itinerary is a mark at its origin."""
    for steps in by_itinerary(corridor).values():
        first = steps[0]
        if first.kind != "mark":
            yield error("itineraries", first.id, "kind", first.kind, message("itinerary.no_mark"), "mark", "mark")
        elif not first.place:
            what, expected = message("itinerary.no_origin"), message("want.origin")
            yield error("itineraries", first.id, "place", "", what, expected)


def orders_are_unique(corridor: Corridor) -> Iterator[Finding]:
    """No two steps of an itinerary have the same order."""
    for steps in by_itinerary(corridor).values():
        for before, step in pairwise(steps):
            if before.order == step.order:
                what = message("itinerary.same_order", step=before.step)
                yield error("itineraries", step.id, "order", step.order, what, message("want.unique_order"))


def a_choice_is_the_last_step(corridor: Corridor) -> Iterator[Finding]:
    """A choose is the last step.

    The itineraries of the alternatives continue the journey.
    """
    for steps in by_itinerary(corridor).values():
        for step in steps[:-1]:
            if step.kind == "choose":
                what, expected = message("itinerary.steps_after_choice"), message("want.last_step")
                yield error("itineraries", step.id, "kind", "choose", what, expected)


def choices_do_not_lead_back(corridor: Corridor) -> Iterator[Finding]:
    """No alternative leads back to an itinerary that the vehicle has left."""
    choices = by_choice(corridor)
    onward = {
        name: choices.get(steps[-1].choice, [])
        for name, steps in by_itinerary(corridor).items()
        if steps[-1].kind == "choose"
    }
    done: set[str] = set()
    for start in onward:
        trail: list[tuple[str, int]] = [(start, 0)] if start not in done else []
        while trail:
            name, n = trail.pop()
            ways = onward.get(name, [])
            if n == len(ways):
                done.add(name)
                continue
            trail.append((name, n + 1))
            after = ways[n].itinerary
            if any(after == earlier for earlier, _ in trail):
                what, expected = message("choice.loop"), message("want.itinerary_onward")
                yield error("alternatives", ways[n].id, "itinerary", after, what, expected)
            elif after not in done:
                trail.append((after, 0))


def ports_have_a_direction(corridor: Corridor) -> Iterator[Finding]:
    """A step that counts for a port has a direction; other steps have none."""
    for key, step in corridor.itineraries.items():
        if bool(step.port) != bool(step.direction):
            column = "direction" if step.port else "port"
            what, expected = message("step.no_direction", column=column), message("want.port_and_direction")
            yield error("itineraries", key, column, "", what, expected)


@warns_only
def dwell_is_one_run(corridor: Corridor) -> Iterator[Finding]:
    """The steps at a port in one direction are consecutive.

    A gap would split the dwell time.
    """
    for steps in by_itinerary(corridor).values():
        left: set[tuple[str, str]] = set()
        before = ("", "")
        for step in steps:
            here = (step.port, step.direction)
            if here != before:
                if step.port and here in left:
                    what = message("itinerary.port_twice", port=step.port, direction=step.direction)
                    yield warning("itineraries", step.id, "port", step.port, what, message("want.consecutive_steps"))
                left.add(before)
                before = here


@warns_only
def facilities_suit_the_step(corridor: Corridor) -> Iterator[Finding]:
    """A pass uses a train path with a headway.

    Serve and hold do not use train paths.
    """
    for key, step in corridor.itineraries.items():
        facility = corridor.facilities.get(step.facility)
        if facility is None:
            continue
        if step.kind == "pass" and facility.headway_min == 0:
            what, expected = message("step.pass_without_headway"), message("want.path_with_headway")
            yield warning("itineraries", key, "facility", facility.id, what, expected)
        elif step.kind in ("serve", "hold") and facility.kind == "path":
            yield warning("itineraries", key, "kind", step.kind, message("step.path_not_passed"), "pass", "pass")
        if facility.port and step.port and facility.port != step.port:
            what = message("step.other_port", facility=facility.id)
            yield warning("itineraries", key, "port", step.port, what, facility.port, facility.port)


def amounts_fit_the_stock(corridor: Corridor) -> Iterator[Finding]:
    """No step draws or returns more than its stock can hold."""
    returned = {step.stock for step in corridor.itineraries.values() if step.kind == "return"}
    for key, step in corridor.itineraries.items():
        most = _most(corridor, step, returned)
        if most is not None and step.amount > most:
            what, expected = message("step.amount", stock=step.stock), message("want.at_most", n=most)
            yield error("itineraries", key, "amount", step.amount, what, expected)


def _most(corridor: Corridor, step: Step, returned: Set[str]) -> int | None:
    """The highest possible level of the stock of a draw or return.

    None: no limit, or no such stock.
    """
    stock = corridor.stocks.get(step.stock)
    if stock is None or step.kind not in ("draw", "return"):
        return None
    if step.kind == "draw" and stock.kind == DEMAND:
        return 1
    if step.kind == "draw" and stock.id not in returned:
        return max(stock.initial, stock.daily_quota or 0)
    return stock.capacity


RULES = (
    steps_have_the_columns_of_their_kind,
    steps_have_no_other_columns,
    itineraries_begin_with_a_mark,
    orders_are_unique,
    a_choice_is_the_last_step,
    choices_do_not_lead_back,
    ports_have_a_direction,
    dwell_is_one_run,
    facilities_suit_the_step,
    amounts_fit_the_stock,
)
