"""Rules about use: what is declared is there for something."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from corridors.checks.itinerary_paths import by_itinerary
from corridors.checks.report import warning
from corridors.findings import Finding
from corridors.model import TABLES, Corridor
from corridors.schema import schema

JUDGED: Final = (
    "facilities",
    "stocks",
    "durations",
    "shares",
    "classes",
    "calendars",
    "profiles",
    "ports",
)
"""Tables whose rows are only there to be named by others. Places and links may lie off every route."""
NOT_A_USE: Final = ("shifts", "holidays", "closures")
"""What describes a calendar, or shuts something, does not use it."""


def everything_is_used(corridor: Corridor) -> Iterator[Finding]:
    """A facility, stock, duration, share, class, calendar, profile or port is named by somebody."""
    used: dict[str, set[str]] = {table: set() for table in JUDGED}
    for table in TABLES:
        if table in NOT_A_USE:
            continue
        for column in schema(table).values():
            for named in set(column.reference) & set(JUDGED):
                for row in corridor.table(table).values():
                    used[named].update(getattr(row, column.name).split(";"))
    for table in JUDGED:
        for key in corridor.table(table):
            if key not in used[table]:
                yield warning(table, key, "id", key, "a row somewhere that names it", "nobody uses it")


def itineraries_are_taken(corridor: Corridor) -> Iterator[Finding]:
    """An itinerary is that of a service or goes on from a choice."""
    taken = {service.itinerary for service in corridor.services.values()}
    taken |= {way.itinerary for way in corridor.alternatives.values()}
    for itinerary, steps in by_itinerary(corridor).items():
        if itinerary not in taken:
            expected = "an itinerary that a service or an alternative names"
            yield warning("itineraries", steps[0].id, "itinerary", itinerary, expected, "nobody takes it")


def alternatives_are_offered(corridor: Corridor) -> Iterator[Finding]:
    """The choice of an alternative is that of some choose step."""
    offered = {step.choice for step in corridor.itineraries.values() if step.kind == "choose"}
    for key, way in corridor.alternatives.items():
        if way.choice not in offered:
            yield warning("alternatives", key, "choice", way.choice, "the choice of a choose step", "nobody chooses it")


def stocks_are_refilled(corridor: Corridor) -> Iterator[Finding]:
    """What is drawn comes back, or is given anew every day; what is returned is drawn, or the stock fills up."""
    drawn = {step.stock for step in corridor.itineraries.values() if step.kind == "draw"}
    returned = {step.stock for step in corridor.itineraries.values() if step.kind == "return"}
    for key, stock in corridor.stocks.items():
        if key in drawn and key not in returned and stock.daily_quota is None:
            yield warning(
                "stocks", key, "id", key, "a step that returns to it, or a daily quota", "it runs empty for good"
            )
        if key in returned and key not in drawn and stock.capacity is not None and stock.daily_quota is None:
            yield warning("stocks", key, "id", key, "a step that draws from it, or no capacity", "it fills up for good")


RULES = (everything_is_used, itineraries_are_taken, alternatives_are_offered, stocks_are_refilled)
