"""The offline report: complete in one file, asks nothing of any network, and says what a planner needs."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from sim.core.trace import Trace
from sim.kpi.run_tables import figures_of
from sim.output.deadlock import deadlocks
from sim.reports.chart_style import number
from sim.reports.html_page import for_script
from sim.reports.run_report import write_report
from sim.text.catalogue import Language, say
from tests.helpers.browser import drawn_in_browser
from tests.helpers.stories import three_trains, world_of_three_trains
from tests.output.test_deadlock import meet_on_single_tracks

META = {"scenario": "Two more <cranes> </script>", "seed": 7, "replication": 0, "days": 1, "proposals": ["cranes"]}


def written(folder: Path, language: Language = "en", trace: Trace | None = None) -> str:
    path = folder / f"{language}.html"
    write_report(
        path, run=figures_of(trace or three_trains()), corridor=world_of_three_trains(), meta=META, language=language
    )
    assert path.stat().st_size < 3_000_000
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("report")
    return {"en": written(folder, "en"), "zh": written(folder, "zh")}


class Parsed(HTMLParser):
    """Elements by tag, and the text outside scripts and styles."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._silent = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._silent = tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self._silent = False

    def handle_data(self, data: str) -> None:
        if not self._silent and data.strip():
            self.words.append(data.strip())


def specs(page: str) -> dict[str, dict]:
    found = re.search(r'<script type="application/json" id="specs">(.*?)</script>', page, re.DOTALL)
    assert found
    return json.loads(found[1])


def test_nothing_is_fetched(pages: dict[str, str]) -> None:
    for page in pages.values():
        tags = Parsed(page).tags
        assert not [tag for tag, given in tags if tag in ("link", "img", "iframe") or "src" in given]
        assert "default-src 'none'" in page
        assert [tag for tag, _ in tags].count("script") == 2


def test_every_chart_has_its_place(pages: dict[str, str]) -> None:
    for page in pages.values():
        places = [given["id"] for _, given in Parsed(page).tags if given.get("class") == "chart"]
        assert places == list(specs(page))
        of_port = ("dwell", "waiting", "facilities", "load", "traffic")
        assert places == ["map", *(f"{chart}-erenhot" for chart in of_port)]


def test_text_from_data_cannot_break_out(pages: dict[str, str]) -> None:
    words = Parsed(pages["en"]).words
    assert "Border ports: Two more <cranes> </script>" in words
    assert "A <test> & its </script> source" in words
    # Were it raw in a script element, the scripts would end early and their text show up as words.
    assert not [word for word in words if "vegaEmbed" in word or '{"map"' in word]


def test_figures_are_shown_with_their_names(pages: dict[str, str]) -> None:
    words = Parsed(pages["en"]).words
    row = words.index("Container train", words.index("Key figures"))
    # Per day: vehicles, TEU, t; dwell mean, median, 90%, 95%, sides; waiting, clearance; transit; at the end; per tonne
    assert words[row + 1 : row + 18] == [
        *("4", "200", "4,000"),
        # Percentiles of two crossings and one journey, with these numbers.
        *("6.50", "6.50 (n\u00a0=\u00a02)", "6.90 (n\u00a0=\u00a02)", "6.95 (n\u00a0=\u00a02)", "3.50", "3"),
        *("1.50", "2.50"),
        *("10", "10 (n\u00a0=\u00a01)", "10 (n\u00a0=\u00a01)"),
        *("1", "0.36", "2"),
    ]
    assert any("67% of the waiting time is for Gantry" in word for word in words)


def test_settings_and_sources_are_told(pages: dict[str, str]) -> None:
    words = Parsed(pages["zh"]).words
    assert words[words.index("随机种子") + 1] == "7"
    assert words[words.index("方案") + 1] == "cranes"
    assert say("run_report.sound", "zh") in words


def test_both_languages_have_the_same_parts(pages: dict[str, str]) -> None:
    english, chinese = (Parsed(pages[language]) for language in ("en", "zh"))
    assert [tag for tag, _ in english.tags] == [tag for tag, _ in chinese.tags]
    assert "二连浩特—扎门乌德" in chinese.words
    assert not any("\u4e00" <= letter <= "\u9fff" for word in english.words for letter in word)


def test_a_run_that_does_not_add_up_says_so_first(tmp_path: Path) -> None:
    trace = three_trains()
    trace.outcome.setflags(write=True)
    trace.outcome[0] = 2
    words = Parsed(written(tmp_path, trace=trace)).words
    assert "Balance check failed; do not use these results:" in words


def test_deadlock_is_reported(tmp_path: Path) -> None:
    stuck = meet_on_single_tracks()
    assert len(deadlocks(stuck)) == 2
    words = Parsed(written(tmp_path, trace=stuck)).words
    assert "Deadlock: 2 vehicles block each other and cannot move again." in words
    assert any(word.startswith("up-000000 waits for west_track since day 1, 00:10:00") for word in words)


def test_nothing_half_written_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("corridors.io.atomic_files.os.replace", fail)
    with pytest.raises(OSError, match="disk full"):
        written(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "—"), (float("nan"), "—"), (0.0, "0"), (0.256, "0.26"), (12.34, "12.3"), (1234.5, "1,234"), (2.0, "2")],
)
def test_figures_have_about_three_digits(value: float | None, text: str) -> None:
    assert number(value) == text


def test_script_text_cannot_end_its_element() -> None:
    assert "</" not in for_script('{"a": "</script><!--"}')
    assert json.loads(for_script('"</script>"')) == "</script>"
    for name in ("<!--<script>", "<!-- </script>", "1 < 2 <"):
        assert json.loads(for_script(json.dumps(name))) == name


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_browser_draws_every_chart_without_any_request(
    browser: Any, pages: dict[str, str], tmp_path: Path, language: Language
) -> None:
    assert drawn_in_browser(browser, pages[language], tmp_path) == len(specs(pages[language]))
