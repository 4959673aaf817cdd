"""Classes that replace others are compared with them; demand scenarios and shocks are ranked below the works."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from sim.reports.comparison_tables import ComparisonTables
from sim.studies.compare import ExperimentResults, compare
from sim.text.names import Names
from tests.helpers.hand_results import BASELINE, CLASS, PORT, kpi_rows, results_of
from tests.helpers.stories import world_of_three_trains
from tests.helpers.worlds import service

SERVICE = service("daily", "through", vehicle_class=CLASS)
WORLD = replace(world_of_three_trains(), services={SERVICE.id: SERVICE})
HOURS = [6.0, 7.0, 8.0, 9.0]
RENAMED = {"op": "set", "address": f"services.{SERVICE.id}.vehicle_class", "value": "electric"}
ADDED = {"op": "add", "address": "services.cold", "row": {"itinerary": SERVICE.itinerary, "vehicle_class": "electric"}}


def changed(results: ExperimentResults, **changes: dict[str, Any]) -> ExperimentResults:
    scenarios = {
        id: {**about, "changes": [changes[id]] if id in changes else []} for id, about in results.scenarios.items()
    }
    return replace(results, scenarios=scenarios)


@pytest.mark.parametrize("change", [RENAMED, ADDED])
def test_half_of_the_trains_as_a_new_class_are_no_loss_and_their_hours_count(change: dict[str, Any]) -> None:
    """One of two trains a day is electric and stays two hours less: an hour less on average."""
    results = changed(results_of({BASELINE: HOURS, "new": HOURS}), new=change)
    kpis = results.kpis
    kpis.loc[(kpis["scenario"] == "new") & (kpis["kpi"] == "vehicles_per_day"), "value"] = 1.0
    less = [hours - 2 for hours in HOURS]
    own = kpi_rows("new", "vehicles_per_day", [1.0] * 4, klass="electric")
    own += kpi_rows("new", "dwell_h_mean", less, klass="electric")
    own += kpi_rows("new", "tonnes_per_day", [0.0] * 4, klass="electric")
    own += [row for id in (BASELINE, "new") for row in kpi_rows(id, "dwell_h_p95", HOURS)]
    own += kpi_rows("new", "dwell_h_p95", less, klass="electric")
    results = replace(results, kpis=pd.concat([kpis, pd.DataFrame(own)], ignore_index=True))
    found = compare(results, WORLD)
    vehicles, dwell = (found.effect("new", PORT, CLASS, kpi) for kpi in ("vehicles_per_day", "dwell_h_mean"))
    assert vehicles
    assert vehicles.equal
    assert dwell
    assert dwell.difference == pytest.approx(-1)
    assert found.effect("new", PORT, "electric", "vehicles_per_day") is None
    assert "dwell_h_p95" not in {row.kpi for row in found.effects}, "of the two together it is not known"


def test_demand_scenarios_and_shocks_are_ranked_below_the_works_and_cannot_be_best() -> None:
    tonnes = {BASELINE: [1000.0, 1010.0, 990.0], "works": [1010.0, 1025.0, 1002.0]}
    tonnes |= {"future": [2000.0, 2030.0, 1990.0], "shut": [900.0, 905.0, 890.0]}
    demand = {"op": "scale", "address": f"services.{SERVICE.id}.per_day", "value": 2}
    gantry = {"op": "add", "address": "facilities.gantry.servers", "value": 1}
    closure = {"op": "close", "address": "facilities.gantry", "first_day": "2023-01-20", "last_day": "2023-01-25"}
    results = changed(results_of(dict.fromkeys(tonnes, HOURS[:3]), tonnes), works=gantry, future=demand, shut=closure)
    found = compare(results, WORLD)
    ranks = [rank for rank in found.ranking if rank.kpi == "tonnes_per_day"]
    assert [rank.scenario for rank in ranks] == ["works", BASELINE, "future", "shut"]
    assert sum(rank.probability_best or 0 for rank in ranks) == pytest.approx(1)
    assert [row[2] for row in ComparisonTables(found, WORLD, Names.of(WORLD)).ranking().rows][2:] == [
        "demand scenario",
        "shock",
    ]
