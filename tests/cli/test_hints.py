"""What was most likely meant by options that are wrong, in both languages."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from corridors.findings import nearest
from tests.conftest import Told

Bridgehead = Callable[..., Told]

M = "data/examples/malaszewicze"


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    ("command", "hint"),
    [
        (("run", "--set", "erenhot_transshipment.servers=3"), "facilities.erenhot_transshipment.servers=3"),
        (("run", "--proposal", "m04"), "m04_erenhot_line"),
        (("run", "--start", "3.1.2025"), "2025-01-03"),
        (("run", "--start", "1/10/2025"), "2025-10-01"),
        (("run", "--best", "erenhot.dwell", "--proposal", "m04_erenhot_line"), ".dwell_h_mean"),
        (("check", "m08_central_railway"), "proposals/m08_central_railway.yaml"),
        (("fit", "log.csv", "--out", "fitted"), "bridgehead mapping LOG --out map.yaml"),
        (("port", "ganqimaodu", "--at", "2021-01-01T08:00"), "--start"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else value,
)
def test_a_wrong_input_has_the_form_that_is_taken(
    bridgehead: Bridgehead, command: tuple[str, ...], hint: str, language: str
) -> None:
    answer = bridgehead(*command, "--language", language)
    assert answer.status == 2
    assert hint in answer.err


def test_a_question_with_another_number_of_parts_has_one_finding(bridgehead: Bridgehead) -> None:
    answer = bridgehead("run", "--best", "erenhot.dwell", "--proposal", "m04_erenhot_line", "--language", "en")
    assert [line.partition(":")[0] for line in answer.err.splitlines()][:2] == ["error", "Errors"]
    assert "such as erenhot." in answer.err


@pytest.mark.parametrize(
    ("name", "found"),
    [("m04", "m04_erenhot_line"), ("M08", "m08_central"), ("erenhott", "erenhot"), ("m", ""), ("er", "")],
)
def test_the_beginning_of_an_id_as_a_word_is_taken_for_it(name: str, found: str) -> None:
    assert nearest(name, ["m04_erenhot_line", "m04_zamynuud", "m08_central", "erenhot", "railway"]) == found
