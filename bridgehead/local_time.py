"""Tables with local times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bridgehead.errors import in_english
from bridgehead.loading import load
from bridgehead.world import World
from corridors.clock.place_clocks import zone_of_place
from corridors.model import Corridor

if TYPE_CHECKING:
    import pandas as pd

UTC: Final = "UTC"


def local(table: pd.DataFrame, place: str, world: World | None = None) -> pd.DataFrame:
    """A copy of a table with its UTC times in local time.

    ``place`` is a time zone such as ``Asia/Shanghai``, or the id of a port or place of ``world`` (default: the base
    year). A port has the clock of its first side. Raises KeyError for an unknown name.
    """
    import pandas as pd

    zone = place if "/" in place else _zone((world or load()).corridor, place)
    copy = table.copy()
    for column in copy.columns:
        if isinstance(copy[column].dtype, pd.DatetimeTZDtype):
            copy[column] = copy[column].dt.tz_convert(zone)
    return copy


def _zone(corridor: Corridor, id: str) -> str:
    """Time zone of a port or place, from the calendars of the facilities there."""
    place = corridor.ports[id].ends[0] if id in corridor.ports else id
    if place not in corridor.places:
        raise KeyError(in_english("unknown_place", place=id))
    return zone_of_place(corridor, place) or UTC
