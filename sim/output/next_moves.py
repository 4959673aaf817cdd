"""Which vehicles may relieve a stock: those whose next move at it goes the way that is missing.

Input: a plan. Output: for a stock and a direction (DRAW or RETURN), the amount that a vehicle at each step moves next.
A vehicle on its way to draw from a full stock relieves it; one that must fill it first does not. Where a program
branches, the larger amount of its ways counts. A fleet begins again at its first step.
"""

from __future__ import annotations

import numpy as np

from sim.core import rules
from sim.core.plan import Ints, Plan, circulating, followers


def next_amount(plan: Plan, stock: int, code: int) -> Ints:
    """(nO,) units that a vehicle at each op next draws from the stock (``code`` DRAW) or returns to it (RETURN).

    0 where its next move at the stock, if any, is the other way.
    """
    at_stock = (plan.op_target == stock) & ((plan.op_code == rules.DRAW) | (plan.op_code == rules.RETURN))
    amount = np.zeros(plan.n_ops + 1, np.int64)
    entries = np.append(plan.service_entry, plan.n_ops)
    again = circulating(plan)
    for service in np.unique(np.searchsorted(plan.service_entry, np.flatnonzero(at_stock), side="right") - 1).tolist():
        # Jumps only go forward; the second time, a fleet knows the amount at its entry.
        for after_end in (-1, int(entries[service]) if again[service] else -1):
            for op in range(int(entries[service + 1]) - 1, int(entries[service]) - 1, -1):
                if at_stock[op]:
                    amount[op] = plan.op_amount[op] if plan.op_code[op] == code else 0
                else:
                    amount[op] = amount[followers(plan, op) or [after_end]].max()
    return amount[:-1]
