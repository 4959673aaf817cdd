"""The rules of the trade: each is broken once, in the small border, and speaks up about the right row."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from corridors.checks import RULES, capacity, check, check_folder, circles, clocks, itinerary_paths, loads, references
from corridors.checks.clocks import open_share
from corridors.checks.report import may_refuse
from corridors.clock import calendars
from corridors.findings import ERROR
from corridors.io.folders import data_root
from corridors.io.tables import assemble, read_folder, save
from corridors.load import load_corridor
from corridors.messages import Message, Text
from corridors.model import TABLES, Corridor, key_of
from tests.helpers.damage import damaged, damages
from tests.helpers.small_border import small_border
from tests.helpers.worlds import (
    alternative,
    closure,
    departure,
    duration,
    facility,
    itinerary,
    link,
    order,
    place,
    port,
    service,
    shift,
    step,
    stock,
    world,
)

BORDER = small_border()
NOTED: dict[str, Any] = {"note": "made up for tests"}
INTO: dict[str, Any] = {"port": "pass", "direction": "inbound"}


def changed(address: str, **values: Any) -> Corridor:
    """The small border with other values in one row."""
    table, _, key = address.partition(".")
    rows = dict(BORDER.table(table))
    rows[key] = replace(rows[key], **values)
    return assemble({name: (rows if name == table else BORDER.table(name)).values() for name in TABLES})


def without(*addresses: str) -> Corridor:
    """The small border with some rows less."""
    gone = set(addresses)
    return assemble({t: [row for key, row in BORDER.table(t).items() if f"{t}.{key}" not in gone] for t in TABLES})


def joined(*rows: Any) -> Corridor:
    """The small border with some rows more; a row whose id is taken replaces that one."""
    tables = {table: dict(BORDER.table(table)) for table in TABLES}
    kinds = {kind: table for table, kind in TABLES.items()}
    for row in rows:
        for each in row if isinstance(row, list) else [row]:
            tables[kinds[type(each)]][key_of(each)] = each
    return assemble({table: rows.values() for table, rows in tables.items()})


def values_of(text: Text) -> dict[str, Any]:
    assert isinstance(text, Message)
    return dict(text.params)


def found(corridor: Corridor) -> list[str]:
    """What is found, as 'level table.id.column'."""
    return [f"{f.level} {f.file.removesuffix('.csv')}.{f.id}.{f.column}" for f in check(corridor)]


def test_nothing_is_found_against_a_sound_border() -> None:
    assert check(BORDER) == []


def test_the_baseline_is_sound() -> None:
    assert load_corridor() == load_corridor(data_root() / "baseline")


def test_every_rule_speaks_up_about_some_damage(tmp_path: Path) -> None:
    """A rule that nothing can break would be no rule; and one that refuses is not marked as one that only warns."""
    save(BORDER, tmp_path / "good")
    levels: dict[str, set[str]] = {rule.__name__: set() for rule in RULES}
    drafts = (read_folder(damaged(tmp_path / "good", one, tmp_path / one.name)).draft for one in damages())
    for corridor in (*STORIES.values(), *drafts):
        for rule in RULES:
            levels[rule.__name__] |= {finding.level for finding in rule(corridor)}
    assert {name for name, found in levels.items() if not found} == set()
    assert {rule.__name__ for rule in RULES if not may_refuse(rule) and ERROR in levels[rule.__name__]} == set()
    assert "a_mean_day_can_be_served" in {rule.__name__ for rule in RULES if not may_refuse(rule)}


def test_every_rule_says_in_words_what_must_hold() -> None:
    assert len(RULES) == len({rule.__name__ for rule in RULES})
    for rule in RULES:
        assert rule.__doc__, rule
        assert rule.__doc__.strip().endswith("."), rule


STORIES: dict[str, Corridor] = {
    "error facilities.customs.side": changed("facilities.customs", side="a"),
    "warning facilities.lanes.calendar": changed("places.steppe_gate", time_zone="Asia/Almaty"),
    "warning places.wall_gate.time_zone": changed(
        "ports.pass", place_cn="", place_foreign="", place_a="wall_gate", place_b="steppe_gate"
    ),
    "error order_rules.policy.below": changed("order_rules.policy", below=21),
    "warning order_rules.policy.watch": changed("order_rules.policy", watch="bays", watch_traffic="truck"),
    "warning order_rules.policy.traffic": changed("order_rules.policy", exempt="express"),
    "error orders.ban.last_day": joined(order("pass", "2026-04-09", "2026-04-03", id="ban", **NOTED)),
    "error orders.ban.direction": joined(order("border_road", "2026-04-09", id="ban", direction="inbound", **NOTED)),
    "warning orders.ban.traffic": joined(order("pass", "2026-04-09", id="ban", exempt="train;truck", **NOTED)),
    "warning orders.ban.holding_place": joined(
        order("pass", "2026-04-09", id="ban", traffic="ore", holding_place="east_mine", **NOTED)
    ),
    "warning orders.exchange.first_day": joined(
        order("pass", "2026-04-01", "2026-04-30", id="exchange", traffic="ore", takes_per_day=2.0, **NOTED),
        order("pass", "2026-04-30", id="ban", direction="inbound", **NOTED),
    ),
    "warning orders.halt.traffic": changed("order_rules.policy", active=True),
    "warning orders.ban.takes_per_day": joined(
        order("pass", "2026-04-09", id="ban", traffic="ore", takes_per_day=1000.0, **NOTED)
    ),
    "warning itineraries.import.siding.facility": joined(
        replace(BORDER.itineraries["import.customs"], kind="hold"),
        step("hold", itinerary="import", step="siding", order=7, facility="tracks", **INTO, **NOTED),
        step("free", itinerary="import", step="leave_customs", order=8, facility="customs", **INTO, **NOTED),
        step("free", itinerary="import", step="leave_siding", order=9, facility="tracks", **INTO, **NOTED),
        replace(BORDER.itineraries["import.onward"], order=10),
    ),
    "warning orders.detoured.traffic": joined(
        order("wall_gate_steppe_gate", "2026-04-09", id="detoured", traffic="ore", **NOTED),
        replace(BORDER.services["ore"], reroute_after_h=0.0),
    ),
    "warning weather.dust.servers_share": changed("weather.dust", servers_share=1.0),
    "warning facilities.lanes.servers": changed("facilities.lanes", servers=0),
    "error facilities.customs.mttr_h": changed("facilities.customs", mttr_h=None),
    "warning facilities.lanes.headway_min": changed("facilities.lanes", headway_min=5.0),
    "error links.plain_wall_gate.destination": changed("links.plain_wall_gate", destination="plain"),
    "warning links.second.id": joined(link("wall_gate", "plain", id="second", **NOTED)),
    "error ports.pass.place_foreign": changed("ports.pass", place_foreign="plain"),
    "warning stocks.permits.daily_quota": changed("stocks.permits", daily_quota=None, calendar=""),
    "warning stocks.wagon_sets.calendar": changed("stocks.wagon_sets", calendar="gate_hours"),
    "warning durations.rest.values_min": changed("durations.rest", values_min="3;4"),
    "error profiles.seasons.weights": changed("profiles.seasons", weights=";".join(["0"] * 12)),
    "warning services.ore.per_day": changed("services.ore", per_day=0.0),
    "warning services.ore.delay": changed("services.ore", delay="late"),
    "warning services.ore.day_correlation": changed("services.ore", day_correlation=0.5),
    "error weather.dust.spells_per_year": changed("weather.dust", spells_per_year=366.0),
    "error services.ore.closing_date": changed("services.ore", opening_date="2026-01-01", closing_date="2026-01-01"),
    "warning alternatives.line_to_east.watch": joined(
        alternative("line", "to_north", "delay", watch="bays", **NOTED),
        alternative("line", "to_east", "delay", **NOTED),
    ),
    "error shifts.morning.opens": changed("shifts.morning", opens="24:00"),
    "warning calendars.gate_hours.id": without("shifts.morning", "shifts.afternoon"),
    "warning closures.wagons.target": joined(closure("wagon_sets", "2026-01-01", id="wagons", **NOTED)),
    "warning closures.fair.weekdays": joined(
        closure("lanes", "2026-01-05", "2026-01-07", id="fair", **NOTED | {"weekdays": "Sat;Sun"})
    ),
    "error itineraries.export.line.kind": joined(
        replace(BORDER.itineraries["export.line"], order=3), replace(BORDER.itineraries["export.track"], order=12)
    ),
    "warning itineraries.export.transfer.port": changed("itineraries.export.wagons", port="", direction=""),
    "warning itineraries.export.customs.facility": changed("itineraries.export.customs", facility="tracks"),
    "warning itineraries.export.crossing.kind": changed("itineraries.export.crossing", kind="hold"),
    "warning itineraries.export.over.place": changed("itineraries.export.over", mode="", duration="scan"),
    "error itineraries.export.track.facility": without("itineraries.export.leave_track"),
    "warning itineraries.to_north.start.itinerary": without("alternatives.line_to_north"),
    "warning facilities.spare.id": joined(facility("spare", place="plain", **NOTED)),
    "warning durations.spare.id": joined(duration("spare", 5.0, **NOTED)),
    "warning alternatives.other_to_east.choice": joined(alternative("other", "to_east", watch="bays", **NOTED)),
    "warning stocks.wagon_sets.id": without(
        "itineraries.export.wagons", "assumptions.itineraries.export.wagons.amount"
    ),
    "error services.ore.source": changed("services.ore", source="", grade="reported"),
    "warning services.ore.note": changed("services.ore", note=""),
    "warning assumptions.facilities.customs.servers.low": changed(
        "assumptions.facilities.customs.servers", low=None, note=""
    ),
    "error assumptions.facilities.customs.servers.high": changed("facilities.customs", servers=5),
    "error assumptions.facilities.scanner.mtbf_h.address": joined(
        replace(BORDER.assumptions["facilities.customs.servers"], address="facilities.scanner.mtbf_h")
    ),
    "error facilities.customs.servers": changed("facilities.customs", servers=-1),
    "warning durations.rest.cv": changed("durations.rest", cv=0.3),
    "warning durations.papers.cv": changed("durations.papers", cv=0.0),
    "warning services.shuttle.initial_backlog": changed("services.shuttle", start_spread_h=0.0, initial_backlog=3),
    "warning services.ore.start_spread_h": changed("services.ore", start_spread_h=6.0),
    "warning services.express.profile_month": changed("services.express", profile_month="seasons"),
    "warning alternatives.line_to_north.watch": changed("alternatives.line_to_north", rule="delay", watch="bays"),
    "warning alternatives.line_to_east.bias_h": changed("alternatives.line_to_east", bias_h=2.0),
    "warning shifts.morning.servers_share": changed("shifts.morning", servers_share=0.0),
    "warning holidays.naadam.servers_share": changed("holidays.naadam", servers_share=1.0),
    "warning places.plain.country": changed("places.plain", country="XX"),
    "warning links.border_road.length_km": joined(
        replace(BORDER.places["wall_gate"], latitude=43.65, longitude=111.98),
        replace(BORDER.places["steppe_gate"], latitude=43.8, longitude=111.98),
        replace(BORDER.links["border_road"], length_km=1.0),
    ),
    "warning parameters.cny_per_usd.unit": changed("parameters.cny_per_usd", unit="USD/CNY"),
    "warning itineraries.to_north.unload.amount": joined(
        stock("yard", 0, kind="cargo", unit="t", place="north_mine", **NOTED),
        replace(BORDER.services["express"], load_t=20.0),
        replace(
            BORDER.itineraries["export.wagons"],
            itinerary="to_north",
            step="unload",
            order=3,
            kind="return",
            stock="yard",
            amount=10,
            port="",
            direction="",
        ),
    ),
    "warning stocks.wagon_sets.capacity": changed("services.ore", per_day=2.0),
    "warning stocks.tugs.initial": joined(
        stock("tugs", 1, place="plain", **NOTED),
        duration("round", 1440.0, **NOTED),
        step("draw", itinerary="import", step="tug", order=8, stock="tugs", **NOTED),
        step("travel", itinerary="import", step="round", order=9, place="plain", duration="round", **NOTED),
        step("return", itinerary="import", step="tug_back", order=10, stock="tugs", **NOTED),
    ),
    "warning services.shuttle.load_t": changed("services.shuttle", load_t=20_000.0),
    "warning itineraries.inland.load.port": joined(
        stock("yard", 0, kind="cargo", unit="t", place="wall_gate", **NOTED),
        service("inland", "inland", 10 / 7, load_t=20.0, **NOTED),
        replace(BORDER.services["ore"], load_t=20.0),
        step("return", itinerary="import", step="unload", order=7, stock="yard", amount=20, **INTO, **NOTED),
        replace(BORDER.itineraries["import.onward"], order=8),
        itinerary(
            "inland",
            step("mark", place="wall_gate", **NOTED),
            step("draw", step="load", stock="yard", amount=20, **INTO, **NOTED),
            step("travel", place="plain", mode="rail_1435", **NOTED),
        ),
    ),
}
"""The finding, and the world that has it."""


@pytest.mark.parametrize("answer", STORIES)
def test_what_is_wrong_is_told_about_the_row_that_is_wrong(answer: str) -> None:
    assert answer in found(STORIES[answer])


class TestItineraries:
    """What a vehicle may do on its way, and what it may not."""

    def test_a_track_across_the_border_may_be_kept_before_the_train_goes_there(self) -> None:
        ahead = replace(BORDER.itineraries["export.crossing"], kind="hold", step="far", facility="far_tracks", order=7)
        free = replace(BORDER.itineraries["export.leave_track"], step="leave_far", facility="far_tracks", order=12)
        choose = replace(BORDER.itineraries["export.line"], order=13)
        far = replace(BORDER.facilities["tracks"], id="far_tracks", place="steppe_gate", side="foreign")
        border = without("itineraries.export.crossing")
        border = assemble(
            {t: list(border.table(t).values()) for t in TABLES}
            | {
                "itineraries": [*(dict(border.itineraries) | {"export.line": choose}).values(), ahead, free],
                "facilities": [*border.facilities.values(), far],
            }
        )
        assert found(border) == []

    def test_what_is_kept_over_a_choice_may_be_freed_behind_it(self) -> None:
        border = without("itineraries.export.leave_track")
        frees = [
            replace(BORDER.itineraries["export.leave_track"], itinerary=way, step="leave", order=3)
            for way in ("to_north", "to_east")
        ]
        sound = assemble(
            {t: list(border.table(t).values()) for t in TABLES}
            | {"itineraries": [*border.itineraries.values(), *frees]}
        )
        assert [f for f in check(sound) if f.level == "error"] == []
        forgotten = assemble(
            {t: list(border.table(t).values()) for t in TABLES}
            | {"itineraries": [*border.itineraries.values(), frees[0]]}
        )
        assert "error itineraries.export.track.facility" in found(forgotten)

    def test_a_branch_that_jumps_over_a_free_is_told_where_the_ways_meet(self) -> None:
        answer = found(changed("itineraries.export.sample", to="wagons"))
        assert "error itineraries.export.wagons.step" in answer

    def test_a_facility_kept_twice_would_wait_for_itself(self) -> None:
        again = replace(BORDER.itineraries["export.crossing"], kind="hold", facility="tracks")
        findings = check(joined(again))
        assert any(finding.code == "hold.twice" and finding.id == "export.crossing" for finding in findings)

    def test_a_choice_that_leads_back_has_no_end(self) -> None:
        round_trip = joined(replace(BORDER.alternatives["line_to_east"], itinerary="export"))
        assert "error alternatives.line_to_east.itinerary" in found(round_trip)

    def test_many_branches_do_not_make_many_walks(self) -> None:
        """Thirty branches that each may jump over a hold: 2^30 ways, but two are enough to find it."""
        steps = [step("mark", place="border")]
        for n in range(30):
            steps.append(step("branch", share="half", to=f"after_{n}"))
            steps.append(step("hold", facility=f"track_{n}"))
            steps.append(step("mark", step=f"after_{n}"))
        border = world(
            place("border"),
            [facility(f"track_{n}") for n in range(30)],
            service("trains", "trip", 1.0),
            itinerary("trip", *steps),
        )
        assert sum(1 for _ in itinerary_paths.visits(border)) < 200
        assert any(finding.code == "branch.other_holds" for finding in check(border))


class TestNames:
    """Whatever is named exists, and if not, the nearest name is given."""

    @pytest.mark.parametrize(
        ("table", "column"),
        [(t, c.name) for t in TABLES for c in references.schema(t).values() if c.reference and c.type == "id"],
    )
    def test_every_reference_is_checked(self, table: str, column: str) -> None:
        key = next(iter(BORDER.table(table)))
        corridor = changed(f"{table}.{key}", **{column: "nowhere_at_all"})
        assert f"error {table}.{key}.{column}" in found(corridor)

    def test_one_known_source_does_not_excuse_an_unknown_one(self) -> None:
        findings = check(changed("places.plain", source="survey;T001;T0001"))
        assert [(f.found, f.nearest) for f in findings] == [("T0001", "T001")]

    def test_values_of_the_wrong_type_stop_the_rules_that_calculate(self) -> None:
        border = changed("facilities.customs", servers="two")
        assert found(border) == ["error facilities.customs.servers"]

    def test_a_value_that_fits_does_not_excuse_an_equal_one_of_another_type(self) -> None:
        """Fitting values are remembered: 1 and True are equal in Python, and [1] cannot be remembered."""
        assert found(changed("facilities.customs", servers=1)) == found(BORDER)
        for value in (True, 1.0, [1]):
            assert found(changed("facilities.customs", servers=value)) == ["error facilities.customs.servers"]
        assert found(changed("facilities.customs", servers=1)) == found(BORDER)


class TestCapacity:
    """Whether there is enough of everything."""

    def one_queue(self, per_day: float, servers: int = 1, **given: Any) -> Corridor:
        return world(
            place("border"),
            facility("gate", servers, **given),
            duration("check", 30.0),
            service("trains", "trip", per_day),
            itinerary("trip", step("mark", place="border"), step("serve", facility="gate", duration="check")),
        )

    def load(self, corridor: Corridor) -> list[float]:
        found = list(capacity.a_mean_day_can_be_served(corridor))
        assert {one.code for one in found} <= {"capacity.overloaded_facility"}
        return [round(values_of(one.message)["load"], 2) for one in found]

    def test_forty_eight_half_hours_fill_a_day_and_one_more_is_too_much(self) -> None:
        assert self.load(self.one_queue(48)) == []
        assert self.load(self.one_queue(49)) == [1.02]
        assert self.load(self.one_queue(49, servers=2)) == []

    def test_breakdowns_take_their_share(self) -> None:
        assert self.load(self.one_queue(40, mtbf_h=9.0, mttr_h=3.0)) == [1.11]

    def test_hours_count_only_while_the_gate_is_open(self) -> None:
        border = small_border()
        assert open_share(border, "") == 1.0
        morning, afternoon = 4 * 7, 7 * 6 * 0.67
        assert open_share(border, "gate_hours") == pytest.approx((morning + afternoon) / 168)

    def test_the_open_share_is_that_of_the_calendar_over_a_week(self) -> None:
        """The weekly sum agrees with the step function that a run uses, night shifts and overlaps included."""
        border = joined(
            shift("gate_hours", "22:00", "06:00", "Fri-Sun", id="night", servers_share=0.5, **NOTED),
            shift("gate_hours", "11:00", "14:00", "Sat", id="noon", servers_share=0.8, **NOTED),
        )
        ordinary = replace(border, holidays={}, closures={})
        monday = datetime(2026, 3, 1, 16, tzinfo=UTC)
        times, share = calendars.Calendars(ordinary, monday, 7 * 86400).open_share("gate_hours")
        mean = float(np.average(share, weights=np.diff([*times, 7 * 86400])))
        assert clocks.open_share(ordinary, "gate_hours") == pytest.approx(mean)

    def test_a_kept_track_is_busy_until_it_is_freed(self) -> None:
        asked = capacity.offered(BORDER).minutes
        # Papers, a tenth of the trains to the scanner, and 9 km at 60 km/h over the border.
        assert asked["tracks"] == pytest.approx(10 / 7 * (30 + 0.1 * 15 + 9))
        assert asked["scanner"] == pytest.approx(10 / 7 * 0.1 * 15)
        assert asked["crossing"] == pytest.approx(20 / 7 * 40)

    def test_a_choice_by_shares_parts_the_flow_and_one_by_delay_is_left_alone(self) -> None:
        over = capacity.offered(BORDER).vehicles
        assert over["steppe_gate_north_mine", True] == pytest.approx(10 / 7 * 0.75)
        assert over["steppe_gate_east_mine", True] == pytest.approx(10 / 7 * 0.25)
        by_delay = joined(
            *(alternative("line", way, "delay", watch="bays", **NOTED) for way in ("to_north", "to_east"))
        )
        assert ("steppe_gate_east_mine", True) not in capacity.offered(by_delay).vehicles

    def test_both_directions_share_the_paths_of_a_single_track(self) -> None:
        pairs = 10 / 7
        assert found(changed("links.wall_gate_steppe_gate", paths_per_day=pairs + 0.01)) == []
        answer = found(changed("links.wall_gate_steppe_gate", paths_per_day=pairs - 0.01))
        assert answer == ["warning links.wall_gate_steppe_gate.paths_per_day"]
        assert found(changed("links.wall_gate_steppe_gate", paths_per_day=1.45, tracks=2)) == []

    def test_more_wagon_sets_out_than_back_run_out(self) -> None:
        assert "warning stocks.wagon_sets.initial" in found(changed("services.ore", per_day=1.0))
        assert "warning stocks.wagon_sets.initial" not in found(changed("services.ore", per_day=2.0))

    def test_a_pool_with_a_capacity_that_gains_more_than_it_gives_is_full_after_the_room_is_used(self) -> None:
        def answer(corridor: Corridor) -> list[tuple[str, dict[str, Any]]]:
            return [(one.code, values_of(one.message)) for one in capacity.a_mean_day_can_be_served(corridor)]

        # 2 sets a day come back, 10/7 are drawn, and there is room for 4 more.
        filled = {"n": pytest.approx(4 / 7), "days": pytest.approx(7)}
        assert answer(changed("services.ore", per_day=2.0)) == [("capacity.filled_stock", filled)]
        endless = replace(BORDER.stocks["wagon_sets"], capacity=None)
        assert answer(joined(endless, replace(BORDER.services["ore"], per_day=2.0))) == []

    def test_vehicles_that_are_not_counted_may_balance_a_stock(self) -> None:
        """A closed fleet, a service that opens later, and a way by delay: on that side only from which they help."""

        def yard(kind: str, *more: Any, brings: float = 30.0, draws: float = 20.0) -> list[str]:
            corridor = world(
                place("border"),
                stock("yard", 50, kind="cargo", unit="t", capacity=100),
                service("trucks", "bring", brings),
                service("trains", "take", draws),
                itinerary("bring", step("mark", place="border"), step("return", stock="yard", amount=1)),
                itinerary("take", step("mark", place="border"), step("draw", stock="yard", amount=1)),
                itinerary("more", step("mark", place="border"), step(kind, stock="yard", amount=1)),
                *more,
            )
            return [one.code for one in capacity.a_mean_day_can_be_served(corridor)]

        choosing = (
            service("chooser", "choose", 5.0),
            itinerary("choose", step("mark", place="border"), step("choose", choice="way")),
            alternative("way", "more", "delay", watch="gate"),
        )
        ways = (
            (service("fleet", "more", fleet=3),),
            (service("later", "more", 5.0, opening_date="2030-01-01"),),
            choosing,
        )
        for way in ways:
            assert yard("draw", *way) == []
            assert yard("return", *way) == ["capacity.filled_stock"]
            assert yard("return", *way, brings=20.0, draws=30.0) == []
            assert yard("draw", *way, brings=20.0, draws=30.0) == ["capacity.drained_stock"]

    def pool(self, *steps: Any, per_day: float = 24.0, initial: int = 2, **given: Any) -> list[tuple[str, Any]]:
        """Trucks that keep a wagon for two hours on their way over 60 km and through a gate, each an hour."""
        corridor = world(
            place("border"),
            place("far"),
            link("border", "far", mode="road"),
            facility("gate", 9),
            duration("hour", 60.0),
            stock("wagons", initial, **given),
            service("trucks", "trip", per_day),
            itinerary("trip", step("mark", place="border"), *(steps or self.ROUND)),
        )
        found = capacity.a_mean_day_can_be_served(corridor)
        return [(one.code, next(iter(values_of(one.message).values()))) for one in found]

    DRAW, BACK = step("draw", stock="wagons", amount=1), step("return", stock="wagons", amount=1)
    GATE, DRIVE = step("serve", facility="gate", duration="hour"), step("travel", place="far", mode="road")
    ROUND = (DRAW, GATE, DRIVE, BACK)

    def test_a_pool_has_the_units_that_are_kept_at_the_same_time(self) -> None:
        """24 a day keep one for two hours each: two at the same time."""
        assert self.pool() == []
        assert self.pool(initial=1) == [("capacity.overloaded_pool", pytest.approx(2))]
        assert self.pool(per_day=25.0) == [("capacity.overloaded_pool", pytest.approx(25 / 24))]
        assert self.pool(self.GATE, self.DRAW, self.DRIVE, self.BACK, initial=1) == []
        assert self.pool(*self.ROUND, self.DRAW, self.GATE, self.BACK) == [
            ("capacity.overloaded_pool", pytest.approx(1.5))
        ]

    def test_a_pool_that_gains_and_loses_units_is_not_counted_by_what_is_kept(self) -> None:
        """The quota makes new ones every day; where a way returns less than it draws, others may bring units."""
        assert "capacity.overloaded_pool" not in dict(self.pool(initial=1, daily_quota=1))
        assert "capacity.overloaded_pool" not in dict(self.pool(self.DRAW, self.GATE, self.DRIVE, initial=1))
        skips = step("branch", share="half", to="end")
        skipped = (self.DRAW, self.GATE, self.DRIVE, skips, self.BACK, step("mark", step="end"))
        assert "capacity.overloaded_pool" not in dict(self.pool(*skipped, initial=1))
        assert "capacity.overloaded_pool" in dict(self.pool(skips, *self.ROUND, step("mark", step="end"), initial=1))

    def test_more_vehicles_than_the_quota_lets_through_queue_up(self) -> None:
        def trucks(per_day: float) -> Corridor:
            return world(
                place("border"),
                stock("permits", 10, kind="quota", daily_quota=10),
                service("trucks", "trip", per_day),
                itinerary("trip", step("mark", place="border"), step("draw", stock="permits")),
            )

        assert list(capacity.a_mean_day_can_be_served(trucks(10))) == []
        found = list(capacity.a_mean_day_can_be_served(trucks(12)))
        assert [(one.code, one.found, values_of(one.message)) for one in found] == [
            ("capacity.over_quota", "10", {"n": 12})
        ]

    def test_a_fleet_that_may_skip_all_its_work_goes_round_for_ever(self) -> None:
        def shuttle(*steps: Any) -> Corridor:
            return world(
                place("border"),
                stock("permits", 3),
                facility("gate"),
                duration("check", 5.0),
                service("trucks", "trip", fleet=3),
                itinerary("trip", step("mark", place="border"), *steps),
            )

        check_them = step("serve", facility="gate", duration="check")
        assert list(capacity.fleets_take_time(shuttle(check_them))) == []
        skipped = shuttle(step("branch", share="half", to="end"), check_them, step("mark", step="end"))
        assert [f.code for f in capacity.fleets_take_time(skipped)] == ["capacity.fleet_without_time"]


class TestYards:
    """Cargo that crosses a port into a yard, and leaves it with other vehicles."""

    def again(self, *taking: Any, bringing: dict[str, Any] = INTO, **given: Any) -> list[tuple[str, dict[str, Any]]]:
        """What is found where trucks bring cargo through a port, and trains take these steps."""
        corridor = world(
            port("pass"),
            place("border"),
            stock("yard", 0, **{"kind": "cargo", "unit": "t"} | given),
            service("trucks", "bring", 48.0, load_t=20.0),
            service("trains", "take", 4.0, load_t=240.0),
            itinerary("bring", step("mark", place="border"), step("return", stock="yard", amount=20, **bringing)),
            itinerary("take", step("mark", place="border"), *taking),
        )
        return [(one.id, values_of(one.message)) for one in loads.cargo_of_a_yard_crosses_once(corridor)]

    def test_a_loaded_step_at_the_same_port_and_direction_counts_the_cargo_again(self) -> None:
        draw = step("draw", step="load", stock="yard", amount=240)
        said = {"stock": "yard", "port": "pass", "service": "trucks"}
        assert self.again(replace(draw, **INTO)) == [("take.load", said)]
        assert self.again(draw, step("mark", step="gone", **INTO), step("mark", step="far", **INTO)) == [
            ("take.gone", said)
        ]

    def test_other_ports_directions_empty_steps_and_what_comes_before_the_draw_do_not(self) -> None:
        draw = step("draw", step="load", stock="yard", amount=240)
        assert self.again(draw) == []
        assert self.again(replace(draw, **INTO, loaded=False)) == []
        assert self.again(replace(draw, **INTO | {"direction": "outbound"})) == []
        assert self.again(replace(draw, **INTO | {"port": "other"})) == []
        assert self.again(step("mark", step="come", **INTO), draw) == []
        assert self.again(replace(draw, **INTO), bringing={}) == []
        assert self.again(replace(draw, **INTO), daily_quota=100) == []
        assert self.again(replace(draw, **INTO), kind="wagons") == []

    def test_a_service_that_puts_the_rest_of_its_draw_back_brings_nothing(self) -> None:
        draw = step("draw", step="load", stock="yard", amount=240)
        first = step("draw", step="first", stock="yard", amount=30)
        corridor = world(
            place("border"),
            stock("yard", 0, kind="cargo", unit="t"),
            service("rest", "bring", 48.0, load_t=20.0),
            service("trains", "take", 4.0, load_t=240.0),
            itinerary("bring", step("mark"), first, step("return", stock="yard", amount=20, **INTO)),
            itinerary("take", step("mark"), replace(draw, **INTO)),
        )
        assert list(loads.cargo_of_a_yard_crosses_once(corridor)) == []

    def test_ways_behind_a_choice_belong_to_the_vehicle(self) -> None:
        corridor = world(
            place("border"),
            stock("yard", 0, kind="cargo", unit="t"),
            service("trucks", "come", 48.0, load_t=20.0),
            service("trains", "take", 4.0, load_t=240.0),
            itinerary("come", step("mark"), step("mark", step="gate", **INTO), step("choose", choice="where")),
            itinerary("bring", step("mark"), step("return", stock="yard", amount=20)),
            itinerary("take", step("mark"), step("draw", stock="yard", amount=240), step("choose", choice="line")),
            itinerary("leave", step("mark"), step("mark", step="port", **INTO)),
            alternative("where", "bring", "shares", share=1.0),
            alternative("line", "leave", "shares", share=1.0),
        )
        assert [one.id for one in loads.cargo_of_a_yard_crosses_once(corridor)] == ["leave.port"]


class TestTimes:
    """Shifts, weeks and timetables."""

    def overlaps(self, *shifts: Any) -> list[str]:
        return [f.id for f in clocks.shifts_do_not_overlap(joined(*shifts))]

    def test_a_night_shift_reaches_into_the_next_morning_and_the_next_week(self) -> None:
        def night(days: str, closes: str) -> Any:
            return shift("gate_hours", "22:00", closes, days, id="night", **NOTED)

        assert self.overlaps(night("Mon", "07:00")) == []
        assert self.overlaps(night("Mon", "09:00")) == ["night"]
        assert self.overlaps(night("Sun", "09:00")) == ["night"]

    def test_twice_the_same_hours_on_different_days_are_no_overlap(self) -> None:
        assert self.overlaps(shift("gate_hours", "13:00", "20:00", "Sun", id="sunday", **NOTED)) == []

    def test_the_lines_of_a_service_without_a_rate_are_its_vehicles_on_a_mean_day(self) -> None:
        ban = order("pass", "2026-04-09", id="ban", traffic="express", takes_per_day=1000.0, **NOTED)
        silent = joined(replace(BORDER.services["express"], per_day=0.0), ban)
        assert capacity.offered(silent) == capacity.offered(BORDER)
        assert "warning orders.ban.takes_per_day" in found(silent)

    def test_a_timetable_adds_up_to_the_rate_of_its_service(self) -> None:
        assert found(joined(departure("third", "express", "12:00", "Mon", **NOTED))) == [
            "warning services.express.per_day"
        ]


def test_findings_come_errors_first_and_in_the_order_of_files_and_lines(tmp_path: Path) -> None:
    save(
        assemble(
            {t: list(BORDER.table(t).values()) for t in TABLES}
            | {"places": [replace(row, note="") for row in BORDER.places.values()], "calendars": []}
        ),
        tmp_path,
    )
    findings = check_folder(tmp_path)
    levels = [finding.level for finding in findings]
    assert levels == sorted(levels)
    warned = [finding for finding in findings if finding.file == "places.csv"]
    assert [finding.row for finding in warned] == [2, 3, 4, 5, 6]


def test_an_itinerary_continues_with_the_alternatives_of_its_choices() -> None:
    """Also with those of later choices, each once, and where choices lead back."""
    corridor = world(
        *itinerary("start", step("choose", choice="line")),
        *itinerary("west", step("choose", choice="gate")),
        *itinerary("east", step("mark")),
        *itinerary("gate", step("choose", choice="line")),
        *itinerary("other", step("mark")),
        alternative("line", "west"),
        alternative("line", "east"),
        alternative("gate", "east"),
        alternative("gate", "gate"),
    )
    assert corridor.itineraries_from("start") == ["start", "east", "west", "gate"]
    assert corridor.itineraries_from("east") == ["east"]


def in_circle(*sidings: Any, servers: int = 1) -> list[tuple[str, tuple[str, ...]]]:
    """The circles in a world of two services that keep x then y, and y then x, after the steps before them."""
    made = world(
        place("yard"),
        port("pass", "yard"),
        facility("x", place="yard"),
        facility("y", place="yard"),
        facility("door", servers, place="yard"),
        duration("work", 30.0),
        *(
            itinerary(
                name,
                step("mark", place="yard"),
                *sidings,
                *(step("hold", facility=at, duration="work") for at in order_of_two),
                *(step("free", facility=at) for at in order_of_two),
                *(step("free", facility=one.facility) for one in sidings if one.kind == "hold"),
            )
            for name, order_of_two in (("there", ("x", "y")), ("back", ("y", "x")))
        ),
        service("one", "there", 1.0),
        service("two", "back", 1.0),
    )
    return [(one.id, values_of(one.message)["ids"]) for one in circles.kept_servers_make_no_circle(made)]


def test_two_services_that_take_two_facilities_in_opposite_order_may_block_each_other() -> None:
    assert [ids for _, ids in in_circle()] == [("x", "y")]


@pytest.mark.parametrize(("servers", "expected"), [(1, []), (2, [("x", "y")])])
def test_the_only_server_of_one_more_facility_lets_only_one_of_them_in(
    servers: int, expected: list[tuple[str, ...]]
) -> None:
    kept = step("hold", facility="door")
    assert [ids for _, ids in in_circle(kept, servers=servers)] == expected
    assert [ids for _, ids in in_circle(step("serve", facility="door", duration="work"))] == [("x", "y")]


def test_facilities_taken_in_the_same_order_make_no_circle() -> None:
    assert list(circles.kept_servers_make_no_circle(BORDER)) == []
