"""Page Money: what a programme of works costs and brings, who pays and gains, and where the answer turns."""

from __future__ import annotations

from typing import Final

import streamlit as st

from app import background, money_data, url_state
from app.jobs import Program
from app.language import option_key, say, text_of
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
from sim.studies.appraisal.stored import MissingRunsError, Record, Study

JOB: Final = "appraisal"
SOURCE: Final = "money_source"
PROGRAMME, COMPOSE, STORED, PLAN = "programme", "compose", "stored", "plan"
PART_OF: Final = {PROGRAMME: "programme", COMPOSE: "work", STORED: "study", PLAN: "plan"}
"""The part of the address that says which source is shown."""
REPLICATIONS: Final = (2, 5, 10, 20)
USUAL: Final = 5
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
    left, right = st.columns([3, 7], gap="medium")
    with left:
        source = _source()
        if source == PLAN:
            name = _folder(PLAN, money_data.planned(results_root()))
        else:
            record = _record(source)
    with right:
        if source == PLAN:
            show_plan(name, left)
        elif record is not None:
            _show(record, source, left)


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


def _record(source: str) -> Record | None:
    """The programme that the visitor chose; None while there is none."""
    try:
        if source == STORED:
            name = _folder(STORED, money_data.appraised(results_root()))
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
            known = money_data.programmes()
            titles = {id: text_of(one, "title") for id, one in known.items()}
            programme = known[asked.choice(st, say("money.programme"), "programme", "money", titles)]
            if note := text_of(programme, "note"):
                st.caption(plain_text(note))
        many = {str(n): str(n) for n in REPLICATIONS}
        n = asked.choice(st, say("money.replications"), "replications", "money", many, str(USUAL))
        return money_data.record_of(programme, int(n))
    except DataError as error:
        show_findings(error.findings)
        return None


def _folder(source: str, names: list[str]) -> str | None:
    """The folder that the visitor opens."""
    if not names:
        st.info(say(f"money.no_{source}"))
        return None
    part = PART_OF[source]
    requested = url_state.requested(part, names)
    if requested:
        st.session_state[f"money_{source}"] = requested
    found: str = st.selectbox(say("money.folder"), names, key=option_key(f"money_{source}"), persist_state="session")
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
    _runs(study, source, len(missing))
    if bound is None:
        st.info(say("money.no_work"))
        return
    try:
        with st.spinner(say("money.adding")):
            found = money_data.appraisal_of(study, len(missing), bound)
    except MissingRunsError as error:
        st.info(say("money.missing", n=error.runs), icon=":material/hourglass_empty:")
        return
    show_results(study, settings, found, bound, len(missing))


def _runs(study: Study, source: str, missing: int) -> None:
    """What runs are missing, the button that starts them, and their progress."""
    job = background.current(JOB)
    if job is not None:
        background.follow(job, JOB)
    background.show_note(JOB)
    under_way = job is not None and not job.over
    if not missing or under_way:
        return
    if source == STORED:
        st.caption(say("money.stored_missing", n=missing))
        return
    minutes = max(1, round(missing * SECONDS_A_RUN * study.asked.settings.days / 396 / 60))
    words, go = st.columns([3, 1], vertical_alignment="center")
    words.caption(say("money.to_run", n=missing, minutes=minutes))
    go.button(say("money.run"), type="primary", key="money_run", on_click=_start, args=(study,), width="stretch")


def _start(study: Study) -> None:
    record, parts = study.record, money_data.has_parts(study)
    options = ("--replications", str(record.replications), "--runs", str(record.runs), "--seed", str(money_data.SEED))
    text = to_yaml(record.programme)
    background.start_program(
        Program("appraise", text, (*options, *(["--parts"] if parts else [])), study.files(parts)), JOB
    )


main()
