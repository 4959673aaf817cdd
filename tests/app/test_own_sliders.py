"""Sliders that are made from a world, and the choices of sides and directions that it has."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from app.pages.data_columns import _offered
from app.widgets.sliders import GROUPS, made_of, read_sliders
from corridors.findings import DataError
from corridors.io.folders import data_root
from corridors.load import load_corridor
from corridors.model import Corridor
from corridors.overlay.applying import apply
from corridors.schema import schema


@pytest.fixture(scope="module", params=["malaszewicze", "khorgos", "chirundu"])
def world(request: pytest.FixtureRequest) -> Corridor:
    return load_corridor(data_root() / "examples" / request.param)


def test_every_slider_of_a_world_includes_its_value_and_can_be_moved_to_both_ends(world: Corridor) -> None:
    made = made_of(world)
    assert len({slider.key for slider in made}) == len(made) > 15
    assert {slider.group for slider in made} <= set(GROUPS)
    assert {slider.port for slider in made} == set(world.ports)
    for slider in made:
        value = slider.value_in(world)
        assert slider.is_time or float(slider.low) <= float(value) <= float(slider.high), slider.key
        for end in (slider.low, slider.high):
            apply(world, slider.changes(end, date(2025, 4, 1)))


def test_a_declared_range_is_that_of_the_slider() -> None:
    world = load_corridor(data_root() / "examples" / "malaszewicze")
    (cranes,) = (one for one in made_of(world) if one.key == "facilities.malaszewicze_cranes.servers")
    assert (cranes.low, cranes.high, cranes.step, cranes.group) == (2, 6, 1, "cranes")


def test_the_table_of_a_world_offers_the_sides_of_its_ports(world: Corridor) -> None:
    port = next(iter(world.ports.values()))
    assert _offered(schema("facilities")["side"], world) == port.naming.sides
    assert _offered(schema("itineraries")["direction"], world) == port.naming.directions


def test_sliders_of_a_file_are_read_and_each_row_that_declares_none_is_told(tmp_path: Path) -> None:
    world = load_corridor(data_root() / "examples" / "malaszewicze")
    head = "port,group,op,addresses,low,high,step,label_en,label_zh\n"
    good = "malaszewicze,cranes,set,facilities.malaszewicze_cranes.servers,1,8,1,,\n"
    bad = [
        "malaszewicze,cranes,set,facilities.no_cranes.servers,1,8,1,,\n",
        "malaszewicze,cranes,set,facilities.malaszewicze_cranes.colour,1,8,1,,\n",
        "malaszewicze,cranes,set,facilities.malaszewicze_cranes.servers,few,8,1,,\n",
        "malaszewicze,cranes,set,cranes,1,8,1,,\n",
    ]
    file = tmp_path / "sliders.csv"
    file.write_text(head + good, encoding="utf-8")
    assert [one.high for one in read_sliders(file, world)] == [8]
    file.write_text(head + good + "".join(bad), encoding="utf-8")
    with pytest.raises(DataError) as refused:
        read_sliders(file, world)
    assert [(one.code, one.row) for one in refused.value.findings] == [("slider.unusable", n) for n in (3, 4, 5, 6)]


def test_a_pipe_in_the_place_of_the_sliders_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "sliders.csv")
    with pytest.raises(DataError, match=r"file\.unreadable"):
        read_sliders(tmp_path / "sliders.csv", load_corridor(data_root() / "examples" / "malaszewicze"))
