"""Rules about use: every declared row is used by another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from corridors.checks.itinerary_paths import by_itinerary
from corridors.checks.report import warning, warns_only
from corridors.findings import Finding
from corridors.messages import message
from corridors.model import DEMAND, TABLES, Corridor
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
"""Tables whose rows have a purpose only if others name them. Places and links may be off all routes."""
NOT_A_USE: Final = ("shifts", "holidays", "closures", "orders", "order_rules")
"""Tables that describe a calendar, or close or limit a row, without using it. A rule uses what it watches."""


@warns_only
def everything_is_used(corridor: Corridor) -> Iterator[Finding]:
    """Another row names each row of the tables in ``JUDGED``."""
    used: dict[str, set[str]] = {table: set() for table in JUDGED}
    for table in TABLES:
        columns = schema(table).values()
        for column in (one for one in columns if table not in NOT_A_USE or one.name == "watch"):
            for named in set(column.reference) & set(JUDGED):
                for row in corridor.table(table).values():
                    used[named].update(getattr(row, column.name).split(";"))
    for table in JUDGED:
        for key in corridor.table(table):
            if key not in used[table]:
                yield warning(table, key, "id", key, message("unused.row"), message("want.row_that_names_it"))


@warns_only
def itineraries_are_taken(corridor: Corridor) -> Iterator[Finding]:
    """A service or an alternative names each itinerary."""
    taken = {service.itinerary for service in corridor.services.values()}
    taken |= {way.itinerary for way in corridor.alternatives.values()}
    for itinerary, steps in by_itinerary(corridor).items():
        if itinerary not in taken:
            what, expected = message("unused.itinerary"), message("want.itinerary_in_use")
            yield warning("itineraries", steps[0].id, "itinerary", itinerary, what, expected)


@warns_only
def alternatives_are_offered(corridor: Corridor) -> Iterator[Finding]:
    """A choose step has the choice of each alternative."""
    offered = {step.choice for step in corridor.itineraries.values() if step.kind == "choose"}
    for key, way in corridor.alternatives.items():
        if way.choice not in offered:
            what, expected = message("unused.alternative"), message("want.choice_in_use")
            yield warning("alternatives", key, "choice", way.choice, what, expected)


@warns_only
def stocks_are_refilled(corridor: Corridor) -> Iterator[Finding]:
    """A stock that steps draw from is returned to or has a daily quota.

    One that steps return to is drawn from.
    """
    drawn = {step.stock for step in corridor.itineraries.values() if step.kind == "draw"}
    returned = {step.stock for step in corridor.itineraries.values() if step.kind == "return"}
    for key, stock in corridor.stocks.items():
        counted = stock.kind not in ("quota", DEMAND)  # Those without a quota have another finding.
        if counted and key in drawn and key not in returned and stock.daily_quota is None:
            what, expected = message("stock.never_returned"), message("want.return_or_quota")
            yield warning("stocks", key, "id", key, what, expected)
        if key in returned and key not in drawn and stock.capacity is not None and stock.daily_quota is None:
            what, expected = message("stock.never_drawn"), message("want.draw_or_no_capacity")
            yield warning("stocks", key, "id", key, what, expected)


RULES = (everything_is_used, itineraries_are_taken, alternatives_are_offered, stocks_are_refilled)
