"""Works that can influence each other are one part of a set, also where one alone changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from corridors.load import load_corridor
from corridors.model import Corridor
from corridors.overlay.changes import Change
from corridors.overlay.demand_scenarios import DemandScenarios
from corridors.overlay.proposals import Proposal
from sim.cli.appraise import programme_data
from sim.studies.appraisal.prices import Prices
from sim.studies.appraisal.runs import PortCase
from sim.studies.portfolio.connections import Connections
from sim.studies.sensitivity.port_submodels import port_submodels

Data = tuple[Corridor, Mapping[str, Proposal], Prices, DemandScenarios]
LANES, LINE, RAILWAY = "m11_gashuunsukhait_lanes", "m09_ganqimaodu_inland_line", "m09_ganqimaodu_railway"
ROAD, TRACKS, FURTHER = "m11_erenhot_road_24h", "m04_erenhot_line", "m08_central_railway"


@pytest.fixture(scope="module")
def data() -> Data:
    corridor = load_corridor(None)
    return corridor, *programme_data(corridor, None)


@pytest.fixture(scope="module")
def connected(data: Data) -> Callable[..., Connections]:
    corridor, proposals, prices, futures = data

    def at(port: str, *ids: str, made: Mapping[str, Proposal] | None = None) -> Connections:
        works = {**{id: proposals[id] for id in ids}, **(made or {})}
        (model,) = [one for one in port_submodels(corridor, works) if one.port == port]
        return Connections(PortCase(model, tuple(works), frozenset(), futures), prices)

    return at


def test_lanes_and_the_line_behind_the_yard_are_one_part(connected: Callable[..., Connections]) -> None:
    """Trucks use the lanes and trains the line; they meet in the yard."""
    parts = connected("ganqimaodu", LANES, LINE, RAILWAY).parts
    assert parts(frozenset({LANES, LINE})) == [frozenset({LANES, LINE})]
    assert parts(frozenset({LANES, RAILWAY})) == [frozenset({LANES, RAILWAY})]
    assert parts(frozenset({LINE})) == [frozenset({LINE})]
    assert parts(frozenset()) == []


def test_a_road_gate_and_railway_tracks_add_up(connected: Callable[..., Connections]) -> None:
    parts = connected("erenhot", ROAD, TRACKS, FURTHER).parts
    found = parts(frozenset({ROAD, TRACKS, FURTHER}))
    assert sorted(map(sorted, found)) == [[TRACKS, FURTHER], [ROAD]]


def test_a_work_on_what_nobody_knows_the_users_of_is_of_one_part_with_all(
    connected: Callable[..., Connections], data: Data
) -> None:
    """A parameter may concern every service."""
    id = next(iter(data[0].parameters))
    change = Change(op="scale", address=f"parameters.{id}.value", value=1)
    made = Proposal(id="rule", title_en="", title_zh="", measure="M11", article="", changes=(change,))
    lane = Change(op="add", address="facilities.gashuunsukhait_lanes.servers", value=1)
    one = made.model_copy(update={"id": "lane", "changes": (lane,)})
    some = connected("ganqimaodu", LINE, made={"lane": one})
    model = some.case.model
    case = PortCase(
        type(model)(model.port, model.corridor, {**model.proposals, "rule": made}, model.met),
        (*some.case.order, "rule"),
        frozenset(),
        some.case.futures,
    )
    assert Connections(case, some.prices).parts(frozenset({"rule", "lane"})) == [frozenset({"rule", "lane"})]


def test_works_on_services_of_one_market_are_one_part(connected: Callable[..., Connections]) -> None:
    """Their mean cost counts, so that what two works bring does not add up."""
    at_port = connected("ceke", "m10_ceke_railway", "m22_electric_coal_trucks")
    both = frozenset({"m10_ceke_railway", "m22_electric_coal_trucks"})
    assert at_port.parts(both) == [both]
