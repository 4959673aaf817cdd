"""The headline of an answer: the change of cargo, of the traffic that gains and loses, and of the bottleneck."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from corridors.messages import Message
from sim.studies.answer.amounts import change_of, said, share_of, span_of
from sim.studies.answer.bottleneck import main_shift, root
from sim.studies.answer.subject import DWELL, VEHICLES, Subject, gains, shown
from sim.studies.compare import ALL, Effect

MOST_NAMED: Final = 2
"""Gains, and losses, that the headline names; the part on losses has all."""
UNCHANGED: Final = ("traffic.unclear", "traffic.same", "traffic.equal")
"""What is said of traffic without a change that is shown, the least known first."""


def headline(subject: Subject) -> tuple[Message, ...]:
    """The sentences of the headline, the most important first."""
    if not subject.pairs:
        return (said("nothing.no_pairs"),)
    if subject.deadlocked:
        return (said("nothing.deadlock"),)
    if subject.nothing:
        return (said("nothing.equal", n=subject.pairs),)
    cargo = (cargo_sentence(subject, subject.cargo),) if subject.cargo else ()
    return (*cargo, *_traffic(subject), *_bottleneck(subject))


def total_days(subject: Subject) -> int:
    """Measured days over which a shock is added up; 0 for lasting changes, whose effects are per day."""
    results = subject.comparison.results
    return results.measured_days if results.outside(subject.scenario) == "shock" else 0


def clause(subject: Subject, effect: Effect) -> Message:
    """A change of one class that is shown, as a part of a sentence."""
    code = {VEHICLES: "vehicles", DWELL: "dwell"}[effect.kpi]
    code += ".more" if effect.difference > 0 else ".less"
    days = total_days(subject) if effect.kpi == VEHICLES else 0
    if days:
        return said(f"{code}_total", who=subject.who(effect), **change_of(effect, days), n=days)
    return said(code, who=subject.who(effect), **change_of(effect))


def losses(subject: Subject) -> list[Effect]:
    """The changes for the worse of crossings and dwell time, the main traffic first, then crossings."""
    found = [one for kpi in (VEHICLES, DWELL) for one in subject.changed(kpi) if not gains(one)]
    return sorted(found, key=lambda one: not _is_main(subject, one))


def named_losses(subject: Subject) -> list[Effect]:
    """The changes for the worse that the headline names."""
    return _foremost(subject, losses(subject))


def cargo_sentence(subject: Subject, cargo: Effect) -> Message:
    """The change of the cargo that a port, or all ports, deliver."""
    place = said("all_ports") if cargo.port == ALL else said("port", port=cargo.port)
    if cargo.equal:
        return said("cargo.equal", place=place)
    if not shown(cargo):
        return said(
            "cargo.same" if cargo.outcome == "no_difference" else "cargo.unclear", place=place, span=span_of(cargo)
        )
    code = "cargo.more" if cargo.difference > 0 else "cargo.less"
    share, days = share_of(cargo), total_days(subject)
    if days:
        return said(f"{code}_total", place=place, **change_of(cargo, days), n=days)
    if share is None:
        return said(f"{code}_from_none", place=place, **change_of(cargo))
    return said(code, place=place, **change_of(cargo), share=share)


def _traffic(subject: Subject) -> Iterator[Message]:
    """Gains and losses of classes in one sentence; where none is shown, the target least known."""
    meant = subject.targets()
    better = [one for one in meant if shown(one) and gains(one)]
    better += [one for one in subject.changed(VEHICLES) if gains(one) and one not in better]
    worse = losses(subject)
    if subject.comparison.question and subject.traffic and not any(_is_main(subject, one) for one in better + worse):
        # What is asked is answered, also where only other traffic changes.
        yield from _unchanged([one for one in meant if _is_main(subject, one)], subject)
    if len(better) > MOST_NAMED:
        better = better[:MOST_NAMED]
    good, bad = (tuple(clause(subject, one) for one in some) for some in (better, _foremost(subject, worse)))
    if good and bad:
        yield said("but", gains=said("clauses", all=good), losses=said("clauses", all=bad))
        return
    if good or bad:
        yield said("sentence", text=said("clauses", all=good or bad))
        return
    if not subject.comparison.question:
        yield from _unchanged(meant, subject)


def _unchanged(meant: list[Effect], subject: Subject) -> Iterator[Message]:
    """A sentence about the traffic without a change that is shown of which least is known."""
    by_traffic: dict[tuple[str, str], list[Effect]] = {}
    for one in meant:
        by_traffic.setdefault((one.port, one.klass), []).append(one)
    codes = {key: _without_change(own) for key, own in by_traffic.items()}
    for key in sorted(codes, key=lambda key: UNCHANGED.index(codes[key]))[:1]:
        yield said(codes[key], who=subject.who(by_traffic[key][0]))


def _without_change(own: list[Effect]) -> str:
    """Of a traffic without a change that is shown: whether that is known."""
    if all(one.equal for one in own):
        return "traffic.equal"
    return "traffic.same" if all(one.outcome == "no_difference" for one in own) else "traffic.unclear"


def _foremost(subject: Subject, worse: list[Effect]) -> list[Effect]:
    """The losses to name: those that are asked about, then of crossings before those of hours, each class once."""
    asked = subject.comparison.question is not None
    named: dict[tuple[str, str], Effect] = {}
    for one in sorted(worse, key=lambda one: (not (asked and _is_main(subject, one)), one.kpi != VEHICLES)):
        named.setdefault((one.port, one.klass), one)
    return list(named.values())[:MOST_NAMED]


def _bottleneck(subject: Subject) -> Iterator[Message]:
    shift = main_shift(subject)
    if shift is None or not shift.moves:
        return
    if shift.after is None:
        yield said("moves.gone")
    elif shift.before is not None and shift.before.at != shift.after.at:
        yield said("moves.to", root=root(shift.after))


def _is_main(subject: Subject, effect: Effect) -> bool:
    own = subject.traffic
    return own is not None and (own.port, own.klass) == (effect.port, effect.klass)
