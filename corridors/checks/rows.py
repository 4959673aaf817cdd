"""Rules about single rows and their neighbours in the same table: the network, facilities, stocks, times, services."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

from corridors.checks.itinerary_paths import alternatives
from corridors.checks.report import error, warning
from corridors.clock import local_time
from corridors.findings import Finding
from corridors.io import cells
from corridors.model import TABLES, Corridor
from corridors.schema import schema

LARGEST_CV: Final = {"uniform": 1 / math.sqrt(3), "triangular": 1 / math.sqrt(6)}
"""Beyond it a distribution that is symmetric about its mean would give times below zero."""
WEIGHTS: Final = {"month": 12, "hour": 24}
CHINA: Final = "CN"


def values_fit_the_schema(corridor: Corridor) -> Iterator[Finding]:
    """Every value has the type of its column and lies within its bounds."""
    for table in TABLES:
        columns = schema(table).values()
        for key, row in corridor.table(table).items():
            for column in columns:
                value = getattr(row, column.name)
                if complaint := cells.complain(value, column):
                    yield error(
                        table, key, column.name, value, complaint.expected, complaint.message, complaint.nearest
                    )


def links_join_two_places(corridor: Corridor) -> Iterator[Finding]:
    """A link leads from one place to another one."""
    for key, link in corridor.links.items():
        if link.origin == link.destination:
            yield error("links", key, "destination", link.destination, "another place than the origin")


def links_are_declared_once(corridor: Corridor) -> Iterator[Finding]:
    """Two links of one mode between the same places in the same direction are most likely one, written twice."""
    seen: dict[tuple[str, str, str], str] = {}
    for key, link in corridor.links.items():
        ends = [(link.origin, link.destination)]
        if link.both_ways:
            ends.append((link.destination, link.origin))
        twins = {seen[(*pair, link.mode)] for pair in ends if (*pair, link.mode) in seen}
        for twin in sorted(twins):
            yield warning(
                "links", key, "id", key, f"one link, or two that differ in mode; {twin} joins the same places"
            )
        for pair in ends:
            seen.setdefault((*pair, link.mode), key)


def ports_have_two_sides(corridor: Corridor) -> Iterator[Finding]:
    """A border port lies in China on one side and in another country on the other."""
    for key, port in corridor.ports.items():
        here, there = corridor.places.get(port.place_cn), corridor.places.get(port.place_foreign)
        if here and here.country != CHINA:
            yield error("ports", key, "place_cn", port.place_cn, "a place in China", f"it lies in {here.country}")
        if there and there.country == CHINA:
            yield error("ports", key, "place_foreign", port.place_foreign, "a place abroad", "it lies in China")


def port_and_side_go_together(corridor: Corridor) -> Iterator[Finding]:
    """A facility or stock at a port stands on one of its sides, in the country of that side; inland it has neither."""
    for table in ("facilities", "stocks"):
        for key, row in corridor.table(table).items():
            place = corridor.places.get(row.place)
            if bool(row.port) != bool(row.side):
                column = "side" if row.port else "port"
                yield error(table, key, column, "", "port and side together, or neither (inland)")
            elif row.side and place and (row.side == "cn") != (place.country == CHINA):
                yield warning(
                    table, key, "side", row.side, "the side of its country", f"{row.place} lies in {place.country}"
                )


def breakdowns_have_two_figures(corridor: Corridor) -> Iterator[Finding]:
    """Time between failures and time to repair are given both or neither."""
    for key, facility in corridor.facilities.items():
        if (facility.mtbf_h is None) != (facility.mttr_h is None):
            column = "mtbf_h" if facility.mtbf_h is None else "mttr_h"
            yield error("facilities", key, column, "", "mtbf_h and mttr_h together, or neither")


def paths_have_a_headway(corridor: Corridor) -> Iterator[Finding]:
    """A path has a headway, and nothing else has one."""
    for key, facility in corridor.facilities.items():
        if facility.kind == "path" and facility.headway_min == 0:
            yield warning(
                "facilities", key, "headway_min", 0, "minutes between two vehicles", "without it never a limit"
            )
        elif facility.kind != "path" and facility.headway_min > 0:
            yield warning("facilities", key, "headway_min", facility.headway_min, f"0 for a {facility.kind}")


def stocks_hold_what_they_are_given(corridor: Corridor) -> Iterator[Finding]:
    """What a stock starts with, and its daily quota, fit into its capacity; a quota is given by the day."""
    for key, stock in corridor.stocks.items():
        for column in ("initial", "daily_quota"):
            value = getattr(stock, column)
            if value is not None and stock.capacity is not None and value > stock.capacity:
                yield error("stocks", key, column, value, f"no more than the capacity {stock.capacity}")
        if stock.kind == "quota" and stock.daily_quota is None:
            yield warning("stocks", key, "daily_quota", "", "places a day", "a quota that is never given runs out")
        if stock.calendar and stock.daily_quota is None:
            yield warning("stocks", key, "calendar", stock.calendar, "a daily quota, or no calendar")


def durations_have_a_shape(corridor: Corridor) -> Iterator[Finding]:
    """A distribution gives no time below zero; an empirical one has observed times, of which some are above zero."""
    for key, duration in corridor.durations.items():
        largest = LARGEST_CV.get(duration.distribution, math.inf)
        if duration.cv > largest:
            expected = f"at most {largest:.3f} for {duration.distribution}"
            yield error("durations", key, "cv", duration.cv, expected, "it would give times below zero")
        if duration.distribution == "empirical":
            if not any(float(value) > 0 for value in duration.values_min.split(";") if value):
                yield error("durations", key, "values_min", duration.values_min, "observed minutes, separated by ';'")
        elif duration.values_min:
            yield warning(
                "durations", key, "values_min", duration.values_min, "nothing", f"not used by {duration.distribution}"
            )


def profiles_cover_the_year_or_the_day(corridor: Corridor) -> Iterator[Finding]:
    """A monthly profile has 12 weights, an hourly one 24, and some are above zero."""
    for key, profile in corridor.profiles.items():
        weights = [float(weight) for weight in profile.weights.split(";")]
        if len(weights) != WEIGHTS[profile.kind]:
            yield error("profiles", key, "weights", f"{len(weights)} weights", f"{WEIGHTS[profile.kind]} weights")
        elif not any(weights):
            yield error("profiles", key, "weights", "only zeros", "at least one weight above zero")


def services_use_the_right_profile(corridor: Corridor) -> Iterator[Finding]:
    """The monthly profile of a service is one of months, the hourly one of hours."""
    for key, service in corridor.services.items():
        for column, kind in (("profile_month", "month"), ("profile_hour", "hour")):
            profile = corridor.profiles.get(getattr(service, column))
            if profile and profile.kind != kind:
                right = [row.id for row in corridor.profiles.values() if row.kind == kind]
                expected = f"a profile of kind {kind}" + (f": {', '.join(right)}" if right else "")
                yield error("services", key, column, profile.id, expected)


def services_are_open_or_closed(corridor: Corridor) -> Iterator[Finding]:
    """A closed fleet has vehicles and no daily rate; a service with arrivals has a rate and no fleet."""
    for key, service in corridor.services.items():
        if service.arrivals == "fleet":
            if service.fleet == 0:
                yield error("services", key, "fleet", 0, "vehicles that circulate", "a closed fleet without vehicles")
            if service.per_day > 0:
                yield error("services", key, "per_day", service.per_day, "0", "a closed fleet has no rate of arrivals")
        else:
            if service.fleet > 0:
                yield error("services", key, "fleet", service.fleet, f"0 for arrivals {service.arrivals!r}")
            if service.per_day == 0:
                yield warning("services", key, "per_day", 0, "vehicles a day", "no vehicle will ever come")
        if service.delay and service.arrivals != "timetable":
            yield warning("services", key, "delay", service.delay, "nothing", "only timetabled vehicles are late")


def services_close_after_they_open(corridor: Corridor) -> Iterator[Finding]:
    """A service closes after the day on which it opens."""
    for key, service in corridor.services.items():
        if service.opening_date and service.closing_date and service.closing_date <= service.opening_date:
            yield error("services", key, "closing_date", service.closing_date, f"a day after {service.opening_date}")


def timetables_keep_the_rate(corridor: Corridor) -> Iterator[Finding]:
    """Timetable lines belong to timetabled services and add up to their mean per day."""
    weekly: dict[str, int] = {}
    for key, departure in corridor.timetable.items():
        service = corridor.services.get(departure.service)
        if service and service.arrivals != "timetable":
            yield error(
                "timetable", key, "service", service.id, f"a timetabled service; its arrivals: {service.arrivals}"
            )
        weekly[departure.service] = weekly.get(departure.service, 0) + len(local_time.weekdays(departure.weekdays))
    for name, departures in sorted(weekly.items()):
        service = corridor.services.get(name)
        if service and not math.isclose(service.per_day, departures / 7, rel_tol=0.02):
            expected = f"{departures / 7:.3g}, the mean of its lines in timetable.csv"
            yield warning("services", name, "per_day", service.per_day, expected)


def choices_can_be_made(corridor: Corridor) -> Iterator[Finding]:
    """The alternatives of a choice follow one rule; shares add up to 1; who looks for the least delay sees queues."""
    for choice in dict.fromkeys(way.choice for way in corridor.alternatives.values()):
        ways = alternatives(corridor, choice)
        for way in ways:
            if way.rule != ways[0].rule:
                yield error("alternatives", way.id, "rule", way.rule, f"{ways[0].rule}, as in {ways[0].id}")
            if way.rule == "delay" and not way.watch:
                yield warning("alternatives", way.id, "watch", "", "facilities whose queues count", "it sees no queue")
        total = sum(way.share for way in ways)
        if ways[0].rule == "shares" and not math.isclose(total, 1, abs_tol=1e-6):
            level = error if total == 0 else warning
            yield level(
                "alternatives",
                ways[0].id,
                "share",
                total,
                f"shares of the choice {choice} that add up to 1",
                "they are rescaled" if total else "",
            )


RULES = (
    links_join_two_places,
    links_are_declared_once,
    ports_have_two_sides,
    port_and_side_go_together,
    breakdowns_have_two_figures,
    paths_have_a_headway,
    stocks_hold_what_they_are_given,
    durations_have_a_shape,
    profiles_cover_the_year_or_the_day,
    services_use_the_right_profile,
    services_are_open_or_closed,
    services_close_after_they_open,
    timetables_keep_the_rate,
    choices_can_be_made,
)
