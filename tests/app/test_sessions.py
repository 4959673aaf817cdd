"""Concurrent sessions of the web page: places in the queue, one job in two tabs, separation of jobs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from app import background
from app.jobs import Job, Jobs, _end
from tests.app.test_app import page, the
from tests.helpers.processes import PATIENCE_S

CHANGED = "shifts.gashuunsukhait_gate_day.closes=24:00"


class Endless(Jobs):
    """Jobs that run until they are stopped, without a process."""

    def _run(self, job: Job) -> None:
        job._stop.wait(PATIENCE_S)
        _end(job, "cancelled")


@pytest.fixture
def jobs(monkeypatch: pytest.MonkeyPatch) -> Iterator[Jobs]:
    """Jobs of the server: one runs, one waits."""
    made = Endless(at_once=1, most_waiting=1)
    monkeypatch.setattr(background, "jobs", lambda: made)
    yield made
    made.close()


def tab(language: str = "en", **address: str) -> AppTest:
    """A tab with a new session, at the page What if."""
    return page("what_if", language, **address)


def run_pairs(language: str = "en") -> AppTest:
    """A tab in which a job was started."""
    at = tab(language, set=CHANGED)
    the(at.button, {"en": "Run with confidence intervals", "zh": "计算置信区间"}[language]).click().run()
    assert not at.exception
    return at


def progress(at: AppTest) -> list[str]:
    return [bar.proto.text for bar in at.get("progress")]


def job_of(at: AppTest) -> str:
    return str(at.query_params["job"])


@pytest.mark.parametrize(
    ("language", "place", "full"), [("en", "In queue: 0 jobs ahead", "Too many jobs"), ("zh", "前面还有0项", "过多")]
)
def test_one_is_shown_ones_place_and_why_there_is_none(jobs: Jobs, language: str, place: str, full: str) -> None:
    run_pairs(language)
    second, third = run_pairs(language), run_pairs(language)
    assert [place in text for text in progress(second)] == [True]
    assert [full in one.value for one in third.warning] == [True]
    assert "job" not in third.query_params
    assert not the(third.button, {"en": "Run with confidence intervals", "zh": "计算置信区间"}[language]).disabled


def test_a_tab_with_the_address_of_a_job_follows_it_and_stops_it_for_both(jobs: Jobs) -> None:
    first = run_pairs()
    again = tab(set=CHANGED, job=job_of(first))
    assert len(progress(again)) == 1
    again.button(key="cancel_job").click().run()
    assert progress(first.run()) == []
    assert [one.value for one in first.info] == ["Cancelled after 0 of 20 runs."]


def test_a_waiting_job_stays_with_its_visitor_after_a_reload(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reload is a new session with the same address; the session of before is no longer here."""
    left: set[str] = set()
    made = Endless(at_once=1, most_waiting=1, left_s=0.0, is_here=lambda visitor: visitor not in left)
    monkeypatch.setattr(background, "jobs", lambda: made)
    try:
        run_pairs()
        before = run_pairs()
        job = made.get(job_of(before))
        assert job is not None
        assert job.visitor == before.session_state["visitor"]
        after = tab(set=CHANGED, job=job.id)
        left.add(before.session_state["visitor"])
        with made._changed:
            made._look()
        assert (job.state, job.visitor) == ("waiting", after.session_state["visitor"])
        assert ["In queue: 0 jobs ahead" in text for text in progress(after.run())] == [True]
        left.add(after.session_state["visitor"])
        with made._changed:
            made._look()
        assert job.state == "cancelled"
    finally:
        made.close()


def test_who_has_not_the_address_neither_sees_a_job_nor_stops_it(jobs: Jobs) -> None:
    first = run_pairs()
    other = tab(set=CHANGED)
    assert progress(other) == []
    assert "cancel_job" not in {button.key for button in other.button}
    job = jobs.get(job_of(first))
    assert job is not None
    assert not job.over


@pytest.mark.parametrize(("language", "shown"), [("en", "no longer on the server"), ("zh", "服务器上已无这些运行结果")])
def test_an_address_with_a_job_that_is_gone_is_shown(jobs: Jobs, language: str, shown: str) -> None:
    at = tab(language, job="0" * 32)
    assert [shown in one.value for one in at.warning] == [True]
    assert "job" not in at.query_params


def test_the_open_port_is_in_the_address() -> None:
    at = tab(port="ceke")
    assert at.button_group(key="port").value == "ceke"
    at.button_group(key="port").set_value("").run()
    assert at.query_params["port"] == "all"
    assert tab(port="all").button_group(key="port").value == ""
    assert not tab(port="nowhere").exception


def test_a_quick_event_with_an_old_address_does_not_undo_the_last_one() -> None:
    """A browser hears of a new address after the page; a press meanwhile comes with the old one."""
    at = tab(port="ceke", set=CHANGED)
    at.button_group(key="port").set_value("ganqimaodu").run()
    the(at.button, "Reset to baseline").click().run()
    at.query_params["port"], at.query_params["set"] = "ceke", CHANGED
    at.run()
    assert at.button_group(key="port").value == "ganqimaodu"
    assert at.session_state["draft"].is_base
    at.query_params["port"], at.query_params["set"] = "erenhot", "facilities.erenhot_customs.servers=4"
    at.run()
    assert at.button_group(key="port").value == "erenhot"
    assert not at.session_state["draft"].is_base


def test_a_job_that_was_started_stays_when_the_address_of_before_comes_in(jobs: Jobs) -> None:
    at = run_pairs()
    first = job_of(at)
    at.button(key="cancel_job").click().run()
    the(at.button, "Run with confidence intervals").click().run()
    second = job_of(at)
    assert second != first
    at.query_params["job"] = first
    at.run()
    assert job_of(at) == second
    assert len(progress(at)) == 1
    other = job_of(run_pairs())
    at.query_params["job"] = other
    at.run()
    assert at.session_state["job"] == other, "what somebody else started is asked for by its address"


def test_the_language_that_was_chosen_stays_when_the_address_of_before_comes_in() -> None:
    at = tab("zh")
    at.button_group(key="language_switch").set_value("en").run()
    at.query_params["lang"] = "zh"
    at.run()
    assert at.header[0].value == "What if"
    assert at.query_params["lang"] == "en"
    assert tab("zh").header[0].value == "情景推演"


def place(block: Any, label: str, above: tuple[int, ...] = ()) -> tuple[int, ...]:
    """Position of the element with a label: the number of each block around it, from the outermost."""
    for number, child in getattr(block, "children", {}).items():
        found = (*above, number) if getattr(child, "label", "") == label else place(child, label, (*above, number))
        if found:
            return found
    return ()


def test_fragments_keep_their_place_whatever_is_above_them() -> None:
    """What is pressed while the page is drawn anew would be lost if its part were somewhere else afterwards."""
    labels = ("How many are enough?", "Run with confidence intervals")
    base, changed = tab(port="ganqimaodu"), tab(port="manzhouli", set=CHANGED)
    for label in labels:
        assert len(place(base._tree, label)) > 2
        assert place(base._tree, label) == place(changed._tree, label)
    two_proposals = tab(port="ceke", proposal="m11_coal_gate_hours")
    two_proposals.multiselect(key="presets").select("m25_bad_weather").run()
    for label in labels:
        assert place(two_proposals._tree, label) == place(base._tree, label)
