"""Questions that pairs of runs answer: the fields of each, and the experiment that they make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

import streamlit as st

from app.experiment_titles import FIELD, experiment_titles
from app.language import language, message_name, say, text_of
from app.run_cache import QUICK_DAYS, QUICK_START, QUICK_WARMUP_DAYS, SEED
from app.session import asked
from app.world import baseline, demand_scenarios, names, proposals
from corridors.checks.capacity import facility_loads
from corridors.model import TABLES
from corridors.overlay.changes import COMMAND_LINE, Change
from corridors.overlay.demand_scenarios import DemandScenario, DemandScenarios, Factors, Growth
from corridors.overlay.options import parse_closure
from corridors.overlay.proposal_kinds import kind_of
from corridors.overlay.proposals import Proposal, Scenario
from sim.core.run_settings import RunSettings
from sim.experiments.experiment import Experiment
from sim.reports.comparison_names import traffic_name
from sim.reports.run_names import settings_in_words
from sim.run import prepare
from sim.studies.answer.best import FIGURES
from sim.studies.compare import Question
from sim.text.catalogue import say as text

JOB: Final = "answer"
"""Part of the address, and key in the session, of the job with the runs."""
PAIRS: Final = 10
AFTER: Final = 30
"""Days of a run after a closure, in which queues are worked off."""
LONGEST: Final = 60
"""Days of a closure."""
MOST_SERVERS: Final = 999
FIRST_WORKS: Final = 3
"""Works at a port that are chosen at first, to be compared."""
LAST_YEAR: Final = 2060
CLOSED: Final = ("ports", "links", "facilities")
"""Tables of what can be closed by a question."""
STEP_USES: Final = {
    "facility": "facilities",
    "stock": "stocks",
    "duration": "durations",
    "share": "shares",
    "calendar": "calendars",
}
"""Fields of a step, with the table that each refers to."""
CALENDARS: Final = ("facilities", "stocks")
"""Tables whose rows have a calendar."""
CLASS: Final = "class."
CHANGE: Final = "change"
"""Id of the scenario of a question."""
USUAL: Final[Mapping[str, Any]] = {"start": QUICK_START, "days": QUICK_DAYS, "warmup_days": QUICK_WARMUP_DAYS}


def servers() -> Experiment | None:
    """If a facility had another number of lines, lanes or bays."""
    rows = {id: row for id, row in baseline().facilities.items() if row.port and row.servers}
    if not rows:
        st.info(say("questions.none_here"))
        return None
    ports, named = list(baseline().ports), names(language())
    order = sorted(rows, key=lambda id: (ports.index(rows[id].port), named.stock(id)))
    known = {id: named.stock(id) for id in order}
    id = asked.choice(st, say("questions.facility"), "thing", "servers", known, default=narrowest(list(rows)))
    now = rows[id].servers
    wanted = asked.number(st, say("questions.servers", n=now), "n", f"servers_{id}", 1, MOST_SERVERS, now + 1)
    if wanted == now:
        st.caption(say("questions.as_now"))
        return None
    return _single(
        "servers", Change(op="set", address=f"facilities.{id}.servers", value=wanted, origin=COMMAND_LINE), USUAL
    )


def narrowest(facilities: Sequence[str]) -> str:
    """The facility with the least capacity for its traffic, which most likely has a queue; else the first."""
    loads = facility_loads(baseline())
    return max(facilities, key=lambda id: loads.get(id, 0.0))


def close() -> Experiment | None:
    """If a port, a section or a facility closed for some days."""
    named = names(language())
    known = {
        f"{table}.{id}": named.port(id) if table == "ports" else named.stock(id)
        for table in CLOSED
        for id in baseline().table(table)
    }
    thing = asked.choice(st, say("questions.closed"), "thing", "close", known)
    days = asked.number(st, say("questions.days"), "n", "close", 1, LONGEST, 10)
    usual = QUICK_START + timedelta(QUICK_WARMUP_DAYS)
    first = asked.day(st, say("questions.from"), "day", "close", year_of_days(), usual)
    span = {"start": first - timedelta(QUICK_WARMUP_DAYS), "warmup_days": QUICK_WARMUP_DAYS}
    days_of_run = QUICK_WARMUP_DAYS + days + min(AFTER, QUICK_DAYS)
    return _single("close", parse_closure(f"{thing}:{days}@{first}", baseline()), span | {"days": days_of_run})


def best() -> Experiment | None:
    """Which of several proposals is best for a figure of a traffic."""
    titles = {id: text_of(one, "title") for id, one in proposals().items()}
    traffic = {f"{port}.{klass}": _traffic(port, klass) for port, klass in crossing_traffic()}
    if not (titles and traffic):
        st.info(say("questions.none_here"))
        return None
    chosen = asked.choice(st, say("questions.traffic"), "traffic", "best", traffic)
    figures = {kpi: names(language()).figure(kpi) for kpi in FIGURES}
    asked.choice(st, say("questions.figure"), "figure", "best", figures, default="dwell_h_mean")
    port = chosen.partition(".")[0]
    here = sorted(titles, key=lambda id: (not concerns(proposals()[id], port), titles[id]))
    works = [id for id in here if concerns(proposals()[id], port) and kind_of(proposals()[id]) == "work"]
    options = {id: titles[id] for id in here}
    first = first_works(works, *chosen.split(".", 1))
    wanted = asked.choices(st, say("questions.proposals"), "candidate", f"best_{port}", options, first=first)
    if not wanted:
        st.caption(say("questions.choose_some"))
        return None
    return _experiment("best", USUAL, proposals=wanted)


def demand() -> Experiment | None:
    """If demand were that of a forecast, or the demand of some classes changed."""
    futures, named = demand_scenarios(), names(language())
    known = {f"future.{one.id}": _future(one, language()) for one in futures.futures} if futures else {}
    classes = dict.fromkeys(row.vehicle_class for row in baseline().services.values())
    known |= {f"{CLASS}{id}": named.klass(id) for id in classes}
    thing = asked.choice(st, say("questions.demand"), "thing", "demand", known, default=_central(known))
    if futures and not thing.startswith(CLASS):
        asked.clear(("candidate",))
        first, usual = futures.base_year + 1, min(futures.last_year, futures.base_year + 7)
        year = asked.number(st, say("questions.year"), "n", "demand_year", first, LAST_YEAR, usual)
        (future,) = (one for one in futures.futures if f"future.{one.id}" == thing)
        changes = futures.changes(baseline(), future.id, year)
        titles = {
            code: _worded("demand_title", code, future=_future(future, code), year=str(year)) for code in _codes()
        }
        return _changed("demand", changes, titles)
    klasses = {thing.removeprefix(CLASS): None}
    if len(classes) > 1:
        others = {id: named.klass(id) for id in classes if id not in klasses}
        klasses |= dict.fromkeys(asked.choices(st, say("questions.demand_also"), "candidate", "demand", others))
    percent = asked.number(st, say("questions.percent"), "n", "demand_percent", -90, 300, 20)
    if not percent:
        st.caption(say("questions.as_now"))
        return None
    factor, year = 1 + percent / 100, 1
    factors = Factors(year=year, low=factor, central=factor, high=factor)
    of = tuple(klasses)
    path = Growth(id="own", title_en="", title_zh="", classes=of, factors=(factors,), grade="assumed", source="")
    one = DemandScenario(id="central", title_en="", title_zh="")
    changes = DemandScenarios(base_year=0, futures=(one,), paths=(path,)).changes(baseline(), "central", year)
    titles = {
        code: _worded("class_title", code, traffic=tuple(map(names(code).klass, of)), percent=percent)
        for code in _codes()
    }
    return _changed("demand", changes, titles)


def question_chosen() -> Question | None:
    """Traffic and figure of the question about the best proposal; None before there are any."""
    traffic, figure = (st.session_state.get(asked.key_of(field, "best")) for field in ("traffic", "figure"))
    return Question.of(f"{traffic}.{figure}") if traffic and figure else None


def crossing_traffic() -> list[tuple[str, str]]:
    """The pairs (port, class) of the services that cross ports, in the order of the ports."""
    passes: dict[str, set[str]] = {}
    for row in baseline().itineraries.values():
        if row.port:
            passes.setdefault(row.itinerary, set()).add(row.port)
    found = {
        (port, row.vehicle_class) for row in baseline().services.values() for port in passes.get(row.itinerary, ())
    }
    order = list(baseline().ports)
    return sorted(found, key=lambda one: (order.index(one[0]), one[1]))


def concerns(proposal: Proposal, port: str) -> bool:
    """Whether a change of a proposal is about a port, or about something at it."""
    for change in proposal.changes:
        table, _, rest = change.address.partition(".")
        id = rest.partition(".")[0]
        if (table, id) == ("ports", port):
            return True
        if port in ((change.row or {}).get("port"), getattr(_row(table, id), "port", "")):
            return True
    return False


def first_works(works: Sequence[str], port: str, klass: str) -> list[str]:
    """The works that are chosen at first, in every language the same: those that change what a class meets, by id."""
    met = rows_met(port, klass)
    return sorted(works, key=lambda id: (not _changes_any(proposals()[id], met), id))[:FIRST_WORKS]


def rows_met(port: str, klass: str) -> set[tuple[str, str]]:
    """Tables and ids of what the services of a class meet that cross a port: rows that their steps use."""
    at_port = {row.itinerary for row in baseline().itineraries.values() if row.port == port}
    services = [row for row in baseline().services.values() if row.vehicle_class == klass and row.itinerary in at_port]
    own = {row.itinerary for row in services}
    steps = [row for row in baseline().itineraries.values() if row.itinerary in own]
    met = {(table, getattr(row, field)) for row in steps for field, table in STEP_USES.items()}
    met |= {("calendars", row.calendar) for table, id in met if table in CALENDARS and (row := _row(table, id))}
    met |= {("shifts", id) for id, row in baseline().shifts.items() if ("calendars", row.calendar) in met}
    return met | {("ports", port)} | {("itineraries", id) for id in own} | {("services", row.id) for row in services}


def _changes_any(proposal: Proposal, rows: set[tuple[str, str]]) -> bool:
    """Whether a change of a proposal is about one of some rows; a step is about its itinerary."""
    addresses = (change.address.split(".") for change in proposal.changes)
    return any((table, rest[0]) in rows for table, *rest in addresses if rest)


def year_of_days() -> tuple[date, date]:
    """First and last measured day of the base year, which questions may begin on."""
    settings: RunSettings = prepare(baseline()).settings
    return settings.start + timedelta(settings.warmup_days), settings.start + timedelta(settings.days - 1)


def _row(table: str, id: str) -> Any:
    return baseline().table(table).get(id) if table in TABLES else None


def _single(kind: str, change: Change, span: Mapping[str, Any]) -> Experiment:
    """One change against the baseline, titled as `bridgehead run --pairs` does."""
    case = prepare(baseline(), Scenario(id=CHANGE, changes=(change,)), proposals(), **span)
    titles = {
        code: text("cli.title_separator", code).join(settings_in_words(case, baseline(), code)) for code in _codes()
    }
    return _changed(kind, (change,), titles, span)


def _changed(
    kind: str, changes: Sequence[Change], titles: Mapping[str, str], span: Mapping[str, Any] = USUAL
) -> Experiment:
    plain = [change.model_dump(mode="json", exclude_unset=True) for change in changes]
    own = {f"{FIELD}{code}": title for code, title in titles.items()}
    return _experiment(kind, span, scenarios=[{"id": CHANGE, **own, "changes": plain}])


def _experiment(kind: str, span: Mapping[str, Any], **scenarios: Any) -> Experiment:
    plain = {"id": kind, **experiment_titles("questions.title"), **scenarios}
    return Experiment.model_validate(plain | {"seed": SEED, "replications": PAIRS} | dict(span))


def _codes() -> list[str]:
    """The languages that titles of a scenario have."""
    return [name.removeprefix(FIELD) for name in Experiment.model_fields if name.startswith(FIELD)]


def _worded(key: str, code: str, **values: Any) -> str:
    return text(message_name(f"questions.{key}"), code, **values)


def _future(one: DemandScenario, code: str) -> str:
    return _worded("future", code, title=text_of(one, "title", code))


def _traffic(port: str, klass: str) -> str:
    return traffic_name(names(language()), port, klass)


def _central(known: Mapping[str, str]) -> str:
    return next((id for id in known if id == "future.central"), "")
