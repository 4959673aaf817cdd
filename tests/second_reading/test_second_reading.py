"""Each port's key figures read from the published facts a second time, without looking at the data of the baseline.

``tests/second_reading/<port>.csv`` has one figure a row: what it is of the corridor, its value as read, the range that
the facts leave (else 2 %, for rounding), and the fact. Two readings that differ mean that one of them is wrong.
"""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from corridors.clock.calendars import Calendars
from corridors.clock.local_time import weekdays
from corridors.facts import facts
from corridors.load import load_corridor
from corridors.model import Corridor

FOLDER = Path(__file__).parent
ROUNDING = 0.02
DAYS = 365
RAIL = ("cr_express", "bulk_train", "mongolia_containers", "export_train")
BEIJING_H = 8
"""All calendars of the coal ports keep this offset from UTC."""


def readings() -> list[tuple[str, dict[str, str]]]:
    return [
        (path.stem, row)
        for path in sorted(FOLDER.glob("*.csv"))
        for row in csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines())
    ]


@cache
def corridor() -> Corridor:
    return load_corridor()


def field(address: str) -> float:
    """A number of the tables, or the sum of several."""
    total = 0.0
    for one in address.split("+"):
        table, _, rest = one.partition(".")
        row, _, name = rest.rpartition(".")
        total += float(getattr(corridor().table(table)[row], name))
    return total


def km(links: str) -> float:
    return sum(corridor().links[name].length_km for name in links.split("+"))


def services(port: str, direction: str, wanted: str) -> list[str]:
    """The services of a class (or all freight by rail) that pass a port in a direction."""
    classes = RAIL if wanted == "rail" else (wanted,)
    crossing = {
        step.itinerary
        for step in corridor().itineraries.values()
        if step.port == port and direction in ("both", step.direction)
    }
    return [
        row.id for row in corridor().services.values() if row.itinerary in crossing and row.vehicle_class in classes
    ]


def trains_a_day(rest: str) -> float:
    return sum(corridor().services[name].per_day for name in services(*rest.split(".")))


def tonnes_a_year(rest: str) -> float:
    rows = [corridor().services[name] for name in services(*rest.split("."))]
    return sum(row.per_day * row.load_t for row in rows) * DAYS / 1e6


def load_of(rest: str) -> float:
    """Load of a train or truck of a class at a port, of one direction if the figure names it."""
    *of, unit = rest.split(".")
    loads = {getattr(corridor().services[name], f"load_{unit}") for name in services(*of_direction(of))}
    assert len(loads) == 1, "one load a class, port and direction"
    return float(loads.pop())


def mean_load(rest: str) -> float:
    """Load of a mean train of a class at a port, both directions together."""
    *of, unit = rest.split(".")
    rows = [corridor().services[name] for name in services(*of_direction(of))]
    carried: float = sum(row.per_day * getattr(row, f"load_{unit}") for row in rows)
    return carried / sum(row.per_day for row in rows)


def of_direction(parts: list[str]) -> tuple[str, str, str]:
    """Port, direction and class of a figure; both directions if it names none."""
    port, *direction, klass = parts
    return port, direction[0] if direction else "both", klass


def capacity_an_hour(rest: str) -> float:
    """Vehicles an hour when the facility is never idle."""
    facility = corridor().facilities[rest.split(".")[0]]
    if facility.headway_min:
        return facility.servers * 60 / facility.headway_min
    works = {
        step.duration for step in corridor().itineraries.values() if step.facility == facility.id and step.duration
    }
    assert len(works) == 1, "one kind of work a facility"
    return facility.servers * 60 / corridor().durations[works.pop()].mean_min


def capacity_a_day(rest: str) -> float:
    """Likewise a day of 24 hours, in vehicles, TEU, or million tonnes a year."""
    facility, unit = rest.split(".")
    vehicles = capacity_an_hour(f"{facility}.vehicles") * 24
    if unit == "vehicles":
        return vehicles
    users = {step.itinerary for step in corridor().itineraries.values() if step.facility == facility}
    rows = [row for row in corridor().services.values() if row.itinerary in users]
    loads = {row.load_teu if unit == "teu" else row.load_t for row in rows}
    assert len(loads) == 1, "one load a facility"
    return vehicles * loads.pop() * (1 if unit == "teu" else DAYS / 1e6)


def shifts(calendar: str) -> list[tuple[str, float, str]]:
    """Opening time, hours and weekdays of every shift."""

    def minutes(clock: str) -> int:
        hour, _, minute = clock.partition(":")
        return 60 * int(hour) + int(minute)

    rows = [row for row in corridor().shifts.values() if row.calendar == calendar]
    assert len(rows) == 1, "one shift a calendar"
    return [(row.opens, (minutes(row.closes) - minutes(row.opens)) / 60, row.weekdays) for row in rows]


