"""Numbers of the documents in data/ are named by the comment, the note or the figure that they come from."""

from __future__ import annotations

import re
import runpy
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from corridors.checks.provenance import CLAIMING, SETTINGS, UNITS, claims, number_at, stated
from corridors.facts import Fact, facts
from corridors.io.folders import data_root
from corridors.load import load_corridor
from corridors.stated_numbers import MULTIPLIERS, agrees, derived_in, numbers_in, numbers_of_fact, states

CORRIDOR = "East corridor"
"""The place of figures of Manzhouli, Suifenhe and Tongjiang together."""
TOOL = Path(__file__).parents[2] / "tools" / "sampled_numbers.py"
made = runpy.run_path(str(TOOL))
POPULATION: dict[str, list[Any]] = made["population"]()
EVERY = [one for part in POPULATION.values() for one in part]


def named(one: Any) -> bool:
    """Whether a text beside a number has it, a figure that the text names states it, or the text calculates it."""
    texts = one.said.split(" | ")
    known = numbers_in(re.sub(r"\b[A-Z]\d{3}\b", "", one.said)).union(
        *(numbers_of_fact(facts()[id]) for id in one.facts)
    )
    results = [value for text in texts for value in derived_in(text, known, lambda address: None)]
    return states(known, abs(one.value)) or any(agrees(one.value, value) for value in results)


@pytest.mark.parametrize("file", sorted({one.file for one in POPULATION["years"]}))
def test_the_comment_above_a_change_of_a_year_names_its_number(file: str) -> None:
    of_year = [one for one in POPULATION["years"] if one.file == file]
    assert len(of_year) > 10
    assert [f"{one.address} {one.value:g}" for one in of_year if not named(one)] == []


def changes_of_years() -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """File, year, the comment right above, and the change."""
    for path in sorted((data_root() / "years").glob("*.yaml")):
        for comment, change in made["changes"](path.read_text(encoding="utf-8")):
            yield path.name, path.stem.rpartition("_")[2], comment.rpartition(" | ")[2], change


def facts_in(comment: str) -> list[Fact]:
    return [facts()[id] for id in re.findall(r"\b[A-Z]\d{3}\b", comment) if id in facts()]


def of_year(fact: Fact, year: str) -> bool:
    """Whether a figure is of a year, or of a span of years that has it."""
    years = re.findall(r"\d{4}", fact.year)
    return not years or years[0] <= year <= years[-1]


def test_a_row_of_a_year_has_the_grade_assumed_if_its_comment_says_so() -> None:
    """A row has one grade: what is derived for two months and assumed for ten is assumed."""
    added = [(file, comment, change) for file, _, comment, change in changes_of_years() if "row" in change]
    assert len(added) > 15
    claiming = [
        f"{file} {change['address']}"
        for file, comment, change in added
        if "assumed" in comment and change["row"].get("grade") != "assumed"
    ]
    assert claiming == []


def test_a_figure_of_another_year_is_called_so_above_the_changes_of_a_year() -> None:
    """Its comment has the year of the figure, or says that it is assumed for this year."""
    silent = {
        f"{file} {fact.id} of {fact.year}: {comment}"
        for file, year, comment, _ in changes_of_years()
        for fact in facts_in(comment)
        if not of_year(fact, year)
        and "assumed" not in comment
        and not any(one in comment for one in re.findall(r"\d{4}", fact.year))
    }
    assert silent == set()


def test_a_figure_of_the_whole_corridor_is_called_so_above_a_change_of_one_port() -> None:
    named = [
        (file, comment)
        for file, _, comment, _ in changes_of_years()
        for one in facts_in(comment)
        if CORRIDOR in one.place
    ]
    assert named
    assert {one for one in named if "corridor" not in one[1] or "assumed" not in one[1]} == set()


def test_a_row_of_a_proposal_that_claims_a_source_names_its_numbers() -> None:
    claiming = [
        one for one in POPULATION["proposals"] if one.grade in ("reported", "derived") and "musd" not in one.address
    ]
    assert len(claiming) >= 5, "most numbers of proposals are assumed, and say so"
    assert [f"{one.file} {one.address} {one.value:g}" for one in claiming if not named(one)] == []


