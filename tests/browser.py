"""A page in a real browser: what it draws, and that it asks for nothing and breaks nowhere."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest


def drawn_in_browser(html: str, folder: Path) -> int:
    """How many charts a page draws; fails on any request but for the page itself and on any error of a script."""
    playwright = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium here")
    file = folder / "report.html"
    file.write_text(html, encoding="utf-8")
    flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=flags)
        page = browser.new_page()
        requests: list[str] = []
        errors: list[str] = []
        page.on("request", lambda request: requests.append(request.url))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(file.as_uri())
        page.wait_for_function("[...document.querySelectorAll('.chart')].every(c => c.querySelector('svg'))")
        drawn: int = page.locator(".chart svg").count()
        browser.close()
    assert errors == []
    assert requests == [file.as_uri()]
    return drawn
