"""Rules about links: their ends and length, the paths and sections of single tracks."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

from corridors.checks.report import error, names_all_rows_of, warning, warns_only
from corridors.clock import local_time
from corridors.findings import Finding
from corridors.messages import message
from corridors.model import Corridor, Place
from corridors.single_tracks import declares_sections, has_sections, lengths_km

EARTH_KM: Final = 6371.0
TOWN_KM: Final = 5.0
"""A link may begin and end so far, together, from the coordinates of its places."""
SAME_LENGTH: Final = 0.005
"""Relative difference of the length of a link from that of its sections that is rounding."""


def links_join_two_places(corridor: Corridor) -> Iterator[Finding]:
    """A link connects two different places."""
    for key, link in corridor.links.items():
        if link.origin == link.destination:
            what, expected = message("link.same_ends"), message("want.another_place", place=link.origin)
            yield error("links", key, "destination", link.destination, what, expected)


@warns_only
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
@warns_only
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
@warns_only
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


@warns_only
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


@warns_only
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


@warns_only
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
    links_are_not_shorter_than_the_straight_way,
)
