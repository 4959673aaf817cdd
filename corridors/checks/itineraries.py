"""Rules about the steps of an itinerary as they are written: what each kind needs, and their order."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from corridors.checks.itinerary_paths import by_itinerary
from corridors.checks.report import error, warning
from corridors.findings import Finding
from corridors.model import Corridor, Step

NEEDED: Final[dict[str, tuple[str, ...]]] = {
    "travel": ("place",),
    "serve": ("facility", "duration"),
    "hold": ("facility",),
    "pass": ("facility",),
    "free": ("facility",),
    "draw": ("stock", "amount"),
    "return": ("stock", "amount"),
    "branch": ("share", "to"),
    "wait": ("calendar",),
    "choose": ("choice",),
    "mark": (),
}
"""Columns that a step of each kind must fill; a travel also needs a mode or a duration."""
ALLOWED: Final[dict[str, tuple[str, ...]]] = {
    "travel": ("mode", "duration"),
    "hold": ("duration",),
    "pass": ("duration",),
}
"""Columns that it may fill beside them, and the place, which says where it happens."""
USED: Final = ("mode", "facility", "stock", "amount", "duration", "share", "to", "calendar", "choice")


def steps_say_what_they_need(corridor: Corridor) -> Iterator[Finding]:
    """A serve names a facility and a duration, a branch a share and a step to jump to ...: what its kind needs."""
    for key, step in corridor.itineraries.items():
        for column in NEEDED[step.kind]:
            if step.kind == "travel" and step.duration:
                continue
            if not getattr(step, column):
                yield error("itineraries", key, column, getattr(step, column), f"filled in: a {step.kind} needs it")
        if step.kind == "travel" and bool(step.mode) == bool(step.duration):
            expected = "a mode (over the graph) or a duration (on the spot), not both"
            yield error("itineraries", key, "mode", step.mode, expected)


def steps_say_no_more_than_they_need(corridor: Corridor) -> Iterator[Finding]:
    """A column that a step's kind does not use is empty: whoever filled it in meant another kind."""
    for key, step in corridor.itineraries.items():
        for column in USED:
            if getattr(step, column) and column not in NEEDED[step.kind] + ALLOWED.get(step.kind, ()):
                yield warning("itineraries", key, column, getattr(step, column), f"nothing: a {step.kind} ignores it")


def itineraries_begin_with_a_mark(corridor: Corridor) -> Iterator[Finding]:
    """The first step of an itinerary is a mark at its origin: from there the first travel starts."""
    for steps in by_itinerary(corridor).values():
        first = steps[0]
        if first.kind != "mark":
            yield error(
                "itineraries", first.id, "kind", first.kind, "mark: an itinerary begins with one, at its origin"
            )
        elif not first.place:
            yield error("itineraries", first.id, "place", "", "the origin of the itinerary")


def orders_are_unique(corridor: Corridor) -> Iterator[Finding]:
    """No two steps of an itinerary have the same order."""
    for steps in by_itinerary(corridor).values():
        for before, step in pairwise(steps):
            if before.order == step.order:
                yield error(
                    "itineraries", step.id, "order", step.order, f"a number of its own; {before.step} has it too"
                )


def a_choice_is_the_last_step(corridor: Corridor) -> Iterator[Finding]:
    """A choose ends its itinerary: what comes then stands in the itineraries of the alternatives."""
    for steps in by_itinerary(corridor).values():
        for step in steps[:-1]:
            if step.kind == "choose":
                yield error("itineraries", step.id, "kind", "choose", "the last step of its itinerary")


def choices_do_not_lead_back(corridor: Corridor) -> Iterator[Finding]:
    """No alternative leads back to an itinerary that the vehicle has already left: a journey has an end."""
    itineraries = by_itinerary(corridor)
    onward = {
        name: [way for way in corridor.alternatives.values() if way.choice == steps[-1].choice]
        for name, steps in itineraries.items()
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
                expected = "an itinerary that does not lead back to this choice"
                yield error("alternatives", ways[n].id, "itinerary", after, expected)
            elif after not in done:
                trail.append((after, 0))


def ports_are_passed_in_a_direction(corridor: Corridor) -> Iterator[Finding]:
    """A step that counts for a port says in which direction, and a step elsewhere says none."""
    for key, step in corridor.itineraries.items():
        if bool(step.port) != bool(step.direction):
            column = "direction" if step.port else "port"
            yield error("itineraries", key, column, "", "port and direction together, or neither")


def dwell_is_one_run(corridor: Corridor) -> Iterator[Finding]:
    """The steps at a port in one direction follow one another: a gap would cut the dwell in two."""
    for steps in by_itinerary(corridor).values():
        left: set[tuple[str, str]] = set()
        before = ("", "")
        for step in steps:
            here = (step.port, step.direction)
            if here != before:
                if step.port and here in left:
                    yield warning(
                        "itineraries",
                        step.id,
                        "port",
                        step.port,
                        "one unbroken run of steps",
                        f"this itinerary was at {step.port} {step.direction} before and left",
                    )
                left.add(before)
                before = here


def facilities_suit_the_step(corridor: Corridor) -> Iterator[Finding]:
    """A pass goes over a path, whose headway limits it; a path is passed, not served at or held."""
    for key, step in corridor.itineraries.items():
        facility = corridor.facilities.get(step.facility)
        if facility is None:
            continue
        if step.kind == "pass" and facility.headway_min == 0:
            yield warning(
                "itineraries", key, "facility", facility.id, "a path with a headway", "without one never a limit"
            )
        elif step.kind in ("serve", "hold") and facility.kind == "path":
            yield warning("itineraries", key, "kind", step.kind, "pass: the facility is a path")
        if facility.port and step.port and facility.port != step.port:
            yield warning(
                "itineraries",
                key,
                "port",
                step.port,
                f"{facility.port}, the port of its facility",
                nearest=facility.port,
            )


def amounts_fit_the_stock(corridor: Corridor) -> Iterator[Finding]:
    """Nobody draws or returns more than a stock can ever hold."""
    for key, step in corridor.itineraries.items():
        most = _most(corridor, step)
        if most is not None and step.amount > most:
            yield error("itineraries", key, "amount", step.amount, f"at most {most}, all that {step.stock} can hold")


def _most(corridor: Corridor, step: Step) -> int | None:
    """The most that the stock of a draw or return can ever hold; None: no limit, or no such stock."""
    stock = corridor.stocks.get(step.stock)
    if stock is None or step.kind not in ("draw", "return"):
        return None
    returned = any(other.kind == "return" and other.stock == stock.id for other in corridor.itineraries.values())
    if step.kind == "draw" and not returned:
        return max(stock.initial, stock.daily_quota or 0)
    return stock.capacity


RULES = (
    steps_say_what_they_need,
    steps_say_no_more_than_they_need,
    itineraries_begin_with_a_mark,
    orders_are_unique,
    a_choice_is_the_last_step,
    choices_do_not_lead_back,
    ports_are_passed_in_a_direction,
    dwell_is_one_run,
    facilities_suit_the_step,
    amounts_fit_the_stock,
)
