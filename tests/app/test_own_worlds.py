"""The page on a data folder of another border: every page, question and table in both languages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from app import home, money_data, run_cache, world
from app.pages import PAGES
from app.run_pool import RunPool
from app.run_worker import _value
from app.short_run import ShortRun, carried_out
from app.widgets.sliders import sliders
from corridors.io.folders import data_root
from sim.cli.page_settings import DATA
from sim.run import BASELINE
from sim.studies.validation.record import Record
from sim.text.catalogue import Language
from sim.text.names import clock_name
from tests.app.test_pages import ENTRY, LANGUAGES
from tests.cli.test_example_worlds import OF_OTHER_PORTS, WITHOUT_CHINA, forbidden_in, found_words
from tests.helpers.web_page import PATIENCE_S

KINDS = ("servers", "close", "best", "demand", "trip", "why")
OF_CHINA = re.compile(
    rf"{OF_OTHER_PORTS.pattern}|china\b|beijing|(?<!in )chinese\b(?! name)"
    r"|中国|北京|进境|出境|邻方|邻国|中方|中蒙|中俄",
    re.IGNORECASE,
)
"""Words that have no place where China is no side; a column may have a name in Chinese."""
CACHED = (
    *(world.baseline, world.proposals, world.demand_scenarios, world.data),
    *(run_cache._world_of, run_cache._load_of),
    *(money_data.world, money_data.programmes, money_data.candidates),
)
"""What was read of the folder of another test."""


SLOW = tuple(pytest.param(name, marks=pytest.mark.slow) for name in ("khorgos", "chirundu", "made_up_gate"))


@pytest.fixture(scope="module", params=["malaszewicze", *SLOW])
def folder(request: pytest.FixtureRequest) -> Iterator[str]:
    """The page reads this example; its runs take days in this process, and are forgotten after all tests of it."""
    example = data_root() / "examples" / request.param

    def run(wanted: ShortRun, place: Any = None) -> Any:
        short = replace(wanted, days=min(wanted.days, 9), warmup_days=min(wanted.warmup_days, 2))
        made = _value(short, carried_out(short, world.baseline(), world.proposals(), world.data()))
        return replace(made, corridor=run_cache.world_of(wanted.scenario)) if wanted.kind == "answer" else made

    def forget() -> None:
        for one in CACHED:
            one.clear()
        sliders.cache_clear()
        run_cache.forget_runs()

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(DATA, str(example))
        patch.setattr(run_cache, "_run", run)
        # Runs that are begun ahead are in processes of these tests, which have read the example, too.
        pool = RunPool(run_cache.MOST_S)
        patch.setattr(run_cache, "_pool", lambda: pool)
        record = Record((), (), replications=1, seed=1)
        patch.setattr(run_cache, "_base_year", lambda version: (run_cache.quick(BASELINE), record))
        patch.setattr(run_cache, "warm_up", lambda: None)
        forget()
        assert home.folder() == example
        yield request.param
    pool.close()
    forget()


def opened(page: str, language: Language, **address: str) -> AppTest:
    at = AppTest.from_file(ENTRY, default_timeout=PATIENCE_S)
    at.switch_page(f"app/pages/{page}.py")
    at.query_params["lang"] = language
    for key, value in address.items():
        at.query_params[key] = value
    return at.run()


def checked(at: AppTest, folder: str, where: str) -> AppTest:
    """No exception, no error, and no word of another border in any part of the page."""
    assert [one.message for one in at.exception] == [], where
    assert [one.value for one in at.error] == [], where
    text = "\n".join(_parts(at._tree))
    assert len(text) > 500
    assert found_words(text, OF_CHINA if folder in WITHOUT_CHINA else forbidden_in(folder)) == [], where
    return at


def _parts(block: Any) -> Iterator[str]:
    """The protocol of every part, with the bytes of its texts as texts."""
    for child in block.children.values():
        if hasattr(child, "children"):
            yield from _parts(child)
        proto = str(getattr(child, "proto", ""))
        yield re.sub(
            r"(?:\\\d{3})+",
            lambda at: bytes(int(one, 8) for one in at[0][1:].split("\\")).decode("utf-8", "replace"),
            proto,
        )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_opens_on_another_border(folder: str, language: Language) -> None:
    for page in PAGES:
        at = checked(opened(page, language), folder, page)
        if (page, language) == ("overview", "en"):
            assert "no published figures to compare" in "\n".join(one.value for one in at.markdown)
    for kind in KINDS:
        at = checked(opened("questions", language, ask=kind), folder, kind)
        assert at.radio(key="question__ask").value == kind
    at = opened("data", language)
    for table in ("facilities", "ports", "itineraries", "profiles"):
        checked(at.selectbox(key="data_table").set_value(table).run(), folder, table)


def test_a_moved_slider_of_another_border_gives_an_answer(folder: str) -> None:
    at = opened("what_if", "en")
    own = [one for one in at.slider if str(one.key).startswith("slider_")]
    assert len(own) > (1 if folder == "made_up_gate" else 3)  # Those of the first group; it has two facilities.
    moved = own[0].set_value(own[0].max).run()
    checked(moved, folder, own[0].key or "")
    (differs,) = (one.label for one in moved.expander if one.label.startswith("Differs from the baseline"))
    assert differs == "Differs from the baseline: 1 value"


def test_the_replay_of_another_border_has_its_clock_and_a_train_graph(folder: str) -> None:
    zones = {"malaszewicze": "Europe/Warsaw", "chirundu": "Africa/Lusaka"}
    zone = zones.get(folder, "Asia/Shanghai")
    at = checked(opened("replay", "en"), folder, "map")
    shown = _payload(at)
    assert (shown["zone"], shown["clock"]) == (zone, clock_name(zone, "en"))
    assert [port["name"] for port in shown["ports"]] == [world.names("en").port(id) for id in world.baseline().ports]
    if folder in ("chirundu", "made_up_gate"):
        return  # They have no railway.
    at.button_group(key="replay_view").set_value("train_graph").run()
    assert _payload(checked(at, folder, "train_graph"))["view"] == "train_graph"


def _payload(at: AppTest) -> dict[str, Any]:
    """The texts of the component."""
    packed = at.get("bidi_component")[0].proto.bytes
    text: dict[str, Any] = json.loads(packed[4 : 4 + int.from_bytes(packed[:4], "little")])
    return text
