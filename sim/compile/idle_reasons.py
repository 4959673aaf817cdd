"""Why a change of a scenario has no effect: rules from the special to the general, the first that knows one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from corridors.messages import Message, message
from corridors.overlay.changes import CLOSED_KINDS, Change
from corridors.single_tracks import has_sections, lengths_km
from sim.compile.distributions import ignores_cv
from sim.compile.equal_plans import FLOWS, OF_SETTINGS
from sim.compile.idle_days import ROOM, no_day, row_of
from sim.compile.plan_contents import PlanContents, used
from sim.compile.rounded_changes import shown
from sim.compile.routes import closed_links

UNUSED: Final = {
    "links": "idle.unused_links",
    "facilities": "idle.unused_facilities",
    "stocks": "idle.unused_stocks",
    "durations": "idle.unused_durations",
    "calendars": "idle.unused_calendars",
    "ports": "idle.unused_ports",
}
"""Messages about rows that no service uses, by table."""
SECTIONS: Final = frozenset({"passing_places", "passing_tracks", "sections_km"})
"""Fields of a link that count on a single track only."""


def reason(change: Change, whole: PlanContents, without: PlanContents) -> Message:
    """Why a change has no effect: the first rule that knows."""
    table, _, rest = change.address.partition(".")
    for rule in REASONS:
        if (why := rule(change, table, rest, whole, without)) is not None:
            return why
    return message("idle.plan_equal", ROOM)


def _value_there(change: Change, table: str, rest: str, whole: PlanContents, without: PlanContents) -> Message | None:
    if change.writes_field:
        row, _, name = rest.rpartition(".")
        if table == "alternatives" and row not in whole.corridor.alternatives:
            return None  # One that is never chosen is left out there.
        rows = [part.corridor.table(table).get(row) for part in (whole, without)]
        if rows == [None, None]:
            return message("idle.no_row", ROOM)
        value, other = (getattr(one, name, None) for one in rows)
        if value == other:
            factor = change.value if change.op == "scale" and isinstance(change.value, int | float) else 1
            if isinstance(other, int) and other * factor != value:
                return message("idle.rounded", ROOM, made=shown(other * factor), value=str(value))
            empty = value is None or value == ""
            return message("idle.same_empty", ROOM) if empty else message("idle.same_value", ROOM, value=str(value))
    return None


def _no_paths(change: Change, table: str, rest: str, whole: PlanContents, without: PlanContents) -> Message | None:
    link = whole.corridor.links.get(rest if change.op == "close" else rest.rpartition(".")[0])
    if table != "links" or link is None or link.id not in whole.travelled or link.paths_per_day is not None:
        return None
    if change.op == "close" and change.servers_share > 0:
        return message("idle.share_of_unlimited", ROOM, link=link.id)
    if rest.endswith(".tracks"):
        return message("idle.tracks_without_paths", ROOM, link=link.id)
    return None


def _no_sections(change: Change, table: str, rest: str, whole: PlanContents, without: PlanContents) -> Message | None:
    """Passing places of a link with two tracks, and tracks of passing places where there are none."""
    id, _, name = rest.rpartition(".")
    link = whole.corridor.links.get(id)
    if table != "links" or link is None or id not in whole.travelled or name not in SECTIONS:
        return None
    if link.tracks != 1:
        return message("idle.sections_of_two_tracks", ROOM, link=id)
    if name == "passing_tracks" and (not has_sections(link) or len(lengths_km(link)) == 1):
        return message("idle.no_passing_places", ROOM, link=id)
    if name == "passing_places" and link.sections_km:
        return message("idle.sections_decide", ROOM, link=id)
    return None


def _ignored_cv(change: Change, table: str, rest: str, whole: PlanContents, without: PlanContents) -> Message | None:
    """A coefficient of variation of a duration that varies by its distribution alone."""
    id, _, name = rest.rpartition(".")
    row = whole.corridor.durations.get(id)
    if table != "durations" or name != "cv" or row is None or id not in whole.named or not ignores_cv(row):
        return None
    return message("idle.ignored_cv", ROOM, kind=row.distribution)


def _no_detour(change: Change, table: str, rest: str, whole: PlanContents, without: PlanContents) -> Message | None:
    id, _, name = rest.rpartition(".")
    if table != "services" or name != "reroute_after_h":
        return None
    links = {op.labels.get("link") for op in whole.programs[id]}
    code = "idle.no_detour" if links & closed_links(whole.corridor, whole.calendars) else "idle.no_closure_on_way"
    return message(code, ROOM, service=id)


def _no_one_else(change: Change, table: str, rest: str, whole: PlanContents, without: PlanContents) -> Message | None:
    """A priority of a service that waits with no other one, or with none whose precedence changes."""
    id, _, name = rest.rpartition(".")
    if table != "services" or name != "priority":
        return None
    met = any(id in pair[:2] for pair in whole.precedence)
    return message("idle.precedence_kept" if met else "idle.waits_alone", ROOM, service=id)


def _same_flow(change: Change, table: str, rest: str, whole: PlanContents, without: PlanContents) -> Message | None:
    """A row of a service, or of what makes its vehicles, by which it sends the same ones."""
    return message("idle.same_vehicles", ROOM) if table in FLOWS else None


def _not_read(change: Change, table: str, rest: str, whole: PlanContents, without: PlanContents) -> Message | None:
    """A parameter of the days of a run that the scenario or an option gives, or one that no run reads."""
    if table != "parameters":
        return None
    code = "idle.days_of_scenario" if change.address in OF_SETTINGS else "idle.parameter_of_studies"
    return message(code, ROOM, parameter=rest.partition(".")[0])


def _unused(change: Change, table: str, rest: str, whole: PlanContents, without: PlanContents) -> Message | None:
    row = change.row_address.partition(".")[2]
    if table == "closures" and (closure := whole.corridor.closures.get(row) or without.corridor.closures.get(row)):
        row = closure.target
        table = next((name for name in CLOSED_KINDS if row in whole.corridor.table(name)), table)
    if table in ("shifts", "holidays") and (kept := getattr(whole.corridor, table).get(row)):
        table, row = "calendars", kept.calendar
    if table not in UNUSED or row in used(table, whole) | used(table, without):
        return None
    return message(UNUSED[table], ROOM, thing=row)


def _no_traffic(change: Change, table: str, rest: str, whole: PlanContents, without: PlanContents) -> Message | None:
    """An order, or a rule, that holds no vehicle of any service, or a rule that is not in use."""
    order = row_of(table, rest, whole) if table in ("orders", "order_rules") else None
    if order is None or order.gate in whole.visited:
        return None
    if table == "order_rules" and not order.active:
        return message("idle.rule_not_in_use", ROOM, order=order.id)
    return message("idle.order_without_traffic", ROOM, order=order.id)


def _no_spell(change: Change, table: str, rest: str, whole: PlanContents, without: PlanContents) -> Message | None:
    """Weather that never comes, leaves all open, or shuts what no vehicle uses."""
    return message("idle.weather", ROOM) if table == "weather" else None


def _never_chosen(change: Change, table: str, rest: str, whole: PlanContents, without: PlanContents) -> Message | None:
    """An alternative of share 0, which is in neither of the two."""
    there = {*whole.corridor.alternatives, *without.corridor.alternatives}
    if table != "alternatives" or not there.isdisjoint({rest, rest.rpartition(".")[0]}):
        return None
    return message("idle.never_chosen", ROOM, thing=change.row_address.partition(".")[2])


Rule = Callable[[Change, str, str, PlanContents, PlanContents], Message | None]
REASONS: Final[tuple[Rule, ...]] = (
    _value_there,
    _not_read,
    _no_one_else,
    _ignored_cv,
    _no_detour,
    _no_sections,
    _no_paths,
    _unused,
    no_day,
    _no_traffic,
    _no_spell,
    _never_chosen,
    _same_flow,
)
