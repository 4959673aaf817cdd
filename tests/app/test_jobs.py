"""Background jobs of the web page, without the page: end, progress, and clean-up."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.jobs import MOST_OF_A_VISITOR, Job, Jobs, TooManyJobsError, TooManyOfVisitorError
from sim.experiments.experiment import Experiment
from sim.experiments.store import open_store
from tests.helpers.processes import until


def experiment(**given: Any) -> Experiment:
    """The base year's world for a few days, with one crane more at Erenhot."""
    crane = {"op": "add", "address": "facilities.erenhot_transshipment.servers", "value": 1}
    usual: dict[str, Any] = {
        "id": "crane",
        "title_en": "A crane",
        "title_zh": "一台起重机",
        "days": 2,
        "warmup_days": 0,
    }
    usual |= {"scenarios": [{"id": "one_more", "changes": [crane]}], "replications": 1}
    return Experiment.model_validate(usual | given)


@pytest.fixture
def jobs() -> Iterator[Jobs]:
    made = Jobs(at_once=1, most_waiting=1)
    yield made
    made.close()


def job_of(jobs: Jobs, id: str) -> Job:
    found = jobs.get(id)
    assert found is not None
    return found


def processes_about(folder: Path) -> list[int]:
    """Processes whose command line names the folder; only where the system shows them as files."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if str(folder).encode() in entry.read_bytes():
                found.append(int(entry.parent.name))
        except OSError:
            continue
    return found


def test_a_job_leaves_what_a_batch_leaves_and_a_second_one_waits_its_turn(jobs: Jobs) -> None:
    first = job_of(jobs, jobs.start(experiment(), scenarios=2))
    until(lambda: first.state == "running")
    second = job_of(jobs, jobs.start(experiment(), scenarios=2))
    assert (second.state, jobs.ahead(second)) == ("waiting", 0)
    with pytest.raises(TooManyJobsError):
        jobs.start(experiment(), scenarios=2)
    jobs.cancel(second.id)
    assert second.state == "cancelled"
    until(lambda: first.over)
    assert (first.state, first.error, first.done(), first.total) == ("done", "", 2, 2)
    store = open_store(first.results)
    assert list(store.scenarios) == ["baseline", "one_more"]
    assert len(store.read("runs")) == 2


def test_cancel_ends_the_processes_too(jobs: Jobs) -> None:
    job = job_of(jobs, jobs.start(experiment(days=300, replications=50), scenarios=2))
    if sys.platform == "linux":
        until(lambda: bool(processes_about(job.folder)))
    until(lambda: job.results.is_dir())
    jobs.cancel(job.id)
    until(lambda: job.over)
    assert job.state == "cancelled"
    assert processes_about(job.folder) == []


def test_a_job_that_cannot_run_fails_with_its_reason(jobs: Jobs) -> None:
    lost = [{"id": "lost", "changes": [{"op": "add", "address": "facilities.no_such_place.servers", "value": 1}]}]
    job = job_of(jobs, jobs.start(experiment(scenarios=lost), scenarios=2))
    until(lambda: job.over)
    assert job.state == "failed"
    assert "no_such_place" in job.error
    assert "error:" in job.error
    job = job_of(jobs, jobs.start(experiment(scenarios=lost), scenarios=2, language="zh"))
    until(lambda: job.over)
    assert "错误：" in job.error


def test_an_unknown_id_opens_nothing(jobs: Jobs) -> None:
    assert jobs.get(None) is None
    assert jobs.get("0" * 32) is None
    jobs.cancel("0" * 32)


def test_folders_are_private_and_go_with_the_server() -> None:
    jobs = Jobs(at_once=1)
    job = job_of(jobs, jobs.start(experiment(days=300, replications=50), scenarios=2))
    if os.name == "posix":
        assert job.folder.stat().st_mode & 0o077 == 0
    jobs.close()
    assert not job.folder.exists()
    assert processes_about(job.folder) == []


LONG: dict[str, Any] = {"days": 300, "replications": 50}


def test_a_visitor_has_two_jobs_at_most_and_visitors_take_turns() -> None:
    jobs = Jobs(at_once=1)
    try:
        first, second = (job_of(jobs, jobs.start(experiment(**LONG), 2, visitor="ann")) for _ in range(2))
        until(lambda: first.state == "running")
        with pytest.raises(TooManyOfVisitorError):
            jobs.start(experiment(), 2, visitor="ann")
        others = [job_of(jobs, jobs.start(experiment(), 2, visitor=name)) for name in ("bob", "cid")]
        assert [jobs.ahead(job) for job in (*others, second)] == [0, 1, 2]
        assert MOST_OF_A_VISITOR == 2
        jobs.cancel(first.id)
        until(lambda: others[0].over)
        jobs.cancel(second.id)
        assert jobs.start(experiment(), 2, visitor="ann")
    finally:
        jobs.close()


def test_a_waiting_job_loses_its_place_when_its_visitor_has_left() -> None:
    here = {"ann", "bob"}
    jobs = Jobs(at_once=1, left_s=0.2, is_here=here.__contains__)
    try:
        running = job_of(jobs, jobs.start(experiment(**LONG), 2, visitor="ann"))
        until(lambda: running.state == "running")
        gone, kept = (job_of(jobs, jobs.start(experiment(**LONG), 2, visitor=name)) for name in ("bob", "ann"))
        here.remove("bob")
        until(lambda: gone.over)
        assert (gone.state, kept.state, jobs.ahead(kept)) == ("cancelled", "waiting", 0)
        assert running.state == "running"
    finally:
        jobs.close()


def test_a_job_belongs_to_a_visitor_who_follows_it_when_the_one_before_has_left() -> None:
    here = {"ann", "bob", "old", "new"}
    jobs = Jobs(at_once=1, left_s=0.2, is_here=here.__contains__)
    try:
        running = job_of(jobs, jobs.start(experiment(**LONG), 2, visitor="old"))
        until(lambda: running.state == "running")
        waiting = job_of(jobs, jobs.start(experiment(**LONG), 2, visitor="old"))
        gone = job_of(jobs, jobs.start(experiment(**LONG), 2, visitor="bob"))
        for id in (running.id, waiting.id, "0" * 32):
            jobs.follow(id, "new")
        assert jobs.start(experiment(**LONG), 2, visitor="new"), "the one who started them is here"
        here -= {"old", "bob"}
        until(lambda: gone.over)
        assert (running.state, waiting.state, gone.state) == ("running", "waiting", "cancelled")
        assert (running.visitor, waiting.visitor) == ("new", "new")
        with pytest.raises(TooManyOfVisitorError):
            jobs.start(experiment(), 2, visitor="new")
        for job in (running, waiting):
            jobs.cancel(job.id)
        until(lambda: running.over)
        assert jobs.start(experiment(), 2, visitor="new")
        here.remove("new")
        until(lambda: all(job.state != "waiting" for job in jobs._jobs.values()))
    finally:
        jobs.close()


def test_a_job_is_ended_when_its_time_is_over() -> None:
    jobs = Jobs(at_once=1, most_s=1.5)
    try:
        job = job_of(jobs, jobs.start(experiment(**LONG), 2, visitor="ann"))
        until(lambda: job.over)
        assert job.state == "too_long"
        assert processes_about(job.folder) == []
        assert jobs.start(experiment(), 2, visitor="ann")
    finally:
        jobs.close()


def test_a_job_alone_has_all_cores_and_others_share_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 4)
    jobs = Jobs(at_once=2)
    shares = []

    def noted(job: Job) -> None:
        shares.append(jobs._share())
        until(lambda: len(shares) == 2)
        job.state, job.ended_s = "done", 0.0

    monkeypatch.setattr(jobs, "_run", noted)
    try:
        jobs.start(experiment(), scenarios=2)
        until(lambda: len(shares) == 1)
        jobs.start(experiment(), scenarios=2)
        until(lambda: len(shares) == 2)
        assert shares == [4, 2]
    finally:
        jobs.close()
