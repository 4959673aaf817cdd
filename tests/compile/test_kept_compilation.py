"""Plans that are compiled with what earlier compilations left: always those of a compilation by itself."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date
from random import Random
from types import FunctionType, ModuleType
from typing import Any

import numpy as np
import pytest

from corridors.clock.calendars import Calendars
from corridors.findings import DataError
from corridors.model import TABLES, Corridor, Facility
from sim.compile import assembly, kept_centres
from sim.compile import places as places_module
from sim.compile import programs as programs_module
from sim.compile.assembly import compile_plan
from sim.compile.kept_compilation import KeptCompilation
from sim.compile.programs import MOST_KEPT, KeptPrograms, programs
from sim.compile.service_centres import service_centres
from sim.compile.watched import BY_FIELD, WatchedCorridor
from sim.core.kept import BYTES_OF_ENTRY
from sim.core.plan import PlanError
from sim.core.run_settings import RunSettings
from sim.run import prepare
from tests.helpers.random_worlds import random_world
from tests.helpers.worlds import duration, itinerary, place, service, step, world

OF_OTHERS = (type, ModuleType, FunctionType, Corridor, *TABLES.values())
"""Types of what is there anyway."""


def outcome(corridor: Corridor, settings: RunSettings, kept: KeptCompilation | None) -> object:
    """The fingerprint and the labels of the plan, or why there is none."""
    try:
        plan = compile_plan(corridor, settings, likely_trips=True, kept=kept)
        return plan.fingerprint(), plan.labels
    except (DataError, PlanError) as why:
        return str(why)


def changed(corridor: Corridor, table: str, id: str, **values: Any) -> Corridor:
    rows = dict(corridor.table(table))
    rows[id] = replace(rows[id], **values)
    return replace(corridor, **{table: rows})


def changes_of(corridor: Corridor, random: Random, n: int) -> Iterator[Corridor]:
    """Corridors in which one field of one row of any table differs, or a row lacks."""
    tables = [table for table in TABLES if corridor.table(table)]
    for _ in range(n):
        table = random.choice(tables)
        id, row = random.choice([*corridor.table(table).items()])
        field = random.choice(fields(TABLES[table]))
        value = getattr(row, field.name)
        if isinstance(value, bool):
            yield changed(corridor, table, id, **{field.name: not value})
        elif isinstance(value, int | float):
            yield changed(corridor, table, id, **{field.name: value + 1})
        elif table not in ("itineraries", "services", "calendars"):
            yield replace(corridor, **{table: {key: one for key, one in corridor.table(table).items() if key != id}})


@pytest.mark.parametrize("seed", range(3))
def test_plans_with_kept_programs_are_those_without(seed: int) -> None:
    corridor, settings = random_world(seed)
    random, kept = Random(seed), KeptCompilation(2**26)
    for other in (corridor, *changes_of(corridor, random, 7), corridor):
        try:
            alone = outcome(other, settings, None)
        except (KeyError, ValueError, IndexError):  # A reference to a row that lacks, which no loaded world has.
            continue
        assert outcome(other, settings, kept) == alone


def test_another_replication_takes_the_columns_of_a_program_and_its_own_numbers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    corridor, settings = random_world(1)
    kept = KeptCompilation(2**26)
    alone = [outcome(corridor, replace(settings, replication=k), None) for k in range(4)]
    assert outcome(corridor, settings, kept) == alone[0]
    monkeypatch.setattr(assembly, "_add_op", None)  # No op is written again.
    assert [outcome(corridor, replace(settings, replication=k), kept) for k in (1, 0, 3, 2, 1)] == [
        alone[k] for k in (1, 0, 3, 2, 1)
    ]


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was made anew: facilities of the table, servers that work part of the time, places of a plan."""
    found: list[str] = []

    def noted(module: ModuleType, name: str, called: Any) -> None:
        made = getattr(module, name)

        def note(*given: Any) -> Any:
            found.append(called(*given))
            return made(*given)

        monkeypatch.setattr(module, name, note)

    noted(kept_centres, "centre_of", lambda row, calendars: row.id)
    noted(kept_centres, "centres_beside_table", lambda *given: "beside")
    noted(places_module, "places", lambda inputs: "places")
    return found


