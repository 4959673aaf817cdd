"""Sliders of a world without ``sliders.csv``: servers, hours, means, rates and quotas of each port, with their ranges.

A range is that of ``assumptions.csv`` where the number has one there, else wide around the value. A number that several
ports use is in the tab of all ports.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from corridors.model import Corridor
from corridors.port_rows import rows_of_port

SHARED: Final = ""
LONGEST_CLOSURE: Final = 30
"""Days."""
POSITIONS: Final = 40
"""Steps of a slider of a number that is not whole, at least half as many."""
WIDE: Final = 3.0
"""Factor of a range without a declared one."""
GROUP_OF_KIND: Final = {
    **dict.fromkeys(("transshipment", "loader", "berth"), "cranes"),
    **dict.fromkeys(("scanner", "inspection"), "inspection"),
    "path": "paths",
    "slot": "paths",
}
"""Group of the sliders of a kind of facility; the others are lanes."""


class Declared(NamedTuple):
    """A row of ``sliders.csv``, with values of the types of their columns."""

    port: str
    group: str
    op: str
    addresses: tuple[str, ...]
    low: Any
    high: Any
    step: Any


def sliders_of(corridor: Corridor) -> list[Declared]:
    """The sliders of all ports, those of one port together."""
    of_port = {port: rows_of_port(corridor, port) for port in corridor.ports}
    used = Counter((table, id) for rows in of_port.values() for table, ids in rows.items() for id in ids)
    made: dict[str, Declared] = {}
    for port, rows in of_port.items():
        for slider in _of_port(corridor, port, rows):
            table, _, rest = slider.addresses[0].partition(".")
            shared = used[table, rest.rpartition(".")[0]] > 1
            made.setdefault(slider.addresses[0], slider._replace(port=SHARED) if shared else slider)
    return sorted(made.values(), key=lambda one: (one.port == SHARED, list(of_port).index(one.port) if one.port else 0))


def _of_port(corridor: Corridor, port: str, rows: Any) -> Iterator[Declared]:
    for id in sorted(rows["facilities"]):
        row = corridor.facilities[id]
        if row.port == port and row.kind == "path" and row.headway_min:
            yield _number(corridor, port, "paths", f"facilities.{id}.headway_min")
        elif row.port == port:
            yield _number(corridor, port, GROUP_OF_KIND.get(row.kind, "lanes"), f"facilities.{id}.servers")
    for id in sorted(rows["links"]):
        if corridor.links[id].paths_per_day is not None:
            yield _number(corridor, port, "paths", f"links.{id}.paths_per_day")
    for id in sorted(rows["shifts"]):
        address = f"shifts.{id}.closes"
        yield Declared(port, "hours", "set", (address,), "00:00", "24:00", "01:00")
    for id in sorted(rows["shares"]):
        yield Declared(port, "inspection", "set", (f"shares.{id}.share",), 0.0, 1.0, 0.01)
    for id in sorted(rows["durations"]):
        if corridor.durations[id].mean_min > 0:
            yield _number(corridor, port, "service", f"durations.{id}.mean_min")
    for id in sorted(rows["stocks"]):
        stock = corridor.stocks[id]
        if stock.daily_quota is not None:
            yield _number(corridor, port, "demand", f"stocks.{id}.daily_quota")
        elif stock.kind in ("wagons", "containers"):
            yield _number(corridor, port, "wagons", f"stocks.{id}.initial")
    for id in sorted(rows["services"]):
        service = corridor.services[id]
        if service.arrivals == "fleet":
            yield _number(corridor, port, "demand", f"services.{id}.fleet")
        elif service.per_day:
            yield _number(corridor, port, "demand", f"services.{id}.per_day")
    yield Declared(port, "closures", "close", (f"ports.{port}",), 0, LONGEST_CLOSURE, 1)


def _number(corridor: Corridor, port: str, group: str, address: str) -> Declared:
    """A slider of one number, with its declared range, or a wide one, that includes the value."""
    value = corridor.cell(address)
    declared = corridor.assumptions.get(address)
    low = declared.low if declared and declared.low is not None else value / WIDE
    high = declared.high if declared and declared.high is not None else max(WIDE * value, value + 1)
    low, high = min(low, value), max(high, value)
    if isinstance(value, int):
        return Declared(port, group, "set", (address,), max(1, math.floor(low)), max(2, math.ceil(high)), 1)
    step = _step((high - low) / POSITIONS)
    return Declared(port, group, "set", (address,), _rounded(low, step, up=True), _rounded(high, step), step)


def _rounded(value: float, step: float, up: bool = False) -> float:
    """The nearest multiple of a step: of a low end at least one step above zero."""
    whole = round(value / step)
    return round(max(whole, 1 if up else 0) * step, 9)


def _step(width: float) -> float:
    """A round step, 1, 2 or 5 times a power of ten, that is at most this wide or half as wide again."""
    if width <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(width))
    return round(max(part * power for part in (1, 2, 5) if part * power <= width * (1 + 1e-9)), 9)
