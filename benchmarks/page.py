"""Response times of the page What if in a headless Chromium: ``python -m benchmarks.page``.

Seconds from the click (or key) to the complete page: the script has ended, the requested content is there,
nothing is greyed out, and every chart is drawn. Each kind of move is made several times, first while the server has
nothing else to do, then while it runs a batch of the whole year for the same person; medians, with the smallest and
the largest, go to ``out/page.md``.

It is no test: on another machine, or beside other work, the same moves take other times.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from tests.helpers.web_page import Visitor, chromium, served

OUT: Final = Path(__file__).parent.parent / "out" / "page.md"
DAYS: Final = 42
"""Of a short run, as the page has them if nothing else is said."""
PORTS: Final = {"Manzhouli": "manzhouli", "Erenhot": "erenhot", "Ganqimaodu": "ganqimaodu", "Ceke": "ceke"}
SCENARIO: Final = "set=shifts.gashuunsukhait_gate_day.closes%3D24:00"
LANES: Final = "facilities.gashuunsukhait_lanes.servers"
NOTE_MOVES: Final = """() => {
    const note = () => { window.moved = performance.now(); window.whole = null; };
    for (const kind of ['pointerdown', 'keydown']) document.addEventListener(kind, note, true);
}"""
WHOLE: Final = """([there, steady_ms]) => {
    const charts = [...document.querySelectorAll('[data-testid="stVegaLiteChart"]')].filter(one => one.offsetParent);
    if (!eval(there) || !charts.every(one => one.querySelector('canvas, svg'))) {
        window.whole = null;
        return false;
    }
    const state = document.querySelector('[data-testid="stApp"]').dataset.testScriptState;
    const busy = state !== 'notRunning' || document.querySelector('[data-stale="true"]');
    if (window.whole === null && !busy) window.whole = performance.now();
    const steady = window.whole !== null && performance.now() - window.whole > steady_ms;
    return steady && (window.whole - window.moved) / 1000;
}"""
"""Seconds from the last move to the page that has been whole ever since, for some time."""
STEADY_MS: Final = 150
PAUSE_MS: Final = 500
FROM: Final = '.st-key-sweep_box [class*="st-key-from_"]'
"""Where the sweep begins, a number that is another for another thing."""

Seconds = list[float]


def on_tab(port: str) -> str:
    """Whether the sliders of a port are there."""
    return f"document.querySelector('[class*=\"st-key-group_{port}_\"]')"


class Person:
    """A user of the page What if, at the tab of Ganqimaodu, whose actions are timed."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.lanes = 3
        page.evaluate(NOTE_MOVES)

    def whole(self, there: str) -> float:
        """Seconds from the last move until the page is whole and an expression in its script is true."""
        found: float = self.page.wait_for_function(WHOLE, arg=[there, STEADY_MS], polling="raf").json_value()
        return found

    def port(self, times: int) -> Seconds:
        """From tab to tab."""
        found = []
        for name, port in list(PORTS.items()) * times:
            self.page.get_by_role("radio", name=name).click()
            found.append(self.whole(on_tab(port)))
        self.page.get_by_role("radio", name="Ganqimaodu").click()
        self.whole(on_tab("ganqimaodu"))
        return found

    def group(self, times: int) -> Seconds:
        """A group of sliders is opened; shutting it asks for nothing."""
        box = "group_ganqimaodu_inspection"
        found = []
        for _ in range(times):
            self.page.locator(f".st-key-{box} summary").click()
            found.append(self.whole(f"document.querySelector('.st-key-{box} [data-testid=\"stSlider\"]')"))
            self.shut(box)
        return found

    def choice(self, times: int) -> Seconds:
        """Another thing is chosen from the list under "How many are enough?"."""
        box = self.page.locator(".st-key-sweep_box")
        box.locator("summary").click()
        self.whole(f"document.querySelector('{FROM}')")
        found = []
        for k in range(times):
            before = self.page.locator(FROM).first.get_attribute("class")
            box.get_by_role("combobox").first.click()
            self.page.get_by_role("option").nth(1 - k % 2).click()
            found.append(self.whole(f"document.querySelector('{FROM}').className !== {before!r}"))
        self.shut("sweep_box")
        return found

    def shut(self, box: str) -> None:
        """A box that is open is shut."""
        self.page.locator(f".st-key-{box} summary").click()
        self.whole(f"!document.querySelector('.st-key-{box} details').open")
        self.page.wait_for_timeout(PAUSE_MS)

    def dwell(self, times: int) -> Seconds:
        """Where the time of a crossing goes, in the base and in the scenario."""
        self.page.locator(".st-key-views").get_by_role("tab").nth(1).click()
        self.whole("document.querySelector('.st-key-dwell')")
        found = []
        for k in range(2 * times):
            self.page.locator(".st-key-dwell").get_by_role("tab").nth(1 - k % 2).click()
            chart = '.st-key-dwell [role="tabpanel"]:not([inert]) [data-testid="stVegaLiteChart"]'
            shown = f"document.querySelectorAll('.st-key-dwell [role=\"tab\"]')[{1 - k % 2}].ariaSelected === 'true'"
            found.append(self.whole(f"{shown} && [...document.querySelectorAll('{chart}')].some(c => c.offsetParent)"))
        return found

    def language(self, times: int) -> Seconds:
        """The whole page in the other language."""
        found = []
        for name, title in [("中文", "情景推演"), ("English", "What if")] * times:
            self.page.get_by_role("radio", name=name).click()
            found.append(self.whole(f"document.querySelector('h2')?.innerText === '{title}'"))
        return found

    def slider(self, times: int) -> Seconds:
        """Move a slider one step to a value that has no cached result: a short run."""
        found = []
        handle = self.page.locator('[data-testid="stSlider"]').filter(has_text="Coal lanes out of Mongolia")
        for _ in range(times):
            self.lanes += 1
            handle.locator('input[type="range"]').press("ArrowRight")
            found.append(self.whole(f"decodeURIComponent(location.search).includes('{LANES}={self.lanes}')"))
        return found

    def pairs(self, times: int) -> Seconds:
        """Ten paired replications of the page's short run, with their intervals."""
        handle = self.page.locator('[data-testid="stSlider"]').filter(has_text="Coal lanes out of Mongolia")
        found = []
        for _ in range(times):
            self.lanes -= 1
            handle.locator('input[type="range"]').press("ArrowLeft")
            self.whole(f"decodeURIComponent(location.search).includes('{LANES}={self.lanes}')")
            self.page.get_by_role("button", name="Run with confidence intervals").click()
            found.append(self.whole("document.body.innerText.includes('Mean of 10 paired replications')"))
        return found


