"""The brief of a comparison as a file: one or two pages of A4, as HTML without scripts and charts, or for Word.

Input: a comparison with its answers, best first. Output: the texts of :mod:`.brief_texts`, to print, attach or edit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from html import escape
from pathlib import Path
from typing import Final

from corridors.io.atomic_files import write_atomically
from corridors.model import Corridor
from sim.reports import html_page
from sim.reports.brief_texts import Brief, brief_of
from sim.studies.answer import Answer
from sim.studies.compare import ScenarioComparison
from sim.text.catalogue import Language

WORD: Final = ".docx"
"""How the name of a Word document ends."""


def write_brief(
    path: Path,
    comparison: ScenarioComparison,
    corridor: Corridor,
    language: Language,
    answers: Sequence[Answer],
    author: str = "",
    day: date | None = None,
) -> None:
    """Write the brief to ``path`` (.html or .docx), complete or not at all; ``day`` is its date (default: today)."""
    what = (comparison, corridor, language, answers, author, day)
    write_atomically(path, brief_word(*what) if path.suffix == WORD else brief_html(*what).encode())


def brief_html(
    comparison: ScenarioComparison,
    corridor: Corridor,
    language: Language,
    answers: Sequence[Answer],
    author: str = "",
    day: date | None = None,
) -> str:
    """The brief as HTML."""
    made = brief_of(comparison, corridor, language, answers, author, day)
    return html_page.filled("brief_template.html", made.title, html_parts(made), language)


def brief_word(
    comparison: ScenarioComparison,
    corridor: Corridor,
    language: Language,
    answers: Sequence[Answer],
    author: str = "",
    day: date | None = None,
) -> bytes:
    """The brief as a Word document."""
    from sim.reports.brief_word import word_document

    made = brief_of(comparison, corridor, language, answers, author, day)
    return word_document(made, language, author, day or date.today())


def html_parts(made: Brief) -> Iterator[str]:
    """The brief as pieces of HTML."""
    yield f"<h1>{escape(made.title)}</h1>"
    yield f'<p class="lead">{escape(made.lead)}</p>'
    if made.headline:
        yield f'<p class="answer">{escape(made.headline)}</p>'
    if made.warnings:
        yield html_page.warning(made.warnings_title, made.warnings)
    if made.rows:
        yield html_page.table(made.heads, made.rows, texts=1, unbroken=0)
    if after := made.closure:
        yield f"<h2>{escape(after.title)}</h2>"
        yield html_page.table(after.columns, after.rows, texts=after.texts, unbroken=0)
        yield f"<p>{escape(after.note)}</p>"
    for title, text in made.parts:
        yield f"<h2>{escape(title)}</h2><p>{escape(text)}</p>"
    if made.numbers:
        yield f"<h2>{escape(made.numbers_title)}</h2>{html_page.bullets(made.numbers)}"
    if made.others:
        yield f"<h2>{escape(made.others_title)}</h2><ul>"
        for title, text in made.others:
            yield f"<li><b>{escape(title)}</b> {escape(text)}</li>"
        yield "</ul>"
    if made.left_out:
        yield f"<p>{escape(made.left_out)}</p>"
    yield f"<footer>{escape(made.footer)}</footer>"
