"""Causes of waiting: the closed list of ids to which every second of waiting is assigned."""

from __future__ import annotations

from typing import Final

OPPOSING_TRAIN: Final = "opposing_train"
TRAIN_AHEAD: Final = "train_ahead"
NO_PASSING_TRACK: Final = "no_passing_track"
DEMAND: Final = "demand"
"""The cause of waiting for demand, and the kind of the stock that holds it: idle vehicles, and no congestion."""
SHARE: Final = "share"
"""The cause of waiting while a share of the servers leaves none at work for a part of the opening hours."""
ORDER: Final = "order"
"""The cause of waiting at the gate of an order, and the kind of the stock that the gate is."""
CAUSES: Final = (
    "busy",
    "closed",
    SHARE,
    "no_servers",
    "other_side",
    "wagons",
    "path",
    OPPOSING_TRAIN,
    TRAIN_AHEAD,
    NO_PASSING_TRACK,
    "yard",
    "cargo",
    "quota",
    DEMAND,
    ORDER,
)
"""Waiting at a facility while its calendar has no server at work is 'closed', 'share' where a share of the servers is
why, or 'no_servers' where it has none in the whole run; the rest has the cause of the step (``Labels.op_cause``). The
labels are in the catalogue ``names`` under ``cause.<id>``."""
