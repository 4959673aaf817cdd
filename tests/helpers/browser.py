"""A page from a file in a real browser: what it draws, and that it asks for nothing and breaks nowhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

NARROW_PX = 1024
"""Of a small screen, on which a page must not be wider than the window."""


def drawn_in_browser(browser: Any, html: str, folder: Path) -> int:
    """How many charts a page draws; fails on any request but for the page itself and on any error of a script."""
    file = folder / "report.html"
    file.write_text(html, encoding="utf-8")
    page = browser.new_page()
    requests: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(file.as_uri())
    page.wait_for_function("[...document.querySelectorAll('.chart')].every(c => c.querySelector('svg'))")
    drawn: int = page.locator(".chart svg").count()
    page.set_viewport_size({"width": NARROW_PX, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") == NARROW_PX
    page.close()
    assert errors == []
    assert requests == [file.as_uri()]
    return drawn