def test_only_facilities_that_a_change_concerns_are_made(made: list[str]) -> None:
    corridor, settings = random_world(1)
    facility, service = next(iter(corridor.facilities)), next(iter(corridor.services))
    one_more = changed(corridor, "facilities", facility, servers=corridor.facilities[facility].servers + 1)
    busier = changed(one_more, "services", service, per_day=9.0)
    kept = KeptCompilation(2**26)
    found = []
    for other, days in ((corridor, 0), (one_more, 0), (busier, 0), (corridor, 0), (corridor, 1)):
        made.clear()
        of_run = replace(settings, days=settings.days + days)
        assert outcome(other, of_run, kept) == outcome(other, of_run, None)
        found.append(list(made))
    every = sorted(["beside", *corridor.facilities, "places"])
    assert [sorted(some) for some in found] == [
        every,
        sorted([facility, "places"]),
        [],
        sorted([facility, "places"]),
        every,
    ]


def test_scenarios_that_are_compiled_at_once_have_their_own_facilities() -> None:
    """Another one is compiled while the facilities of the first are gone through, as by another thread."""
    corridor, settings = random_world(1)
    row = next(iter(corridor.facilities.values()))
    other = replace(corridor, facilities={**corridor.facilities, "zz": replace(row, id="zz")})
    kept = kept_centres.KeptCentres()

    class Slow(dict[str, Facility]):
        def items(self) -> Any:
            for at, item in enumerate(super().items()):
                if at == 1:
                    kept.centres(other, settings)
                yield item

    here = replace(corridor, facilities=Slow(corridor.facilities))
    alone = service_centres(corridor, Calendars(corridor, settings.epoch, settings.horizon_s))
    assert sorted(one.name for one in kept.centres(here, settings)) == sorted(one.name for one in alone)


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The services whose programs were written."""
    found: list[str] = []
    write = programs_module._program

    def noted(corridor: Corridor, service: Any, orders: Any, routes: Any) -> Any:
        found.append(service.id)
        return write(corridor, service, orders, routes)

    monkeypatch.setattr(programs_module, "_program", noted)
    return found


def test_only_programs_that_a_change_concerns_are_written(written: list[str]) -> None:
    corridor, settings = random_world(1)
    kept = KeptPrograms()
    first = programs(corridor, settings, kept)
    assert written == list(first) != []
    written.clear()
    facility, service = next(iter(corridor.facilities)), next(iter(corridor.services))
    more = changed(corridor, "facilities", facility, servers=9, headway_min=7.0)
    busier = changed(more, "services", service, per_day=9.0, priority=3, load_teu=2.0)
    again = programs(busier, replace(settings, seed=7, replication=3), kept)
    assert written == []
    assert all(again[id] is first[id] for id in first)
    programs(changed(busier, "services", service, load_t=12.5), settings, kept)
    assert written == [service]


def test_programs_over_other_links_or_days_are_written_anew_and_few_are_kept(written: list[str]) -> None:
    corridor, settings = random_world(1)
    kept = KeptPrograms()
    programs(corridor, settings, kept)
    written.clear()
    link = next(iter(corridor.links))
    for n in range(1, MOST_KEPT + 2):
        slower = changed(corridor, "links", link, speed_kmh=corridor.links[link].speed_kmh + n)
        assert programs(slower, settings, kept) == programs(slower, settings)
    assert len(kept._made) == MOST_KEPT
    written.clear()
    later = replace(settings, days=settings.days + 1)
    assert programs(corridor, later, kept) == programs(corridor, later)
    assert len(written) == 2 * len(corridor.services)


def test_a_way_that_does_not_exist_is_found_each_time() -> None:
    corridor, settings = random_world(1)
    kept = KeptPrograms()
    programs(corridor, settings, kept)
    without = replace(corridor, links={})
    for _ in range(2):
        with pytest.raises(DataError) as found:
            programs(without, settings, kept)
        with pytest.raises(DataError) as expected:
            programs(without, settings)
        assert found.value.findings == expected.value.findings
    assert programs(corridor, settings, kept) == programs(corridor, settings)


def test_what_was_read_decides_whether_another_corridor_suits() -> None:
    corridor, _ = random_world(1)
    facility, other = [*corridor.facilities][:2]
    place, there = [*corridor.places][:2]
    watched = WatchedCorridor(corridor)
    read = watched.corridor
    assert read.facilities[facility].kind == corridor.facilities[facility].kind
    assert read.places[place] is corridor.places[place]
    assert read.stocks.get("none") is None
    assert "facilities" in BY_FIELD
    assert watched.suits(changed(corridor, "facilities", facility, servers=9))
    assert watched.suits(changed(corridor, "facilities", other, kind="gate"))
    assert watched.suits(changed(corridor, "places", there, latitude=1.0))
    assert not watched.suits(changed(corridor, "facilities", facility, kind="other"))
    assert not watched.suits(changed(corridor, "places", place, latitude=1.0))
    assert not watched.suits(replace(corridor, facilities={}))
    assert watched.suits(corridor)
    assert len(read.links) == len(corridor.links)
    assert not watched.suits(replace(corridor, links={}))


def test_a_watched_corridor_is_read_as_the_last_one_that_suited() -> None:
    corridor, _ = random_world(1)
    facility = next(iter(corridor.facilities))
    watched = WatchedCorridor(corridor)
    assert watched.corridor.facilities[facility].kind
    assert watched.suits(changed(corridor, "facilities", facility, servers=9))
    assert watched.corridor.facilities[facility].servers == 9
    assert not watched.suits(corridor)


def test_programs_of_services_that_are_gone_are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server of the page sees ever new services."""
    corridor, settings = random_world(1)
    id, row = next(iter(corridor.services.items()))
    ops = len(programs(corridor, settings)[id])
    monkeypatch.setattr(programs_module, "MOST_BYTES", 5 * (BYTES_OF_ENTRY + programs_module.BYTES_OF_OP * ops))
    kept = KeptPrograms()
    for n in range(20):
        other = replace(corridor, services={f"{id}_{n}": replace(row, id=f"{id}_{n}")})
        assert programs(other, settings, kept) == programs(other, settings)
    assert [len(made._written) for made in kept._made] == [1]
    assert len(kept._of_service) == 5


