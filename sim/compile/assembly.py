"""Compilation of a run in four stages: the corridor and the settings of one replication become a Plan.

1. routes and programs (``programs``, ``routes``, ``step_labels``): the itinerary of each service as ops;
2. service centres (``service_centres``, ``part_time``): facilities, paths and stocks, with their levels over time from
   calendars that are resolved once; ``places`` puts them into the plan;
3. variates (``variates``, ``arrivals``, ``distributions``, ``integer_quantiles``): arrivals, durations, outcomes and
   breakdowns, all drawn ahead; ``expected_load`` bounds the trips of fleets, ``plan_size`` what is drawn at all;
4. assembly (here): everything as integer arrays, the only input of an engine.

The same corridor, in any order of its rows, and the same settings give the same plan to the last bit. Services and
their vehicles are in the order of service ids; the key of a vehicle, the last criterion in every tie, is its position.

A fleet that queues makes far fewer trips than it could begin if it never waited. With *likely* trips, no more are drawn
than the facilities on its way would let through, spread evenly over the fleet, with a reserve. If that was too few,
:func:`sim.run.replicate` compiles again with all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from corridors.clock.calendars import Calendars
from corridors.clock.place_clocks import stated_clock
from corridors.findings import ERROR, DataError, Finding
from corridors.messages import message
from corridors.model import Corridor, Service, VehicleClass, ids_in
from corridors.orders import services_counted
from sim.compile.arrivals import Schedule
from sim.compile.closures import closed_times
from sim.compile.expected_load import facility_jobs, likely_trips_of, trip_s, trips_let_through
from sim.compile.kept_compilation import KeptCompilation
from sim.compile.places import PlaceInputs, places
from sim.compile.plan_size import refuse_large
from sim.compile.programs import Op, Program, programs
from sim.compile.service_centres import (
    ServiceCentre,
    StockLevels,
    outlooks,
    servers_at_work,
    service_centres,
    stock_levels,
    watched_outlooks,
)
from sim.compile.variates import Draw, ServiceVariates, service_variates
from sim.compile.weather import with_weather
from sim.core import rules
from sim.core.plan import Plan
from sim.core.plan_builder import PlanBuilder
from sim.core.plan_steps import Steps
from sim.core.random_streams import RandomStreams
from sim.core.run_settings import RunSettings
from sim.core.units import DAY_S
from sim.core.wait_causes import ORDER


def compile_plan(
    corridor: Corridor, settings: RunSettings, *, likely_trips: bool = False, kept: KeptCompilation | None = None
) -> Plan:
    """The plan of one replication; vehicles of fleets never run out of trips, but may if only likely ones are drawn.

    Numbers that are ``kept`` are not drawn again, nor are kept programs written again; they are the same.

    Raises DataError for what :func:`sound_programs` refuses.
    """
    streams = RandomStreams(settings.seed, settings.replication)
    corridor = with_weather(corridor, settings, streams)
    services = corridor.services
    programs_of = sound_programs(corridor, settings, likely_trips=likely_trips, kept=kept)

    centres, stocks = _centres_and_stocks(corridor, settings, streams, kept)
    of_outlooks = kept.centres.outlooks if kept else outlooks
    centres = [*centres, *of_outlooks(corridor, settings, watched_outlooks(programs_of.values()))]
    headways_s = {centre.name: centre.headway_s for centre in centres}
    schedule = Schedule(corridor, settings)
    drawn = service_variates(
        services.values(),
        programs_of,
        schedule,
        streams,
        _most_trips(services, programs_of, centres, settings) if likely_trips else {},
        kept.numbers if kept else None,
    )

    jobs = facility_jobs(services, programs_of, headways_s, schedule.served_per_day)
    at_work = kept.centres.servers_at_work if kept else servers_at_work
    servers = at_work(centres, jobs, settings.horizon_s)
    visited = {op.target for program in programs_of.values() for op in program}
    calendars = Calendars(corridor, settings.epoch, settings.horizon_s)
    stocks = [one for one in stocks if one.kind != ORDER or one.name in visited]
    gates = {one.name for one in stocks}
    inputs = PlaceInputs(
        settings,
        stated_clock(corridor),
        centres,
        servers,
        list(closed_times(corridor, settings, servers, jobs)),
        stocks,
        [(row.gate, *calendars.order_span(id)) for id, row in corridor.orders.items() if row.gate in gates],
    )
    made = kept.places.places(inputs) if kept else places(inputs)
    builder, index, index_of_stock = made.builder, made.facilities, made.stocks
    for name, job in jobs.items():
        builder.mean_s(index[name], round(job.mean_s))
    _add_controllers(builder, corridor, calendars, index, index_of_stock)
    for service in services.values():
        _add_service(builder, service, corridor.classes[service.vehicle_class])
        variates = drawn[service.id]
        program = programs_of[service.id]
        _add_program(builder, service.id, streams, program, variates.draws.ops, index, index_of_stock, kept)
        _add_vehicles(builder, service, variates)
    return builder.build()


def sound_programs(
    corridor: Corridor, settings: RunSettings, *, likely_trips: bool = True, kept: KeptCompilation | None = None
) -> dict[str, Program]:
    """The programs of all services, of which a plan of bounded size can be made; little work, as nothing is drawn.

    The size is that of a plan with *likely* trips, unless with all.

    Raises DataError for a travel that no way serves, a choice that leads back to itself, a fleet that takes no time,
    and a plan that would be too large.
    """
    programs_of = programs(corridor, settings, kept.programs if kept else None)
    _check_fleets(corridor.services.values(), programs_of)
    refuse_large(corridor, settings, programs_of, likely_trips=likely_trips)
    return programs_of


def _check_fleets(services: Iterable[Service], programs_of: Mapping[str, Program]) -> None:
    why, expected = message("fleet.no_time", "runs"), message("want.steps_with_time", "runs")
    endless = [
        Finding(ERROR, "services.csv", None, "itinerary", service.itinerary, expected, message=why, id=service.id)
        for service in services
        if service.arrivals == "fleet" and programs_of[service.id].once(trip_s) == 0
    ]
    if endless:
        raise DataError(endless)


def _centres_and_stocks(
    corridor: Corridor, settings: RunSettings, streams: RandomStreams, kept: KeptCompilation | None
) -> tuple[list[ServiceCentre], list[StockLevels]]:
    """The service centres of the tables, and the stocks."""
    if kept:
        return kept.centres.centres(corridor, settings), kept.centres.stocks(corridor, settings, streams)
    calendars = Calendars(corridor, settings.epoch, settings.horizon_s)
    return service_centres(corridor, calendars), stock_levels(corridor, calendars, streams)


def _most_trips(
    services: Mapping[str, Service],
    programs_of: Mapping[str, Program],
    centres: Iterable[ServiceCentre],
    settings: RunSettings,
) -> dict[str, int]:
    """The trips that each vehicle of a fleet will likely make at most."""
    fleets = [service for service in services.values() if service.fleet]
    ways = {op.target for fleet in fleets for op in programs_of[fleet.id]}
    on_way = [centre for centre in centres if centre.name in ways]
    headways_s = {centre.name: centre.headway_s for centre in on_way}
    server_s = {centre.name: centre.server_s(settings.horizon_s) for centre in on_way}
    return {
        fleet.id: likely_trips_of(fleet.fleet, trips_let_through(programs_of[fleet.id], server_s, headways_s))
        for fleet in fleets
    }


def _add_controllers(
    builder: PlanBuilder,
    corridor: Corridor,
    calendars: Calendars,
    facilities: Mapping[str, int],
    stocks: Mapping[str, int],
) -> None:
    """Add a controller for each rule that may issue orders and holds some traffic."""
    number = {service: k for k, service in enumerate(corridor.services)}
    for rule in corridor.order_rules.values():
        if rule.gate in stocks:
            builder.controller(
                stocks[rule.gate],
                rule.above,
                rule.below,
                facilities=[facilities[name] for name in ids_in(rule.watch)],
                services=[number[service.id] for service in services_counted(corridor, rule)],
                checks_s=calendars.check_times(rule.id).tolist(),
                least_s=round(rule.min_days * DAY_S),
            )


def _add_service(builder: PlanBuilder, service: Service, vehicle_class: VehicleClass) -> None:
    builder.service(
        service.id,
        vehicle_class=service.vehicle_class,
        teu=service.load_teu,
        t=service.load_t,
        wait_usd_per_h=vehicle_class.wait_usd_per_h,
        idle_co2_kg_per_h=vehicle_class.idle_co2_kg_per_h,
    )


def _add_vehicles(builder: PlanBuilder, service: Service, variates: ServiceVariates) -> None:
    arrivals_s, trips = variates.arrivals.times_s, variates.draws.trips
    builder.vehicles(arrivals_s, priority=service.priority, trips=trips, until_s=variates.until_s)


def _add_program(
    builder: PlanBuilder,
    service: str,
    streams: RandomStreams,
    program: Program,
    drawn: list[Draw],
    facilities: dict[str, int],
    stocks: dict[str, int],
    kept: KeptCompilation | None,
) -> None:
    """Append the ops of a program; an op to which another jumps has a label, called by its position."""

    def written() -> Steps:
        jumped_to = {at for op in program for at in (op.jump, *(way.jump for way in op.ways))}
        for at, (op, draw) in enumerate(zip(program, drawn, strict=True)):
            if at in jumped_to:
                builder.label(str(at))
            _add_op(builder, op, draw, facilities, stocks)
        return builder.steps

    def steps() -> Steps:
        last = program.once(_LastSteps)
        known = last.of(facilities, stocks)
        if known is not None:
            return known.with_draws(drawn)
        last.keep(facilities, stocks, written())
        return builder.steps

    if kept is None:
        written()
    else:
        builder.take_steps(kept.steps(service, streams, program, drawn, facilities, stocks, steps))


class _LastSteps:
    """The columns of a program in the last plan, without its numbers: those of another replication alone differ."""

    def __init__(self, program: Program) -> None:
        self._last: tuple[Mapping[str, int], Mapping[str, int], Steps] | None = None

    def of(self, facilities: Mapping[str, int], stocks: Mapping[str, int]) -> Steps | None:
        """The columns with these indices; None if there are none."""
        last = self._last
        return last[2] if last and (last[0], last[1]) == (facilities, stocks) else None

    def keep(self, facilities: Mapping[str, int], stocks: Mapping[str, int], steps: Steps) -> None:
        """Keep columns with these indices."""
        self._last = facilities, stocks, steps.with_draws([0] * len(steps.code))


def _add_op(builder: PlanBuilder, op: Op, draw: Draw, facilities: dict[str, int], stocks: dict[str, int]) -> None:
    match op.code:
        case rules.TRAVEL:
            builder.travel(draw, op.step, **op.labels)
        case rules.SERVE:
            builder.serve(facilities[op.target], draw, op.step, **op.labels)
        case rules.HOLD:
            builder.hold(facilities[op.target], draw, op.step, op.slot, **op.labels)
        case rules.PASS:
            builder.pass_(facilities[op.target], draw, op.step, **op.labels)
        case rules.FREE:
            builder.free(facilities[op.target], op.slot)
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
