"""HTML pages that work offline, and the parts that all reports share.

Input: pieces of HTML, and charts by the id of their element. Output: one HTML file with a copy of Vega inside; its
content security policy forbids every request.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from importlib.resources import files
from string import Template
from typing import Any, Final

import sim
from sim.reports.number_format import NO_VALUE
from sim.reports.text_table import Table
from sim.text.catalogue import Language, has, say

CODE: Final = re.compile("`([^`]+)`")
TEXTS: Final = re.compile("(?<=>)[^<>]+(?=<)")
"""The texts between tags."""


def whole(title: str, parts: Iterable[str], specs: Mapping[str, Any], language: Language) -> str:
    """The whole page; ``specs`` are Vega-Lite charts by the id of their element (see :func:`chart_place`)."""
    import vl_convert

    return filled(
        "report_template.html",
        title,
        parts,
        language,
        specs=for_script(json.dumps(specs, ensure_ascii=False, separators=(",", ":"))),
        bundle=vl_convert.javascript_bundle(),  # type: ignore[call-arg]
        save_files=script("save_files.js"),
    )


def script(name: str) -> str:
    """A script for browsers, which reports and the web page share."""
    return files("sim.reports").joinpath(name).read_text(encoding="utf-8")


def filled(template: str, title: str, parts: Iterable[str], language: Language, **more: str) -> str:
    """A page of a template of this folder; ``more`` are values that only this template has."""
    text = files("sim.reports").joinpath(template).read_text(encoding="utf-8")
    head = {"lang": say("common.html_language", language), "title": escape(title)}
    return Template(text).substitute(head, body="\n".join(map(with_code, parts)), **more)


def with_code(part: str) -> str:
    """A piece of HTML in which what its texts have between backticks, as sentences name commands, is marked as code."""
    return TEXTS.sub(lambda text: CODE.sub(r"<code>\1</code>", text[0]), part) if "`" in part else part


def produced_by(language: Language) -> str:
    """The text of the footer."""
    return say("run_report.made", language, version=sim.__version__)


def meta_label(key: str, language: Language) -> str:
    """The label of a field of a run's record; the key itself if it has none."""
    return say(f"run_report.meta.{key}", language) if has(f"run_report.meta.{key}") else key


def chart_place(key: str) -> str:
    """The element that shows the chart of an id."""
    return f'<div class="chart" id="{key}"></div>'


def for_script(text: str) -> str:
    """JSON for the inside of a script element: no part of it can end the element or begin a comment."""
    return text.replace("<", "\\u003c")


def table(
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    texts: int,
    unbroken: int = 2,
    marked: Sequence[str] | None = None,
    above: Iterable[tuple[str, int]] = (),
    grouped: bool = False,
) -> str:
    """An HTML table whose first ``texts`` columns are text, the first ``unbroken`` of them on one line.

    The text after a line break is shown small on its own line; a URL may be broken after each slash.
    ``marked`` are CSS classes of the rows, ``above`` headings over several columns. In a table that is ``grouped``,
    the first cell that consecutive rows share becomes a heading above them. A table without rows has a dash. The
    keyboard can scroll a table that is wider than its place.
    """
    if grouped:
        head, texts = head[1:], texts - 1

    def cell(tag: str, k: int, text: str) -> str:
        if tag == "td" and k >= texts:
            text = unbroken_number(text)
        main, _, unit = text.partition("\n")
        small = f"<small>{escape(unit)}</small>" if unit else ""
        kind = "" if k >= texts else ' class="name"' if k < unbroken else ' class="text"'
        shown = escape(main).replace("/", "/<wbr>") if "://" in main else escape(main)
        scope = ' scope="col"' if tag == "th" else ""
        return f"<{tag}{kind}{scope}>{shown}{small}</{tag}>"

    def line(tag: str, cells: Iterable[str], kind: str = "") -> str:
        mark = f' class="{kind}"' if kind else ""
        return f"<tr{mark}>" + "".join(cell(tag, k, text) for k, text in enumerate(cells)) + "</tr>"

    over = "".join(f'<th colspan="{n}" scope="colgroup">{escape(text)}</th>' for text, n in above)
    top = f'<tr class="above">{over}</tr>' if over else ""
    body = []
    for k, (row, kind) in enumerate(zip(rows, marked or [""] * len(rows), strict=True)):
        if grouped and (k == 0 or row[0] != rows[k - 1][0]):
            body.append(f'<tr class="over"><td class="text" colspan="{len(head)}">{escape(row[0])}</td></tr>')
        body.append(line("td", row[1:] if grouped else row, kind))
    if not rows:
        body.append(f'<tr><td class="text" colspan="{len(head)}">{NO_VALUE}</td></tr>')
    # Paper repeats the heading on each page.
    heading = f"<thead>{top}{line('th', head)}</thead>"
    return f'<div class="table" tabindex="0"><table>{heading}<tbody>{"".join(body)}</tbody></table></div>'


def section(made: Table, finding: str = "") -> str:
    """A heading, what the table shows if that is said, its notes and the table."""
    parts = [f"<h2>{escape(made.title)}</h2>", *([f"<p>{escape(finding)}</p>"] if finding else [])]
    parts += [f'<p class="note">{escape(text)}</p>' for text in (made.note, made.rest) if text]
    parts.append(table(made.columns, made.rows, texts=made.texts, unbroken=0))
    return "\n".join(parts)


def unbroken_number(text: str) -> str:
    """A figure with its interval, which may be broken only before the interval."""
    if not any(sign.isdigit() for sign in text):
        return text
    return text.replace(" ", "\u00a0").replace("\u00a0(", " (")


def bullets(sentences: Iterable[str]) -> str:
    """A list of sentences."""
    return "<ul>" + "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences) + "</ul>"


def warning(title: str, sentences: Iterable[str]) -> str:
    """A marked box with a title and sentences to read first."""
    return f'<div class="warn"><b>{escape(title)}</b>{bullets(sentences)}</div>'


def pairs_list(pairs: Iterable[tuple[str, str]]) -> str:
    """A list of terms, each with its description."""
    return "<dl>" + "".join(f"<dt>{escape(a)}</dt><dd>{escape(b)}</dd>" for a, b in pairs) + "</dl>"