def test_a_cost_of_another_year_than_the_prices_of_its_proposal_says_so() -> None:
    """The note of the proposal has the year of the figure; a share of the capital has no price year."""
    named, silent = 0, []
    for path in sorted((data_root() / "proposals").glob("*.yaml")):
        proposal = yaml.safe_load(path.read_text(encoding="utf-8"))
        estimates = [proposal[key] for key in ("capital_musd", "yearly_musd") if key in proposal]
        for fact in facts_in(" ".join(str(one["source"]) for one in estimates)):
            if fact.unit.startswith("%") or of_year(fact, str(proposal["price_year"])):
                continue
            named += 1
            if not any(year in proposal["note_en"] for year in re.findall(r"\d{4}", fact.year)):
                silent.append(f"{path.name} {fact.id} of {fact.year}")
    assert named > 10
    assert silent == []


def test_a_number_beside_another_text_is_not_named() -> None:
    one = made["Sampled"](
        "year.yaml", "services.ore.per_day", 12.8, "derived", "14 trains a day (P027), two thirds of them"
    )
    assert one.facts == ["P027"]
    assert not named(one)
    assert named(made["Sampled"]("year.yaml", "services.ore.per_day", 15.0, "reported", "as published (P027)"))


def test_every_change_has_the_comment_above_it_and_the_one_before() -> None:
    text = (
        "id: a\nchanges:\n  # One.\n  - {op: set, address: a.b.c, value: 1}\n  # Two\n  # lines.\n"
        "  - op: add\n    address: d.e\n    row: {x: 2, weights: '3;4', priority: 9}\n"
        "  - {op: set, address: f.g.h, value: x}\n"
    )
    found = [(comment, change["address"]) for comment, change in made["changes"](text)]
    assert found == [("One.", "a.b.c"), ("One. | Two lines.", "d.e"), ("One. | Two lines.", "f.g.h")]
    [_, (_, added), _] = made["changes"](text)
    assert list(made["numbers"](added)) == [(".x", 2.0), (".weights.1", 3.0), (".weights.2", 4.0)]


@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_a_setting_of_the_model_is_no_number_that_claims_a_source(name: str) -> None:
    """Neither in a row that is added nor where a change sets it."""
    row: dict[str, Any] = {"op": "add", "address": "itineraries.a.b", "row": {name: 3, "amount": 2}}
    assert list(made["numbers"](row)) == [(".amount", 2.0)]
    assert list(made["numbers"]({"op": "set", "address": f"itineraries.a.b.{name}", "value": 3})) == []
    assert [one.address for one in EVERY if one.address.rpartition(".")[2] == name] == []


def test_an_assumed_number_of_a_document_is_printed_with_the_range_of_the_base_year() -> None:
    assumptions = load_corridor().assumptions
    some = next(one for one in POPULATION["years"] if one.base)
    row = assumptions[some.address]
    assert some.base == f"base year: range {row.low:g} to {row.high:g}"
    assert f"   {some.base}" in list(made["show"]([some]))


RANGE = re.compile(r"\d[\d.,]* (?:%|t|TEU)?\s?to [\d.,]+|between .*\d and [\d.,]+|a tenth less or more")


def test_an_assumed_number_of_a_year_has_a_range() -> None:
    """In the comment above it, or that of the same number in the base year."""
    assumptions, ranges, without = load_corridor().assumptions, 0, set()
    for file, _, comment, change in changes_of_years():
        if "assumed" not in comment or not list(made["numbers"](change)):
            continue
        ranges += (has := bool(RANGE.search(comment)) or (change["address"] in assumptions and change["op"] != "scale"))
        if not has:
            without.add(f"{file} {change['address']}: {comment}")
    assert without == set()
    assert ranges > 300


KINDS_WITHOUT_A_RANGE = {
    "places.latitude": 45,
    "places.longitude": 45,
    "links.tracks": 37,
    "holidays.days_before": 5,
    "holidays.days_after": 5,
    "parameters.value": 6,
    "facilities.servers": 4,
    "order_rules.share": 2,
    "itineraries.amount": 1,
    "classes.wait_usd_per_h": 1,
}
"""How many assumed numbers of the base year have a reason in the place of a range, as docs/data.md says."""


