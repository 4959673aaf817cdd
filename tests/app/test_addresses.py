"""Random and hostile addresses: no page breaks, runs a script, or shows a traceback or a path of the server."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any, Final

import pytest
from streamlit.testing.v1 import AppTest

from app.url_state import EVERYWHERE, PARAMETERS
from app.world import baseline
from tests.app.test_pages import ENTRY, html_of, said, short_runs  # noqa: F401
from tests.helpers.web_page import PATIENCE_S

SEED: Final = 20
CHEAP: Final = ("questions", "compare", "shelf", "own_records")
"""Pages that run nothing for an address."""
HOSTILE: Final = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    "../../../../etc/passwd",
    "/proc/self/environ",
    "a\x00b",
    "\u202e\u0000\ufffe",
    "%00%2e%2e",
    "{{7*7}}",
    "'; drop table x; --",
    "=cmd|' /C calc'!A0",
    "9" * 400,
    "-1e999",
    "nan",
    "",
    " ",
    '{"op":"set"}',
    "[[[[" * 50,
    "📦" * 100,
    "facilities.erenhot_transshipment.servers=1e99",
)
PATHS: Final = (str(Path(__file__).parents[2]), "Traceback", "site-packages", "root:x:")


def addresses(pages: tuple[str, ...], n: int) -> list[tuple[str, dict[str, list[str]]]]:
    """Pages with parts of their addresses, known and unknown ones, with valid, hostile and random values."""
    draw = random.Random(SEED)
    valid = [*baseline().ports, *baseline().facilities, "servers", "close", "best", "en", "zh", "2023-08-01"]

    def value() -> str:
        kind = draw.random()
        if kind < 0.45:
            return draw.choice(HOSTILE)
        if kind < 0.75:
            return draw.choice(valid)
        return "".join(chr(draw.choice((draw.randrange(32, 127), draw.randrange(0x4E00, 0x9FFF)))) for _ in range(12))

    found = []
    for _ in range(n):
        page = draw.choice(pages)
        parts = [*PARAMETERS.get(page, ()), *EVERYWHERE, "x", "<b>"]
        chosen = draw.sample(parts, draw.randrange(1, min(5, len(parts)) + 1))
        found.append((page, {part: [value() for _ in range(draw.choice((1, 1, 1, 3)))] for part in chosen}))
    return found


def look(found: list[tuple[str, dict[str, list[str]]]]) -> None:
    """Open each address in one session of its page."""
    sessions: dict[str, Any] = {}
    for page, parts in found:
        if page not in sessions:
            sessions[page] = AppTest.from_file(ENTRY, default_timeout=PATIENCE_S)
            sessions[page].switch_page(f"app/pages/{page}.py")
        at = sessions[page]
        at.query_params.clear()
        for part, values in parts.items():
            at.query_params[part] = values
        at.run()
        assert [one.message for one in at.exception] == [], (page, parts)
        shown = html_of(at) + said(at)
        for bad in ("<script>alert", "<img src=x", *PATHS):
            assert bad not in shown, (page, parts, bad)


def test_hostile_addresses_break_no_page() -> None:
    look(addresses(CHEAP, 24))


@pytest.mark.slow
def test_three_hundred_random_addresses_break_no_page() -> None:
    look(addresses((*CHEAP, "overview", "what_if", "money", "replay", "data", "report"), 300))
