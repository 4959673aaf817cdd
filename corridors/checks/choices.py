"""Rules about choices: their alternatives have one rule, and state what it uses."""

from __future__ import annotations

import math
from collections.abc import Iterator

from corridors.checks.itinerary_paths import by_choice
from corridors.checks.report import error, warning, warns_only
from corridors.findings import Finding
from corridors.messages import message
from corridors.model import Corridor, ids_in


def choices_can_be_made(corridor: Corridor) -> Iterator[Finding]:
    """The alternatives of a choice have one rule; shares add up to 1.

    The rule delay has facilities to watch.
    """
    for choice, ways in by_choice(corridor).items():
        for way in ways:
            if way.rule != ways[0].rule:
                what = message("choice.other_rule", alternative=ways[0].id)
                yield error("alternatives", way.id, "rule", way.rule, what, ways[0].rule, ways[0].rule)
            if way.rule == "delay" and not way.watch:
                what, expected = message("choice.no_watch"), message("want.watched_facilities")
                yield warning("alternatives", way.id, "watch", "", what, expected)
        total = sum(way.share for way in ways)
        if ways[0].rule == "shares" and not math.isclose(total, 1, abs_tol=1e-6):
            expected = message("want.shares_of_1")
            if total == 0:
                what = message("choice.no_share", choice=choice)
                yield error("alternatives", ways[0].id, "share", total, what, expected)
            else:
                what = message("choice.share_sum", choice=choice)
                yield warning("alternatives", ways[0].id, "share", message("found.sum", n=total), what, expected)


@warns_only
def choices_watch_their_own_way(corridor: Corridor) -> Iterator[Finding]:
    """The facilities whose queues decide on an alternative are on its way."""
    for key, way in corridor.alternatives.items():
        names = corridor.itineraries_from(way.itinerary)
        visited = {step.facility for name in names for step in corridor.steps(name)}
        others = tuple(id for id in ids_in(way.watch) if id in corridor.facilities and id not in visited)
        if way.rule == "delay" and others and visited:
            what, expected = message("choice.watch_elsewhere", names=others), message("want.facility_of_way")
            yield warning("alternatives", key, "watch", way.watch, what, expected)


@warns_only
def choices_use_what_they_state(corridor: Corridor) -> Iterator[Finding]:
    """An alternative by delay has no share, one by shares no additional time."""
    for key, way in corridor.alternatives.items():
        column, value = ("share", way.share) if way.rule == "delay" else ("bias_h", way.bias_h)
        if value:
            what = message("choice.unused_value", kind=way.rule)
            yield warning("alternatives", key, column, value, what, message("want.zero"))


RULES = (
    choices_can_be_made,
    choices_watch_their_own_way,
    choices_use_what_they_state,
)
