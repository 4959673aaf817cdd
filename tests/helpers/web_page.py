"""The web page as a user has it: served by `bridgehead app`, looked at with a browser that stays on this machine."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final
from urllib.request import urlopen

import pytest

from tests.helpers.processes import BRIDGEHEAD, PATIENCE_S, ROOT, last_texts

PATIENCE_MS: Final = 1000 * PATIENCE_S
DAYS: Final = 8
"""Of the short runs; enough to see that a figure changes."""
FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
HERE: Final = ("http://localhost:", "ws://localhost:", "data:", "blob:")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


@contextmanager
def served(
    results: Path,
    program: Sequence[str] = BRIDGEHEAD,
    folder: Path = ROOT,
    days: int = DAYS,
    environment: Mapping[str, str] | None = None,
) -> Iterator[str]:
    """The address of a page that is served for as long as this lasts, by the program in a folder."""
    port = free_port()
    command = [*program, "app", "--no-browser", "--port", str(port), "--days", str(days), "--results", str(results)]
    log = results / "server.txt"
    with log.open("wb") as sink:
        # On a busy machine a short run may take longer than the page allows it.
        patient = {**(environment or os.environ), "BRIDGEHEAD_RUN_SECONDS": str(PATIENCE_S)}
        server = subprocess.Popen(command, cwd=folder, stdout=sink, stderr=sink, env=patient)
        try:
            wait_until_it_answers(port, server, log)
            yield f"http://localhost:{port}"
        finally:
            server.terminate()
            last_texts(server)


def wait_until_it_answers(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while server.poll() is None and time.monotonic() < deadline:
        with suppress(OSError), urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1):
            return
        time.sleep(0.1)
    pytest.fail(f"the page was not served: {log.read_text(encoding='utf-8')}")


@contextmanager
def chromium() -> Iterator[Any]:
    """The context of a headless Chromium of this machine, shared so that scripts load once; skips if there is none."""
    playwright = pytest.importorskip("playwright.sync_api")
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("no Chromium here")
    playwright.expect.set_options(timeout=PATIENCE_MS)
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=list(FLAGS))
        context = browser.new_context(viewport={"width": 1440, "height": 1200}, accept_downloads=True)
        context.set_default_timeout(PATIENCE_MS)
        yield context
        browser.close()


def settle(page: Any) -> None:
    """Wait until a page is not running any more."""
    page.wait_for_function(
        "() => document.querySelector('[data-testid=\"stApp\"]')?.dataset.testScriptState === 'notRunning'"
    )


class Visitor:
    """One user of the page: a tab with a separate session; all its requests are recorded."""

    def __init__(self, context: Any, address: str) -> None:
        self.address = address
        self.page = context.new_page()
        self.requests: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("websocket", lambda socket: self.requests.append(socket.url))

    def open(self, path: str = "") -> Any:
        """Go to an address below the page's own and wait until it has been drawn."""
        self.page.goto(f"{self.address}/{path}")
        self.page.locator("h2").first.wait_for()
        self.settle()
        return self.page

    def settle(self) -> None:
        """Wait until the page is not running any more."""
        settle(self.page)

    def leave(self) -> None:
        """Nothing broke, and nothing was asked of any other machine."""
        broken = self.page.locator('[data-testid="stException"]').count()
        self.page.close()
        assert broken == 0
        assert [url for url in self.requests if not url.startswith(HERE)] == []
