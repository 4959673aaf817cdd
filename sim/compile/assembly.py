"""Compiles a run: the declared world and the settings of one replication become a Plan, all chance drawn ahead.

In: a Corridor that passed its checks, and RunSettings. Out: a Plan, the only thing that an engine sees. The same
world, whatever the order of its rows, and the same settings give the same plan to the last bit. The parts:
``program`` (itineraries to ops), ``step_labels`` (what steps mean), ``capacity`` (facilities and stocks over time),
``arrivals`` (who comes when), ``draws`` (what chance has in store for them), ``usage`` (mean service times).

Services and their vehicles stand in the order of service ids; a vehicle's key, the last word in every tie, is its
position.

A fleet that queues makes far fewer trips than it could begin if it never waited. Who asks for *likely* trips gets no
more drawn than the facilities on its way would let through, spread evenly over the fleet, with something to spare;
:func:`sim.run.replicate` asks again for all of them if that was too few.
"""

from __future__ import annotations

from sys import maxsize

from corridors.findings import ERROR, DataError, Finding
from corridors.messages import message
from corridors.model import Corridor, Service
from sim.compile.arrivals import arrivals, operating_span_s
from sim.compile.expected_load import facility_means_s, trip_s, trips_let_through
from sim.compile.programs import Op, Program, programs
from sim.compile.service_centres import add_facilities, add_stocks, centres
from sim.compile.variates import Draw, draws
from sim.core import rules
from sim.core.plan import Plan
from sim.core.plan_builder import PlanBuilder
from sim.core.random_streams import RandomStreams
from sim.core.run_settings import RunSettings

LIKELY_MORE, SPARE_TRIPS = 1.1, 8
"""Likely trips of each vehicle: so many times an even share of what is let through, and so many trips."""


def compile_plan(corridor: Corridor, settings: RunSettings, *, likely_trips: bool = False) -> Plan:
    """The plan of one replication; vehicles of fleets never run out of trips, but may if only likely ones are drawn.

    Raises DataError for a travel that no way serves, a choice that leads back to itself, and a fleet that takes no
    time.
    """
    streams = RandomStreams(settings.seed, settings.replication)
    programs_of = programs(corridor, settings)
    _check_fleets(corridor, programs_of)
    builder = PlanBuilder(settings.horizon_s, start=settings.epoch.isoformat(), warmup_s=settings.warmup_s)
    found = centres(corridor, settings)
    headways_s = {centre.name: centre.headway_s for centre in found}
    server_s = {centre.name: centre.server_s(settings.horizon_s) for centre in found}
    means_s = facility_means_s(corridor.services, programs_of, headways_s)
    facilities = add_facilities(builder, corridor, found, means_s, streams)
    stocks = add_stocks(builder, corridor, settings)
    for service in corridor.services.values():
        arrived = arrivals(corridor, service, settings, streams)
        _, until_s = operating_span_s(service, settings)
        program = programs_of[service.id]
        most_trips = maxsize
        if likely_trips and service.fleet:
            most_trips = _likely_trips(service.fleet, trips_let_through(program, server_s, headways_s))
        drawn = draws(program, service, arrived, until_s, streams, most_trips)
        _open_service(builder, corridor, service)
        _add_program(builder, program, drawn.ops, facilities, stocks)
        builder.vehicles(arrived.times_s, priority=service.priority, trips=drawn.trips, until_s=until_s)
    return builder.build()


def _likely_trips(vehicles: int, let_through: float) -> int:
    """Trips of each vehicle of a fleet; what is let through may be without end."""
    return int(min(maxsize, LIKELY_MORE * let_through / vehicles + SPARE_TRIPS))


def _check_fleets(corridor: Corridor, programs_of: dict[str, Program]) -> None:
    why, expected = message("fleet.no_time", "runs"), message("want.steps_with_time", "runs")
    endless = [
        Finding(ERROR, "services.csv", None, "itinerary", service.itinerary, expected, message=why, id=service.id)
        for service in corridor.services.values()
        if service.arrivals == "fleet" and trip_s(programs_of[service.id]) == 0
    ]
    if endless:
        raise DataError(endless)


def _open_service(builder: PlanBuilder, corridor: Corridor, service: Service) -> None:
    vehicle_class = corridor.classes[service.vehicle_class]
    builder.service(
        service.id,
        vehicle_class=service.vehicle_class,
        teu=service.load_teu,
        t=service.load_t,
        wait_usd_per_h=vehicle_class.wait_usd_per_h,
        idle_co2_kg_per_h=vehicle_class.idle_co2_kg_per_h,
    )


def _add_program(
    builder: PlanBuilder, program: Program, drawn: list[Draw], facilities: dict[str, int], stocks: dict[str, int]
) -> None:
    """Append the ops of a program; each op is a label for jumps, called by its position."""
    for at, (op, draw) in enumerate(zip(program, drawn, strict=True)):
        builder.label(str(at))
        _add_op(builder, op, draw, facilities, stocks)


def _add_op(builder: PlanBuilder, op: Op, draw: Draw, facilities: dict[str, int], stocks: dict[str, int]) -> None:
    match op.code:
        case rules.TRAVEL:
            builder.travel(draw, op.step, **op.labels)
        case rules.SERVE:
            builder.serve(facilities[op.target], draw, op.step, **op.labels)
        case rules.HOLD:
            builder.hold(facilities[op.target], draw, op.step, **op.labels)
        case rules.PASS:
            builder.pass_(facilities[op.target], draw, op.step, **op.labels)
        case rules.FREE:
            builder.free(facilities[op.target])
        case rules.DRAW:
            builder.draw(stocks[op.target], op.amount, op.step, **op.labels)
        case rules.RETURN:
            builder.give_back(stocks[op.target], op.amount, op.step, **op.labels)
        case rules.BRANCH:
            builder.branch(draw, str(op.jump), op.step)
        case rules.CHOOSE:
            ways = [(str(way.jump), way.bias_s, [facilities[name] for name in way.watch]) for way in op.ways]
            builder.choose(ways, op.step)
        case rules.MARK:
            builder.mark(op.step, **op.labels)
        case rules.END:
            builder.end()
