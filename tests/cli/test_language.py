"""Language of the command line: plural forms, units that scale, and a language that is incomplete."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from corridors.load import load_corridor
from sim.cli import words
from sim.text import catalogue
from tests.conftest import Told

Bridgehead = Callable[..., Told]


@pytest.mark.parametrize(
    ("language", "arrived", "expected"),
    [
        ("en", 1, "1 vehicle arrived, 0 departed, 1 in the system at the end"),
        ("en", 12659, "12,659 vehicles arrived, 0 departed, 12,659 in the system at the end"),
        ("zh", 1, "到达1列/辆，离开0列/辆，期末在系统内1列/辆"),
        ("ru", 1, "Прибыла 1 единица, убыло 0, в системе на конец 1"),
        ("ru", 3, "Прибыло 3 единицы, убыло 0, в системе на конец 3"),
        ("ru", 11, "Прибыло 11 единиц, убыло 0, в системе на конец 11"),
    ],
)
def test_a_count_takes_the_form_of_its_noun(language: str, arrived: int, expected: str) -> None:
    words.use(language)
    assert words.say("arrived", arrived=arrived, departed=0, in_system=arrived) == expected


@pytest.mark.parametrize(
    ("key", "values", "expected"),
    [
        ("run_of_cold", {"scenario": "baseline", "days": 1, "start": "2023-01-01"}, "1 day from"),
        ("batch_done", {"n": 1, "folder": "out"}, "1 run saved"),
        ("visits", {"n": 1}, "1 step record"),
        ("option.more_than_warmup", {"n": 1}, "the 1 day of"),
    ],
)
def test_one_of_a_thing_is_singular(key: str, values: dict[str, object], expected: str) -> None:
    assert re.search(rf"{expected}\b", words.say(key, **values))


def test_tonnes_and_containers_of_a_year_are_in_the_unit_of_the_language() -> None:
    """1.5 Mt are 150 of ten thousand tonnes; 20 thousand TEU are 2 of ten thousand."""
    assert (words.in_unit(1.5, "unit.mt_scale"), words.in_unit(20, "unit.kteu_scale")) == (1.5, 20)
    assert words.say("t_year").startswith("Mt")
    words.use("zh")
    assert (words.in_unit(1.5, "unit.mt_scale"), words.in_unit(20, "unit.kteu_scale")) == (150, 2)
    assert words.say("t_year").startswith("万吨")
    assert words.say("teu_year").startswith("万标箱")


def test_the_year_column_of_a_run_is_scaled(bridgehead: Bridgehead, mine: Path) -> None:
    def year_of(language: str, name: str) -> float:
        options = ("--days", "372", "--set", "services.trucks_out.per_day=200", "--language", language)
        answer = bridgehead("run", "--data", mine, *options)
        (row,) = (line.split() for line in answer.out.splitlines() if line.startswith(f"  {name}"))
        return float(row[-4].replace(",", ""))

    assert year_of("zh", "公路货车") == pytest.approx(100 * year_of("en", "Truck"), rel=0.01)


def test_a_scenario_is_named_in_english_where_its_title_lacks_the_language() -> None:
    class Titled:
        title_en, title_zh = "A third lane", "增设第三条通道"

    assert words.own_text(Titled, "title") == "A third lane"
    words.use("zh")
    assert words.own_text(Titled, "title") == "增设第三条通道"
    words.use("ru")
    assert words.own_text(Titled, "title") == "A third lane"


def test_an_incomplete_language_has_its_headings_and_names_and_english_for_the_rest(bridgehead: Bridgehead) -> None:
    answer = bridgehead("run", "--days", "3", "--language", "ru")
    assert answer.status == 0
    for russian in ("Маньчжурия — Забайкальск", "Категория", "Стоянка, ч", "Наибольшая загрузка", "Прибыло"):
        assert russian in answer.out
    for english in ("Coal truck", "Dwell time: from arrival", "balance check passed"):
        assert english in answer.out


def test_the_incomplete_language_names_every_place_port_and_facility_of_the_baseline() -> None:
    corridor = load_corridor()
    ids = [f"world_names.{name}.{id}" for name in ("places", "ports", "facilities") for id in getattr(corridor, name)]
    assert [id for id in ids if not catalogue.has(id, "ru")] == []
