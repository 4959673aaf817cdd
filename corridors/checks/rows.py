"""Rules about single rows and rows of the same table."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Final

from corridors.checks.itinerary_paths import by_choice
from corridors.checks.report import error, names_all_rows_of, warning
from corridors.clock import local_time
from corridors.clock.place_clocks import clock_of_world
from corridors.findings import Finding
from corridors.io import cells
from corridors.messages import message
from corridors.model import DEMAND, TABLES, Corridor, Place, ids_in
from corridors.schema import Field, schema
from corridors.sides import ALL, CHINA, FROM_CHINA, NEUTRAL
from corridors.single_tracks import declares_sections, has_sections, lengths_km

DAYS_A_YEAR: Final = 365
LARGEST_CV: Final = {"uniform": 1 / math.sqrt(3), "triangular": 1 / math.sqrt(6)}
"""Above it, a distribution that is symmetric about its mean gives negative times."""
VARYING: Final = ("uniform", "triangular", "gamma", "lognormal", "weibull")
"""Distributions that are a constant without a coefficient of variation."""
EARTH_KM: Final = 6371.0
TOWN_KM: Final = 5.0
"""A link may begin and end so far, together, from the coordinates of its places."""
SAME_LENGTH: Final = 0.005
"""Relative difference of the length of a link from that of its sections that is rounding."""
WEIGHTS: Final = {"month": 12, "hour": 24, "weekday": 7, "week": 168}
PROFILES: Final = {"profile_month": ("month",), "profile_hour": ("hour",), "profile_week": ("weekday", "week")}
"""Columns of services and the kinds of profiles that they name."""
PLAIN: Final = (str, float, int, bool, type(None))
"""Types of values in tables; a program may put others into a row."""


@cache
def _sound(table: str) -> tuple[tuple[Field, set[tuple[type, object]]], ...]:
    """Each column of a table with the values that are known to fit it, as (type, value): 1, 1.0 and True differ."""
    return tuple((column, set()) for column in schema(table).values())


def values_fit_the_schema(corridor: Corridor) -> Iterator[Finding]:
    """Every value has the type of its column and is within its bounds.

    Values that fit are remembered, because worlds that are checked one after the other differ in few numbers.
    """
    for table in TABLES:
        columns = _sound(table)
        for key, row in corridor.table(table).items():
            for column, sound in columns:
                value = getattr(row, column.name)
                known = (type(value), value)
                if known[0] in PLAIN and known in sound:
                    continue
                if complaint := cells.complain(value, column):
                    what, expected = complaint.message, complaint.expected
                    yield error(table, key, column.name, value, what, expected, complaint.nearest)
                elif known[0] in PLAIN:
                    sound.add(known)


def links_join_two_places(corridor: Corridor) -> Iterator[Finding]:
    """A link connects two different places."""
    for key, link in corridor.links.items():
        if link.origin == link.destination:
            what, expected = message("link.same_ends"), message("want.another_place", place=link.origin)
            yield error("links", key, "destination", link.destination, what, expected)


def links_are_declared_once(corridor: Corridor) -> Iterator[Finding]:
    """Two links of one mode do not connect the same places."""
    seen: dict[tuple[str, str, str], str] = {}
    for key, link in corridor.links.items():
        ends = [(link.origin, link.destination)]
        if link.both_ways:
            ends.append((link.destination, link.origin))
        twins = {seen[(*pair, link.mode)] for pair in ends if (*pair, link.mode) in seen}
        for twin in sorted(twins):
            yield warning("links", key, "id", key, message("link.twice", link=twin), message("want.one_link"))
        for pair in ends:
            seen.setdefault((*pair, link.mode), key)


@names_all_rows_of("links")
def single_tracks_have_paths(corridor: Corridor) -> Iterator[Finding]:
    """A single track has passing places or a limit of paths: else both directions run as if they were alone."""
    free = [
        key
        for key, link in corridor.links.items()
        if link.is_single_track and link.paths_per_day is None and not has_sections(link)
    ]
    if free:
        what, expected = message("link.tracks_without_paths", links=tuple(free)), message("want.paths_or_two_tracks")
        yield warning("links", free[0], "tracks", 1, what, expected)


@names_all_rows_of("links")
def opposing_trains_fit_into_the_headway(corridor: Corridor) -> Iterator[Finding]:
    """A train leaves a single track before the next one enters it from the other end.

    Otherwise the paths assume passing places on the way, of which the data say nothing.
    """
    short = {
        key: (60 * link.length_km / link.speed_kmh, local_time.DAY_MIN / (2 * link.paths_per_day))
        for key, link in corridor.links.items()
        if link.is_single_track and link.paths_per_day and not has_sections(link)
    }
    short = {key: times for key, times in short.items() if times[1] < times[0]}
    if short:
        key, (running, headway) = next(iter(short.items()))
        what = message("link.head_on", links=tuple(short), link=key, running=running, headway=headway)
        found = corridor.links[key].paths_per_day
        yield warning("links", key, "paths_per_day", found, what, message("want.passing_places"))


def sections_add_up(corridor: Corridor) -> Iterator[Finding]:
    """The sections of a link are longer than zero, as long as the link, and one more than its passing places."""
    for key, link in corridor.links.items():
        if not link.sections_km:
            continue
        lengths = lengths_km(link)
        if min(lengths) <= 0:
            what, expected = message("link.empty_section"), message("want.km_above_0")
            yield error("links", key, "sections_km", link.sections_km, what, expected)
        elif not math.isclose(sum(lengths), link.length_km, rel_tol=SAME_LENGTH):
            what, expected = message("link.sections_length"), message("want.sum_km", n=link.length_km)
            yield error("links", key, "sections_km", message("found.sum", n=sum(lengths)), what, expected)
        if link.passing_places not in (None, len(lengths) - 1):
            what = message("link.sections_count", sections=len(lengths))
            expected = message("want.places_between", n=len(lengths) - 1)
            yield error("links", key, "passing_places", link.passing_places, what, expected)


def sections_belong_to_single_tracks(corridor: Corridor) -> Iterator[Finding]:
    """Passing places and sections are those of a single track, tracks those of passing places."""
    for key, link in corridor.links.items():
        if declares_sections(link) and not has_sections(link):
            column = "sections_km" if link.sections_km else "passing_places"
            found = getattr(link, column)
            what, expected = message("link.sections_of_two_tracks"), message("want.one_track_or_empty")
            yield warning("links", key, column, found, what, expected)
        if link.passing_tracks is not None and not (has_sections(link) and len(lengths_km(link)) > 1):
            what, expected = message("link.unused_passing_tracks"), message("want.passing_places_or_empty")
            yield warning("links", key, "passing_tracks", link.passing_tracks, what, expected)


def sections_have_the_paths(corridor: Corridor) -> Iterator[Finding]:
    """The longest section of a single track has time for the paths of the link."""
    for key, link in corridor.links.items():
        if link.paths_per_day is None or not has_sections(link):
            continue
        longest = max(lengths_km(link))
        running = 60 * longest / link.speed_kmh
        pairs = local_time.DAY_MIN / running / (2 if link.both_ways else 1)
        if link.paths_per_day > pairs:
            what = message("link.paths_beyond_sections", km=longest, running=running, pairs=pairs)
            expected = message("want.at_most_paths", n=pairs)
            yield warning("links", key, "paths_per_day", link.paths_per_day, what, expected)


def ports_have_two_sides(corridor: Corridor) -> Iterator[Finding]:
    """A border port has two places in two countries.

    One of them is in China where the port is seen from there, by the columns place_cn and place_foreign.
    """
    for key, port in corridor.ports.items():
        ends, columns = port.ends, port.naming.columns
        others = [column for own in ALL for column in own.columns if column not in columns and getattr(port, column)]
        here, there = (corridor.places.get(end) for end in ends)
        if others or not all(ends):
            column = others[0] if others else columns[ends.index("")]
            what = message("port.two_kinds" if others else "port.one_place", column=column)
            yield error("ports", key, column, getattr(port, column), what, message("want.two_places"))
        elif port.naming is NEUTRAL:
            if here and there and here.country == there.country:
                what = message("port.one_country", country=there.country)
                yield error("ports", key, columns[1], ends[1], what, message("want.two_countries"))
        elif here and here.country != CHINA:
            what = message("port.not_in_china", country=here.country)
            yield error("ports", key, "place_cn", port.place_cn, what, message("want.place_in_china"))
        elif there and there.country == CHINA:
            what, expected = message("port.not_abroad"), message("want.place_abroad")
            yield error("ports", key, "place_foreign", port.place_foreign, what, expected)


def sides_and_directions_are_those_of_the_port(corridor: Corridor) -> Iterator[Finding]:
    """A row names sides and directions as its port does: cn and foreign, outbound and inbound, or a and b."""
    named = (("facilities", "side", "port"), ("stocks", "side", "port"), ("itineraries", "direction", "port"))
    for table, column, of in (*named, ("orders", "direction", "target"), ("order_rules", "direction", "target")):
        for key, row in corridor.table(table).items():
            port, value = corridor.ports.get(getattr(row, of)), getattr(row, column)
            if port is None or not value or not all(port.ends):
                continue
            known = port.naming.sides if column == "side" else port.naming.directions
            if value not in known:
                what = message("port.other_names", port=port.id, column=column)
                yield error(table, key, column, value, what, message("want.one_of", names=known))


def ports_of_two_countries_state_their_clocks(corridor: Corridor) -> Iterator[Finding]:
    """The places of a port of two places a and b have a time zone, else they would have UTC+8."""
    for port in corridor.ports.values():
        for end in port.ends if port.naming is NEUTRAL and not port.place_cn and not port.place_foreign else ():
            if end in corridor.places and not corridor.places[end].time_zone:
                what = message("place.no_zone", port=port.id)
                yield warning("places", end, "time_zone", "", what, message("want.zone"))


def calendars_have_the_clock_of_the_place(corridor: Corridor) -> Iterator[Finding]:
    """A facility's calendar is kept in the time zone of the facility's place, where that states one."""
    for key, row in corridor.facilities.items():
        calendar, place = corridor.calendars.get(row.calendar), corridor.places.get(row.place)
        zone = calendar.time_zone or clock_of_world(corridor) if calendar else ""
        if calendar and place and place.time_zone and place.time_zone != zone:
            what = message("facility.other_zone", calendar=calendar.id, zone=zone, place=place.id)
            expected = message("want.calendar_in_zone", zone=place.time_zone)
            yield warning("facilities", key, "calendar", row.calendar, what, expected)


def port_and_side_go_together(corridor: Corridor) -> Iterator[Finding]:
    """A facility or stock at a port has a side, in the country of that side.

    Inland it has neither port nor side.
    """
    for table in ("facilities", "stocks"):
        for key, row in corridor.table(table).items():
            place = corridor.places.get(row.place)
            if bool(row.port) != bool(row.side):
                column = "side" if row.port else "port"
                what, expected = message("port.no_side", column=column), message("want.port_and_side")
                yield error(table, key, column, "", what, expected)
            elif row.side and place and not _is_in_country_of(corridor, row.side, row.port, place):
                what = message("port.wrong_side", place=row.place, country=place.country)
                yield warning(table, key, "side", row.side, what, message("want.side_of_country"))


def _is_in_country_of(corridor: Corridor, side: str, port_id: str, place: Place) -> bool:
    """Whether a place is in the country of a side of a port; of one seen from China, whether it is in China."""
    port = corridor.ports.get(port_id)
    if port is None or side not in port.naming.sides or port.naming is FROM_CHINA:
        return (side == FROM_CHINA.sides[0]) == (place.country == CHINA) if side in FROM_CHINA.sides else True
    end = corridor.places.get(port.ends[port.naming.sides.index(side)])
    return end is None or end.country == place.country


def breakdowns_have_two_figures(corridor: Corridor) -> Iterator[Finding]:
    """Times between failures and to repair are both filled in, or both empty."""
    for key, facility in corridor.facilities.items():
        if (facility.mtbf_h is None) != (facility.mttr_h is None):
            column = "mtbf_h" if facility.mtbf_h is None else "mttr_h"
            what, expected = message("facility.half_breakdown", column=column), message("want.mtbf_and_mttr")
            yield error("facilities", key, column, "", what, expected)


def paths_have_a_headway(corridor: Corridor) -> Iterator[Finding]:
    """A train path has a headway; other facilities have none."""
    for key, facility in corridor.facilities.items():
        if facility.kind == "path" and facility.headway_min == 0:
            what, expected = message("facility.no_headway"), message("want.minutes_above_0")
            yield warning("facilities", key, "headway_min", 0, what, expected)
        elif facility.kind != "path" and facility.headway_min > 0:
            what, expected = message("facility.unused_headway", kind=facility.kind), message("want.zero")
            yield warning("facilities", key, "headway_min", facility.headway_min, what, expected)


def stocks_fit_their_capacity(corridor: Corridor) -> Iterator[Finding]:
    """The initial level and the daily quota of a stock fit into its capacity.

    A stock of kind quota or demand has a daily quota.
    """
    for key, stock in corridor.stocks.items():
        for column in ("initial", "daily_quota"):
            value = getattr(stock, column)
            if value is not None and stock.capacity is not None and value > stock.capacity:
                what, expected = message("stock.over_capacity"), message("want.at_most_capacity", n=stock.capacity)
                yield error("stocks", key, column, value, what, expected)
        if stock.kind in ("quota", DEMAND) and stock.daily_quota is None:
            what, expected = message("stock.no_quota", kind=stock.kind), message("want.places_a_day")
            yield warning("stocks", key, "daily_quota", "", what, expected)
        elif stock.calendar and stock.daily_quota is None:
            what, expected = message("stock.unused_calendar"), message("want.quota_or_no_calendar")
            yield warning("stocks", key, "calendar", stock.calendar, what, expected)


def durations_have_a_shape(corridor: Corridor) -> Iterator[Finding]:
    """A distribution gives no negative time.

    An empirical one has observed times, some above zero.
    """
    for key, duration in corridor.durations.items():
        largest = LARGEST_CV.get(duration.distribution, math.inf)
        if duration.cv > largest:
            what, expected = (
                message("duration.negative", kind=duration.distribution),
                message("want.at_most", n=round(largest, 3)),
            )
            yield error("durations", key, "cv", duration.cv, what, expected)
        if duration.distribution == "empirical":
            if not any(float(value) > 0 for value in duration.values_min.split(";") if value):
                what, expected = message("duration.no_values"), message("want.observed_minutes")
                yield error("durations", key, "values_min", duration.values_min, what, expected)
        elif duration.values_min:
            what = message("duration.unused_values", kind=duration.distribution)
            yield warning("durations", key, "values_min", duration.values_min, what, message("want.empty"))


def durations_use_their_variation(corridor: Corridor) -> Iterator[Finding]:
    """A distribution with a coefficient of variation has one above zero; one without leaves it empty."""
    for key, duration in corridor.durations.items():
        kind = duration.distribution
        if duration.cv and (kind in ("constant", "empirical") or (kind == "exponential" and duration.cv != 1)):
            what = message("duration.unused_cv", kind=kind)
            yield warning("durations", key, "cv", duration.cv, what, message("want.empty"))
        elif kind in VARYING and not duration.cv and duration.mean_min:
            what, expected = message("duration.no_spread", kind=kind), message("want.cv_or_constant")
            yield warning("durations", key, "cv", 0, what, expected)


def profiles_cover_their_period(corridor: Corridor) -> Iterator[Finding]:
    """A profile of months has 12 weights, of hours 24, of weekdays 7, of the hours of a week 168; one is above zero."""
    for key, profile in corridor.profiles.items():
        weights = profile.numbers
        if len(weights) != WEIGHTS[profile.kind]:
            found, expected = message("found.weights", n=len(weights)), message("want.weights", n=WEIGHTS[profile.kind])
            yield error("profiles", key, "weights", found, message("profile.weight_count", kind=profile.kind), expected)
        elif not any(weights):
            what, expected = message("profile.all_zero"), message("want.weight_above_0")
            yield error("profiles", key, "weights", "", what, expected)


def services_use_the_right_profile(corridor: Corridor) -> Iterator[Finding]:
    """A service has a profile of months, of hours and of a week; the hours of a week go without those of a day."""
    for key, service in corridor.services.items():
        for column, kinds in PROFILES.items():
            profile = corridor.profiles.get(getattr(service, column))
            if profile and profile.kind not in kinds:
                what = message("service.wrong_profile", kind=profile.kind)
                yield error("services", key, column, profile.id, what, message("want.profile", names=kinds))
            elif profile and profile.kind == "week" and service.profile_hour:
                what = message("service.hours_twice", profile=profile.id)
                yield warning("services", key, "profile_hour", service.profile_hour, what, message("want.empty"))


def _scheduled(corridor: Corridor) -> set[str]:
    """Services with lines of the timetable."""
    return {line.service for line in corridor.timetable.values()}


def services_are_open_or_closed(corridor: Corridor) -> Iterator[Finding]:
    """A closed fleet has vehicles and no arrival rate.

    A service with arrivals has a rate, or lines of the timetable, and no fleet.
    """
    scheduled = _scheduled(corridor)
    for key, service in corridor.services.items():
        if service.arrivals == "fleet":
            if service.fleet == 0:
                yield error("services", key, "fleet", 0, message("service.empty_fleet"), message("want.vehicles"))
            if service.per_day > 0:
                what = message("service.fleet_with_rate")
                yield error("services", key, "per_day", service.per_day, what, message("want.zero"))
        else:
            if service.fleet > 0:
                what = message("service.unused_fleet", arrivals=service.arrivals)
                yield error("services", key, "fleet", service.fleet, what, message("want.zero"))
            if service.per_day == 0 and key not in scheduled:
                what, expected = message("service.no_rate"), message("want.vehicles_a_day")
                yield warning("services", key, "per_day", 0, what, expected)
        if service.delay and service.arrivals != "timetable":
            what = message("service.unused_delay", arrivals=service.arrivals)
            yield warning("services", key, "delay", service.delay, what, message("want.empty"))


def services_use_what_they_state(corridor: Corridor) -> Iterator[Finding]:
    """A service states only what its kind of arrivals uses.

    A closed fleet has no profiles, and a backlog only of vehicles that would else start later; only a fleet spreads its
    starts. The lines of a timetable go without profiles.
    """
    scheduled = _scheduled(corridor)
    for key, service in corridor.services.items():
        fleet = service.arrivals == "fleet"
        if fleet and service.initial_backlog and not service.start_spread_h:
            what, expected = message("service.unused_backlog"), message("want.zero_or_spread")
            yield warning("services", key, "initial_backlog", service.initial_backlog, what, expected)
        if not fleet and service.start_spread_h:
            what = message("service.unused_spread", arrivals=service.arrivals)
            yield warning("services", key, "start_spread_h", service.start_spread_h, what, message("want.zero"))
        if fleet or (service.arrivals == "timetable" and key in scheduled):
            for column in PROFILES:
                if profile := getattr(service, column):
                    what = message("service.unused_profile", arrivals=service.arrivals)
                    yield warning("services", key, column, profile, what, message("want.empty"))


def days_differ_where_they_can(corridor: Corridor) -> Iterator[Finding]:
    """Days differ where a mean of the day is declared: vehicles of a service with arrivals, or a daily quota.

    The demand of a closed fleet is a stock. A correlation needs days that differ.
    """
    scheduled = _scheduled(corridor)
    for key, service in corridor.services.items():
        if service.day_cv and service.arrivals == "fleet":
            what, expected = message("service.days_of_fleet"), message("want.days_of_demand")
            yield error("services", key, "day_cv", service.day_cv, what, expected)
        elif service.day_cv and service.per_day == 0 and key not in scheduled:
            what, expected = message("service.days_without_rate"), message("want.vehicles_a_day")
            yield warning("services", key, "day_cv", service.day_cv, what, expected)
    for key, stock in corridor.stocks.items():
        if stock.day_cv and stock.daily_quota is None:
            what, expected = message("stock.days_without_quota"), message("want.places_a_day")
            yield warning("stocks", key, "day_cv", stock.day_cv, what, expected)
    for table, rows in (("services", corridor.services), ("stocks", corridor.stocks)):
        for key, row in rows.items():
            if row.day_correlation and not row.day_cv:
                what, expected = message("days.unused_correlation"), message("want.days_that_differ")
                yield warning(table, key, "day_correlation", row.day_correlation, what, expected)


def weather_begins_at_most_once_a_day(corridor: Corridor) -> Iterator[Finding]:
    """The spells of a kind of weather are at most one a day in every month."""
    for key, row in corridor.weather.items():
        profile = corridor.profiles.get(row.profile_month)
        weights = profile.numbers if profile else (1.0,)
        if profile and (profile.kind != "month" or not any(weights)):
            what = message("service.wrong_profile", kind=profile.kind)
            yield error("weather", key, "profile_month", profile.id, what, message("want.profile", names=("month",)))
        elif row.spells_per_year * max(weights) * len(weights) > DAYS_A_YEAR * sum(weights):
            what, expected = message("weather.too_frequent"), message("want.spell_a_day")
            yield error("weather", key, "spells_per_year", row.spells_per_year, what, expected)


def weather_shuts_something(corridor: Corridor) -> Iterator[Finding]:
    """A kind of weather has spells, and shuts at least a part."""
    for key, row in corridor.weather.items():
        for column, value, idle in (
            ("spells_per_year", row.spells_per_year, 0),
            ("servers_share", row.servers_share, 1),
        ):
            if value == idle:
                what, expected = message("weather.no_effect"), message("want.effective_weather")
                yield warning("weather", key, column, value, what, expected)


def services_close_after_they_open(corridor: Corridor) -> Iterator[Finding]:
    """A service closes after its opening date."""
    for key, service in corridor.services.items():
        if service.opening_date and service.closing_date and service.closing_date <= service.opening_date:
            what, expected = message("service.closing_date"), message("want.day_after", day=service.opening_date)
            yield error("services", key, "closing_date", service.closing_date, what, expected)


def timetables_keep_the_rate(corridor: Corridor) -> Iterator[Finding]:
    """Lines of the timetable belong to timetabled services, and have a day or weekdays.

    Their number agrees with the mean per day of the service; dated lines beside others are extra vehicles.
    """
    weekly: dict[str, int] = {}
    dated: dict[str, list[tuple[date, int]]] = {}
    for key, departure in corridor.timetable.items():
        service = corridor.services.get(departure.service)
        if service and service.arrivals != "timetable":
            what = message("timetable.other_arrivals", arrivals=service.arrivals)
            yield error("timetable", key, "service", service.id, what, message("want.timetabled_service"))
        if departure.day:
            if not local_time.every_day(departure.weekdays):
                what, expected = message("timetable.day_and_weekdays", day=departure.day), message("want.empty")
                yield warning("timetable", key, "weekdays", departure.weekdays, what, expected)
            dated.setdefault(departure.service, []).append((local_time.day(departure.day), departure.vehicles))
            continue
        on = len(local_time.weekdays(departure.weekdays)) * departure.vehicles
        weekly[departure.service] = weekly.get(departure.service, 0) + on
    for name in sorted({*weekly, *dated}):
        service = corridor.services.get(name)
        mean = weekly[name] / 7 if name in weekly else _mean_of_days(dated[name])
        if service and not math.isclose(service.per_day, mean, rel_tol=0.02):
            what, expected = message("timetable.other_rate"), message("want.timetable_mean", n=mean)
            yield warning("services", name, "per_day", service.per_day, what, expected)


def _mean_of_days(lines: list[tuple[date, int]]) -> float:
    """Vehicles a day from the first to the last of some days."""
    days = [day for day, _ in lines]
    return sum(n for _, n in lines) / ((max(days) - min(days)).days + 1)


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


def choices_watch_their_own_way(corridor: Corridor) -> Iterator[Finding]:
    """The facilities whose queues decide on an alternative are on its way."""
    for key, way in corridor.alternatives.items():
        names = corridor.itineraries_from(way.itinerary)
        visited = {step.facility for name in names for step in corridor.steps(name)}
        others = tuple(id for id in ids_in(way.watch) if id in corridor.facilities and id not in visited)
        if way.rule == "delay" and others and visited:
            what, expected = message("choice.watch_elsewhere", names=others), message("want.facility_of_way")
            yield warning("alternatives", key, "watch", way.watch, what, expected)


def choices_use_what_they_state(corridor: Corridor) -> Iterator[Finding]:
    """An alternative by delay has no share, one by shares no additional time."""
    for key, way in corridor.alternatives.items():
        column, value = ("share", way.share) if way.rule == "delay" else ("bias_h", way.bias_h)
        if value:
            what = message("choice.unused_value", kind=way.rule)
            yield warning("alternatives", key, column, value, what, message("want.zero"))


def places_are_in_a_country(corridor: Corridor) -> Iterator[Finding]:
    """The code of the country of a place is assigned in ISO 3166."""
    for key, place in corridor.places.items():
        if place.country and place.country not in _countries():
            what, expected = message("place.unknown_country"), message("want.country")
            yield warning("places", key, "country", place.country, what, expected)


@cache
def _countries() -> frozenset[str]:
    """The country codes that the rules of time zones list."""
    text = files("tzdata").joinpath("zoneinfo", "iso3166.tab").read_text(encoding="utf-8")
    return frozenset(line[:2] for line in text.splitlines() if line and not line.startswith("#"))


def links_are_not_shorter_than_the_straight_way(corridor: Corridor) -> Iterator[Finding]:
    """A link is not far shorter than the straight line between the coordinates of its ends.

    Coordinates are those of towns, so half of that line, less some kilometres, is tolerated.
    """
    for key, link in corridor.links.items():
        ends = corridor.places.get(link.origin), corridor.places.get(link.destination)
        if ends[0] and ends[1] and 2 * link.length_km + TOWN_KM < (straight := _straight_km(ends[0], ends[1])):
            what, expected = message("link.shorter_than_straight", km=straight), message("want.km_from", n=straight)
            yield warning("links", key, "length_km", link.length_km, what, expected)


def _straight_km(one: Place, other: Place) -> float:
    """Length of the great circle between two places, by the haversine formula."""
    north, there = math.radians(one.latitude), math.radians(other.latitude)
    east = math.radians(other.longitude - one.longitude)
    half = math.sin((there - north) / 2) ** 2 + math.cos(north) * math.cos(there) * math.sin(east / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(min(1.0, half)))  # Of antipodes it may be above 1 by rounding.


RULES = (
    links_join_two_places,
    links_are_declared_once,
    single_tracks_have_paths,
    opposing_trains_fit_into_the_headway,
    sections_add_up,
    sections_belong_to_single_tracks,
    sections_have_the_paths,
    ports_have_two_sides,
    sides_and_directions_are_those_of_the_port,
    ports_of_two_countries_state_their_clocks,
    calendars_have_the_clock_of_the_place,
    port_and_side_go_together,
    breakdowns_have_two_figures,
    paths_have_a_headway,
    stocks_fit_their_capacity,
    durations_have_a_shape,
    durations_use_their_variation,
    profiles_cover_their_period,
    services_use_the_right_profile,
    services_are_open_or_closed,
    services_use_what_they_state,
    days_differ_where_they_can,
    weather_begins_at_most_once_a_day,
    weather_shuts_something,
    services_close_after_they_open,
    timetables_keep_the_rate,
    choices_can_be_made,
    choices_watch_their_own_way,
    choices_use_what_they_state,
    places_are_in_a_country,
    links_are_not_shorter_than_the_straight_way,
)
