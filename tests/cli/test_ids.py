"""``bridgehead ids``: every id that it lists is one that the options take, with the value of the world."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from corridors.io.cells import show
from corridors.load import load_corridor
from corridors.overlay.applying import apply
from corridors.overlay.changes import Change
from corridors.overlay.options import parse_closure
from sim.cli.id_lists import KINDS, TABLES_LISTED, listed
from tests.conftest import Told
from tests.helpers.gate_logs import HEAD, LANE, regular

Bridgehead = Callable[..., Told]


def test_without_a_kind_it_counts_all_kinds_and_says_how_to_list_one(bridgehead: Bridgehead) -> None:
    done = bridgehead("ids")
    assert done.status == 0
    for kind in KINDS:
        assert f"\n{kind} " in done.out
    assert "bridgehead ids KIND" in done.out
    assert "类别" in bridgehead("ids", "--language", "zh").out


@pytest.mark.parametrize("kind", [*TABLES_LISTED, "scenarios", "proposals", "experiments", "programmes", "lines"])
def test_every_row_of_a_kind_has_an_id_and_a_name_in_both_languages(kind: str) -> None:
    corridor = load_corridor()
    for language in ("en", "zh"):
        rows = listed(kind, corridor, None, language)
        assert len({row.id for row in rows}) == len(rows) > 0
        assert all(row.about for row in rows) or kind == "parameters"


def test_an_address_has_its_present_value_and_is_taken_by_set(bridgehead: Bridgehead) -> None:
    corridor = load_corridor()
    rows = {row.id: row for row in listed("addresses", corridor, None, "en")}
    lanes = corridor.facilities["gashuunsukhait_lanes"].servers
    assert rows["facilities.gashuunsukhait_lanes.servers"].value == str(lanes)
    for row in list(rows.values())[::97]:
        table, _, rest = row.id.partition(".")
        id, _, column = rest.rpartition(".")
        value = show(getattr(corridor.table(table)[id], column))
        assert apply(corridor, [Change(op="set", address=row.id, value=value)]) is not None
    found = bridgehead("ids", "addresses", "Gashuunsukhait", "SERVERS")
    assert "facilities.gashuunsukhait_lanes.servers" in found.out


def test_ids_of_the_kinds_of_close_are_taken_by_close() -> None:
    corridor = load_corridor()
    for kind in ("ports", "facilities", "links", "stocks", "calendars"):
        rows = listed(kind, corridor, None, "en")
        assert {row.id for row in rows} == set(corridor.table(kind))
        for row in rows:
            assert parse_closure(f"{kind}.{row.id}:1@2023-08-01", corridor).address == f"{kind}.{row.id}"


def test_words_are_found_in_names_of_any_language(bridgehead: Bridgehead) -> None:
    one, other = (bridgehead("ids", "facilities", word).out for word in ("出蒙煤炭通道", "coal lanes out of mongolia"))
    assert "gashuunsukhait_lanes" in one
    assert "gashuunsukhait_lanes" in other
    assert "manzhouli" not in one


def test_a_step_is_found_by_its_service_and_its_facility_and_a_map_without_it_points_there(
    bridgehead: Bridgehead, tmp_path: Path
) -> None:
    """Steps of a map could be looked up in the table alone."""
    for words in (("truck_ern_in", "gate"), ("Trucks into China", "Road lanes into"), ("公路进境通道",)):
        found = json.loads(bridgehead("ids", "steps", *words, "--json", "-").out)["steps"]
        assert "truck_ern_in.gate" in {one["id"] for one in found}, words
        assert "mnz_coal.gate" not in {one["id"] for one in found}
    told = bridgehead("ids", "steps", "truck_ern_in", "--language", "zh").out
    assert "公路进境通道（二连浩特—扎门乌德）：" in told
    assert "二连浩特公路货车进境" in told
    assert "经过的车流" in told
    log, lane = tmp_path / "log.csv", tmp_path / "map.yaml"
    log.write_text("\n".join([HEAD, *regular()]), encoding="utf-8")
    lane.write_text(LANE.replace("shuttle.lane", "truck_ern_in.gat").replace("shuttle", "truck_ern_in"), "utf-8")
    refused = bridgehead("fit", log, "--map", lane, "--out", tmp_path / "fit")
    assert (refused.status, "bridgehead ids" in refused.err) == (2, True)


def test_the_document_has_all_rows_of_the_kind(bridgehead: Bridgehead, tmp_path: Path) -> None:
    file = tmp_path / "ids.json"
    assert bridgehead("ids", "addresses", "--json", str(file)).status == 0
    made: Any = json.loads(file.read_text(encoding="utf-8"))
    assert len(made["addresses"]) == len(listed("addresses", load_corridor(), None, "en"))


@pytest.mark.parametrize(("language", "words"), [("en", "bridgehead ids"), ("zh", "编号、地址及当前值见")])
def test_a_finding_about_an_unknown_name_says_where_the_ids_are(
    bridgehead: Bridgehead, language: str, words: str
) -> None:
    for wrong in (
        ("--set", "facilities.erenhot_lines.servers=+1"),
        ("--proposal", "m99"),
        ("--close", "x:1@2023-08-01"),
    ):
        done = bridgehead("run", *wrong, "--language", language)
        assert done.status == 2
        assert words in done.err
    assert words not in bridgehead("run", "--days", "0", "--language", language).err


def test_an_unknown_kind_is_refused_with_the_nearest(bridgehead: Bridgehead) -> None:
    done = bridgehead("ids", "facilties")
    assert done.status == 2
    assert "facilities" in done.err


@pytest.mark.parametrize("kind", ["figures", "lines", "addresses", "facilities", "proposals"])
def test_chinese_words_find_rows_in_english_output(bridgehead: Bridgehead, kind: str) -> None:
    first = listed(kind, load_corridor(), None, "zh")[0]
    found = bridgehead("ids", kind, first.about[:3], "--json", "-")
    assert first.id in [one["id"] for one in json.loads(found.out)[kind]]
