"""The answer of a comparison on a page: sentence, figures, losers, bottleneck, cost, assumed numbers, and the brief."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from app.jobs import Job
from app.language import ADDRESS, language, say
from app.session.draft import NOTHING, Draft
from app.widgets.html_table import show_table
from app.widgets.plain_text import plain_text
from app.world import baseline
from sim.reports.answer_texts import AnswerTexts
from sim.reports.brief import brief_html, figure_heads, figure_rows
from sim.studies.answer import Answer
from sim.studies.compare import ScenarioComparison
from sim.text.catalogue import ENGLISH


def show_answers(comparison: ScenarioComparison, found: Sequence[Answer], job: Job, first: str = "") -> None:
    """Show the first answer in full and the headlines of the others; ``first`` is a sentence before all."""
    if not found:
        return
    texts = AnswerTexts(comparison, baseline(), language())
    if first:
        st.info(plain_text(first), icon=":material/lightbulb:")
    _show(texts, found[0])
    if len(found) > 1:
        st.markdown(f"**{plain_text(texts.say('others'))}**")
    for one in found[1:]:
        st.markdown(f"**{plain_text(texts.title(one))}**  \n{plain_text(texts.headline(one))}")
    with st.container(horizontal=True):
        _links(found[0].scenario, job)
        st.download_button(
            say("questions.brief"),
            brief_html(comparison, baseline(), language(), found).encode(),
            "brief.html",
            "text/html",
            key=f"brief_{job.id}",
            icon=":material/download:",
            on_click="ignore",
        )


def _show(texts: AnswerTexts, answer: Answer) -> None:
    st.subheader(plain_text(texts.title(answer)), anchor=False)
    for warning in texts.warnings(answer):
        st.warning(plain_text(warning), icon=":material/info:")
    st.info(plain_text(texts.headline(answer)), icon=":material/lightbulb:")
    if answer.figures:
        show_table(figure_heads(texts), figure_rows(texts, answer), texts=1, unbroken=0)
    for title, sentences in texts.rest(answer):
        st.markdown(f"**{plain_text(title)}**  \n{plain_text(texts.joined(sentences))}")
    if answer.assumed:
        lines = "\n".join(f"- {plain_text(texts.assumed(one))}" for one in answer.assumed)
        st.markdown(f"**{plain_text(texts.assumed_title(answer))}**\n\n{lines}")


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
