"""Entry script of the web page: navigation, style, language switch and version line.

Each page is a file of :mod:`app.pages`. Start it with ``bridgehead app`` or ``make app``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import streamlit as st

import sim
from app import url_state
from app.language import language, language_switch, say, settle_language
from app.pages import PAGES
from app.run_cache import warm_up
from app.widgets.chart import listen
from app.widgets.findings_view import show_address_findings
from app.world import code, data
from sim.text.catalogue import say as text

FOLDER: Final = Path(__file__).parent / "app" / "pages"


def page(name: str, icon: str) -> st.Page:
    """One page of the navigation; its address is its name in every language."""
    first = name == next(iter(PAGES))
    return st.Page(FOLDER / f"{name}.py", title=say(f"{name}.title"), icon=icon, url_path=name, default=first)


CSS: Final = """<style>
/* Colours of what this page draws itself; Streamlit takes light or dark from the browser, too. */
:root { --soft: #5f6368; --line: #eceff2; --strong: #c9ccd1; --tint: #f3f6f9;
  --code: #2f6654; --bar: #b4b8be; --accent: #0072b2; }
@media (prefers-color-scheme: dark) {
  :root { --soft: #b3b6bb; --line: #333338; --strong: #5a5a61; --tint: #26262b;
    --code: #8fd0b8; --bar: #5f6368; --accent: #5aaede; }
  /* White on the lighter blue of dark pages cannot be read. */
  [data-testid="stBaseButton-primary"]:not(:disabled) * { color: #10181f; }
  [data-testid="stMultiSelect"] :has(> span[title]), [data-testid="stMultiSelect"] span[title] { color: #10181f; }
  /* Charts are drawn in dark on white: inverted, with the hues kept. */
  [data-testid="stVegaLiteChart"] svg.marks, .legend i { filter: invert(.91) hue-rotate(180deg); }
}
.stMainBlockContainer { padding: 4.2rem 2.2rem 2rem; max-width: 1680px; position: relative; }
.stMainBlockContainer h2 { font-size: 1.6rem; padding: 0 0 0.4rem; }
.stMainBlockContainer h3 { font-size: 1.15rem; padding: 0.6rem 0 0.5rem; }
/* Streamlit's captions are too pale to read: 3.7 to 1. */
.stMainBlockContainer [data-testid="stCaptionContainer"] { opacity: 1; }
.stMainBlockContainer [data-testid="stCaptionContainer"] :is(p, li) { color: var(--soft); }
.stMainBlockContainer [data-testid="stCaptionContainer"] code { color: var(--code); }
.stMainBlockContainer [data-testid="stMetricValue"] { font-size: 1.5rem; }
.stMainBlockContainer [data-testid="stSlider"] { margin-bottom: -0.5rem; }
/* Labels of cards and buttons are broken into lines, not cut, where the window is narrow. */
.stMainBlockContainer [data-testid="stMetricLabel"] * { white-space: normal; overflow: visible; }
.stMainBlockContainer .stButton button * { white-space: normal; overflow: visible; }
.stMainBlockContainer [data-testid="stButtonGroup"] div:has(> button) { flex-wrap: wrap; }
.stMainBlockContainer [data-testid="stCheckbox"] label * { white-space: normal; overflow: visible; }
/* A chart keeps its names and its plot on a phone: it is moved sideways, not squeezed. */
@media (max-width: 700px) {
  .stMainBlockContainer { padding: 4.2rem 0.9rem 2rem; }
  .stMainBlockContainer [data-testid="stFullScreenFrame"]:has([data-testid="stVegaLiteChart"]) { overflow-x: auto; }
  .stMainBlockContainer [data-testid="stVegaLiteChart"] { min-width: 560px; }
  /* The answer on money is above what may be moved, which is long. */
  [data-testid="stHorizontalBlock"]:has(> [data-testid="stColumn"] .st-key-money_answer) { flex-wrap: wrap; }
  [data-testid="stColumn"]:has(:is(.st-key-money_controls, .st-key-money_answer)) { min-width: 100%; }
  [data-testid="stColumn"]:has(.st-key-money_controls) { order: 1; }
  /* What can be moved sideways has a bar that says so. */
  .stMainBlockContainer ::-webkit-scrollbar { height: 7px; }
  .stMainBlockContainer ::-webkit-scrollbar-thumb { background: var(--bar); border-radius: 4px; }
}
/* Streamlit shows its limit in whole megabytes; the label shows ours. */
[data-testid="stFileUploaderDropzoneInstructions"] { display: none; }
[data-testid="stHtml"]:has(> .save) { margin-top: -0.7rem; }
.save button { font-size: 11px; color: var(--soft); background: none; border: 1px solid var(--strong);
  border-radius: 3px; padding: 0 6px; margin: 0 5px 0 0; min-height: 24px; cursor: pointer; }
.save button:hover, .save button:focus-visible { color: var(--accent); border-color: var(--accent); }
.st-key-language_row { position: absolute; top: 4.2rem; right: 2.2rem; width: auto; z-index: 10; }
</style>"""
"""Denser than Streamlit's default layout, so that figures to be compared fit on one screen."""

MENU: Final = """<style>@media (max-width: 767px) {{
  [data-testid="stExpandSidebarButton"] {{ width: auto; padding: 0 6px; }}
  [data-testid="stExpandSidebarButton"]::after {{ content: {text}; margin-left: 4px; }}
}}</style>"""
"""On a phone the pages are behind a button, which this names."""

UPLOAD: Final = "Upload"
"""Streamlit's word on the button of an uploader, in every language."""
UPLOAD_AS: Final = """<style>[data-testid="stFileUploaderDropzone"] button p {{ font-size: 0; line-height: 1.6rem;
  &::after {{ content: {text}; font-size: 1rem; }}
}}</style>"""
"""Shows another word; the English one is only made small, as a button whose text is not displayed has no name."""

LANGUAGE: Final = "<script>document.documentElement.lang = {tag}</script>"
"""Sets the language of the document."""

st.set_page_config(page_title="Bridgehead", page_icon="🚆", layout="wide")
settle_language()
warm_up()
chosen = st.navigation([page(name, icon) for name, icon in PAGES.items()], position="top")
st.html(CSS)
st.html(MENU.format(text=json.dumps(say("pages"), ensure_ascii=False)))
if (upload := say("upload")) != UPLOAD:
    st.html(UPLOAD_AS.format(text=json.dumps(upload, ensure_ascii=False)))
listen()
# Screen readers and fonts go by the language of the document, which Streamlit leaves at English.
st.html(LANGUAGE.format(tag=json.dumps(text("common.html_language", language()))), unsafe_allow_javascript=True)
with st.container(key="language_row"):
    language_switch()
url_state.opened(chosen.url_path)
notices = st.container()
chosen.run()
with notices:
    show_address_findings(url_state.findings(chosen.url_path or next(iter(PAGES))))
st.caption(say("version", version=sim.__version__, data=data()[:8], code=code()[:8]))
