"""Roots of waiting before and after, as sentences of an answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from corridors.messages import Message
from corridors.model import Corridor, link_of_paths
from sim.studies.answer.amounts import AMOUNT, VEHICLE_HOURS, plain, said, sized, span
from sim.studies.answer.subject import Subject
from sim.studies.compare import BottleneckShift
from sim.studies.compare.bottleneck_shifts import Bottleneck, main_shift_of
from sim.studies.compare.paired_effects import beyond_error
from sim.studies.compare.queue_moves import queue_move

if TYPE_CHECKING:
    from sim.studies.marginal_capacity import Together


def main_shift(subject: Subject) -> BottleneckShift | None:
    """Of the main traffic, the direction that the change concerns (:func:`.bottleneck_shifts.main_shift_of`)."""
    return main_shift_of(subject.comparison.bottleneck_shifts, subject.scenario, subject.traffic)


def root(found: Bottleneck) -> Message:
    """One root: the thing, and the state in which it is one."""
    if not found.state:
        return said("thing", thing=found.at)
    return said("root", thing=found.at, root_state=found.state)


def bottleneck(subject: Subject, corridor: Corridor) -> Iterator[Message]:
    """Where the bottleneck of the main traffic is before and after, and how much it waits.

    A queue moves on from what is changed to what is not: a place that is cut has a new one.
    """
    shift = main_shift(subject)
    if shift is None:
        return
    traffic = {"traffic_class": shift.klass, "direction": shift.direction}
    before, after = shift.before, shift.after
    if before is None and after is None:
        yield said("root.no_waiting", **traffic)
    elif before is None and after is not None:
        yield said("root.new", **traffic, after=root(after), share=after.share)
    elif after is None and before is not None:
        yield said("root.gone", **traffic, before=root(before), share=before.share)
    elif before is not None and after is not None:
        ends: dict[str, Any] = {"before": root(before), "after": root(after)}
        ends |= {"share": before.share, "share_after": after.share}
        if shift.unclear:
            yield said("root.unclear", **traffic, **ends)
        elif not shift.moves:
            unclear = "root.stays_unclear" if shift.same_share else "root.stays"
            code = "root.stays_equal" if shift.same_percent else unclear
            yield said(code, **traffic, root=ends["after"], share=before.share, share_after=after.share)
        elif before.at == after.at:
            yield said("root.other_state", **traffic, **ends)
        else:
            yield said("root.moves", **traffic, **ends)
        ends = {"before": _hours(before, shift.klass), "after": _hours(after, shift.klass)}
        if shift.waiting is None or beyond_error(shift.waiting):
            yield said("root.waiting", **ends)
        elif shift.waiting.low == shift.waiting.high == 0:
            yield said("root.waiting_same", before=ends["before"])
        else:
            change = span(shift.waiting, VEHICLE_HOURS, shift.klass)
            yield said("root.waiting_unclear", before=ends["before"], span_waiting=change)
    moved, own = (
        queue_move(subject.comparison.results, subject.scenario, subject.traffic),
        subject.changed_things(corridor),
    )
    if moved and link_of_paths(moved.at) in own and link_of_paths(moved.next) not in own:
        amounts = {"less": moved.less, "more": moved.more}
        sizes = {name: sized(one, VEHICLE_HOURS, shift.klass)[AMOUNT] for name, one in amounts.items()}
        ends = {"thing": moved.at, "next": moved.next}
        yield said("root.moved_on", traffic_class=shift.klass, direction=moved.direction, **ends, **sizes)


def together(found: Together) -> Message:
    """What one more unit brings at a root alone, whose queue moves on, and at both places."""
    move, klass = found.move, found.move.traffic.klass
    spans = {name: span(one, VEHICLE_HOURS, klass) for name, one in (("alone", found.alone), ("both", found.both))}
    ends = {"thing": move.at, "next": move.next}
    return said("root.together", traffic_class=klass, direction=move.direction, **ends, **spans)


def _hours(found: Bottleneck, klass: str) -> Message:
    """All waiting of a traffic a day, in hours of its vehicles."""
    return plain(found.waiting_h_per_day, VEHICLE_HOURS, klass=klass)[AMOUNT]
