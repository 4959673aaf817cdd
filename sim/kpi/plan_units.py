"""Units of a plan: components whose figures share no row of any table.

Components cannot influence each other (:mod:`sim.core.components`), but a row of a table may be made of several: of
both directions of a class at a port, or of a link. Components with a (port, class), a link, or the name of a facility
or a stock in common are one unit, and so are all without services. Every row of a table belongs to one unit, but for
the sums over classes (:func:`sim.kpi.key_figures.with_totals`), so tables can be taken apart by unit and put together
again (:mod:`sim.kpi.unit_tables`).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from sim.core.components import Components, components, united
from sim.core.kept import Kept
from sim.core.plan import Plan
from sim.output.intervals import facility_of_op, stock_of_op

LINKED: Final = (
    "service_entry",
    *("op_code", "op_target", "op_jump", "op_choice_start", "op_choice_count"),
    *("alternative_jump", "alternative_watch_start", "watch_facility"),
    *("controller_stock", "counted_facility_start", "counted_facility", "counted_service_start", "counted_service"),
)
"""The arrays by which things of a plan are connected."""
MOST_BYTES: Final = 2**22
"""Of the units of earlier plans; those of the base year with all that they depend on take some 0.4 megabytes."""


@dataclass(frozen=True)
class Units:
    """The units of a plan, numbered from 0, and what each has."""

    components: Components
    members: list[list[int]]
    """By unit its components."""
    of_group: dict[tuple[str, str], int]
    """The unit of each (port, class)."""
    of_name: dict[str, int]
    """The unit of each facility, stock, link and service, by name."""


def units_of(plan: Plan) -> Units:
    """The units of a valid plan; those of a plan with equal programs and names are found once."""
    structure = _structure(plan)
    units = _KNOWN.get(structure)
    if units is None:
        units = _found(plan)
        _KNOWN.put(structure, units, BYTES_OF_ENTRY * sum(map(len, structure)))
    return units


_KNOWN: Final[Kept[Units]] = Kept(MOST_BYTES)
BYTES_OF_ENTRY: Final = 4
"""Of arrays and names, roughly."""


def _structure(plan: Plan) -> tuple[Any, ...]:
    """All that units depend on."""
    labels = plan.labels
    return (
        *(getattr(plan, name).tobytes() for name in LINKED),
        *(labels.facility, labels.facility_link, labels.facility_port, labels.stock, labels.stock_port),
        *(labels.service, labels.service_class, labels.op_service, labels.op_link, labels.op_port),
    )


def _found(plan: Plan) -> Units:
    found = components(plan)
    first: dict[Hashable, int] = {}
    root = united(found.n, ((one, first.setdefault(thing, one)) for one, thing in _things(plan, found)))
    members: dict[int, list[int]] = {}
    for component in range(found.n):
        members.setdefault(root[component], []).append(component)
    number = {component: k for k, some in enumerate(members.values()) for component in some}
    return Units(
        components=found,
        members=list(members.values()),
        of_group={thing: number[k] for thing, k in first.items() if isinstance(thing, tuple)},
        of_name={thing: number[k] for thing, k in first.items() if isinstance(thing, str)},
    )


def _things(plan: Plan, found: Components) -> Iterator[tuple[int, Hashable]]:
    """(component, name or group) of everything that may name a row; None for a component without services."""
    labels = plan.labels
    yield from ((k, None) for k in sorted(set(range(found.n)) - set(found.service.tolist())))
    by_name: list[tuple[Iterable[int], Iterable[str]]] = [
        (found.facility.tolist(), labels.facility),
        (found.facility.tolist(), labels.facility_link),
        (found.stock.tolist(), labels.stock),
        (found.service.tolist(), labels.service),
        (found.op.tolist(), labels.op_link),
    ]
    for owners, names in by_name:
        yield from ((k, name) for k, name in zip(owners, names, strict=True) if k >= 0 and name)
    of_facility, of_stock = (*labels.facility_port, ""), (*labels.stock_port, "")
    at = facility_of_op(plan).tolist(), stock_of_op(plan).tolist()
    different = set(zip(found.op.tolist(), labels.op_port, labels.op_class, *at, strict=True))
    ports = {
        (k, port, klass)
        for k, own, klass, facility, stock in different
        for port in (own, of_facility[facility], of_stock[stock])
        if k >= 0 and port
    }
    yield from ((k, (port, klass)) for k, port, klass in sorted(ports))
