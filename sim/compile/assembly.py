"""Compilation of a run in four stages: the corridor and the settings of one replication become a Plan.

1. routes and programs (``programs``, ``routes``, ``step_labels``): the itinerary of each service as ops;
2. service centres (``service_centres``, ``part_time``): facilities, paths and stocks, with their levels over time from
   calendars that are resolved once;
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

from collections.abc import Iterable, Mapping, Sequence

from corridors.clock.calendars import Calendars
from corridors.clock.place_clocks import stated_clock
from corridors.findings import ERROR, DataError, Finding
from corridors.messages import message
from corridors.model import Corridor, Service, VehicleClass, ids_in
from corridors.orders import services_counted
from sim.compile.arrivals import Schedule
from sim.compile.closures import closed_times
from sim.compile.expected_load import NO_JOB, Job, facility_jobs, likely_trips_of, trip_s, trips_let_through
from sim.compile.kept_compilation import KeptCompilation
from sim.compile.part_time import spells_off
from sim.compile.plan_size import refuse_large
from sim.compile.programs import Op, Program, programs
from sim.compile.service_centres import (
    ServiceCentre,
    StockLevels,
    outlooks,
    servers_at_work,
    service_centres,
    stock_levels,
)
from sim.compile.step_functions import StepFunction
from sim.compile.variates import Draw, ServiceVariates, breakdowns, service_variates
from sim.compile.weather import with_weather
from sim.core import rules
from sim.core.plan import Plan
from sim.core.plan_builder import PlanBuilder, Steps
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

    calendars = Calendars(corridor, settings.epoch, settings.horizon_s)
    centres, stocks = service_centres(corridor, calendars), stock_levels(corridor, calendars, streams)
    centres += outlooks(corridor, settings, programs_of.values())

    headways_s = {centre.name: centre.headway_s for centre in centres}
    server_s = {centre.name: centre.server_s(settings.horizon_s) for centre in centres}
    most_trips = {
        fleet.id: likely_trips_of(fleet.fleet, trips_let_through(programs_of[fleet.id], server_s, headways_s))
        for fleet in services.values()
        if likely_trips and fleet.fleet
    }
    drawn = service_variates(
        services.values(),
        programs_of,
        Schedule(corridor, settings),
        streams,
        most_trips,
        kept.numbers if kept else None,
    )

    builder = PlanBuilder(
        settings.horizon_s,
        start=settings.epoch.isoformat(),
        warmup_s=settings.warmup_s,
        clock=stated_clock(corridor),
    )
    jobs = facility_jobs(services, programs_of, headways_s)
    servers = servers_at_work(centres, jobs, settings.horizon_s)
    index = _add_facilities(builder, centres, servers, jobs, streams)
    closed: dict[str, list[tuple[int, int]]] = {}
    for name, from_s, to_s in closed_times(corridor, settings, servers, jobs):
        builder.closure(index[name], from_s, to_s)
        closed.setdefault(name, []).append((from_s, to_s))
    for one in centres:
        mean = one.times_s, one.levels
        for from_s, to_s in spells_off(mean, servers[one.name], closed.get(one.name, ()), settings.horizon_s):
            builder.part_time(index[one.name], from_s, to_s)
    visited = {op.target for program in programs_of.values() for op in program}
    index_of_stock = _add_stocks(builder, [one for one in stocks if one.kind != ORDER or one.name in visited])
    for id, order in corridor.orders.items():
        if order.gate in index_of_stock:
            builder.order(index_of_stock[order.gate], *calendars.order_span(id))
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


def _add_facilities(
    builder: PlanBuilder,
    centres: Sequence[ServiceCentre],
    servers: Mapping[str, StepFunction],
    jobs: Mapping[str, Job],
    streams: RandomStreams,
) -> dict[str, int]:
    """Add the facilities with their breakdowns; index by name."""
    index = {}
    for centre in centres:
        times_s, levels = servers[centre.name]
        index[centre.name] = at = builder.facility(
            centre.name,
            int(levels[0]),
            nominal=centre.servers,
            headway_s=centre.headway_s,
            mean_s=round(jobs.get(centre.name, NO_JOB).mean_s),
            port=centre.port,
            side=centre.side,
            kind=centre.kind,
            link=centre.link,
        )
        builder.servers_over_time(at, times_s, levels)
        if centre.mtbf_h is not None:
            for server in range(centre.servers):
                for failed_s, repaired_s in breakdowns(centre, server, builder.horizon_s, streams):
                    if failed_s < repaired_s:
                        builder.failure(at, failed_s, repaired_s - failed_s, server)
    return index


def _add_stocks(builder: PlanBuilder, stocks: Sequence[StockLevels]) -> dict[str, int]:
    """Add the stocks with the levels that daily quotas set; index by name."""
    index = {}
    for stock in stocks:
        labels = {"port": stock.port, "side": stock.side, "kind": stock.kind, "unit": stock.unit}
        index[stock.name] = at = builder.stock(stock.name, stock.initial, stock.capacity, **labels)
        builder.stock_over_time(at, stock.times_s, stock.levels)
    return index


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
    """Append the ops of a program; each op is a label for jumps, called by its position."""

    def written() -> Steps:
        for at, (op, draw) in enumerate(zip(program, drawn, strict=True)):
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
