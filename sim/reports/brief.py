"""The brief of a comparison as a file: one or two pages of A4, as HTML without scripts and charts, or for Word.

Input: a :class:`~sim.reports.brief_texts.Brief`. Output: its texts as a file, to print, attach or edit.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Final

from corridors.io.atomic_files import write_atomically
from sim.reports import html_page
from sim.reports.brief_texts import Brief

WORD: Final = ".docx"
"""How the name of a Word document ends."""


def write_brief(path: Path, made: Brief) -> None:
    """Write a brief to ``path`` (.html or .docx), complete or not at all."""
    from sim.reports.brief_word import brief_word

    write_atomically(path, brief_word(made) if path.suffix == WORD else brief_html(made).encode())


def brief_html(made: Brief) -> str:
    """A brief as HTML."""
    return html_page.filled("brief_template.html", made.title, html_parts(made), made.language)


def html_parts(made: Brief) -> Iterator[str]:
    """A brief as pieces of HTML."""
    yield f"<h1>{escape(made.title)}</h1>"
    yield f'<p class="lead">{escape(made.lead)}</p>'
    if made.asked:
        yield f'<p class="asked">{escape(made.asked)}</p>'
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
