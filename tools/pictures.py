"""Take the pictures of the web page and of the map for docs/ and README.md, or pictures of every page.

    python tools/pictures.py [NAME ...]
    python tools/pictures.py --every DIR [--pages what_if,data] [--widths 1440,1024]

Names are those of :data:`PICTURES` and ``flows-and-queues``; without names all are taken. Needs Chromium and the
packages of the tests. Look at each picture before it is committed. ``python tools/model_page.py`` takes those of the
page on the model.
"""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
DOCS: Final = ROOT / "docs"
PAGES: Final = ("", "overview", "what_if", "compare", "money", "shelf", "replay", "own_records", "data", "report")
WIDTH, HEIGHT = 1440, 1250
LONG_MS: Final = 600_000
"""Patience for runs in the background, milliseconds."""
QUICK_DAYS: Final = 42
"""Days of the short runs, as the page has them without a test."""
COLOURS: Final = 256
"""Colours of a stored picture."""
FIVE: Final[dict[str, Any]] = {
    "id": "five",
    "title_en": "Five proposals",
    "title_zh": "五项方案",
    "proposals": [
        "m04_erenhot_line",
        "m11_coal_gate_hours",
        "m11_erenhot_road_24h",
        "m11_gashuunsukhait_lanes",
        "m11_rail_clearance",
    ],
    "start": date(2023, 7, 1),
    "days": 59,
    "warmup_days": 31,
    "replications": 5,
}
"""The batch of the picture of Compare."""


def overview(page: Any) -> None:
    """Wait for the run of the base year and the map."""
    page.locator("canvas, svg.marks").first.wait_for()


def questions(page: Any) -> None:
    """Run ten pairs and wait for the answer."""
    page.locator(".st-key-question_run button").click()
    page.get_by_test_id("stDownloadButton").first.wait_for(timeout=LONG_MS)


def what_if(page: Any) -> None:
    """Start ten paired replications and wait for their figures."""
    page.get_by_role("button", name="计算置信区间").click()
    page.get_by_text("±").first.wait_for(timeout=LONG_MS)


def replay(page: Any) -> None:
    """Move to the morning of the first day."""
    slider = page.locator('input[type="range"]').first
    slider.wait_for()
    slider.evaluate("one => { one.value = one.max * 0.045; one.dispatchEvent(new Event('input')); }")


def money(page: Any) -> None:
    """Wait for the chart of the years."""
    page.locator("canvas, svg.marks").first.wait_for(timeout=LONG_MS)


def compare(page: Any) -> None:
    """Wait for the board."""
    page.locator(".board").first.wait_for()


PICTURES: Final[dict[str, tuple[str, Callable[[Any], None]]]] = {
    "app-questions": ("?lang=en&thing=gashuunsukhait_lanes&n=5", questions),
    "app-overview": ("overview?lang=en", overview),
    "app-what-if-zh": ("what_if?lang=zh&port=manzhouli&set=facilities.manzhouli_container_lines.servers%3D3", what_if),
    "app-compare": ("compare?lang=en&results=five", compare),
    "app-replay": ("replay?lang=en", replay),
    "app-money": ("money?lang=en&study=erenhot_first", money),
}
"""Address of each picture, and what to do before it is taken."""
MAP: Final = "flows-and-queues"


@contextmanager
def served(with_batch: bool = True, with_appraisal: bool = False) -> Iterator[tuple[Any, str]]:
    """A browser and the address of the web page, with the batch of five proposals and an appraisal to open."""
    from corridors.load import load_corridor
    from corridors.overlay.proposals import load_proposals
    from sim.__main__ import main as bridgehead
    from sim.experiments.batch import run_batch
    from sim.experiments.experiment import Experiment
    from tests.helpers import web_page

    with tempfile.TemporaryDirectory() as folder:
        if with_batch:
            run_batch(Experiment.model_validate(FIVE), Path(folder) / "five", load_corridor(), load_proposals())
        if with_appraisal:
            bridgehead(["appraise", "erenhot_first", "--replications", "5", "--out", f"{folder}/erenhot_first"])
        with web_page.served(Path(folder), days=QUICK_DAYS) as address, web_page.chromium() as browser:
            yield browser, address


def settle(page: Any) -> None:
    """Wait until the page is drawn: no script runs and no element is in work."""
    from tests.helpers.web_page import settle

    settle(page)
    page.wait_for_timeout(1500)


def store(picture: bytes, file: Path) -> None:
    """Write a picture in few colours."""
    from PIL import Image

    image = Image.open(io.BytesIO(picture)).convert("RGB")
    # The usual method joins rare colours, such as those of a legend, with others.
    few = image.quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.save(file, optimize=True)


def take(names: list[str]) -> None:
    """Take the named pictures for docs/."""
    with served("app-compare" in names, "app-money" in names) as (browser, address):
        for name in names:
            path, act = PICTURES[name]
            page = browser.new_page()
            page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
            page.goto(f"{address}/{path}")
            page.locator("h2").first.wait_for()
            settle(page)
            act(page)
            settle(page)
            store(page.screenshot(), DOCS / f"{name}.png")
            page.close()


def take_every(folder: Path, pages: list[str], widths: list[int]) -> None:
    """Take whole pages in every language, for a look at all of them."""
    from sim.text.catalogue import complete_languages

    folder.mkdir(parents=True, exist_ok=True)
    with served() as (browser, address):
        for path in pages:
            for language in complete_languages():
                page = browser.new_page()
                page.set_viewport_size({"width": widths[0], "height": HEIGHT})
                more = "&results=five" if path == "compare" else ""
                page.goto(f"{address}/{path}?lang={language}{more}")
                page.locator("h2").first.wait_for()
                settle(page)
                for width in widths:
                    page.set_viewport_size({"width": width, "height": 3000})
                    settle(page)
                    page.screenshot(path=folder / f"{path or 'questions'}-{language}-{width}.png")
                page.close()


def draw_map() -> None:
    """Draw the map of the base year for README.md."""
    import vl_convert

    from corridors.load import load_corridor
    from sim.reports import chart_style
    from sim.reports.flow_map import flow_map
    from sim.run import prepare, run_scenario
    from sim.text.names import Names

    corridor = load_corridor()
    result = run_scenario(prepare(corridor))
    chart = flow_map(result.links, result.kpis, corridor, Names.of(corridor))
    store(vl_convert.vegalite_to_png(chart_style.styled(chart).to_dict(), scale=1.0), DOCS / f"{MAP}.png")


def main() -> None:
    """Take the pictures that the command line names."""
    parser = argparse.ArgumentParser(description="Take the pictures of docs/, or pictures of every page.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"default: all of {', '.join([*PICTURES, MAP])}")
    parser.add_argument("--every", type=Path, metavar="DIR", help="whole pages in every language, into a folder")
    parser.add_argument("--pages", default=",".join(PAGES), help="default: %(default)s")
    parser.add_argument("--widths", default="1440,1024", help="default: %(default)s")
    given = parser.parse_args()
    if given.every:
        take_every(given.every, given.pages.split(","), [int(width) for width in given.widths.split(",")])
        return
    names = given.names or [*PICTURES, MAP]
    if MAP in names:
        draw_map()
    if pages := [name for name in names if name != MAP]:
        take(pages)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
