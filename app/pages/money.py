"""Page Money: what a programme of works costs and brings, who pays and gains, and where the answer turns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Final

import streamlit as st

from app import background, money_data, shelf, url_state
from app.jobs import Program
from app.language import language, option_key, say, text_of
from app.pages.money_controls import show_controls
from app.pages.money_plan import show_plan
from app.pages.money_results import show_results
from app.results import results_root
from app.session import asked
from app.session.money import Settings
from app.widgets.findings_view import show_findings
from app.widgets.plain_text import plain_text
from corridors.findings import DataError
from corridors.io.yaml_files import to_yaml
from sim.reports.money import amount
from sim.studies.appraisal.stored import MissingRunsError, Moved, Record, Study
from sim.studies.portfolio.stored import StoredPlan

JOB: Final = "appraisal"
SOURCE: Final = "money_source"
PROGRAMME, COMPOSE, STORED, PLAN, SHELF = "programme", "compose", "stored", "plan", "shelf"
PART_OF: Final = {PROGRAMME: "programme", COMPOSE: "work", STORED: "study", PLAN: "plan", SHELF: "kept"}
"""The part of the address that says which source is shown."""
REPLICATIONS: Final = (2, 5, 10, 20)
USUAL: Final = 5
FIRST: Final = 2
"""Replications of the first answer."""
SECONDS_A_RUN: Final = 1.5
"""Of one core, for a year at one port, about."""


def main() -> None:
    """Draw the page: choice and sliders to the left, the answer to the right."""
    st.header(say("money.title"), anchor=False)
    try:
        money_data.world()
    except DataError as error:
        st.info(say("money.no_data"), icon=":material/info:")
        show_findings(error.findings)
        return
    source = _source()
    controls, answer = st.columns([3, 7], gap="medium")
    left, right = controls.container(key="money_controls"), answer.container(key="money_answer")
    with left:
        chosen = _chosen(source)
    with right:
        if isinstance(chosen, StoredPlan):
            show_plan(chosen, left, of_file=source == SHELF)
            if source == PLAN:
                _keep_button(lambda: money_data.keep_plan(chosen, say("money.source_plan")))
        elif chosen is not None:
            _show(chosen, source, left)


def _source() -> str:
    """Where the programme comes from; an address that names one opens it."""
    names = {one: say(f"money.source_{one}") for one in PART_OF}
    if not money_data.programmes():
        del names[PROGRAMME]
    asked_for = next((one for one, part in PART_OF.items() if part in st.query_params and one in names), None)
    st.session_state.setdefault(SOURCE, asked_for or next(iter(names)))
    if st.session_state[SOURCE] not in names:
        st.session_state[SOURCE] = next(iter(names))
    found = st.segmented_control(
        say("money.source"),
        list(names),
        format_func=names.__getitem__,
        required=True,
        key=SOURCE,
        label_visibility="collapsed",
        persist_state="session",
    )
    for one, part in PART_OF.items():
        if one != found:
            url_state.drop(part)
    return found or next(iter(names))


def _chosen(source: str) -> Record | StoredPlan | None:
    """The programme or plan that the visitor chose; None while there is none."""
    try:
        if source == SHELF:
            name = _stored(SHELF, money_data.on_shelf())
            return money_data.kept(name) if name else None
        if source == PLAN:
            name = _stored(PLAN, {one: one for one in money_data.planned(results_root())})
            return money_data.plan_of(name) if name else None
        if source == STORED:
            name = _stored(STORED, {one: one for one in money_data.appraised(results_root())})
            return money_data.opened(name) if name else None
        if source == COMPOSE:
            titles = {id: text_of(work, "title") for id, work in money_data.candidates().items()}
            if not titles:
                st.info(say("money.no_candidates"))
                return None
            ids = asked.choices(st, say("money.works"), "work", "money", titles, most=money_data.MOST_WORKS)
            if not ids:
                st.caption(say("money.choose_works", n=money_data.MOST_WORKS))
                return None
            programme = money_data.composed(ids, say("money.composed"))
        else:
            programmes = money_data.programmes()
            titles = {id: text_of(one, "title") for id, one in programmes.items()}
            programme = programmes[asked.choice(st, say("money.programme"), "programme", "money", titles)]
            if note := text_of(programme, "note"):
                st.caption(plain_text(note))
        many = {str(n): str(n) for n in REPLICATIONS}
        n = asked.choice(st, say("money.replications"), "replications", "money", many, str(USUAL))
        return money_data.record_of(programme, int(n))
    except DataError as error:
        show_findings(error.findings)
        return None


def _stored(source: str, names: Mapping[str, str]) -> str | None:
    """The folder, or the entry of the shelf, that the visitor opens; ``names`` by id."""
    if not names:
        st.info(say(f"money.no_{source}"))
        return None
    part = PART_OF[source]
    requested, key = url_state.requested(part, list(names)), f"money_{source}"
    if requested:
        st.session_state[key] = requested
    if st.session_state.get(key) not in names:  # Deleted meanwhile.
        st.session_state.pop(key, None)
    label = say("money.entry" if source == SHELF else "money.folder")
    found: str = st.selectbox(
        label, list(names), format_func=names.__getitem__, key=option_key(key), persist_state="session"
    )
    url_state.show(part, found)
    return found


def _show(record: Record, source: str, left: st.delta_generator.DeltaGenerator) -> None:
    """Show the appraisal of a programme with what was moved, and start the runs that are missing."""
    study = money_data.study_of(record)
    settings = Settings(study, record.programme.id)
    parts = money_data.has_parts(study)
    missing = study.files(parts)
    with left:
        bound = show_controls(study, settings, len(missing))
    settings.write_address()
    st.subheader(plain_text(text_of(record.programme, "title")), anchor=False)
    found = None
    if bound is None:
        st.info(say("money.no_work"))
    else:
        with suppress(MissingRunsError), st.spinner(say("money.adding")):
            found = money_data.appraisal_of(study, len(missing), bound)
        if found is None:
            st.info(_needed(study, bound), icon=":material/lightbulb:")
            if not missing:
                st.caption(say("money.other_order"))
    _runs(study, source, len(missing), has_answer=found is not None)
    if found is not None and bound is not None:
        show_results(study, settings, found, bound, len(missing))
        if source != SHELF:
            _keep_button(lambda: money_data.keep(study, money_data.appraisal_of(study, len(missing), study.planned)))


def _keep_button(keep: Callable[[], None]) -> None:
    """A button that keeps what is shown on the shelf, as planned."""
    if st.button(say("shelf.keep_job"), key="money_keep", icon=":material/inventory_2:", help=say("money.keep_help")):
        try:
            keep()
        except DataError as error:
            show_findings(error.findings)
        except MissingRunsError as error:
            st.warning(say("money.keep_missing", n=error.runs))
        except shelf.ShelfFullError:
            st.warning(shelf.full_text(language()))
        else:
            st.success(say("money.is_kept"))


def _needed(study: Study, moved: Moved) -> str:
    """What is known without a run: the costs, and what the works must bring to pay."""
    needed = study.needed(moved)
    rate = f"{100 * (study.rate if moved.rate is None else moved.rate):.4g}"
    amounts = {"capital": needed.capital, "costs": needed.costs, "yearly": needed.yearly}
    values = {key: amount(value, language()) for key, value in amounts.items()}
    if needed.costs <= 0:
        return say("money.needed_nothing", rate=rate, last=str(needed.last))
    return say("money.needed", **values, rate=rate, first=str(needed.first), last=str(needed.last))


def _runs(study: Study, source: str, missing: int, has_answer: bool) -> None:
    """What runs are missing, the buttons that start them, and their progress."""
    job = background.current(JOB)
    if job is not None:
        background.follow(job, JOB)
    background.show_note(JOB)
    under_way = job is not None and not job.over
    if not missing or under_way:
        return
    if source in (STORED, SHELF):
        st.caption(say("money.stored_parts" if has_answer else "money.stored_missing", n=missing))
        return
    first = money_data.study_of(replace(study.record, replications=min(FIRST, study.record.replications)))
    runs = len(first.files(parts=False))
    if not has_answer and 0 < runs < missing:
        _offer("first", first, False, runs, primary=True)
        _offer("all", study, money_data.has_parts(study), missing)
    else:
        _offer("all", study, money_data.has_parts(study), missing, primary=True)


def _offer(what: str, study: Study, parts: bool, runs: int, primary: bool = False) -> None:
    """What runs would show and how long they take, with the button that starts them."""
    seconds = runs * SECONDS_A_RUN * study.asked.settings.days / 396
    words, go = st.columns([3, 1], vertical_alignment="center")
    kind = what if parts or what == "first" else "planned"
    words.caption(say(f"money.run_{kind}", n=runs, minutes=max(1, round(seconds / 60))))
    go.button(
        say(f"money.start_{what}"),
        type="primary" if primary else "secondary",
        key=f"money_run_{what}",
        on_click=_start,
        args=(study, parts),
        width="stretch",
    )


def _start(study: Study, parts: bool) -> None:
    """Start the runs of a programme as planned, or of every choice of its works, and show their replications."""
    record = study.record
    options = ("--replications", str(record.replications), "--runs", str(record.runs), "--seed", str(money_data.SEED))
    text = to_yaml(record.programme)
    st.session_state[asked.key_of("replications", "money")] = str(record.replications)
    background.start_program(
        Program("appraise", text, (*options, *(["--parts"] if parts else [])), study.files(parts)), JOB
    )


main()