MOVES: Final[Mapping[str, Callable[[Person, int], Seconds]]] = {
    "another port": Person.port,
    "a group of sliders, opened": Person.group,
    "another choice in a list": Person.choice,
    "dwell: base, scenario": Person.dwell,
    "the other language": Person.language,
    "a slider (a run of six weeks)": Person.slider,
}


def first_sight(address: str, context: Any) -> Seconds:
    """Seconds from the request to the first words and to the whole start page, on a server without earlier requests."""
    visitor = Visitor(context, address)
    began = time.perf_counter()
    visitor.page.goto(address)
    visitor.page.locator("h2").first.wait_for()
    words = time.perf_counter() - began
    visitor.settle()
    whole = time.perf_counter() - began
    visitor.leave()
    return [words, whole]


def measured(address: str, context: Any, times: int) -> dict[str, tuple[Seconds, Seconds]]:
    """Seconds of every kind of move: on an idle server, and while a batch runs."""
    first = first_sight(address, context)
    overview = Visitor(context, address)
    overview.open("overview").locator(".card").first.wait_for()
    overview.leave()
    page = Visitor(context, address).open(f"what_if?{SCENARIO}&port=ganqimaodu")
    person = Person(page)
    person.port(1)
    idle = {name: move(person, times) for name, move in MOVES.items()}
    pairs = person.pairs(min(times, 3))
    for label, option in (("Paired replications", "40"), ("Days", "the base year")):
        page.get_by_role("combobox", name=label).click()
        page.get_by_role("option", name=option, exact=True).click()
    page.get_by_role("button", name="Run with confidence intervals").click()
    page.get_by_role("button", name="Cancel").wait_for()
    found = {name: (idle[name], move(person, times)) for name, move in MOVES.items()}
    page.get_by_role("button", name="Cancel").click()
    page.get_by_text("Cancelled after").wait_for()
    alone = {"first sight: first words, whole start page": first, "ten pairs of six weeks, with intervals": pairs}
    return {name: (seconds, []) for name, seconds in alone.items()} | found


def shown(seconds: Seconds) -> str:
    """The median with its limits; a dash where nothing was measured."""
    if not seconds:
        return "-"
    return f"{statistics.median(seconds):.2f} ({min(seconds):.2f} to {max(seconds):.2f})"


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m benchmarks.page", description=__doc__)
    words.add_argument("--times", type=int, default=5, help="how often each kind of move is made, once there and back")
    times = words.parse_args().times
    with tempfile.TemporaryDirectory() as folder, served(Path(folder), days=DAYS) as address, chromium() as context:
        found = measured(address, context, times)
    lines = ["| move | times | alone, s | while a batch runs, s |", "|---|---:|---:|---:|"]
    lines += [f"| {name} | {len(idle)} | {shown(idle)} | {shown(busy)} |" for name, (idle, busy) in found.items()]
    load = f", load {os.getloadavg()[0]:.1f} in the last minute" if hasattr(os, "getloadavg") else ""
    text = "\n".join([*lines, "", f"{os.cpu_count()} cores{load}."])
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
