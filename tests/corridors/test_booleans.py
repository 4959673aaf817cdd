"""``true`` and ``false`` are no numbers in any YAML document, and all documents have the model that says so."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from corridors.findings import DataError
from corridors.io.document import Document
from corridors.io.yaml_files import parse_yaml
from corridors.overlay.demand_scenarios import DemandScenarios
from corridors.overlay.proposals import Proposal, Scenario
from corridors.records.mapping import RecordMap
from sim.experiments.experiment import Experiment
from sim.studies.appraisal.programme import Programme

HEAD = "id: one\ntitle_en: One\ntitle_zh: 一\n"
CASES: dict[str, tuple[type[BaseModel], str, set[str]]] = {
    "programme": (
        Programme,
        HEAD + "discount_year: true\nworks: [{proposal: x, life_years: true, ramp: [true], spend: {2026: false}}]\n",
        {"discount_year", "works.0.life_years", "works.0.ramp.0", "works.0.spend.2026"},
    ),
    "experiment": (
        Experiment,
        HEAD + "days: true\nreplications: true\nseed: true\npairs: true\n",
        {"days", "replications", "seed"},
    ),
    "scenario": (
        Scenario,
        "id: one\ndays: true\nwarmup_days: false\nin_order: true\n",
        {"days", "warmup_days"},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_boolean_is_no_number(case: str) -> None:
    model, text, places = CASES[case]
    with pytest.raises(DataError) as refused:
        parse_yaml(text.encode(), "one.yaml", model)
    assert {one.column for one in refused.value.findings} == places
    assert {one.code for one in refused.value.findings} <= {"yaml.not_integer", "yaml.not_number"}
    assert {one.found for one in refused.value.findings} <= {"true", "false"}


def test_a_value_that_may_be_a_boolean_stays_one() -> None:
    text = "id: one\nchanges: [{op: set, address: a.b.c, value: true}, {op: set, address: a.b.d, value: 1}]\n"
    changes = parse_yaml(text.encode(), "one.yaml", Scenario).changes
    values: list[Any] = [change.value for change in changes]
    assert values[0] is True
    assert values[1] == 1
    assert not isinstance(values[1], bool)


@pytest.mark.parametrize("model", [DemandScenarios, Experiment, Programme, Proposal, RecordMap, Scenario])
def test_all_documents_have_the_model_that_refuses_booleans(model: type[BaseModel]) -> None:
    assert issubclass(model, Document)
