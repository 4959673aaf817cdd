"""Movements of a train over a single track with passing places, and the facilities that it keeps on the way.

Input: a link with sections (:mod:`corridors.single_tracks`). Output: its facilities with their servers, and for each
direction the movements of a train from one end to the other. No engine has a rule for it: a movement is a few HOLDs, a
TRAVEL and FREEs.

To enter a section that leads to a passing place, a train first takes a *direction token* of that place, then a track
there, then the place of the first train before the section, then the section. When it enters, it gives up the track and
the token of the passing place behind; at the end of the section it gives up the section and the place of the first
train. A passing place with k tracks has k - 1 tokens for each direction. The ends of the link have room for all, so the
last movement needs no token and no track.

The line never locks. Take the foremost train of a direction, or the foremost ones if they are at one place. No train of
their direction is ahead, so a token is free. The other direction keeps, or waits for, at most k - 1 tracks, so one of
the k is left for them. The section is kept by no train but one that runs over it, and that train has its track at the
end of the section or leaves the line there. So one of the foremost trains enters the section as soon as it is free,
unless a train of the other direction is before it in the queue for the section; then that one moves.

With two tracks there is one token for each direction, so no more than two trains are at the passing place: the tracks
need no facility, and the token also is the place of the first train before the section.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import Final

from corridors.model import Link
from corridors.single_tracks import (
    DIRECTION_TOKEN,
    PASSING_TRACK,
    PLAIN_TRACKS,
    SECTION,
    SECTION_QUEUE,
    direction_token,
    lengths_km,
    passing_place,
    section,
    section_queue,
    tracks_of_places,
)
from sim.core.wait_causes import NO_PASSING_TRACK, OPPOSING_TRAIN, TRAIN_AHEAD

END: Final = 0
"""In place of the number of a passing place: an end of the link."""


@dataclass(frozen=True)
class Kept:
    """A facility that a train keeps."""

    facility: str
    slot: str
    """Names the slot of the vehicle in which it keeps the server; a slot is used again after it was given up."""
    cause: str = ""
    """Why a train waits for it."""


@dataclass(frozen=True)
class Movement:
    """A train's way over one section."""

    takes: tuple[Kept, ...]
    """Before it enters, in this order."""
    leaves: tuple[Kept, ...]
    """Given up as it enters: what it kept at the passing place behind."""
    ends: tuple[Kept, ...]
    """Given up as it leaves the section."""
    km: float
    seconds: int
    place: str
    """The passing place at the end of the section; '' for the end of the link."""


@dataclass(frozen=True)
class Centre:
    """A facility of a single track."""

    name: str
    servers: int
    kind: str


@lru_cache(maxsize=64)
def movements(link: Link, forward: bool, running_s: int) -> tuple[Movement, ...]:
    """The movements of a train over a link that it runs over in ``running_s`` if it never waits."""
    kilometres, seconds = lengths_km(link), _seconds(link, running_s)
    numbers = range(1, len(kilometres) + 1)
    way = numbers if forward else numbers[::-1]
    places = [END, *(min(pair) for pair in pairwise(way)), END]
    stations = [_station(link, place, forward, turn) for turn, place in enumerate(places)]
    found = []
    for step, n in enumerate(way):
        ahead = places[step + 1]
        before = _queue(link, n, forward) if ahead == END or tracks_of_places(link) > PLAIN_TRACKS else ()
        here = Kept(section(link, n), "section", OPPOSING_TRAIN)
        found.append(
            Movement(
                takes=(*stations[step + 1], *before, here),
                leaves=stations[step],
                ends=(here, *before),
                km=kilometres[n - 1],
                seconds=seconds[n - 1],
                place="" if ahead == END else passing_place(link, ahead),
            )
        )
    return tuple(found)


def centres(link: Link) -> Iterator[Centre]:
    """The facilities of a link with sections, by number."""
    count = len(lengths_km(link))
    ways = (True, False) if link.both_ways else (True,)
    for n in range(1, count + 1):
        yield Centre(section(link, n), 1, SECTION)
        for forward in ways:
            last = n == (count if forward else 1)
            if last or tracks_of_places(link) > PLAIN_TRACKS:
                yield Centre(section_queue(link, n, forward), 1, SECTION_QUEUE)
    for n in range(1, count):
        if tracks_of_places(link) > PLAIN_TRACKS:
            yield Centre(passing_place(link, n), tracks_of_places(link), PASSING_TRACK)
        for forward in ways:
            yield Centre(direction_token(link, n, forward), tracks_of_places(link) - 1, DIRECTION_TOKEN)


def _station(link: Link, n: int, forward: bool, step: int) -> tuple[Kept, ...]:
    """What a train keeps at passing place ``n``, which it reaches by its movement number ``step``; none at an end."""
    if n == END:
        return ()
    turn = step % 2  # It still keeps the passing place behind.
    token = Kept(direction_token(link, n, forward), f"token {turn}", TRAIN_AHEAD)
    if tracks_of_places(link) <= PLAIN_TRACKS:
        return (token,)
    return token, Kept(passing_place(link, n), f"track {turn}", NO_PASSING_TRACK)


def _queue(link: Link, n: int, forward: bool) -> tuple[Kept, ...]:
    return (Kept(section_queue(link, n, forward), "queue", TRAIN_AHEAD),)


def _seconds(link: Link, running_s: int) -> tuple[int, ...]:
    """Running times of the sections, which add up to that of the link."""
    upto = [0.0, *accumulate(lengths_km(link))]
    whole = [round(running_s * km / upto[-1]) for km in upto]
    return tuple(end - begin for begin, end in pairwise(whole))
