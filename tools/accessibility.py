"""Check every page with axe-core in a headless Chromium, in both languages, light and dark, at several widths.

    python tools/accessibility.py --axe axe.min.js [--pages what_if,data] [--widths 1440,390] [--schemes light,dark]
    python tools/accessibility.py --axe axe.min.js --results out --pages "compare?results=five,money?study=line"

Each tab of a page is opened and checked. ``--results`` is a folder of results for pages that open some.
axe-core (MPL-2.0) is not part of this repository: ``axe.min.js`` is in its own releases and in the Python package
``axe-playwright-python``. Faults of the impact "serious" and "critical" are printed, and end the program with status 1.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
LANGUAGES: Final = ("en", "zh")
GRAVE: Final = ("serious", "critical")
WAIT_MS: Final = 2500
"""Time for charts after the script of the page has ended, milliseconds."""
RUN: Final = """async () => {
  const found = await axe.run(document, { resultTypes: ['violations'] });
  return found.violations.map((one) => ({
    id: one.id, impact: one.impact, help: one.help,
    nodes: one.nodes.map((node) => [node.target.join(' '), node.html.slice(0, 160), node.failureSummary]),
  }));
}"""


def faults(page: Any, engine: str) -> list[dict[str, Any]]:
    """The grave faults of the page that is shown."""
    page.evaluate(engine)
    return [one for one in page.evaluate(RUN) if one["impact"] in GRAVE]


def checked(
    pages: list[str], widths: list[int], schemes: list[str], languages: list[str], engine: str, results: Path
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """What was looked at, with its grave faults."""
    from tests.helpers import web_page

    with web_page.served(results) as address, web_page.chromium() as browser:
        for scheme in schemes:
            for path in pages:
                for language in languages:
                    page = browser.new_page()
                    page.emulate_media(color_scheme=scheme)
                    page.set_viewport_size({"width": widths[0], "height": 1400})
                    page.goto(f"{address}/{path}{'&' if '?' in path else '?'}lang={language}")
                    page.locator("h2").first.wait_for()
                    web_page.settle(page)
                    for width in widths:
                        page.set_viewport_size({"width": width, "height": 1400})
                        page.wait_for_timeout(WAIT_MS)
                        what = f"{path or 'questions'} {language} {scheme} {width} px"
                        yield what, faults(page, engine)
                        for tab in page.get_by_role("tab").all()[1:]:
                            tab.click()
                            web_page.settle(page)
                            page.wait_for_timeout(WAIT_MS)
                            yield f"{what}, {tab.inner_text().strip()}", faults(page, engine)
                        if first := page.get_by_role("tab").all()[:1]:
                            first[0].click()
                    page.close()


def main() -> int:
    """Check what the command line names; returns the exit status."""
    from tools.pictures import PAGES

    parser = argparse.ArgumentParser(description="Check every page with axe-core.")
    parser.add_argument("--axe", type=Path, required=True, metavar="axe.min.js")
    parser.add_argument("--pages", default=",".join(PAGES), help="default: %(default)s")
    parser.add_argument("--widths", default="1440,390", help="default: %(default)s")
    parser.add_argument("--schemes", default="light", help="default: %(default)s")
    parser.add_argument("--languages", default=",".join(LANGUAGES), help="default: %(default)s")
    parser.add_argument("--results", type=Path, metavar="DIR", help="folder of results, default: an empty one")
    given = parser.parse_args()
    engine, grave = given.axe.read_text(encoding="utf-8"), 0
    widths = [int(width) for width in given.widths.split(",")]
    pages, schemes, languages = given.pages.split(","), given.schemes.split(","), given.languages.split(",")
    with tempfile.TemporaryDirectory() as folder:
        for what, found in checked(pages, widths, schemes, languages, engine, given.results or Path(folder)):
            print(f"{what}: {sum(len(one['nodes']) for one in found)}", flush=True)
            for one in found:
                grave += len(one["nodes"])
                print(f"  {one['impact']} {one['id']}: {one['help']}")
                for target, html, why in one["nodes"][:4]:
                    print(f"    {target}\n      {html}\n      {' '.join(why.split())[:240]}")
    return 1 if grave else 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main())
