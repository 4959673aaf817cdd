"""Random numbers, drawn in this module only: streams are addressed by name, numbers in them by position.

A stream belongs to a purpose and to names of the data: the duration of one step of one service, the failures of one
server. Its numbers come from Philox, a counter-based generator, keyed by a hash of (seed, replication, purpose,
names). So number *i* of a stream depends only on its name and on *i*: one more service, vehicle or month leaves all
other numbers unchanged, and compared scenarios use the same random numbers (common random numbers). Philox
gives the same integers on every machine.

Purposes in use: ``arrival``, ``delay``, ``start`` (service); ``duration``, ``outcome`` (service, itinerary.step, and
for a fleet the trip), each with ``backlog`` in front for the vehicles that are there at the first second;
``breakdown`` (facility, server); ``day`` (table, row) and ``extra`` (service, line of the timetable), indexed by
date, as are ``spell`` and ``spell_days`` (weather); ``bootstrap`` and ``means`` (the analysis of results);
``fit`` (the analysis of records); ``standing`` (service, itinerary.step, place in the state: work under way).
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

DISCARDED_BITS = np.uint64(12)
"""Of 64 random bits the upper 52 are used: the most for which every mid-point below is an exact double."""
CELL = 2.0**-52
NUMBERS_A_BLOCK = 4
"""Philox makes so many numbers from each value of its counter."""


@dataclass(frozen=True)
class RandomStreams:
    """All the random numbers of one replication."""

    seed: int
    replication: int

    def uniforms(self, n: int, purpose: str, *names: str | int, first: int = 0) -> Floats:
        """``n`` numbers of a stream from number ``first`` on: (n,), evenly distributed, above 0 and below 1."""
        stream = self._stream(purpose, names)
        blocks, within = divmod(first, NUMBERS_A_BLOCK)
        stream.advance(blocks)
        return _midpoints(stream.random_raw(within + n)[within:])

    def trips(self, trips: int, n: int, purpose: str, *names: str | int, first: int = 0) -> Floats:
        """(trips, n): one stream for each trip of a fleet from ``first`` on, one number a vehicle.

        The number of the trip is the upper half of Philox's 256-bit counter, so trips never overlap.
        """
        stream = self._stream(purpose, names)
        state: Any = stream.state
        bits = np.empty((trips, n), np.uint64)
        for trip in range(trips):
            state["state"]["counter"][2] = first + trip
            stream.state = state
            bits[trip] = stream.random_raw(n)
        return _midpoints(bits)

    def _stream(self, purpose: str, names: tuple[str | int, ...]) -> np.random.Philox:
        name = "\0".join(map(str, (self.seed, self.replication, purpose, *names)))
        return np.random.Philox(key=int.from_bytes(blake2b(name.encode(), digest_size=16).digest(), "little"))


def _midpoints(bits: npt.NDArray[np.uint64]) -> Floats:
    """The middle of one of 2^52 equal cells of the unit interval, so that neither 0 nor 1 comes up."""
    bits >>= DISCARDED_BITS
    u = bits.astype(np.float64)
    u += 0.5
    u *= CELL
    return u
