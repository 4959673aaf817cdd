"""Prices of an appraisal: they divide the price of waiting of a class, and every one has its range and source."""

from __future__ import annotations

import numpy as np
import pytest

from corridors.load import load_corridor
from sim.studies.appraisal.generalised import FIGURES, OF_VEHICLE, Flows, Pricing
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


def test_a_railway_that_runs_through_saves_the_coal_trains_behind_the_yard() -> None:
    """Trucks to the yard at 7 USD/t, coal trains behind it at 40; the railway from mine to mill costs 45: 2 less.

    Without the row ``includes`` of answers.csv the railway would look 38 USD/t dearer than the trucks.
    """
    prices = load_prices(None, load_corridor())
    classes = {"coal_truck_ceke": "coal_truck", "coal_train_ceke_linhe": "coal_train", "coal_rail_ceke": "bulk_train"}
    services = tuple(classes.items())
    pricing = Pricing(prices, services, frozenset())
    free = dict.fromkeys(prices.rows, 0.0)

    def flows(tonnes: tuple[float, float, float]) -> Flows:
        figures = {column: np.zeros((1, 1, 3)) for column in FIGURES}
        figures["load_t"][:] = 1.0
        figures["charges_usd"][:] = (7.0, 40.0, 45.0)
        figures["delivered_t_per_day"][:] = tonnes
        return Flows(figures)

    found = pricing.benefit(flows((1_000, 1_000, 0)), flows((1_000, 1_000, 1_000)), free, np.array([2030.0]))
    by_market = dict(zip(pricing.markets, found.total[0, 0].tolist(), strict=True))
    # g falls from 7 to (7 + 5) / 2 for 2,000 t.
    assert by_market["coal_ceke"] == pytest.approx(2_000 * (7 - 6))
    assert by_market["coal_train_ceke_linhe"] == pytest.approx(0.0)
