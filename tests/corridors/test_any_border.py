"""A port lies between any two countries: sides a and b, with their own names, clocks and checks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from corridors.checks import check
from corridors.clock.place_clocks import clock_of_port, clock_of_world
from corridors.fingerprint import fingerprint
from corridors.model import Corridor
from sim.run import RunResult, prepare, run_scenario
from sim.text.names import Names
from tests.helpers.neutral import NAMES, neutral
from tests.helpers.small_border import small_border

ZONES = {"wall_gate": "Asia/Shanghai", "steppe_gate": "Asia/Ulaanbaatar"}
DAYS = 9


def of(corridor: Corridor) -> RunResult:
    """A run from midnight UTC, whatever zones the places state."""
    case = prepare(corridor, start=date(2026, 3, 2), days=DAYS, warmup_days=1)
    return run_scenario(replace(case, settings=replace(case.settings, clock="")))


@pytest.fixture(scope="module")
def both() -> tuple[RunResult, RunResult]:
    """The small border, and the same one between places a and b."""
    return of(small_border()), of(neutral(small_border(), ZONES))


def test_the_names_of_sides_change_nothing_but_names(both: tuple[RunResult, RunResult]) -> None:
    seen_from_china, any_border = both
    rows = zip(seen_from_china.visits.pieces(), any_border.visits.pieces(), strict=True)
    for own, other in rows:
        assert np.array_equal(own.queued_s, other.queued_s)
        assert np.array_equal(own.departed_s, other.departed_s)
    kpis = seen_from_china.kpis.assign(
        side=seen_from_china.kpis["side"].replace(NAMES), direction=seen_from_china.kpis["direction"].replace(NAMES)
    )
    keys = ["port", "direction", "class", "side", "kpi"]
    assert len(kpis) > 50
    left, right = (table.sort_values(keys, ignore_index=True) for table in (kpis, any_border.kpis))
    assert left.equals(right)
    assert set(any_border.kpis["side"]) == {"both", "a", "b"}
    assert set(any_border.kpis["direction"]) == {"a_to_b", "b_to_a"}


def test_a_world_without_the_added_columns_keeps_its_fingerprint() -> None:
    border = small_border()
    placed = replace(border, places={id: replace(row, time_zone="") for id, row in border.places.items()})
    assert fingerprint(placed) == fingerprint(border)
    assert fingerprint(neutral(border)) != fingerprint(border)
    zoned = {**border.places, "plain": replace(border.places["plain"], time_zone="Asia/Tokyo")}
    assert fingerprint(replace(border, places=zoned)) != fingerprint(border)


def test_a_border_of_any_two_countries_passes_the_check() -> None:
    border = neutral(small_border(), ZONES)
    assert [str(finding) for finding in check(border)] == []


@pytest.mark.parametrize(
    ("port", "code", "column"),
    [
        ({"place_b": "plain"}, "port.one_country", "place_b"),
        ({"place_b": ""}, "port.one_place", "place_b"),
        ({"place_cn": "plain"}, "port.two_kinds", "place_cn"),
    ],
)
def test_a_port_without_two_places_in_two_countries_is_refused(port: dict[str, str], code: str, column: str) -> None:
    border = neutral(small_border(), ZONES)
    wrong = replace(border, ports={"pass": replace(border.ports["pass"], **port)})
    found = [(finding.code, finding.column) for finding in check(wrong) if finding.file == "ports.csv"]
    assert (code, column) in found


def test_sides_and_directions_of_another_kind_of_port_are_refused() -> None:
    border = neutral(small_border(), ZONES)
    seen_from_china = small_border()
    wrong = replace(border, facilities=seen_from_china.facilities, itineraries=seen_from_china.itineraries)
    columns = {finding.column for finding in check(wrong) if finding.code == "port.other_names"}
    assert columns == {"side", "direction"}


def test_a_side_is_named_by_its_country_and_a_direction_by_both() -> None:
    border = neutral(small_border(), ZONES)
    places = {**border.places, "wall_gate": replace(border.places["wall_gate"], country="PL")}
    border = replace(border, places={**places, "steppe_gate": replace(places["steppe_gate"], country="BY")})
    english, chinese = Names.of(border, "en"), Names.of(border, "zh")
    assert english.side("a", "pass") == english.side("a") == "Poland side"
    assert english.direction("b_to_a", "pass") == "Belarus to Poland"
    assert chinese.side("b", "pass") == "白俄罗斯侧"
    assert "波兰至白俄罗斯" in chinese.group("express", "a_to_b", "pass")


def test_a_direction_has_a_name_of_its_own_where_ports_lie_between_different_countries() -> None:
    border = neutral(small_border(), ZONES)
    three = {
        **border.ports,
        "second": replace(border.ports["pass"], id="second", place_a="steppe_gate", place_b="moon"),
    }
    countries = {**border.places, "moon": replace(border.places["plain"], id="moon", country="RU")}
    names = Names.of(replace(border, ports=three, places=countries))
    assert names.direction("a_to_b") == "side a to side b"
    assert names.direction("a_to_b", "second") == "Mongolia to Russia"
    assert names.direction("a_to_b", "pass") == "China to Mongolia"
    assert Names.of(small_border()).direction("outbound") == "outbound"


def test_places_state_the_clocks_of_ports_and_of_the_world() -> None:
    border = small_border()
    assert clock_of_world(border) == clock_of_port(border, "pass") == "Asia/Shanghai"
    polish = neutral(border, {"wall_gate": "Europe/Warsaw", "steppe_gate": "Europe/Minsk"})
    assert clock_of_world(polish) == clock_of_port(polish, "pass") == "Europe/Warsaw"