def days_shut(rest: str) -> float:
    """Days of a span on which the calendar never opens."""
    return len(_shut(*rest.split(".")))


def days_shut_besides_rest(rest: str) -> float:
    """Likewise, without the weekdays on which it never opens."""
    calendar = rest.split(".")[0]
    at_work = weekdays(shifts(calendar)[0][2])
    return sum(day.weekday() in at_work for day in _shut(*rest.split(".")))


def _shut(calendar: str, first: str, last: str) -> list[date]:
    begin = datetime.fromisoformat(first).replace(tzinfo=UTC) - timedelta(hours=BEIJING_H)
    days = (date.fromisoformat(last) - date.fromisoformat(first)).days + 1
    times, share = Calendars(corridor(), begin, days * 86_400).open_share(calendar)
    noon = np.arange(days) * 86_400 + 12 * 3600
    shut = np.array(share)[np.searchsorted(times, noon, "right") - 1] == 0
    return [date.fromisoformat(first) + timedelta(days=int(day)) for day in np.flatnonzero(shut)]


def cycle_min(service: str) -> float:
    """One trip of a fleet without any waiting."""
    row = corridor().services[service]
    steps = sorted(
        (step for step in corridor().itineraries.values() if step.itinerary == row.itinerary),
        key=lambda step: step.order,
    )
    driving = [
        link.length_km / link.speed_kmh * 60
        for step in steps
        if step.kind == "travel" and step.mode
        for link in corridor().links.values()
        if link.mode == step.mode and {link.origin, link.destination} >= {step.place}
    ]
    return sum(driving) + sum(corridor().durations[step.duration].mean_min for step in steps if step.duration)


KINDS = {
    "field": field,
    "km": km,
    "trains_a_day": trains_a_day,
    "tonnes_a_year": tonnes_a_year,
    "load": load_of,
    "mean_load": mean_load,
    "capacity_an_hour": capacity_an_hour,
    "capacity_a_day": capacity_a_day,
    "hours": lambda calendar: shifts(calendar)[0][1],
    "days_a_week": lambda calendar: len(weekdays(shifts(calendar)[0][2])),
    "days_shut": days_shut,
    "days_shut_besides_rest": days_shut_besides_rest,
    "cycle_min": cycle_min,
}


@pytest.mark.parametrize(("port", "row"), [pytest.param(p, r, id=f"{p}-{r['figure'][:60]}") for p, r in readings()])
def test_the_baseline_has_what_was_read(port: str, row: dict[str, str]) -> None:
    kind, _, rest = row["figure"].partition(".")
    assert row["fact"] in facts(), row["fact"]
    if kind == "opens":
        assert shifts(rest)[0][0] == row["value"], row["reading"]
        return
    read = float(row["value"])
    low, high = (
        float(row[end]) if row[end] else read * (1 + sign * ROUNDING) for end, sign in (("low", -1), ("high", 1))
    )
    assert low <= KINDS[kind](rest) <= high, f"{port}: {row['fact']}, {row['reading']}: read {read:g} {row['unit']}"


def test_a_load_names_the_fact_that_it_was_read_from() -> None:
    loads = [(row["figure"].split("."), row["fact"]) for _, row in readings() if row["figure"].startswith("load.")]
    assert loads
    for (_, *of, _), fact in loads:
        for name in services(*of_direction(of)):
            assert fact in corridor().services[name].source.split(";"), name


@pytest.mark.parametrize(("load_t", "fact"), [(1470, "X048"), (916, "Y018")])
def test_a_train_with_a_load_read_elsewhere_names_where_it_was_read(load_t: float, fact: str) -> None:
    """Loads into China follow from both directions at Erenhot (X048), into Mongolia from one month (Y018)."""
    alike = [row for row in corridor().services.values() if row.load_t == load_t]
    assert len(alike) >= 8
    for row in alike:
        assert fact in row.source.split(";"), row.id
        assert fact in row.note, row.id


def test_the_queue_on_the_russian_side_limits_trucks_into_china_only() -> None:
    """X132, Y057: places for trucks from the Russian side; Y056: more than twice as many go into Russia."""
    into_russia, into_china = (capacity_a_day(f"zabaikalsk_road_{way}.vehicles") for way in ("in", "out"))
    assert into_china <= 360
    assert into_russia > 2 * 288


def test_every_port_was_read_again() -> None:
    assert {path.stem for path in FOLDER.glob("*.csv")} == set(corridor().ports)
