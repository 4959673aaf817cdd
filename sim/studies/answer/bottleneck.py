"""Roots of waiting before and after, as sentences of an answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from corridors.messages import Message
from sim.studies.answer.amounts import AMOUNT, VEHICLE_HOURS, plain, said, span
from sim.studies.answer.subject import Subject
from sim.studies.compare import BottleneckShift
from sim.studies.compare.bottleneck_shifts import Bottleneck, main_shift_of
from sim.studies.compare.paired_effects import beyond_error


def main_shift(subject: Subject) -> BottleneckShift | None:
    """Of the main traffic, the direction that the change concerns (:func:`.bottleneck_shifts.main_shift_of`)."""
    return main_shift_of(subject.comparison.bottleneck_shifts, subject.scenario, subject.traffic)


def root(found: Bottleneck) -> Message:
    """One root: the thing, and the state in which it is one."""
    if not found.state:
        return said("thing", thing=found.at)
    return said("root", thing=found.at, root_state=found.state)


def bottleneck(subject: Subject) -> Iterator[Message]:
    """Where the bottleneck of the main traffic is before and after, and how much it waits."""
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
            code = "root.stays_equal" if shift.same_share else "root.stays"
            yield said(code, **traffic, root=ends["after"], share=before.share, share_after=after.share)
        elif before.at == after.at:
            yield said("root.other_state", **traffic, **ends)
        else:
            yield said("root.moves", **traffic, **ends)
        ends = {"before": _hours(before, shift.klass), "after": _hours(after, shift.klass)}
        if shift.waiting is None or beyond_error(shift.waiting):
            yield said("root.waiting", **ends)
        else:
            change = span(shift.waiting, VEHICLE_HOURS, shift.klass)
            yield said("root.waiting_unclear", before=ends["before"], span_waiting=change)


def _hours(found: Bottleneck, klass: str) -> Message:
    """All waiting of a traffic a day, in hours of its vehicles."""
    return plain(found.waiting_h_per_day, VEHICLE_HOURS, klass=klass)[AMOUNT]
