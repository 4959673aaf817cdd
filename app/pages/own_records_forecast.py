"""Step 4 of the page Own records: the state at an instant, the coming days from it, and what such forecasts knew."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

import streamlit as st

from app import record_jobs
from app.language import language, option_key, say, text_of
from app.record_work import Cast, Fitted
from app.session import current, what_if
from app.session.own_records import FIELD, OwnRecords
from app.widgets.chart import show_chart
from app.widgets.findings_view import show_findings
from app.widgets.html_table import show_table
from app.widgets.plain_text import plain_text
from app.world import baseline, names, proposals
from corridors.clock import local_time
from corridors.findings import DataError
from corridors.overlay.changes import Change
from corridors.overlay.proposals import Scenario
from sim.reports import forecast_tables
from sim.reports.forecast_report import fan_chart
from sim.reports.forecast_tables import say as of_forecast
from sim.run import BASELINE
from sim.studies.forecast.from_log import STALE_H
from sim.text.names import clock_name

MEMBERS: Final = (20, 40, 100, 200)
MOST_DAYS: Final = 14
PAST_DAYS, PAST_MEMBERS, PAST_EVERY = 3, 20, 2
"""Of the check on past days."""
HOUR: Final = 8
NOTHING: Final = ""
NOW: Final = "\0what_if"
"""Choice of the scenario of What if."""


def show(own: OwnRecords, fitted: Fitted) -> None:
    """Instant, days, scenarios, forecast; below it the check."""
    st.subheader(say("own_records.forecast"), anchor=False)
    st.caption(say("own_records.forecast_note"))
    written = {one.address for one in fitted.fit.estimates if one.written}
    for id in fitted.services:
        service = baseline().services[id]
        if service.per_day and f"services.{id}.per_day" not in written:
            words = {"name": names(language()).service(id), "per_day": f"{service.per_day:,.4g}"}
            st.warning(plain_text(say("own_records.demand_of_model", **words)), icon=":material/warning:")
    at = _instant(fitted)
    first, second = st.columns(2, gap="medium")
    days = first.slider(say("own_records.days"), 1, MOST_DAYS, 3, key=f"{FIELD}days", persist_state="session")
    members = int(
        second.select_slider(
            say("own_records.members"),
            MEMBERS,
            MEMBERS[0],
            help=say("own_records.members_help"),
            key=f"{FIELD}members",
            persist_state="session",
        )
    )
    scenarios, labels = _scenarios(fitted)
    if st.button(say("own_records.forecast_button"), type="primary"):
        own.cast = None
        try:
            with st.spinner(say("own_records.forecasting")):
                own.cast = record_jobs.forecast(fitted, scenarios, at.isoformat(), days, members)
            own.cast_of = tuple(labels)
        except DataError as error:
            show_findings(error.findings)
    if own.cast is not None:
        _cast(own, own.cast)
    _past(own, fitted)


def _instant(fitted: Fitted) -> datetime:
    """The instant of the state, on the clock of the log."""
    zone = local_time.zone(fitted.clock)
    begin, end = (datetime.fromtimestamp(second, UTC).astimezone(zone) for second in (fitted.first_s, fitted.last_s))
    usual = (end - timedelta(days=0 if end.hour >= HOUR else 1)).date()
    left, right = st.columns(2, gap="medium")
    day: date = left.date_input(
        say("own_records.day"),
        max(usual, begin.date()),
        min_value=begin.date(),
        max_value=end.date(),
        key=f"{FIELD}day",
        persist_state="session",
    )
    clock = clock_name(fitted.clock, language())
    hour: time = right.time_input(
        say("own_records.hour", clock=clock), time(HOUR), step=3600, key=f"{FIELD}hour", persist_state="session"
    )
    at = datetime.combine(day, hour, zone)
    return min(max(at, begin), end).astimezone(UTC)


def _scenarios(fitted: Fitted) -> tuple[list[Scenario], list[str]]:
    """The fitted scenario, and the one to compare with: other numbers of servers, a proposal, a saved scenario."""
    world = names(language())
    as_fitted = fitted.scenario
    changes: list[Change] = []
    with st.expander(say("own_records.compare"), expanded=True):
        places = st.columns(max(2, min(4, len(fitted.facilities) + 1)))
        known = baseline().facilities
        servers = {one.address: one.value for one in fitted.fit.estimates if one.written}
        for n, id in enumerate(one for one in fitted.facilities if one in known):
            address = f"facilities.{id}.servers"
            now = int(servers.get(address, known[id].servers))
            words = say("own_records.servers", name=world.thing_on(id, known[id].side))
            value = int(
                places[n % len(places)].number_input(
                    words, 0, 99, now, key=f"{FIELD}servers_{id}", persist_state="session"
                )
            )
            if value != now:
                changes.append(Change(op="set", address=address, value=value))
        options = {NOTHING: say("own_records.nothing")}
        if current.scenario() not in (BASELINE, fitted.scenario):
            options[NOW] = say("own_records.of_what_if")
        options |= {f"saved:{name}": name for name in what_if.saved()}
        options |= {f"proposal:{id}": text_of(one, "title") for id, one in sorted(proposals().items())}
        chosen = str(
            st.selectbox(
                say("own_records.scenario"),
                list(options),
                format_func=options.__getitem__,
                key=option_key(f"{FIELD}scenario"),
                persist_state="session",
            )
        )
    kind, _, id = chosen.partition(":")
    if not changes and chosen == NOTHING:
        return [as_fitted], [say("own_records.as_fitted")]
    laid: list[str] = [id] if kind == "proposal" else []
    own_changes: Sequence[Change] = ()
    if chosen == NOW or kind == "saved":
        over = current.scenario() if chosen == NOW else what_if.saved()[id]
        laid, own_changes = list(over.proposals), over.changes
    found = [change for proposal in laid for change in proposals()[proposal].changes]
    plain = [change.model_copy(update={"origin": ""}) for change in (*found, *own_changes, *changes)]
    other = as_fitted.model_copy(update={"changes": (*as_fitted.changes, *plain), "in_order": True})
    laid_over = [options[chosen]] if chosen != NOTHING else []
    titles = [*laid_over, say("own_records.with_servers")] if changes else laid_over
    return [as_fitted, other], [say("own_records.as_fitted"), say("own_records.and").join(titles)]


def _cast(own: OwnRecords, cast: Cast) -> None:
    """Sentences, fans side by side on one scale, tables."""
    named, tongue = names(language()), language()
    groups = list(dict.fromkeys(group for one in cast.forecasts for group in forecast_tables.shown_groups(one)))
    for label, made in zip(own.cast_of, cast.forecasts, strict=True):
        several = say("own_records.of_scenario", name=label) if len(cast.forecasts) > 1 else ""
        for line in (*forecast_tables.answers(made, named), *forecast_tables.beyond(made, cast.state, named)):
            st.info(plain_text(several + line), icon=":material/lightbulb:")
    _verdict(own)
    for group in groups:
        st.markdown(f"**{plain_text(named.labelled(named.port(group[0]), named.group(group[2], group[1])))}**")
        top = max(float(one.of("queue", group).max()) for one in cast.forecasts)
        # The queue of the logs is that of one group of traffic, if they have one.
        past = cast.past if cast.forecasts[0].covered == (group,) else ()
        top = max([top, *(float(n) for _, n in past if n)])
        for place, label, made in zip(st.columns(len(cast.forecasts)), own.cast_of, cast.forecasts, strict=True):
            with place:
                if len(cast.forecasts) > 1:
                    st.caption(plain_text(label))
                show_chart(fan_chart(made, group, tongue, top, past))
    st.caption(say("own_records.fan_note", clock=clock_name(cast.forecasts[0].request.clock, tongue)))
    for line in forecast_tables.notes(cast.forecasts[0], named):
        st.caption(plain_text(line))
    if cast.without_end:
        st.caption(say("own_records.without_end", n=cast.without_end))
    if cast.age_h > STALE_H:
        st.warning(of_forecast("stale", language(), hours=cast.age_h), icon=":material/history:")
    for label, made in zip(own.cast_of, cast.forecasts, strict=True):
        table = forecast_tables.by_day(made, named)
        with st.expander(say("own_records.by_day", name=label)):
            show_table(table.columns, table.rows, texts=table.texts, unbroken=0)
            st.caption(table.note)
            through = forecast_tables.through(made, named)
            show_table(through.columns, through.rows, texts=through.texts, unbroken=0)
            st.caption(through.note)
    with st.expander(say("own_records.state", n=sum(cast.state.values()))):
        rows = [
            [named.service(service), _place(step), of_forecast(f"doing.{doing}", tongue), f"{n:,}"]
            for (service, step, doing), n in cast.state.items()
        ]
        heads = [of_forecast(f"column.{key}", tongue) for key in ("service", "step", "doing", "count")]
        show_table(heads, rows, texts=3, unbroken=0)


def _place(step: str) -> str:
    row = baseline().itineraries[step]
    return names(language()).thing(row.facility or row.place)


def _verdict(own: OwnRecords) -> None:
    """What is known of such forecasts, and why the queue at an hour may be another."""
    shut = own.fitted.shut_before if own.fitted else ()
    for line in forecast_tables.shut_on_the_way(shut, names(language())):
        st.caption(plain_text(line))
    if own.past is None:
        st.warning(say("own_records.never_checked"), icon=":material/help:")
        return
    for line in forecast_tables.verdicts(own.past, language(), fitted=True):
        st.markdown(f"- {plain_text(line)}")


def _past(own: OwnRecords, fitted: Fitted) -> None:
    """The check of forecasts on past days, on request."""
    st.markdown(f"**{say('own_records.past')}**")
    st.caption(say("own_records.past_note", days=PAST_DAYS, members=PAST_MEMBERS, every=PAST_EVERY))
    if st.button(say("own_records.past_button")):
        try:
            with st.spinner(say("own_records.checking")):
                own.past = record_jobs.backtest(fitted, PAST_DAYS, PAST_MEMBERS, PAST_EVERY)
            st.rerun()
        except DataError as error:
            show_findings(error.findings)
    if own.past is not None:
        if own.cast is None:  # Else the verdict is beside the forecast.
            _verdict(own)
        for n, table in enumerate(forecast_tables.backtest_tables(own.past, language())):
            with st.expander(table.title, expanded=n == 0):
                show_table(table.columns, table.rows, texts=table.texts, unbroken=0)
                st.caption(table.note)
