"""Why a vehicle waits: the closed list of causes to which every second of waiting is put down."""

from __future__ import annotations

from typing import Final

CAUSES: Final[dict[str, tuple[str, str]]] = {
    "busy": ("all servers busy", "设施繁忙"),
    "closed": ("closed hours", "闭关时段"),
    "other_side": ("the other side is full", "对方口岸无接车能力"),
    "wagons": ("no wagons", "缺宽轨车辆"),
    "path": ("no path on the line", "无运行线"),
    "yard": ("no yard space", "场站无空位"),
    "cargo": ("no cargo to load", "无货可装"),
    "quota": ("no place in the quota", "无通关配额"),
}
"""Cause id: (English, Chinese). Waiting at a facility while its calendar has no server at work is 'closed'; the
rest goes to the cause of the step (``Labels.op_cause``)."""
