"""Prices of an appraisal: they divide the price of waiting of a class, and every one has its range and source."""

from __future__ import annotations

import pytest

from corridors.load import load_corridor
from sim.studies.appraisal.generalised import OF_VEHICLE
from sim.studies.appraisal.prices import load_prices


def test_prices_of_waiting_add_up_to_the_price_of_waiting_of_each_class() -> None:
    """Cargo, equipment and crew give ``wait_usd_per_h`` of classes.csv, for all classes with cargo.

    The cargo counts where its price is of a vehicle, as that of CR Express is; that of a tonne comes beside the price
    of waiting of the other classes, which is of the vehicle and its crew.
    """
    corridor = load_corridor()
    prices = load_prices(None, corridor)
    central = prices.central
    with_cargo = [one for one in corridor.services.values() if one.load_t > 0]
    assert len({one.vehicle_class for one in with_cargo}) >= 6
    for service in with_cargo:
        klass = service.vehicle_class
        cargo, equipment, crew = (
            central[prices.id_of(kind, service.id, klass)] for kind in ("cargo", "equipment", "crew")
        )
        of_vehicle = prices.rows[prices.id_of("cargo", service.id, klass)].unit == OF_VEHICLE
        split = equipment + crew + (cargo if of_vehicle else 0.0)
        assert split == pytest.approx(corridor.classes[klass].wait_usd_per_h), service.id
    assert {one.vehicle_class for one in with_cargo if f"cargo.{one.vehicle_class}" in central} >= {"cr_express"}


def test_every_price_lies_in_its_range_and_the_assumed_ones_say_why() -> None:
    for price in load_prices(None, load_corridor()).rows.values():
        assert price.low <= price.value <= price.high, price.id
        assert price.source
        assert price.meaning_en
        assert price.meaning_zh
