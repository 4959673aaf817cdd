"""What is not known of measured numbers: each member of a forecast has its draw within their intervals.

Input: a world whose assumptions have the 95 % intervals of measured numbers, as those of a fit. Output: the world with
each of them drawn, normal on either side of its value. Numbers of other grades stay: their ranges are no intervals.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from corridors.model import Corridor
from corridors.schema import schema
from sim.core.random_streams import RandomStreams

MEASURED: Final = "measured"
BOUND: Final = 1.959964
"""Standard deviations from the middle to a bound of 95 %."""


def drawn(corridor: Corridor, streams: RandomStreams) -> Corridor:
    """The world as it may be by what is measured; the same one where nothing is."""
    tables: dict[str, dict[str, Any]] = {}
    for address, known in corridor.assumptions.items():
        if known.grade != MEASURED or known.low is None or known.high is None:
            continue
        row_address, _, name = address.rpartition(".")
        table, _, key = row_address.partition(".")
        rows = tables.get(table) or dict(corridor.table(table))
        value = getattr(rows.get(key), name, None)
        if not isinstance(value, float):  # Servers and fleets are counted, not estimated.
            continue
        z = _normal(float(streams.uniforms(1, "ignorance", address)[0]))
        bound = known.high if z > 0 else known.low
        found = value + z * abs(bound - value) / BOUND
        column = schema(table)[name]
        found = max(found, column.low) if column.low is not None else found
        found = min(found, column.high) if column.high is not None else found
        rows[key] = replace(rows[key], **{name: found})
        tables[table] = rows
    return replace(corridor, **tables) if tables else corridor


def _normal(u: float) -> float:
    from scipy.special import ndtri

    return float(ndtri(u))