def test_an_assumed_number_of_the_base_year_has_a_range_or_a_reason_that_the_page_counts() -> None:
    assumptions, without, ranges = load_corridor().assumptions, Counter[str](), 0
    for one in POPULATION["tables"]:
        if one.grade == "assumed":
            row = assumptions.get(one.address)
            ranges += (has := row is not None and row.low is not None)
            without[re.sub(r"\..*\.", ".", one.address)] += not has
            assert has or one.said.partition(" | ")[2], f"{one.address} has a note"
    assert +without == KINDS_WITHOUT_A_RANGE
    page = (data_root().parent / "docs" / "data.md").read_text(encoding="utf-8")
    assert f"{ranges} assumed\n  numbers have a range and {without.total()} a reason" in page


SPAN = re.compile(r"(\d[\d,]*(?:\.\d+)?) (?:%|t |km |trains )?to (\d[\d,]*(?:\.\d+)?)")


def spans(text: str) -> list[tuple[float, float]]:
    """The ranges that a text has, such as 0.4 to 0.45."""
    ends = ((float(low.replace(",", "")), float(high.replace(",", ""))) for low, high in SPAN.findall(text))
    return [(low, high) for low, high in ends if low < high]


def base_holds(one: Any) -> bool:
    """Whether the range of the base year holds the number."""
    ends = re.fullmatch(r"base year: range (\S+) to (\S+)", one.base)
    return ends is not None and float(ends[1]) <= abs(one.value) <= float(ends[2])


def has_a_range(one: Any) -> bool:
    """Whether a range holds a number: of the base year, in its text, or of the sum from which it follows there."""
    *own, _ = one.said.split(" | ")
    text = " | ".join(own)
    held = any(low <= abs(one.value) <= high for low, high in spans(text))
    sums = [value for part in own for value in derived_in(part, numbers_in(part), lambda address: None)]
    return base_holds(one) or held or (bool(spans(text)) and any(agrees(one.value, value) for value in sums))


def is_stated(one: Any) -> bool:
    """Whether a figure that its own text names states the number, which is then no assumption.

    Of a row with sources these state it: another figure in its note is of another place, and assumed for this one.
    """
    *own, _ = one.said.split(" | ")
    of_row = own[0] if own and re.fullmatch(r"[A-Z]\d{3}(?:;[A-Z]\d{3})*", own[0]) else " | ".join(own)
    ids = [id for id in one.facts if id in of_row]
    return any(states(numbers_of_fact(facts()[id]), abs(one.value)) for id in ids)


def is_a_unit(one: Any) -> bool:
    """Whether the number is the one unit of a stock that a vehicle takes or gives."""
    return one.address.endswith(".amount") and one.value == UNITS["amount"]


def test_an_assumed_number_of_a_proposal_has_a_range() -> None:
    """In its own row or comment, not in the note of the proposal, which is about other numbers, too.

    Weights of a profile have the grade of their row, and a unit for each vehicle is no number that varies.
    """
    assumed = [
        one
        for one in POPULATION["proposals"]
        if "assumed" in f"{one.grade} {one.said}" and not is_stated(one)
        if "musd" not in one.address and ".weights." not in one.address and not is_a_unit(one)
    ]
    assert len(assumed) > 200
    assert [f"{one.file} {one.address} {one.value:g}" for one in assumed if not has_a_range(one)] == []


def test_a_range_of_the_base_year_that_does_not_hold_the_number_is_none() -> None:
    said = "assumed, 19 places | note"
    make = made["Sampled"]
    assert not has_a_range(make("a.yaml", "links.a.passing_places", 19.0, "assumed", said, "base year: range 12 to 14"))
    assert has_a_range(make("a.yaml", "links.a.passing_places", 13.0, "assumed", said, "base year: range 12 to 14"))


def test_a_figure_of_the_note_of_a_proposal_states_no_number() -> None:
    assert not is_stated(made["Sampled"]("a.yaml", "facilities.a.servers", 3.0, "assumed", "two gangs | 3 of K169"))


