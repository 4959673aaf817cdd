"""The best programmes over all ports within a budget, from the sets that a search valued at each.

Input: searches of ports and the costs of works. Output: one set of works a budget, and the best that differ.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Final

from sim.studies.appraisal.schedule import WorkSet
from sim.studies.portfolio.frontier import Best, Choice, best_choices
from sim.studies.portfolio.levers import thing_of
from sim.studies.portfolio.search import LEAST_INDIFFERENCE, NOTHING, SHARE_INDIFFERENCE, Candidate, Known
from sim.studies.portfolio.searching import PortSearch

FINALISTS: Final = 3
"""Sets of a port for each budget that a quick search values with all replications."""


def indifference_of(programmes: Iterable[Best]) -> float:
    """A difference that does not matter, M USD a year."""
    return max(LEAST_INDIFFERENCE, SHARE_INDIFFERENCE * max(one.net for one in programmes))


def different(ranked: Sequence[Best], number: int) -> list[Best]:
    """The first programmes, without those that differ from a better one in levers alone, by less than the indifference.

    What is compared again are works, not whether a gate has two lanes more or three.
    """
    least, found = indifference_of(ranked), list[Best]()
    for one in ranked:
        works = {id for id in one.all_works if not thing_of(id)}
        if not any(
            works == {id for id in other.all_works if not thing_of(id)} and other.net - one.net < least
            for other in found
        ):
            found.append(one)
    return found[:number]


def best_of(ports: Sequence[PortSearch], costs: Mapping[str, Candidate], budgets: Sequence[float]) -> list[Best]:
    """The best choice within each budget.

    Where sets were screened with fewer replications, the best choice and its nearest rivals get the others, and the
    best of these is chosen by all replications.
    """

    def chosen(sets: Callable[[PortSearch], Iterable[WorkSet]]) -> list[Best]:
        choices, shared = choices_of(ports, costs, sets)
        return best_choices(choices, budgets, shared)

    found = chosen(lambda port: port.known.benefits)
    if all(port.values.screened == port.values.replications for port in ports):
        return found
    shared = choices_of(ports, costs, lambda port: ())[1]
    finalists = {port.port: _finalists(port, found, frozenset(shared)) for port in ports}
    for port in ports:
        n = port.values.replications
        port.values.run(finalists[port.port], n)
        port.known.replace({one: port.values.benefit(one, n).mean(axis=0) for one in finalists[port.port]})
    return chosen(lambda port: finalists[port.port])


def choices_of(
    ports: Sequence[PortSearch],
    costs: Mapping[str, Candidate],
    sets: Callable[[PortSearch], Iterable[WorkSet]],
) -> tuple[dict[str, list[Choice]], dict[str, tuple[float, float]]]:
    """The choices at each port, and (capital, yearly cost) of the works that several ports have."""
    reached = {id: sum(id in port.known.candidates for port in ports) for id in costs}
    shared = {id: (costs[id].capital, costs[id].yearly) for id, n in reached.items() if n > 1}
    return {port.port: [_choice(port.known, one, costs, shared) for one in sets(port)] for port in ports}, shared


def _finalists(port: PortSearch, found: Iterable[Best], shared: WorkSet) -> list[WorkSet]:
    """Nothing, the sets chosen at a port, and the best others that can take their place within the budget."""
    known, finalists = port.known, [NOTHING]
    for best in found:
        now = best.works[port.port]
        within = known.best(known.capital(now), len(known.benefits))
        finalists += [one for one in within if one & shared == now & shared][:FINALISTS]
    return list(dict.fromkeys(finalists))


def _choice(known: Known, works: WorkSet, costs: Mapping[str, Candidate], shared: Collection[str]) -> Choice:
    own = [costs[one] for one in sorted(works) if one not in shared]
    benefit = float(known.benefits[works].mean())
    return Choice(works, sum(one.capital for one in own), benefit - sum(one.yearly for one in own))
