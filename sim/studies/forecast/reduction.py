"""The part of a world that some services meet: they, and all that share a facility or a stock with them.

A forecast of one gate needs no trains of another port. Services without a common facility or stock, also through
others, do not touch each other; those with orders are kept, as orders count queues elsewhere.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from corridors.model import Corridor
from sim.compile.programs import programs
from sim.core.run_settings import RunSettings


def reduced(corridor: Corridor, services: Collection[str], settings: RunSettings) -> Corridor:
    """The world with these services and all that meet them, in the order of the world."""
    if corridor.order_rules:
        return corridor
    targets = {
        id: {op.target for op in program if op.target}
        | {name for op in program for way in op.ways for name in way.watch}
        for id, program in programs(corridor, settings).items()
    }
    kept = {id for id in services if id in targets}
    while more := {
        id for id, mine in targets.items() if id not in kept and any(mine & targets[other] for other in kept)
    }:
        kept |= more
    return replace(corridor, services={id: row for id, row in corridor.services.items() if id in kept})
