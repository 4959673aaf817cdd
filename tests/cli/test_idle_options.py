"""Options that would have no effect are refused, with the option that they need, in both languages."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conftest import Told

Bridgehead = Callable[..., Told]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    ("command", "options", "needed"),
    [
        (("bottlenecks",), (("--top", 3), ("--replications", 7), ("--workers", 1)), "--marginal"),
        (
            ("saturation",),
            (("--replications", 7), ("--days", 200), ("--workers", 1), ("--seed", 2), ("--out", "new")),
            "--confirm",
        ),
        (("plan", "--quick"), (("--replications", 7),), "--quick"),
    ],
    ids=["bottlenecks", "saturation", "plan"],
)
def test_options_without_effect_are_refused_together(
    bridgehead: Bridgehead,
    command: tuple[str, ...],
    options: tuple[tuple[str, object], ...],
    needed: str,
    language: str,
) -> None:
    given = [part for option in options for part in option]
    answer = bridgehead(*command, *given, "--language", language)
    assert answer.status == 2
    for option, value in options:
        [line] = [line for line in answer.err.splitlines() if f"{option}: " in line or f"{option}\uff1a" in line]
        assert needed in line
        assert str(value) in line


def test_the_number_of_the_slowest_is_refused_beside_the_name_of_a_vehicle(bridgehead: Bridgehead) -> None:
    answer = bridgehead("vehicle", "bulk_mzl-1", "--top", 3)
    assert answer.status == 2
    assert "--top" in answer.err


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_closure_of_a_yard_without_quota_is_not_called_closed_anyway(bridgehead: Bridgehead, language: str) -> None:
    answer = bridgehead("run", "--close", "coal_ceke:1@2022-12-02", "--days", 2, "--language", language)
    assert answer.status == 0
    assert "[closure.no_quota]" in answer.err
    assert "[idle.plan_equal]" in answer.err