def test_a_figure_of_another_place_in_the_note_of_a_row_states_no_number_of_it() -> None:
    make = made["Sampled"]
    said = "K005 | 8.7 km (K005); 40 paths as at Zabaikalsk (N007) | note"
    assert not is_stated(make("a.yaml", "links.a.paths_per_day", 40.0, "assumed", said))
    assert is_stated(make("a.yaml", "links.a.length_km", 8.7, "assumed", said))


def test_a_range_of_another_number_is_none() -> None:
    made_up = made["Sampled"]("a.yaml", "links.a.tracks", 1.0, "assumed", "120 to 140 km, a single line | note 1 to 2")
    assert not has_a_range(made_up)
    assert has_a_range(made["Sampled"]("a.yaml", "links.a.tracks", 1.0, "assumed", "a single line (1 to 2) | note"))
    assert has_a_range(
        made["Sampled"]("a.yaml", "services.a.per_day", 0.9, "assumed", "5 to 15 %: 1 - 0.1 = 0.9 | note")
    )


RESULT = re.compile(r"\s*(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?: (%|Mt|kt)(?!\w))?")


def sums(text: str) -> Iterator[tuple[str, float, str]]:
    """Every sum of a text that can be calculated: its left side, what that gives, and what the text says."""
    world = load_corridor()
    for clause in re.split(r"[;:,.]\s", text):
        sides = clause.split(" = ")
        for left, right in pairwise(sides):
            if said := RESULT.match(right):
                for value in derived_in(f"{left} = 0", numbers_in(left), lambda address: number_at(world, address)):
                    yield left, value / MULTIPLIERS.get(said[2], 1), said[1].replace(",", "")


def rounds_to(value: float, said: str) -> bool:
    """Whether a value is what is said, to half of the last digit of it; noughts at the end are no digits."""
    decimals = len(said.partition(".")[2]) if "." in said else len(said.rstrip("0")) - len(said)
    return abs(value - float(said)) <= 0.5 * 10.0**-decimals + 1e-9


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("7,000 / 108 = 64", False),
        ("7,000 / 108 = 64.8, of which 64 are whole", True),
        ("1.2 x 382 = 460 km", True),
        ("(18 + 20) / 2 = 19", True),
        ("15 / 65 = 23 %", True),
        ("2 x 0.58 x 60 = 69 min", False),
    ],
)
def test_a_sum_is_compared_with_what_the_text_says(text: str, right: bool) -> None:
    assert [rounds_to(value, said) for _, value, said in sums(text)] == [right]


def test_every_sum_beside_a_number_is_right_to_its_last_digit() -> None:
    texts = {(one.file, text) for one in EVERY for text in one.said.split(" | ") if " = " in text}
    found = [(file, *one) for file, text in sorted(texts) for one in sums(text)]
    assert len(found) > 200
    assert [one for one in found if not rounds_to(one[2], one[3])] == []


EXPECTED = re.compile(r"^planned|planned$|\b(?:expected|target|forecast|foreseen|design)\b", re.IGNORECASE)
"""The measure of a figure that was a plan when it was published."""


def test_what_was_expected_when_it_was_published_is_assumed_for_the_base_year() -> None:
    """It says what was to be, such as the trains a day after a rebuild, not what there was."""
    world, expected, claiming = load_corridor(), 0, []
    for claim in claims(world):
        plans = {id for id in claim.sources if id in facts() and EXPECTED.search(facts()[id].metric)}
        expected += bool(plans)
        others = tuple(id for id in claim.sources if id not in plans)
        if plans and claim.grade in CLAIMING and not (others and stated(world, claim._replace(sources=others))):
            claiming.append(claim.address)
    assert expected >= 4
    assert claiming == []


def test_a_sample_shows_number_grade_and_the_text_of_its_figure() -> None:
    lanes = next(one for one in POPULATION["tables"] if one.address == "facilities.ganqimaodu_lanes_in.servers")
    shown = "\n".join(made["show"]([lanes]))
    assert "12  facilities.ganqimaodu_lanes_in.servers  (baseline, reported)" in shown
    assert "P051: Ganqimaodu, Customs lanes: 12 in, 7 out lanes, 2023, reported" in shown
