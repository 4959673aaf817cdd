"""What else an answer says: cargo that stays in the yard, growing queues, costs, warnings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from corridors.messages import Message
from corridors.model import TABLES, Corridor
from corridors.overlay.changes import is_number
from corridors.overlay.proposals import NOT_BUILT, Estimate, Proposal
from sim.studies.answer.amounts import AMOUNT, DAYS, SIGNED, TONNES, USD, plain, said, sized, span_of
from sim.studies.answer.subject import Subject
from sim.studies.compare.costs import MILLION, CostRange, summed

TO_REPEAT: Final = ("partial", "failed", "deadlock", "unsupplied", "other_data", "part_of_time", "short")
"""Warnings of the comparison that an answer repeats, if they are about its scenario or about no single one."""
MOST_PROPOSALS: Final = 2
"""Proposals with the same change that are named."""
GRADES: Final = ("assumed", "derived", "reported", "measured")
"""The weakest first."""


def warnings(subject: Subject, idle: tuple[Message, ...]) -> Iterator[Message]:
    """Changes without effect, then warnings of the comparison about this scenario or its baseline."""
    for reason in idle:
        yield said("idle", reason=reason)
    own = {subject.scenario, subject.comparison.results.baseline}
    for warning in subject.comparison.warnings:
        about = dict(warning.params).get("scenarios")
        if warning.code.removeprefix("warning.") not in TO_REPEAT:
            continue
        if not isinstance(about, tuple) or own & set(map(str, about)):
            yield warning


def stocks(subject: Subject) -> Iterator[Message]:
    """Cargo that crosses the border and stays in a yard, and when the yard is full or empty."""
    for yard in subject.comparison.yards:
        if yard.scenario != subject.scenario:
            continue
        changes = {"crossed": yard.crossed.difference, "delivered": yard.delivered.difference}
        amounts = {name: plain(abs(value), TONNES)[AMOUNT] for name, value in changes.items()}
        amounts["kept"] = said("measured", **sized(yard.left, TONNES))
        signed = {f"change_{name}": said(SIGNED, unit=TONNES, value=value) for name, value in changes.items()}
        if yard.kind.endswith("unclear"):
            signed["span_crossed"] = span_of(yard.crossed)
        yield said(yard.sentence, **amounts, **signed)
        for stock in yard.yards:
            for drift in subject.comparison.drifts:
                if (drift.scenario, drift.stock) == (stock.scenario, stock.stock) and drift.days_left is not None:
                    code = "yard.full" if drift.rate > 0 else "yard.empty"
                    if drift.days_left.estimate:
                        yield said(code, stock=stock.stock, **sized(drift.days_left, DAYS))
                    else:
                        yield said(f"{code}_reached", stock=stock.stock)


def queues(subject: Subject) -> Iterator[Message]:
    """Queues that grow without bound in the scenario, in the baseline, or in both."""
    base = subject.comparison.results.baseline
    for (port, direction, klass), rates in subject.comparison.queues.growing.items():
        before, after = rates.get(base), rates.get(subject.scenario)
        traffic = {"port": port, "direction": direction, "traffic_class": klass}
        if after and before:
            yield said("queue.grows_anyway", **traffic, rate=after.estimate, before=before.estimate)
        elif after:
            yield said("queue.grows", **traffic, rate=after.estimate)
        elif before:
            yield said("queue.grows_no_longer", **traffic, rate=before.estimate)


def cost(subject: Subject, proposals: Mapping[str, Proposal], corridor: Corridor) -> Iterator[Message]:
    """The yearly cost of the proposals of a scenario and the cost per extra tonne; or why there is none."""
    results = subject.comparison.results
    ids = results.proposals(subject.scenario)
    if results.outside(subject.scenario):
        return
    if not ids:
        yield said("cost.no_proposal")
        yield from _of_proposals(subject, proposals, corridor)
        return
    made = [known for id in ids if (known := proposals.get(id)) and (known.capital_musd or known.yearly_musd)]
    if len(made) < len(ids):
        yield said("cost.unknown")
        return
    capitals = [one.capital_musd for one in made if one.capital_musd]
    runnings = [one.yearly_musd for one in made if one.yearly_musd]
    found = next((one for one in subject.comparison.costs if one.scenario == subject.scenario), None)
    if found is None:
        for kind, stated in (("capital", capitals), ("upkeep", runnings)):
            if stated:
                yield said(f"cost.{kind}", **_usd(summed(stated)), grade=_weakest(stated))
        yield said("cost.no_annuity")
        return
    yield said("cost.capital", **_usd(found.capital_musd), grade=_weakest([*capitals, *runnings]))
    yield said("cost.yearly", **_usd(found.yearly_musd))
    if found.usd_per_t:
        yield said("cost.per_tonne", **plain(found.usd_per_t.value, USD, found.usd_per_t.low, found.usd_per_t.high))
    else:
        yield said("cost.no_tonnes")
    if any(one.changes for one in results.experiment.scenarios if one.id == subject.scenario):
        yield said("cost.without_settings")


def _of_proposals(subject: Subject, proposals: Mapping[str, Proposal], corridor: Corridor) -> Iterator[Message]:
    """The cost of proposals that change the same values the same way as a scenario, those with least else first."""
    results = subject.comparison.results
    wanted = set(results.addresses(subject.scenario))
    changes = [one for one in results.scenarios[subject.scenario].get("changes", ()) if one["address"] in wanted]
    own = {(one["address"], _way(one["address"], one["op"], one.get("value"), corridor)) for one in changes}
    works = [one for one in proposals.values() if one.measure not in NOT_BUILT]
    same = [
        one
        for one in works
        if own & {(each.address, _way(each.address, each.op, each.value, corridor)) for each in one.changes}
    ]
    for one in sorted(same, key=lambda one: (len(one.changes), one.id))[:MOST_PROPOSALS]:
        known: dict[str, Any] = {"proposal": one.id, "id": one.id}
        for kind, cost in (("capital", one.capital_musd), ("yearly", one.yearly_musd)):
            if cost:
                yield said(f"cost.of_proposal_{kind}", **known, **_usd(cost), grade=cost.grade, year=one.price_year)
                break
        else:
            yield said("cost.of_proposal_unknown", **known)


def _way(address: str, op: str, value: Any, corridor: Corridor) -> int:
    """Whether a change makes a number larger (1) or smaller (-1); 0 for what is no number, or stays."""
    table, _, rest = address.partition(".")
    row, _, name = rest.rpartition(".")
    before = getattr(corridor.table(table).get(row), name, None) if table in TABLES else None
    if before is None or not is_number(before) or not is_number(value):
        return 0
    after = {"set": value, "add": before + value, "scale": before * value}[op]
    return int(after > before) - int(after < before)


def _usd(figure: Estimate | CostRange) -> dict[str, Message]:
    """Amount and range of a cost in million USD."""
    return plain(MILLION * figure.value, USD, MILLION * figure.low, MILLION * figure.high)


def _weakest(estimates: list[Estimate]) -> str:
    return min((one.grade for one in estimates), key=GRADES.index, default=GRADES[0])
