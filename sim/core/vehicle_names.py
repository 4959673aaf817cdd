"""Readable ids of vehicles: the service and the vehicle's number in it, ``service-000123``.

One trip of a vehicle that makes several has its number behind a dot, ``service-000123.0004``.
"""

from __future__ import annotations

import numpy as np

from sim.core.plan import Ints32, Plan


def vehicle_name(plan: Plan, vehicle: int) -> str:
    """The readable id of one vehicle."""
    service = int(plan.vehicle_service[vehicle])
    return f"{plan.labels.service[service]}-{vehicle - int(plan.service_vehicle_start[service]):06d}"


def service_of(name: str) -> str:
    """The service of the vehicle with a readable id."""
    return name.rpartition("-")[0]


def trip_name(vehicle: str, trip: int) -> str:
    """The readable id of a trip, which counts from 0, of the vehicle with a readable id."""
    return f"{vehicle}.{trip:04d}"


def vehicle_number(plan: Plan, name: str) -> int | None:
    """The vehicle with a readable id; None if there is none. The inverse of :func:`vehicle_name`."""
    service, _, number = name.rpartition("-")
    if service not in plan.labels.service or not (number.isascii() and number.isdigit()):
        return None
    k = plan.labels.service.index(service)
    vehicle = int(plan.service_vehicle_start[k]) + int(number)
    return vehicle if vehicle < int(plan.service_vehicle_start[k + 1]) else None


def vehicle_names(plan: Plan, vehicles: Ints32) -> list[str]:
    """Readable ids of many vehicles."""
    service = plan.vehicle_service[vehicles]
    number = vehicles - plan.service_vehicle_start[service]
    names = plan.labels.service
    return [f"{names[k]}-{n:06d}" for k, n in zip(service.tolist(), np.asarray(number).tolist(), strict=True)]
