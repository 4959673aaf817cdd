"""The brief as a Word document: A4, the texts of the brief in HTML, and a font for Chinese that Word has.

Input: a :class:`~sim.reports.brief_texts.Brief`. Output: the bytes of a .docx file, equal for equal texts: its parts
have one fixed time, and its properties only the author and the day of the brief.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, Final

from sim.reports.brief_texts import Brief
from sim.reports.html_page import CODE
from sim.text.catalogue import say

if TYPE_CHECKING:
    from docx.document import Document

LATIN, CHINESE = "Calibri", "Microsoft YaHei"
"""Fonts of Word on Windows and on a Mac; other systems replace them by their own."""
STYLES: Final = {"Normal": 10.5, "Title": 17.0, "Heading 2": 12.0, "List Bullet": 10.5}
"""Styles of the document with their sizes in points."""
SMALL, LARGE = 8.5, 13.0
"""Points of second lines and of the headline."""
WIDTHS_MM: Final = (58, 20, 20, 20, 32, 26)
"""Of the columns of the table of figures."""
MARGIN_MM: Final = 17
GREY: Final = "555555"
FIRST_TIME: Final = (1980, 1, 1, 0, 0, 0)
"""The time of every part of the file: the earliest that a zip file has."""
UNREADABLE: Final = {code: None for code in range(32) if chr(code) not in "\t\n\r"} | {0xFFFE: None, 0xFFFF: None}
"""Characters that XML cannot hold."""


def brief_word(made: Brief) -> bytes:
    """A brief as a Word document."""
    import docx

    document = docx.Document()
    _page(document)
    _styles(document, say("common.html_language", made.language))
    _properties(document, made.title, made.author, made.day)
    _text(document, made.title, "Title")
    _text(document, made.lead, colour=GREY, points=SMALL)
    if made.asked:
        _text(document, made.asked, bold=True)
    if made.headline:
        _text(document, made.headline, points=LARGE)
    if made.warnings:
        _text(document, made.warnings_title, bold=True)
        for text in made.warnings:
            _text(document, text, "List Bullet")
    if made.rows:
        _table(document, made.heads, made.rows)
    if made.closure:
        _text(document, made.closure.title, "Heading 2")
        _table(document, made.closure.columns, made.closure.rows, made.closure.texts)
        _text(document, made.closure.note)
    for title, text in made.parts:
        _text(document, title, "Heading 2")
        _text(document, text)
    if made.numbers:
        _text(document, made.numbers_title, "Heading 2")
        for text in made.numbers:
            _text(document, text, "List Bullet")
    if made.others:
        _text(document, made.others_title, "Heading 2")
        for title, text in made.others:
            paragraph = _text(document, title, "List Bullet", bold=True)
            paragraph.add_run(" " + _plain(text))
    if made.left_out:
        _text(document, made.left_out)
    _text(document, made.footer, colour=GREY, points=SMALL)
    return _with_fixed_times(document)


def _page(document: Document) -> None:
    from docx.shared import Mm

    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(MARGIN_MM)


def _styles(document: Document, tag: str) -> None:
    """Fonts, sizes and language of the styles; theme fonts of the template would come before the named ones."""
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    for name, points in STYLES.items():
        style: Any = document.styles[name]
        style.font.name, style.font.size, style.font.color.rgb = LATIN, Pt(points), RGBColor(0x22, 0x22, 0x22)
        fonts = style.element.rPr.rFonts
        for key in [key for key in fonts.attrib if key.endswith("Theme")]:
            del fonts.attrib[key]
        fonts.set(qn("w:eastAsia"), CHINESE)
        own = style.element.rPr.makeelement(qn("w:lang"), {qn("w:val"): "en-GB", qn("w:eastAsia"): "zh-CN"})
        for old in style.element.rPr.findall(qn("w:lang")):
            style.element.rPr.remove(old)
        if tag.startswith("zh"):
            own.set(qn("w:val"), tag)
        style.element.rPr.append(own)


def _properties(document: Document, title: str, author: str, day: date) -> None:
    known = document.core_properties
    known.title, known.author, known.last_modified_by = _plain(title)[:255], _plain(author)[:255], ""
    known.comments, known.revision = "", 1
    known.created = known.modified = datetime.combine(day, time())


def _text(
    holder: Any, text: str, style: str | None = None, *, bold: bool = False, points: float = 0, colour: str = ""
) -> Any:
    """Add a paragraph."""
    paragraph = holder.add_paragraph(style=style)
    _run(paragraph, text, bold=bold, points=points, colour=colour)
    return paragraph


def _run(paragraph: Any, text: str, *, bold: bool = False, points: float = 0, colour: str = "") -> None:
    from docx.shared import Pt, RGBColor

    run = paragraph.add_run(_plain(text))
    if bold:
        run.bold = True
    if points:
        run.font.size = Pt(points)
    if colour:
        run.font.color.rgb = RGBColor.from_string(colour)


def _table(document: Document, heads: Sequence[str], rows: Sequence[Sequence[str]], texts: int = 1) -> None:
    """A table whose first columns are texts; its heading is repeated on each page, text after a line break is small."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml.ns import qn
    from docx.shared import Mm

    table = document.add_table(rows=0, cols=len(heads), style="Table Grid")
    table.autofit = False
    known = len(heads) == len(WIDTHS_MM)
    widths = WIDTHS_MM if known else (sum(WIDTHS_MM) / len(heads),) * len(heads)
    for number, row in enumerate((heads, *rows)):
        cells = table.add_row().cells
        for column, (cell, text) in enumerate(zip(cells, row, strict=True)):
            cell.width = Mm(widths[column])
            paragraph = cell.paragraphs[0]
            if column >= texts:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            main, _, small = text.partition("\n")
            _run(paragraph, main, bold=number == 0)
            if small:
                _run(cell.add_paragraph(), small, points=SMALL, colour=GREY)
    first: Any = table.rows[0]._tr.get_or_add_trPr()
    first.append(first.makeelement(qn("w:tblHeader"), {qn("w:val"): "true"}))
    document.add_paragraph()


def _plain(text: str) -> str:
    """A text without characters that XML cannot hold, and without the marks around code."""
    return CODE.sub(r"\1", text.translate(UNREADABLE).encode("utf-8", "ignore").decode("utf-8"))


def _with_fixed_times(document: Document) -> bytes:
    """The file, with the same time for each of its parts."""
    made, fixed = io.BytesIO(), io.BytesIO()
    document.save(made)
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(fixed, "w") as new:
        for name in old.namelist():
            about = zipfile.ZipInfo(name, FIRST_TIME)
            about.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(about, old.read(name))
    return fixed.getvalue()
