"""Single tracks with passing places: sections that hold one train at a time, and the stations between them.

Input: a link. Output: the lengths of its sections, and the names of the facilities that are made of it. Sections are
numbered from its origin; passing place *n* lies between the sections *n* and *n* + 1. The ends of a link are places
with room for all trains.
"""

from __future__ import annotations

from typing import Final

from corridors.model import BACK, Link

SECTION: Final = "section"
"""Kind of a facility: a section, which one train at a time keeps while it runs over it."""
SECTION_QUEUE: Final = "section_queue"
"""The first of the trains of one direction that wait for a section, or run over it."""
PASSING_TRACK: Final = "passing_track"
"""The tracks of a passing place."""
DIRECTION_TOKEN: Final = "direction_token"
"""The trains of one direction that a passing place admits: one fewer than it has tracks."""
BESIDE_SECTIONS: Final = (SECTION_QUEUE, PASSING_TRACK, DIRECTION_TOKEN)
"""Kinds of the facilities that a train keeps beside its section."""
PLAIN_TRACKS: Final = 2
"""Tracks of a passing place that are assumed, and with which direction tokens alone keep trains off occupied tracks."""
KINDS: Final = (SECTION, *BESIDE_SECTIONS)


def declares_sections(link: Link) -> bool:
    """Whether passing places or sections of a link are declared."""
    return link.passing_places is not None or bool(link.sections_km)


def has_sections(link: Link) -> bool:
    """Whether trains on a link meet at passing places only: a single track of which these are declared."""
    return link.tracks == 1 and declares_sections(link)


def lengths_km(link: Link) -> tuple[float, ...]:
    """Lengths of the sections from the origin on; equal ones where only the number of passing places is declared."""
    declared = tuple(float(part) for part in link.sections_km.split(";") if part.strip())
    if declared:
        return declared
    n = (link.passing_places or 0) + 1
    return (link.length_km / n,) * n


def tracks_of_places(link: Link) -> int:
    """Tracks of each passing place of a link: two where none are declared."""
    return PLAIN_TRACKS if link.passing_tracks is None else link.passing_tracks


def section(link: Link, n: int) -> str:
    """The facility of section ``n``, from 1."""
    return f"{link.id}.section_{n}"


def section_queue(link: Link, n: int, forward: bool) -> str:
    """The facility of the first train of one direction before section ``n``."""
    return f"{section(link, n)}.queue{'' if forward else BACK}"


def passing_place(link: Link, n: int) -> str:
    """The facility of the tracks of passing place ``n``, from 1, and the name of that place."""
    return f"{link.id}.place_{n}"


def direction_token(link: Link, n: int, forward: bool) -> str:
    """The facility of the trains of one direction at passing place ``n``."""
    return f"{passing_place(link, n)}.token{'' if forward else BACK}"
