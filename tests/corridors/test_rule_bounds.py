"""Rules with a bound: the last number of which nothing is found, and the first that is found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from corridors.checks import capacity, choices, links, loads, rows, services, shares
from corridors.findings import Finding
from corridors.model import Corridor
from tests.helpers.worlds import (
    alternative,
    calendar,
    closure,
    departure,
    duration,
    facility,
    itinerary,
    link,
    place,
    profile,
    service,
    shift,
    step,
    stock,
    weather,
    world,
)

Rule = Callable[[Corridor], Iterator[Finding]]
SPRING = "0;0;1;1;1;0;0;0;0;0;0;0"


def dust(spells: float, weights: str = "1;1;1;1;1;1;1;1;1;1;1;1") -> Corridor:
    """Spells of dust in months of these weights."""
    return world(profile("months", weights), weather("dust", "road", spells, profile_month="months"))


def northward(km: float) -> Corridor:
    """A link over one degree of latitude, 111.2 km."""
    return world(place("south", latitude=40.0), place("north", latitude=41.0), link("south", "north", length_km=km))


def eastward(km: float) -> Corridor:
    """A link over one degree of longitude at 60 degrees north, 55.6 km."""
    ends = (place(id, latitude=60.0, longitude=at) for id, at in (("west", 100.0), ("east", 101.0)))
    return world(*ends, link("west", "east", length_km=km))


def weekly(per_day: float) -> Corridor:
    """A train on five days of the week."""
    return world(service("s", "trip", per_day, arrivals="timetable"), departure("d", "s", "12:00", "Mon-Fri"))


def dated(per_day: float) -> Corridor:
    """One train on the first of ten days, four on the last."""
    first, last = departure("a", "s", "12:00", day="2026-01-01"), departure("b", "s", "12:00", day="2026-01-10")
    return world(service("s", "trip", per_day, arrivals="timetable"), first, replace(last, vehicles=4))


def parted(share: float) -> Corridor:
    """A quarter of the vehicles go west, this share east."""
    ways = (("west", 0.25), ("east", share))
    return world(*(alternative("line", way, "shares", share=part) for way, part in ways))


def drawn(per_day: float) -> Corridor:
    """So many draw from a yard to which 20 a day bring."""
    return world(
        stock("yard", 50, kind="cargo", unit="t"),
        [service("trucks", "bring", 20.0), service("trains", "take", per_day)],
        itinerary("bring", step("mark", place="border"), step("return", stock="yard", amount=1)),
        itinerary("take", step("mark", place="border"), step("draw", stock="yard", amount=1)),
    )


def loaded(tonnes: float) -> Corridor:
    """A truck with so many tonnes brings 20 to a yard."""
    return world(
        stock("yard", kind="cargo", unit="t"),
        service("trucks", "bring", 20.0, load_t=tonnes),
        itinerary("bring", step("mark", place="border"), step("return", stock="yard", amount=20)),
    )


def closed_link(tracks: int) -> Callable[[float], Corridor]:
    """Two paths a day, or two pairs on a single track, of which a closure of a day leaves a share."""
    own = link("west", "east", tracks=tracks, paths_per_day=2.0)
    return lambda share: world(own, closure(own.id, "2026-01-05", "2026-01-05", servers_share=share))


def closed_quota(share: float) -> Corridor:
    """One permit a day, of which a closure of two days leaves a share."""
    permits = stock("permits", kind="quota", daily_quota=1)
    return world(permits, closure("permits", "2026-01-05", "2026-01-06", servers_share=share))


def part_time(share: float) -> Corridor:
    """A share of one server, an hour a day over 365 days, at a gate where work takes an hour."""
    return world(
        calendar("hours"),
        replace(shift("hours", "12:00", "13:00"), servers_share=share),
        facility("gate", 1, "hours"),
        duration("check", 60.0),
        itinerary("trip", step("mark", place="border"), step("serve", facility="gate", duration="check")),
    )


def sections(km: float) -> Corridor:
    """Two sections of so many kilometres on a link of 100 km."""
    return world(link("west", "east", length_km=100.0, tracks=1, sections_km=f"{km};{km}"))


BOUNDS: list[tuple[str, Rule, Callable[[float], Corridor], float, float]] = [
    ("weather.too_frequent", rows.weather_begins_at_most_once_a_day, dust, 365.0, 365.1),
    # A quarter of the year: 365 / 4 spells are one a day.
    ("weather.too_frequent", rows.weather_begins_at_most_once_a_day, lambda n: dust(n, SPRING), 91.25, 91.3),
    (
        "duration.negative",
        rows.durations_have_a_shape,
        lambda cv: world(duration("d", 9.0, "uniform", cv)),
        0.577,
        0.578,
    ),
    (
        "duration.negative",
        rows.durations_have_a_shape,
        lambda cv: world(duration("d", 9.0, "triangular", cv)),
        0.408,
        0.409,
    ),
    # Half of the straight line less 5 km.
    ("link.shorter_than_straight", links.links_are_not_shorter_than_the_straight_way, northward, 53.2, 53.0),
    ("link.shorter_than_straight", links.links_are_not_shorter_than_the_straight_way, eastward, 25.4, 25.2),
    ("link.sections_length", links.sections_add_up, sections, 49.8, 49.7),
    # Within 2%: 5 / 7 a day, and 5 on 10 days.
    ("timetable.other_rate", services.timetables_keep_the_rate, weekly, 0.728, 0.730),
    ("timetable.other_rate", services.timetables_keep_the_rate, weekly, 0.701, 0.699),
    ("timetable.other_rate", services.timetables_keep_the_rate, dated, 0.51, 0.511),
    ("choice.share_sum", choices.choices_can_be_made, parted, 0.7500005, 0.750002),
    ("capacity.drained_stock", capacity.a_mean_day_can_be_served, drawn, 20.009, 20.011),
    ("service.unlikely_load", loads.vehicles_carry_loads_of_their_kind, loaded, 0.1, 0.0199),
    ("service.unlikely_load", loads.vehicles_carry_loads_of_their_kind, loaded, 30_000.0, 30_001.0),
    ("stock.other_amount", loads.yards_count_whole_loads, loaded, 20.5, 20.6),
    ("share.less_than_a_path", shares.shares_of_a_link_leave_a_path, closed_link(1), 0.25, 0.24),
    ("share.less_than_a_path", shares.shares_of_a_link_leave_a_path, closed_link(2), 0.5, 0.49),
    ("share.less_than_a_place", shares.shares_of_a_quota_leave_a_place, closed_quota, 0.25, 0.24),
    ("share.part_of_a_server", shares.shares_suffice_for_a_job, part_time, 1.0, 1 / 364),
]
"""Code, rule, a world with a number, a number within the bound, and one beyond it."""


@pytest.mark.parametrize(("code", "rule", "make", "within", "beyond"), BOUNDS)
def test_a_rule_finds_a_number_beyond_its_bound_and_none_within(
    code: str, rule: Rule, make: Callable[[float], Any], within: float, beyond: float
) -> None:
    assert [one.code for one in rule(make(within))] == []
    assert [one.code for one in rule(make(beyond))] == [code]


@pytest.mark.parametrize(("share", "code"), [(1 / 364, "share.part_of_a_server"), (1 / 366, "share.less_than_a_job")])
def test_a_share_of_one_server_has_time_for_a_job_or_not(share: float, code: str) -> None:
    assert [one.code for one in shares.shares_suffice_for_a_job(part_time(share))] == [code]
