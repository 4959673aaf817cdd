"""Sides and directions of a port: how tables, results and files name them.

A port of two places ``place_a`` and ``place_b`` has the sides ``a`` and ``b`` and the directions ``a_to_b`` and
``b_to_a``, whichever the two countries are. A port of the columns ``place_cn`` and ``place_foreign`` is seen from
China: its sides are ``cn`` and ``foreign``, its directions ``outbound`` and ``inbound``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Side = Literal["both", "cn", "foreign", "a", "b"]
Direction = Literal["outbound", "inbound", "a_to_b", "b_to_a"]


@dataclass(frozen=True)
class Sides:
    """The two names of each kind, those of the first place of a port first."""

    columns: tuple[str, str]
    """Of the places in ``ports.csv``."""
    sides: tuple[str, str]
    directions: tuple[str, str]
    """From the first place to the second, and back."""


NEUTRAL: Final = Sides(("place_a", "place_b"), ("a", "b"), ("a_to_b", "b_to_a"))
FROM_CHINA: Final = Sides(("place_cn", "place_foreign"), ("cn", "foreign"), ("outbound", "inbound"))
CHINA: Final = "CN"
ALL: Final = (FROM_CHINA, NEUTRAL)
DIRECTIONS: Final = (*FROM_CHINA.directions, *NEUTRAL.directions)
"""In the order in which they are listed."""
POSITION: Final = {side: 1 + own.sides.index(side) for own in ALL for side in own.sides}
"""1 for the first side of a port, 2 for the second."""
BOTH: Final = "both"


def sides_of(direction: str) -> tuple[str, str]:
    """The sides of the ports that have a direction; those of ports seen from China for an unknown one."""
    return next((own.sides for own in ALL if direction in own.directions), FROM_CHINA.sides)


def views_of(direction: str) -> tuple[str, str, str]:
    """The views of a crossing in a direction: both sides together, then each."""
    return (BOTH, *sides_of(direction))
