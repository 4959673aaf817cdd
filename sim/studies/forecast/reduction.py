"""The part of a world that some services meet: the components of its plan that have them.

A forecast of one gate needs no trains of another port. What cannot influence each other is found from the plan alone
(:mod:`sim.core.components`), rules that issue orders included; the rows of the services that stay are those of the
whole world.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from corridors.model import Corridor
from sim.compile.assembly import compile_plan
from sim.core.components import components
from sim.core.run_settings import RunSettings


def reduced(corridor: Corridor, services: Collection[str], settings: RunSettings) -> Corridor:
    """The world with these services and all that they meet, also through others, in the order of the world."""
    plan = compile_plan(corridor, settings)
    of = components(plan)
    number = dict(zip(plan.labels.service, of.service.tolist(), strict=True))
    wanted = {number[id] for id in services if id in number}
    if len(wanted) == len(set(number.values())):
        return corridor
    gates = dict(zip(plan.labels.stock, of.stock.tolist(), strict=True))
    return replace(
        corridor,
        services={id: row for id, row in corridor.services.items() if number[id] in wanted},
        # A rule without a gate in the plan issues no orders.
        order_rules={id: row for id, row in corridor.order_rules.items() if gates.get(row.gate) in wanted},
    )