@pytest.mark.parametrize("most_bytes", [2**17, 2**19])
def test_all_that_is_kept_of_many_replications_takes_what_it_may(most_bytes: int) -> None:
    """A service of constants draws nothing, and of a fleet arrays are joined: both hold arrays of every vehicle."""
    rows = (
        place("here"),
        duration("fixed", 30),
        duration("any", 30, "lognormal", 0.5),
        itinerary("a", step("mark", place="here"), *(step("wait", step=f"s{n}", duration="fixed") for n in range(9))),
        itinerary("b", step("mark", place="here"), *(step("wait", step=f"s{n}", duration="any") for n in range(9))),
    )
    for services in ([service("one", "a", 900)], [service("one", "b", 30)], [service("one", "b", fleet=20)]):
        case = prepare(world(*rows, *services), start=date(2025, 1, 1), days=5, warmup_days=0)
        kept = KeptCompilation(most_bytes)
        for replication in range(60):
            of_run = replace(case.settings, replication=replication)
            with_kept = compile_plan(case.corridor, of_run, kept=kept)
        assert with_kept.fingerprint() == compile_plan(case.corridor, of_run).fingerprint()
        assert most_bytes // 2 < kept.numbers.all.size <= most_bytes
        assert bytes_reached(kept.numbers) <= most_bytes


def bytes_reached(thing: Any) -> int:
    """Memory of all that a thing holds, each part once, without the types and rows that others have, too."""
    todo, seen, size = [thing], set[int](), 0
    while todo:
        one = todo.pop()
        if id(one) in seen or isinstance(one, OF_OTHERS):
            continue
        seen.add(id(one))
        size += sys.getsizeof(one)
        todo += [one.base] if isinstance(one, np.ndarray) else gc.get_referents(one)
    return size


def test_parts_of_the_numbers_of_a_fleet_are_kept_once() -> None:
    """As they are drawn for some trips at a time, and joined for all."""
    rows = [place("here"), duration("any", 30, "lognormal", 0.5), service("one", "b", fleet=20)]
    case = prepare(
        world(*rows, itinerary("b", step("mark", place="here"), step("wait", step="s", duration="any"))),
        start=date(2025, 1, 1),
        days=30,
        warmup_days=0,
    )
    kept = KeptCompilation(2**30)
    plan = compile_plan(case.corridor, case.settings, kept=kept)
    held = [one.thing for one in kept.numbers.all._held.values() if isinstance(one.thing, np.ndarray)]
    assert sum(one.nbytes for one in held if one.dtype == np.int32) < 2 * plan.draws.nbytes
    assert kept.numbers.draws.missed > 1
    longer = replace(case.corridor, durations={"any": replace(case.corridor.durations["any"], mean_min=45.0)})
    for corridor in (longer, case.corridor):
        again = compile_plan(corridor, case.settings, kept=kept)
        assert again.fingerprint() == compile_plan(corridor, case.settings).fingerprint()
