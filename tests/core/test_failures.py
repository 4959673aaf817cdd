"""Stored reasons of failed runs: the same messages come back, and every language can show them."""

from __future__ import annotations

import pytest

from corridors.findings import ERROR, DataError, Finding
from corridors.messages import InvalidValueError, Message, MessageError, message
from sim.core.failures import reasons, stored, stored_messages
from sim.text.runs import failure_reason, reason_of

IDLE = message("conservation.idle", "runs", n=2, facility="gate", second=5, busy=0, servers=1, waiting=1)
NESTED = message("batch.no_results", "runs", n=12, why=message("batch.worker_died", "runs"))
LISTED = message("want.one_of", "runs", names=("rail", "road"))
FINDING = Finding(
    ERROR, "durations.csv", 7, "mean_min", "x", LISTED, "y", message("design.no_factor", "runs"), "papers"
)


@pytest.mark.parametrize("one", [IDLE, NESTED, LISTED])
def test_messages_come_back_as_they_were(one: Message) -> None:
    assert reasons(stored_messages([one, IDLE])) == [one, IDLE]
    assert reasons(stored(MessageError(one))) == [one]
    assert reasons(stored(InvalidValueError(one))) == [one]


def test_findings_come_back_as_they_were() -> None:
    assert reasons(stored(DataError([FINDING]))) == [FINDING]


@pytest.mark.parametrize("text", ["no trucks to divide by", "", "[{", "[{}]", '[{"code": 1}]', "[1, 2]"])
def test_any_other_text_is_its_own_reason(text: str) -> None:
    assert stored(ValueError(text)) == text
    assert reasons(text) == [text]
    assert failure_reason(text, "en") == text


def test_a_reason_is_shown_in_every_language() -> None:
    text = stored_messages([IDLE])
    assert failure_reason(text, "en") == (
        "gate: a server is idle while a vehicle waits (2 times, first at second 5: 0 busy of 1, 1 waiting)"
    )
    assert "gate：有车辆等待而能力闲置" in failure_reason(text, "zh")
    assert reason_of(MessageError(NESTED), "en").endswith(
        "12 times in succession; the last reason: a worker process died"
    )
    assert reason_of(OSError("full"), "en") == "full (in the words of the operating system)"
    assert reason_of(OSError("full"), "zh") == "full（操作系统的原文）"
