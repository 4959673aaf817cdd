"""Who can go where: two corridors to Duisburg, gauges that meet only where cranes stand, and ranked alternatives."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import networkx as nx
import pytest

from corridors import graph, network
from corridors.findings import DataError
from corridors.load import load_corridor
from corridors.model import Corridor
from corridors.network import Leg, NoRoute
from tests.helpers.worlds import link, parameter, place, world

BROAD = "rail_1520"


def continent(*more: Any) -> Corridor:
    """From Tianjin to Duisburg by the eastern corridor (Manzhouli) and the central one (Erenhot); one hour a link."""
    return world(
        place("tianjin", name_en="Tianjin port", name_zh="天津港", transships=True),
        place("beijing"),
        place("hailar", name_en="Hailar", name_zh="海拉尔"),
        place("manzhouli", transships=True),
        place("zabaikalsk", transships=True),
        place("erenhot", name_en="Erenhot", name_zh="二连浩特", transships=True),
        place("zamyn_uud", name_en="Zamyn-Uud", name_zh="扎门乌德", transships=True),
        place("ulan_ude"),
        place("moscow"),
        place("brest", transships=True),
        place("malaszewicze", transships=True),
        place("duisburg", name_zh="杜伊斯堡"),
        link("tianjin", "beijing", length_km=120),
        link("beijing", "hailar", length_km=1500),
        link("hailar", "manzhouli", length_km=180),
        link("manzhouli", "zabaikalsk", length_km=12),
        link("zabaikalsk", "ulan_ude", BROAD, length_km=1000),
        link("beijing", "erenhot", length_km=700),
        link("erenhot", "zamyn_uud", length_km=10),
        link("zamyn_uud", "ulan_ude", BROAD, length_km=1300),
        link("ulan_ude", "moscow", BROAD, length_km=5600),
        link("moscow", "brest", BROAD, length_km=1100),
        link("brest", "malaszewicze", BROAD, length_km=10),
        link("malaszewicze", "duisburg", length_km=1100),
        parameter("transship_h", 6.0, "h"),
        parameter("transship_usd_per_t", 5.0, "USD/t"),
        *more,
    )


def test_from_tianjin_to_duisburg_by_two_corridors():
    first, second = graph.routes(continent(), "Tianjin port", "杜伊斯堡")
    assert "erenhot" in first.places
    assert "manzhouli" in second.places
    assert first.transshipments == ("zamyn_uud", "malaszewicze")
    assert second.transshipments == ("zabaikalsk", "malaszewicze")
    assert first.gauge_changes == second.gauge_changes == 2
    assert first.km == 120 + 700 + 10 + 1300 + 5600 + 1100 + 10 + 1100
    assert first.hours == pytest.approx(first.km / 60 + 2 * 6)
    assert first.usd_per_t == pytest.approx(first.km * 0.02 + 2 * 5)
    assert [leg.link for leg in first.legs][:3] == ["tianjin_beijing", "beijing_erenhot", "erenhot_zamyn_uud"]
    assert first.hours < second.hours


def test_there_are_no_more_routes_than_there_are():
    assert len(graph.routes(continent(), "tianjin", "duisburg", k=10)) == 2
    assert len(graph.routes(continent(), "tianjin", "duisburg", k=1)) == 1


def test_the_cheapest_route_is_not_the_fastest():
    slow_and_cheap = link("beijing", "ulan_ude", length_km=6000, cost_usd_per_tkm=0.001)
    corridor = continent(slow_and_cheap)
    assert "erenhot" in graph.routes(corridor, "tianjin", "moscow", by="time")[0].places
    # Ulan-Ude has no cranes, so the train of the cheap line cannot hand its boxes on there.
    assert "beijing_ulan_ude" not in {
        leg.link for leg in graph.routes(corridor, "tianjin", "moscow", by="cost")[0].legs
    }
    assert [leg.link for leg in graph.routes(corridor, "beijing", "ulan_ude", by="cost")[0].legs] == [
        "beijing_ulan_ude"
    ]


def test_a_route_may_not_change_gauge_at_hailar():
    corridor = world(
        place("harbin"),
        place("hailar"),
        place("chita"),
        link("harbin", "hailar"),
        link("hailar", "chita", BROAD),
    )
    with pytest.raises(NoRoute, match=r"route\.no_transshipment\(.*origin=harbin, places=\('hailar',\)\)"):
        graph.routes(corridor, "harbin", "chita")


def test_coal_goes_on_by_rail_only_where_it_can_be_unloaded():
    corridor = world(
        place("mine"),
        place("ganqimaodu", transships=True),
        place("baotou"),
        link("mine", "ganqimaodu", "road"),
        link("ganqimaodu", "baotou"),
    )
    (route,) = graph.routes(corridor, "mine", "baotou")
    assert route.transshipments == ("ganqimaodu",)
    assert route.gauge_changes == 0  # from road to rail is no change of gauge
    assert [leg.mode for leg in route.legs] == ["road", "rail_1435"]
    assert route.hours == 2  # no parameter, no time for the change


def test_the_same_places_by_another_mode_are_not_another_route():
    corridor = world(
        place("a", transships=True),
        place("b", transships=True),
        place("c", transships=True),
        link("a", "b"),
        link("b", "c"),
        link("a", "b", "road", id="road_ab", speed_kmh=50.0),
        link("b", "c", "road", id="road_bc", speed_kmh=50.0),
        link("a", "c", "road", id="road_ac", length_km=500.0),
    )
    routes = graph.routes(corridor, "a", "c", k=5)
    assert [route.places for route in routes] == [("a", "b", "c"), ("a", "c")]
    assert routes[0].transshipments == ()


def test_a_train_may_not_turn_back_on_a_one_way_link():
    corridor = world(place("a"), place("b"), link("a", "b", both_ways=False))
    links = network.net(corridor)
    assert network.path(links, "a", "b", "rail_1435") == [Leg("a_b", True, 60.0, 1.0, "rail_1435")]
    with pytest.raises(NoRoute, match=r"route\.no_way_by_mode\(destination=a, mode=rail_1435, origin=b\)"):
        network.path(links, "b", "a", "rail_1435")


def test_against_the_declared_direction_a_leg_is_backward():
    links = network.net(world(place("a"), place("b"), link("a", "b")))
    assert network.path(links, "b", "a", "rail_1435") == [Leg("a_b", False, 60.0, 1.0, "rail_1435")]
    assert network.path(links, "a", "a", "rail_1435") == []


def test_a_vehicle_stays_within_its_mode_even_where_cranes_stand():
    links = network.net(continent())
    with pytest.raises(NoRoute):
        network.path(links, "beijing", "moscow", "rail_1435")
    assert [leg.link for leg in network.path(links, "manzhouli", "erenhot", "rail_1435")] == [
        "hailar_manzhouli",
        "beijing_hailar",
        "beijing_erenhot",
    ]


def test_the_fastest_is_not_the_shortest():
    corridor = world(
        place("a"),
        place("b"),
        link("a", "b", id="old_line", length_km=100, speed_kmh=40.0),
        link("a", "b", id="new_line", length_km=120, speed_kmh=100.0),
    )
    assert network.path(network.net(corridor), "a", "b", "rail_1435")[0].link == "new_line"


def test_equal_ways_are_told_apart_by_the_ids_of_their_links():
    rows = [place(name) for name in "abcd"]
    rows += [link("a", "c", id="x1"), link("c", "d", id="x9"), link("a", "b", id="x2"), link("b", "d", id="x3")]
    for order in (rows, rows[::-1]):
        links = network.net(world(*order))
        assert [leg.link for leg in network.path(links, "a", "d", "rail_1435")] == ["x1", "x9"]
        assert [route.places for route in graph.routes(world(*order), "a", "d")] == [("a", "c", "d"), ("a", "b", "d")]


def test_before_its_opening_day_a_line_is_not_there():
    corridor = world(
        place("tavan_tolgoi"),
        place("ganqimaodu"),
        link("tavan_tolgoi", "ganqimaodu", length_km=245, opening_date="2027-05-01"),
    )
    with pytest.raises(NoRoute):
        network.path(network.net(corridor, date(2027, 4, 30)), "tavan_tolgoi", "ganqimaodu", "rail_1435")
    assert network.path(network.net(corridor, date(2027, 5, 1)), "tavan_tolgoi", "ganqimaodu", "rail_1435")
    assert network.path(network.net(corridor), "tavan_tolgoi", "ganqimaodu", "rail_1435")
    assert graph.routes(corridor, "tavan_tolgoi", "ganqimaodu", on=date(2028, 1, 1))
    with pytest.raises(NoRoute):
        graph.routes(corridor, "tavan_tolgoi", "ganqimaodu", on=date(2026, 1, 1))


def test_the_graph_holds_ids_and_numbers_and_cannot_be_written():
    built = graph.build(continent())
    assert set(built.nodes) == set(continent().places)
    kinds = {type(value) for _, data in built.nodes(data=True) for value in data.values()}
    kinds |= {type(value) for *_, data in built.edges(data=True) for value in data.values()}
    assert kinds <= {bool, int, float, str}
    with pytest.raises(nx.NetworkXError):
        built.add_node("atlantis")


@pytest.mark.parametrize("name", ["zamyn_uud", "Zamyn-Uud", " zamyn uud ", "ZAMYN_UUD", "扎门乌德"])
def test_a_place_may_be_called_by_any_of_its_names(name: str):
    assert network.place_id(continent().places, name) == "zamyn_uud"


def test_an_unknown_place_is_answered_with_the_nearest_name():
    with pytest.raises(DataError) as error:
        graph.routes(continent(), "Zamin-Ud", "duisburg")
    (finding,) = error.value.findings
    assert finding.nearest == "Zamyn-Uud"
    with pytest.raises(DataError) as error:
        network.path(network.net(continent()), "erenhott", "moskow", "rail_1435")
    assert [finding.nearest for finding in error.value.findings] == ["erenhot", "moscow"]


def test_only_time_and_cost_rank():
    with pytest.raises(ValueError, match="'beauty'"):
        graph.routes(continent(), "tianjin", "duisburg", by="beauty")  # type: ignore[arg-type]


def every_route(built: Any, origin: str, destination: str, by: str) -> list[tuple[str, ...]]:
    """The best links of every sequence of places, best first, by trying everything."""
    best: dict[tuple[str, ...], tuple[tuple[int, int, int], tuple[str, ...]]] = {}

    def walk(places: tuple[str, ...], mode: str, links: tuple[str, ...], ms: int, micro: int, changes: int) -> None:
        if places[-1] == destination:
            key = ((ms, micro, changes) if by == "time" else (micro, ms, changes), links)
            best[places] = min(key, best.get(places, key))
            return
        for _, there, name, edge in built.out_edges(places[-1], keys=True, data=True):
            change = mode not in ("", edge["mode"])
            if there in places or (change and not built.nodes[places[-1]]["transships"]):
                continue
            hours = edge["hours"] + change * built.graph["transship_h"]
            usd = edge["usd_per_t"] + change * built.graph["transship_usd_per_t"]
            later = (ms + round(hours * 3_600_000), micro + round(usd * 1_000_000), changes + change)
            walk((*places, there), edge["mode"], (*links, name), *later)

    walk((origin,), "", (), 0, 0, 0)
    return [links for _, links in sorted(best.values())]


@pytest.mark.parametrize("seed", range(200))
def test_ranked_routes_against_trying_everything(seed: int):
    draw = random.Random(seed)
    names = "abcdefg"[: draw.randint(3, 7)]
    rows: list[Any] = [place(name, transships=draw.random() < 0.5) for name in names]
    for number in range(draw.randint(len(names), 2 * len(names) + 2)):
        rows.append(
            link(
                *draw.sample(names, 2),
                mode=draw.choice(["rail_1435", BROAD, "road"]),
                id=f"l{number}",
                length_km=60.0 * draw.randint(1, 4),
                both_ways=draw.random() < 0.8,
                cost_usd_per_tkm=draw.choice([0.01, 0.02, 0.05]),
            )
        )
    if draw.random() < 0.6:
        rows += [parameter("transship_h", draw.choice([0, 2])), parameter("transship_usd_per_t", 1)]
    corridor = world(*rows)
    for by in ("time", "cost"):
        expected = every_route(graph.build(corridor), "a", "b", by)[:4]
        try:
            found = graph.routes(corridor, "a", "b", k=4, by=by)  # type: ignore[arg-type]
        except NoRoute:
            found = []
        assert [tuple(leg.link for leg in route.legs) for route in found] == expected
        for mode in ("rail_1435", BROAD, "road"):
            for origin, destination in (("a", "b"), ("c", "a")):
                assert outcome(graph.path, graph.build(corridor), origin, destination, mode) == outcome(
                    network.path, network.net(corridor), origin, destination, mode
                )


def outcome(search: Any, *where: Any) -> Any:
    """The way that a search finds, or the words in which it finds none."""
    try:
        return search(*where)
    except NoRoute as reason:
        return str(reason)


def test_both_searches_agree_over_the_base_world() -> None:
    corridor = load_corridor()
    built, links = graph.build(corridor), network.net(corridor)
    for origin in corridor.places:
        for destination in corridor.places:
            for mode in ("rail_1435", BROAD, "road"):
                found = outcome(graph.path, built, origin, destination, mode)
                assert found == outcome(network.path, links, origin, destination, mode)
