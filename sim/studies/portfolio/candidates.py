"""Candidates of a programme, made of proposals, and the relations that their changes prove.

Input: proposals, prices and a discount rate. Output: works that may be chosen, those that are left out with the reason,
and :class:`~.search.Relations`:

=============  ======================================================================================================
excludes       two works set one field, or add, remove or close one row; levers at one facility
contains       all changes of one are among those of the other: having both would pay for the first twice
=============  ======================================================================================================
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from corridors.overlay.changes import Change
from corridors.overlay.proposals import NOT_BUILT, Proposal
from sim.studies.appraisal.prices import Prices
from sim.studies.appraisal.programme import Programme, Work, WorkEntry, work_of
from sim.studies.compare.costs import annuity
from sim.studies.portfolio.levers import one_less, thing_of
from sim.studies.portfolio.search import Candidate, Relations


@dataclass(frozen=True)
class LeftOut:
    """A proposal that is no candidate."""

    id: str
    why: str
    """'future', 'no_cost', 'excluded', 'committed'."""


def works_to_choose(
    programme: Programme,
    proposals: Mapping[str, Proposal],
    prices: Prices,
    chosen: Collection[str],
    never: Collection[str],
) -> tuple[list[Work], list[LeftOut]]:
    """The works of the proposals ``chosen`` (all, if there are none), by opening, and the proposals left out.

    ``programme`` has the years and what is committed; its own works do not count.
    """
    works, out = [], []
    for id, proposal in sorted(proposals.items()):
        if chosen and id not in chosen:
            continue
        work = work_of(WorkEntry(proposal=id), programme, proposals, prices)
        if proposal.measure in NOT_BUILT:
            out.append(LeftOut(id, "future"))
        elif id in programme.committed:
            out.append(LeftOut(id, "committed"))
        elif id in never:
            out.append(LeftOut(id, "excluded"))
        elif not work.has_cost:
            out.append(LeftOut(id, "no_cost"))
        else:
            works.append(work)
    return sorted(works, key=lambda work: (work.opens, work.id)), out


def candidate_of(work: Work, rate: float) -> Candidate:
    """A work with its yearly cost: upkeep, and the capital as an annuity over its life."""
    yearly = work.yearly.value + work.capital.value * annuity(rate, work.life)
    return Candidate(work.id, work.capital.value, yearly, one_less(work.id))


def relations_of(works: Sequence[Work]) -> Relations:
    """What the changes of works prove about pairs of them."""
    pairs = (frozenset((a.id, b.id)) for a, b in combinations(works, 2) if _exclude(a, b))
    return Relations(frozenset(pairs))


def _exclude(first: Work, second: Work) -> bool:
    if thing_of(first.id) and thing_of(first.id) == thing_of(second.id):
        return True
    a, b = first.proposal.changes, second.proposal.changes
    written = {field for change in a for field in _written(change)}
    return contains(a, b) or contains(b, a) or any(field in written for change in b for field in _written(change))


def contains(larger: Sequence[Change], smaller: Sequence[Change]) -> bool:
    """Whether all changes of one work are among those of another, apart from notes and sources."""
    return {_key(change) for change in smaller} <= {_key(change) for change in larger}


def _key(change: Change) -> tuple[str, ...]:
    row = sorted(
        (name, str(value)) for name, value in (change.row or {}).items() if name not in ("note", "source", "grade")
    )
    return change.op, change.address, str(change.value), str(row)


def _written(change: Change) -> Iterator[str]:
    """The fields or rows that a change writes and another must not: additions to a number do not count."""
    if (change.op == "add" and not change.row) or change.op == "scale":
        return
    yield change.address
