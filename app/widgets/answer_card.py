"""The answer of a comparison on a page: sentence, figures, losers, bottleneck, cost, assumed numbers, and the brief."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import streamlit as st

from app import shelf
from app.jobs import Job
from app.language import ADDRESS, language, say
from app.session.draft import NOTHING, Draft
from app.widgets.html_table import show_table
from app.widgets.plain_text import plain_text
from app.world import baseline
from sim.reports.brief import brief_html
from sim.reports.brief_texts import Brief, brief_of
from sim.reports.brief_word import brief_word
from sim.studies.answer import Answer
from sim.studies.compare import ScenarioComparison
from sim.text.catalogue import ENGLISH

MIME: Final = {
    "html": "text/html",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "bridgehead": "application/zip",
}
"""Kinds of briefs, and the file of results."""


def show_answers(comparison: ScenarioComparison, found: Sequence[Answer], job: Job) -> None:
    """Show the brief of the answers, and links and files."""
    if not found:
        return
    _show(brief_of(comparison, baseline(), language(), found), several=len(comparison.results.others) > 1)
    with st.container(horizontal=True, vertical_alignment="center"):
        _links(found[0].scenario, job)
        _file("html", lambda: brief_bytes("html", comparison, found), job)
        _file("docx", lambda: brief_bytes("docx", comparison, found), job)
        _file("bridgehead", lambda: _results(comparison, found, job), job)


def brief_bytes(kind: str, comparison: ScenarioComparison, found: Sequence[Answer]) -> bytes:
    """The brief as a file, the same bytes as that of `bridgehead compare --brief` on the same day."""
    made = brief_of(comparison, baseline(), language(), found)
    return brief_word(made) if kind == "docx" else brief_html(made).encode()


def _results(comparison: ScenarioComparison, found: Sequence[Answer], job: Job) -> bytes:
    """The file of results of a job."""
    from datetime import UTC, datetime

    from sim.experiments.store import open_store
    from sim.studies.result_file import figures_of, file_bytes

    brief = brief_html(brief_of(comparison, baseline(), language(), found))
    title = comparison.results.title(found[0].scenario, language())
    name = (shelf.asked_in_words(comparison, language()) if len(found) > 1 else "") or title
    about = {"name": name, "saved_at": datetime.now(UTC), "question": comparison.question}
    return file_bytes(open_store(job.results), **about, figures=figures_of(found), brief=brief)  # type: ignore[arg-type]


def _show(made: Brief, several: bool) -> None:
    """Show the texts of a brief; with several scenarios also what is corrected for their number."""
    if made.asked:
        st.info(plain_text(made.asked), icon=":material/lightbulb:")
    st.subheader(plain_text(made.title), anchor=False)
    for warning in made.warnings:
        st.warning(plain_text(warning), icon=":material/info:")
    st.info(plain_text(made.headline), icon=":material/lightbulb:")
    st.caption(plain_text(made.lead))
    if made.rows:
        show_table(made.heads, made.rows, texts=1, unbroken=0)
        if several:
            st.caption(say("questions.corrected"))
    if after := made.closure:
        st.markdown(f"**{plain_text(after.title)}**")
        show_table(after.columns, after.rows, texts=after.texts, unbroken=0)
        st.caption(plain_text(after.note))
    for title, text in made.parts:
        st.markdown(f"**{plain_text(title)}**  \n{plain_text(text)}")
    if made.numbers:
        _list(made.numbers_title, [plain_text(one) for one in made.numbers])
    if made.others:
        _list(made.others_title, [f"**{plain_text(title)}** {plain_text(text)}" for title, text in made.others])
    if made.left_out:
        st.caption(plain_text(made.left_out))


def _list(title: str, lines: Sequence[str]) -> None:
    st.markdown(f"**{plain_text(title)}**\n\n" + "\n".join(f"- {line}" for line in lines))


def _file(kind: str, content: Callable[[], bytes], job: Job) -> None:
    """A button for the brief, which is made when it is pressed."""
    st.download_button(
        say("questions.file" if kind == "bridgehead" else f"questions.brief_{kind}"),
        content,
        f"{'results' if kind == 'bridgehead' else 'brief'}.{kind}",
        MIME[kind],
        key=f"brief_{kind}_{job.id}",
        icon=":material/download:",
        on_click="ignore",
    )


def _links(scenario: str, job: Job) -> None:
    """Links to the pages that show more: the same change on What if, the same runs on Compare."""
    own = next((one for one in job.experiment.scenarios if one.id == scenario), None)
    made = {"changes": own.changes, "in_order": own.in_order} if own else {"proposals": (scenario,)}
    draft = Draft(NOTHING.model_copy(update=made))
    tongue: dict[str, list[str]] = {} if language() == ENGLISH else {ADDRESS: [language()]}
    st.page_link(
        "app/pages/what_if.py",
        label=say("questions.open_what_if"),
        icon=":material/tune:",
        query_params=draft.parameters() | tongue,
    )
    st.page_link(
        "app/pages/compare.py",
        label=say("questions.open_compare"),
        icon=":material/compare_arrows:",
        query_params={"batch": [job.id]} | tongue,
    )
