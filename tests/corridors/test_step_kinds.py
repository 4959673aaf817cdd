"""The table of step kinds agrees with the rules of the engines, the tables and the compile step."""

from __future__ import annotations

from corridors.schema import schema
from corridors.step_kinds import step_kinds
from sim.compile.programs import CODES
from sim.core import rules


def test_kinds_are_the_choices_of_the_column_kind() -> None:
    assert schema("itineraries")["kind"].choices == tuple(step_kinds())


def test_every_operation_but_the_end_belongs_to_a_kind() -> None:
    assert {kind.op for kind in step_kinds().values()} == set(rules.STEP_NAMES) - {"end"}
    assert {id: rules.STEP_NAMES[code] for id, code in CODES.items()} == {id: k.op for id, k in step_kinds().items()}


def test_needed_and_used_columns_are_columns_of_itineraries() -> None:
    for kind in step_kinds().values():
        assert set(kind.needs + kind.uses) <= schema("itineraries").keys()
        assert not set(kind.needs) & set(kind.uses)


def test_every_kind_has_its_texts_in_both_languages() -> None:
    for kind in step_kinds().values():
        assert all((kind.label_en, kind.label_zh, kind.meaning_en, kind.meaning_zh))
