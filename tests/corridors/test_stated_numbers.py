"""Numbers that published figures state, arithmetic in notes, and what the check makes of them."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from corridors.checks import check, check_folder, new_findings
from corridors.checks.provenance import CLAIMING, Claim, claims, sources_state_their_number, stated
from corridors.facts import Fact, facts
from corridors.io.tables import save
from corridors.load import load_corridor
from corridors.model import Corridor
from corridors.overlay.applying import apply
from corridors.overlay.options import parse_setting
from corridors.stated_numbers import agrees, derived_in, numbers_in, numbers_of_fact, states
from tests.helpers.small_border import small_border


def fact(value: str = "", metric: str = "", note: str = "", year: str = "2023") -> Fact:
    return Fact("T000", "", "", metric, value, "", year, "reported", "", "", note)


def nothing(address: str) -> None:
    return None


@pytest.fixture(scope="module")
def base() -> Corridor:
    return load_corridor()


def test_numbers_are_read_as_digits_and_as_words() -> None:
    assert numbers_in("12 in, 7 out; 206,200 TEU, 4.93 km x 17.5 m") == {12, 7, 206200, 4.93, 17.5}
    assert numbers_in("Single track, two lanes, three gates") == {1, 2, 3}
    assert numbers_in("see T018 and X1") == set(), "ids of facts are no numbers"


@pytest.mark.parametrize(
    ("text", "days"),
    [("Trains outbound, Jan-Oct", 304), ("1 Jan-12 Nov", 316), ("to 28 Nov", 332), ("to mid-Oct", 288)],
)
def test_a_period_states_its_days(text: str, days: int) -> None:
    assert days in numbers_of_fact(fact(metric=text))
    assert days + 1 in numbers_of_fact(fact(metric=text, year="2024")), "a leap year"


@pytest.mark.parametrize(
    ("note", "results"),
    [
        ("150,000 vehicles / 332 days / 2 directions = 226", [150000 / 332 / 2]),
        ("(18 + 20) / 2 = 19; shunting less", [19]),
        ("25 Mt a year / 365 / 4,000 t = 17.1", [25e6 / 365 / 4000]),
        ("150 x 60 % = 90: 90 × 2 = 180", [90, 180]),
        ("half of 18: links.road.length_km - 18 = 82", [82]),
        ("(18 + 20 / 2 = 19", []),
        ("18 20 = 19", []),
        ("21 / 2 = 10.5, where nothing states 21", []),
        ("365 / 2 = 182.5 of constants alone", []),
        ("links.other.length_km / 2 = 5", []),
        ("18 to 20 min", []),
        ("18 / (20 - 20) = 0", []),
    ],
)
def test_arithmetic_counts_if_each_operand_has_an_origin(note: str, results: list[float]) -> None:
    known = {150000.0, 332.0, 18.0, 20.0, 25.0, 4000.0, 150.0, 60.0}
    found = derived_in(note, known, {"links.road.length_km": 100.0}.get)
    assert found == pytest.approx(results)


def test_a_derived_number_agrees_to_its_last_digit_or_two_per_cent() -> None:
    assert agrees(17, 17.4)
    assert not agrees(17, 17.6)
    assert agrees(0.034, 0.03425)
    assert not agrees(0.034, 0.0352)
    assert agrees(3300, 3270)


def test_a_stated_number_may_have_more_decimals() -> None:
    assert states({49.597422}, 49.6)
    assert not states({4.93}, 5), "a whole number is stated as it is, or calculated in the note"


def test_the_shipped_numbers_are_stated_by_their_sources(base: Corridor) -> None:
    assert [f"{one.id} {one.column}: {one.found}" for one in sources_state_their_number(base)] == []


def test_no_shipped_number_is_taken_at_the_word_of_a_document(base: Corridor) -> None:
    """The rows of sources.csv without figures are for assumed numbers only."""
    silent = {id for id, row in base.sources.items() if not numbers_in(row.note)}
    assert {"general_knowledge", "bridgehead_assumption"} <= silent
    assert [one.address for one in claims(base) if one.grade in CLAIMING and silent & set(one.sources)] == []


DATED = frozenset(
    {
        *("cost_usd_per_tkm", "handling_usd", "wait_usd_per_h", "co2_g_per_tkm", "value", "servers", "mean_min"),
        *("paths_per_day", "daily_quota", "per_day", "fleet", "load_t", "load_teu"),
    }
)
"""Prices, rates, volumes and capacities, which differ from year to year; lengths and positions do not."""


def years_of(one: Fact) -> list[str]:
    return re.findall(r"\d{4}", one.year)


def silent_years(claim: Claim) -> list[str]:
    """The years of the figures behind a number if none is of 2023 and no note names one."""
    dated = [years for id in claim.sources if id in facts() and (years := years_of(facts()[id]))]
    if any(years[0] <= "2023" <= years[-1] for years in dated):
        return []
    found = sorted({year for years in dated for year in years})
    return [] if any(year in note for year in found for note in claim.notes) else found


def test_a_price_or_rate_of_another_year_says_so(base: Corridor) -> None:
    dated = [one for one in claims(base) if one.address.rpartition(".")[2] in DATED]
    assert len(dated) > 300
    assert [f"{one.address}: {years}" for one in dated if (years := silent_years(one))] == []
    [cost] = [one for one in dated if one.address == "links.zamyn_uud_ulaanbaatar_road.cost_usd_per_tkm"]
    assert silent_years(cost._replace(notes=("level of the country and mode",))) == ["2022"]


def test_an_assumed_number_without_a_range_is_not_varied_and_says_why(base: Corridor) -> None:
    """Those that docs/model.md names: tracks of sections, and four settings."""
    without = {id: row for id, row in base.assumptions.items() if row.grade == "assumed" and row.low is None}
    assert [id for id, row in without.items() if not row.note.endswith("; not varied")] == []
    assert {id for id in without if not re.fullmatch(r"links\.\w+\.tracks", id)} == {
        "facilities.zabaikalsk_train_slots.servers",
        "facilities.erenhot_bogie_shed.servers",
        "facilities.manzhouli_scanner.servers",
        "itineraries.surplus_sets_mzl.set_ready.amount",
    }


def test_estimates_among_the_figures_state_nothing(base: Corridor) -> None:
    assert facts()["N013"].grade == "assumed"
    claim = next(one for one in claims(base) if one.address == "links.malaszewicze_duisburg.length_km")
    assert str(claim.value).removesuffix(".0") == facts()["N013"].value
    assert claim.grade == "assumed"
    assert not stated(base, claim._replace(sources=("N013",), grade="reported", notes=()))


def test_a_number_cannot_be_calculated_from_itself(base: Corridor) -> None:
    claim = next(one for one in claims(base) if one.address == "services.tank_ern.per_day")
    same = claim._replace(grade="derived", sources=("P027",), notes=(f"services.tank_ern.per_day = {claim.value}",))
    assert not stated(base, same)
    assert stated(base, same._replace(address="services.other.per_day")), "but from another number"


def test_each_number_of_a_row_is_held_against_the_sources_of_this_number() -> None:
    """The cost of a section is not stated by a figure for its length."""
    border = small_border()
    links = dict(border.links)
    row = links["plain_wall_gate"]
    links[row.id] = replace(row, length_km=6.19, cost_usd_per_tkm=0.12, source="P059", grade="reported", note="")
    found = {(one.column, one.found) for one in sources_state_their_number(replace(border, links=links))}
    assert ("cost_usd_per_tkm", "0.12") in found
    assert "length_km" not in {column for column, _ in found}


def test_a_change_of_a_document_or_the_page_is_not_held_against_the_row(base: Corridor) -> None:
    changed = apply(base, [parse_setting("facilities.gashuunsukhait_lanes.servers=5")])
    assert "source.not_stated" not in {one.code for one in (*check(changed), *new_findings(base, changed))}


def test_a_changed_table_is_warned_of(tmp_path: Path, base: Corridor) -> None:
    lanes = replace(base.facilities["shiveekhuren_lanes"], servers=13)
    save(replace(base, facilities={**base.facilities, lanes.id: lanes}), tmp_path)
    [found] = [one for one in check_folder(tmp_path) if one.code == "source.not_stated"]
    assert (found.level, found.id, found.column, found.found) == ("warning", "shiveekhuren_lanes", "servers", "13")
