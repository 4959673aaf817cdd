"""Detours: the ways that a vehicle before a closed link may take instead, and when a way meets a closed link.

A service with ``reroute_after_h`` reroutes. The ways that its vehicles may take instead of the rest of their way, all
over links of the same mode and open on the same first day, are

* the fastest way that avoids every link of the rest that a closure shuts at some time of the run; if this way has such
  links itself, the fastest that avoids these as well, and so on while there is one;
* for each of these links of the rest, the fastest way that avoids it alone.

A vehicle that leaves now and never waits comes to each link of a way a known number of seconds later. The *outlook* of
a way is open while such a vehicle would meet no closed link, so the time until it opens is how long it takes until the
whole way is free. A vehicle that leaves at once and waits on the way is through as early, or earlier if it passes a
link before this closes.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from corridors import network
from corridors.clock.calendars import Calendars
from corridors.model import Link
from sim.compile.step_functions import together
from sim.core.plan import Ints
from sim.core.random_streams import Floats
from sim.core.units import DAY_S, HOUR_S

Shut = tuple[tuple[str, int], ...]
"""Links of a way that a closure shuts during the run, each with the seconds after which a vehicle comes to it."""
FOR_GOOD, AT_END = ".for_good", ".at_end"
"""Parts of an outlook that is closed in the last second of the run: open until it closes for the last time, then closed
to the end, or to that last second."""
Outlook = tuple[Shut, str]
"""The outlook over some links ('') or one of its parts."""
AHEAD_S = 2 * 365 * DAY_S
"""So long after the run openings are known, more than any service may require to be saved."""


def running_s(link: Link) -> int:
    """Seconds in which a vehicle runs over a link."""
    return round(link.length_km / link.speed_kmh * HOUR_S)


def outlook_facility(watched: Outlook) -> str:
    """The facility that is open while a vehicle that leaves now meets none of these links closed."""
    shut, part = watched
    return "+".join(f"{link}@{after_s}" for link, after_s in shut) + ".outlook" + part


def outlook(shut: Shut, calendars: Calendars) -> tuple[Ints, Floats]:
    """1 from each second on at which a vehicle that leaves meets none of these links closed, else 0.

    ``calendars`` reach as far beyond the end of the run as the last of these links is away, at least.
    """
    courses = [_earlier(*calendars.link_open(link), after_s) for link, after_s in shut]
    times_s, levels = together(courses)
    return times_s, np.minimum.reduce(levels)


def beyond_s(shut: Shut, calendars: Calendars, horizon_s: int) -> int:
    """How long after the last second of the run the outlook opens; 0 if it is open then, or not known to open."""
    times_s, levels = outlook(shut, calendars)
    here = int(np.searchsorted(times_s, horizon_s - 1, "right")) - 1
    opens = np.flatnonzero(levels[here:] > 0)
    return int(times_s[here + opens[0]]) - (horizon_s - 1) if len(opens) and opens[0] else 0


def part_of(watched: Outlook, calendars: Calendars, horizon_s: int) -> tuple[Ints, Floats]:
    """The course of an outlook, or of its part, during the run."""
    times_s, levels = outlook(watched[0], calendars)
    within = times_s < horizon_s
    times_s, levels = times_s[within], levels[within]
    if not watched[1]:
        return times_s, levels
    # It is closed in the last second of the run. Since when?
    since_s = int(times_s[np.flatnonzero(levels > 0)[-1] + 1]) if (levels > 0).any() else 0
    steps = {0: 1.0} | {since_s: 0.0} | ({horizon_s - 1: 1.0} if watched[1] == AT_END else {})
    return np.array(list(steps), np.int64), np.array(list(steps.values()))


def _earlier(times_s: Ints, levels: Floats, by_s: int) -> tuple[Ints, Floats]:
    """A step function ``by_s`` seconds earlier, from second 0 on."""
    first = int(np.searchsorted(times_s, by_s, "right")) - 1
    return np.maximum(times_s[first:] - by_s, 0), levels[first:]


def ways_around(
    net: network.Net, closed: Collection[str], origin: str, destination: str, mode: str, legs: Sequence[network.Leg]
) -> list[list[network.Leg]]:
    """The detours around the closed links of a way, the fastest first; none if there is no other way."""
    on_way = [leg.link for leg in legs if leg.link in closed]
    found = [way for link in on_way if (way := _way(net.without({link}), origin, destination, mode))]
    avoided: set[str] = set()
    more = set(on_way)
    while more:
        avoided |= more
        way = _way(net.without(avoided), origin, destination, mode)
        found += [way] if way else []
        more = {leg.link for leg in way if leg.link in closed}
    by_links = {tuple((leg.link, leg.forward) for leg in way): way for way in found}
    return sorted(by_links.values(), key=lambda way: (sum(leg.hours for leg in way), [leg.link for leg in way]))


def _way(net: network.Net, origin: str, destination: str, mode: str) -> list[network.Leg]:
    try:
        return network.path(net, origin, destination, mode)
    except network.NoRoute:
        return []
