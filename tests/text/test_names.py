"""Names in English, in Chinese, and in a language that has only a catalogue."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from corridors.load import load_corridor
from corridors.messages import message
from corridors.schema import schema
from sim.compile.programs import opening_facility
from sim.text import catalogue
from sim.text.catalogue import say
from sim.text.names import Language, Names
from tests.helpers.stories import world_of_three_trains
from tests.helpers.worlds import calendar, itinerary, place, service, shift, step, world

WORLD = world_of_three_trains()
EN, ZH = Names.of(WORLD, "en"), Names.of(WORLD, "zh")
HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n'


@pytest.fixture
def klingon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A language that consists of a catalogue of names."""
    for room, entries in {
        "world_names": {"places.far": "Hop", "vehicles.container_train": "Lupwi'"},
        "names": {"side.mn": "Mongolia DopDaq"},
        "key_figures": {"wait_h_mean": "loS"},
    }.items():
        (tmp_path / "tlh").mkdir(exist_ok=True)
        text = "\n".join(f'msgid "{key}"\nmsgstr "{value}"\n' for key, value in entries.items())
        (tmp_path / "tlh" / f"{room}.po").write_text(f"{HEADER}\n{text}", encoding="utf-8")
    (tmp_path / "en").symlink_to(catalogue.FOLDER / "en")
    monkeypatch.setattr(catalogue, "FOLDER", tmp_path)
    return "tlh"


def test_another_language_takes_names_from_its_catalogue_and_the_rest_from_english(klingon: str) -> None:
    names = Names.of(WORLD, klingon)
    assert (names.thing("far"), names.thing("west")) == ("Hop", "West City")
    assert (names.vehicle("container_train"), names.klass("container_train")) == ("Lupwi'", "Container train")
    assert names.thing_on("crane", "foreign") == "Gantry (Mongolia DopDaq)"
    assert (names.figure("wait_h_mean"), names.figure("dwell_h_mean")) == ("loS", "Dwell time, mean")
    assert names.unit("t/d") == "t/day"


def test_the_neighbours_side_has_the_name_of_its_country() -> None:
    assert (EN.side("foreign", "erenhot"), ZH.side("foreign", "erenhot")) == ("Mongolian side", "蒙方")
    assert (EN.side("foreign"), ZH.side("foreign")) == ("neighbour's side", "邻方")
    russian = replace(EN, countries={"manzhouli": "RU"})
    assert russian.side("foreign", "manzhouli") == "Russian side"
    assert replace(EN, countries={"port": "BT"}).side("foreign", "port") == "Bhutan side"
    unnamed = replace(EN, countries={"port": "XX"})
    assert unnamed.side("foreign", "port") == "neighbour's side"


def test_a_name_that_ends_in_its_side_is_left_as_it_is() -> None:
    own = {"gates": "卡口（蒙方）", "lanes": "通道（中方）", "tracks": "到发线"}
    names = Names("zh", things=own, countries={"erenhot": "MN"}, port_of=dict.fromkeys(own, "erenhot"))
    assert [names.thing_on(thing, "foreign") for thing in own] == ["卡口（蒙方）", "通道（中方）", "到发线（蒙方）"]


def test_places_take_the_side_of_the_port_that_is_given() -> None:
    assert EN.thing_on("border_crossing", "foreign", "erenhot") == "Crossing (Mongolian side)"
    assert EN.thing_on("border_crossing", "", "erenhot") == "Crossing"


@pytest.mark.parametrize(
    ("text", "english", "chinese"),
    [("daily", "daily", "每日"), ("Mon-Sat", "Mon-Sat", "周一至周六"), ("Mon;Thu", "Mon, Thu", "周一、周四")],
)
def test_week_days(text: str, english: str, chinese: str) -> None:
    assert (EN.weekdays(text), ZH.weekdays(text)) == (english, chinese)


def test_a_sentence_names_the_ids_of_its_message_at_every_depth() -> None:
    turn = message("turn", "results", thing="crane", share=0.5)
    waits = message(
        *("bottleneck", "results"),
        traffic_class="container_train",
        direction="outbound",
        share=0.25,
        thing="customs",
        cause="busy",
    )
    answer = EN.sentence(message("bottleneck_with_turns", "results", waiting=waits, turns=(turn, turn)))
    assert answer == (
        "Container train, outbound: 25% of the waiting time is for Customs hall (main cause: facility busy)."
        " From moment to moment the traffic is limited by Gantry (50% of the time), Gantry (50% of the time)."
    )


def test_a_message_may_read_like_its_id() -> None:
    assert say("run_report.t", "en") == "t"
    assert say("run_report.baseline", "en") == "baseline"
    with pytest.raises(KeyError):
        say("run_report.no_such_message", "en")


def test_a_calendar_for_which_vehicles_wait_has_a_name() -> None:
    corridor = world(
        [place("border")],
        calendar("k", name_en="Day shift", name_zh="白班"),
        shift("k", "08:00", "20:00"),
        itinerary("trip", step("mark", place="border"), step("wait", calendar="k")),
        service("trucks", "trip", 1),
    )
    texts = [Names.of(corridor, language).thing(opening_facility("k")) for language in ("en", "zh")]
    assert texts == ["opening of Day shift", "白班的开放"]


@pytest.mark.parametrize(("language", "fleet", "room"), [("en", "5,000 trucks", "900 t"), ("zh", "5,000辆", "900吨")])
def test_a_number_of_a_row_has_the_unit_of_what_the_row_counts(language: Language, fleet: str, room: str) -> None:
    """Trucks or trains by the class of a flow, the unit of a stock; none for a share of it."""
    corridor = load_corridor(None)
    names = Names.of(corridor, language)
    trucks, yard = corridor.services["coal_truck_gqm"], corridor.stocks["coal_ganqimaodu"]
    assert names.measured_in(trucks, "5,000", schema("services")["fleet"]).replace("\u00a0", " ") == fleet
    assert names.measured_in(yard, "900", schema("stocks")["capacity"]).replace("\u00a0", " ") == room
    assert names.measured_in(yard, "0.2", schema("stocks")["day_cv"]) == "0.2"
