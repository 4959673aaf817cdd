"""Answers as pieces of HTML: the headline, and under each heading the sentences of its part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from sim.reports import html_page
from sim.reports.answer_texts import AnswerTexts
from sim.studies.answer import Answer


def answer_parts(texts: AnswerTexts, found: Sequence[Answer]) -> Iterator[str]:
    """The answers of a comparison: of a single scenario in full, of several with the rest folded away."""
    if not found:
        return
    yield f"<h2>{escape(texts.say('title' if len(found) == 1 else 'titles'))}</h2>"
    for one in found:
        yield f"<h3>{escape(texts.title(one))}</h3>"
        yield f'<p class="answer">{escape(texts.headline(one))}</p>'
        rest = "".join(parts_of(texts, one))
        if len(found) == 1:
            yield rest
        elif rest:
            yield f"<details><summary>{escape(texts.say('more'))}</summary>{rest}</details>"


def parts_of(texts: AnswerTexts, answer: Answer) -> Iterator[str]:
    """Everything after the headline: warnings, each part with its heading, and the numbers that it depends on."""
    if warnings := texts.warnings(answer):
        yield html_page.warning(texts.say("part.warnings"), warnings)
    for title, sentences in texts.rest(answer):
        yield f"<p><b>{escape(title)}</b> {escape(texts.joined(sentences))}</p>"
    if answer.assumed:
        numbers = html_page.bullets(texts.assumed(one) for one in answer.assumed)
        yield f"<p><b>{escape(texts.assumed_title(answer))}</b></p>{numbers}"
