"""Components of a plan: parts that cannot influence each other, found from the plan alone.

Two services belong to one component if a chain of facilities, stocks, controllers or shared ops connects them. A
service is connected with

* the facilities where it queues or that it gives up (SERVE, HOLD, PASS, FREE), train paths and sections included;
* the stocks from which it draws and to which it returns;
* the facilities that its choices watch;
* the controllers that count it; a controller also with its stock and the facilities that it counts;
* another service, if a way through its program leads into that one's program.

By :mod:`sim.core.rules` a vehicle changes, and looks at, nothing else, and ties are decided by the order of keys alone.
So the rows of a component are the same whether it runs alone (:mod:`sim.core.plan_parts`) or within the whole plan.
Facilities and stocks without services are components, too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.core.plan import Ints, Plan
from sim.core.rules import AT_FACILITY, AT_STOCK, BRANCH, CHOOSE, END, FREE

TO_FACILITY: Final = (*sorted(AT_FACILITY), FREE)


@dataclass(frozen=True)
class Components:
    """The component of each thing of a plan, numbered from 0: by their first service, then those without any."""

    n: int
    service: Ints
    """(nK,)"""
    facility: Ints
    """(nF,)"""
    stock: Ints
    """(nS,)"""
    controller: Ints
    """(nR,)"""
    op: Ints
    """(nO,); -1 for ops before the first program, which no vehicle reaches."""


def components(plan: Plan) -> Components:
    """The components of a valid plan."""
    program = plan.once(program_of_op)
    sizes = [n_programs := len(np.unique(plan.service_entry)), plan.n_facilities, plan.n_stocks, plan.n_controllers]
    _, facility, stock, controller, size = np.cumsum([0, *sizes]).tolist()
    edges = np.concatenate(
        [
            _of_programs(plan, program, facility, stock),
            _of_controllers(plan, program, facility, stock, controller),
        ],
        axis=1,
    )
    edge = np.unique(edges[0] * size + edges[1])
    root = np.array(united(size, zip((edge // size).tolist(), (edge % size).tolist(), strict=True)), np.int64)
    of_service = root[program[plan.service_entry]]
    seen, first = np.unique(np.concatenate([of_service, root]), return_index=True)
    number = np.empty(size, np.int64)
    number[seen[np.argsort(first)]] = np.arange(len(seen))
    found = number[root]
    of_program = np.append(found[:n_programs], -1)
    return Components(
        n=len(seen),
        service=number[of_service],
        facility=found[facility:stock],
        stock=found[stock:controller],
        controller=found[controller:],
        op=of_program[program],
    )


def program_of_op(plan: Plan) -> Ints:
    """(nO,) the program in which an op is: that of the last entry up to it; -1 before the first."""
    return np.searchsorted(np.unique(plan.service_entry), np.arange(plan.n_ops), side="right") - 1


def ways(plan: Plan) -> Ints:
    """(2, n) ops in a program from which a way leads to an op that is not the next one of the same program."""
    program = plan.once(program_of_op)
    there = program >= 0
    branches = np.flatnonzero(there & (plan.op_code == BRANCH))
    goes_on = np.flatnonzero(there[:-1] & (program[:-1] != program[1:]) & (plan.op_code[:-1] != END))
    chooses = np.flatnonzero(there & (plan.op_code == CHOOSE))
    alternative = ranges(plan.op_choice_start[chooses], plan.op_choice_count[chooses])
    before: list[npt.NDArray[Any]] = [branches, goes_on, np.repeat(chooses, plan.op_choice_count[chooses])]
    after: list[npt.NDArray[Any]] = [plan.op_jump[branches], goes_on + 1, plan.alternative_jump[alternative]]
    return np.stack([np.concatenate(before), np.concatenate(after)]).astype(np.int64)


def ranges(first: npt.NDArray[Any], count: npt.NDArray[Any]) -> Ints:
    """The numbers first, first + 1, ... of several ranges, one after the other."""
    count = np.asarray(count, np.int64)
    return np.repeat(np.asarray(first, np.int64) - (np.cumsum(count) - count), count) + np.arange(int(count.sum()))


def owners(starts: npt.NDArray[Any]) -> Ints:
    """The number of the slice to which each entry of a sliced list belongs."""
    return np.repeat(np.arange(len(starts) - 1), np.diff(starts))


def _of_programs(plan: Plan, program: Ints, facility: int, stock: int) -> Ints:
    """(2, n) what programs use, as numbers of things: programs, then facilities, stocks and controllers."""
    there = program >= 0
    at_facility = np.flatnonzero(there & np.isin(plan.op_code, TO_FACILITY))
    at_stock = np.flatnonzero(there & np.isin(plan.op_code, list(AT_STOCK)))
    chooses = np.flatnonzero(there & (plan.op_code == CHOOSE))
    chooser = np.repeat(chooses, plan.op_choice_count[chooses])
    alternative = ranges(plan.op_choice_start[chooses], plan.op_choice_count[chooses])
    watch_count = np.diff(plan.alternative_watch_start)[alternative]
    watched = plan.watch_facility[ranges(plan.alternative_watch_start[alternative], watch_count)]
    pairs: list[tuple[npt.NDArray[Any], npt.NDArray[Any]]] = [
        (program[at_facility], facility + plan.op_target[at_facility]),
        (program[at_stock], stock + plan.op_target[at_stock]),
        tuple(program[plan.once(ways)]),
        (program[np.repeat(chooser, watch_count)], facility + watched),
    ]
    return np.concatenate([np.stack(pair).astype(np.int64) for pair in pairs], axis=1)


def _of_controllers(plan: Plan, program: Ints, facility: int, stock: int, controller: int) -> Ints:
    """(2, n) what controllers set and count, likewise."""
    counted = program[plan.service_entry[plan.counted_service]]
    pairs: list[tuple[npt.NDArray[Any], npt.NDArray[Any]]] = [
        (controller + np.arange(plan.n_controllers), stock + plan.controller_stock),
        (controller + owners(plan.counted_facility_start), facility + plan.counted_facility),
        (controller + owners(plan.counted_service_start), counted),
    ]
    return np.concatenate([np.stack(pair).astype(np.int64) for pair in pairs], axis=1)


def united(size: int, pairs: Iterable[tuple[int, int]]) -> list[int]:
    """Of each of so many things the least one that pairs connect it with."""
    root = list(range(size))

    def find(one: int) -> int:
        while root[one] != one:
            root[one] = one = root[root[one]]
        return one

    for a, b in pairs:
        one, other = find(a), find(b)
        root[max(one, other)] = min(one, other)
    return [find(one) for one in range(size)]
