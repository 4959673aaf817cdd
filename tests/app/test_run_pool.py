"""Worker processes of short runs: warm, fair, killed for time and for want of visitors, and gone with the server."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app import run_cache
from app.run_pool import RunPool, Ticket, _Worker
from app.short_run import ShortRun
from corridors.findings import DataError
from corridors.fingerprint import fingerprint
from corridors.load import load_corridor
from corridors.overlay.options import parse_setting
from corridors.overlay.proposals import Scenario, load_proposals
from sim.run import BASELINE, prepare, run_scenario
from tests.helpers.processes import PATIENCE_S, PYTHON, run, until

ECHO = "tests.helpers.echo_worker"


@pytest.fixture
def pool() -> Iterator[RunPool]:
    made = RunPool(most_s=PATIENCE_S, workers=1, most_waiting=3, grace_s=0.3, module=ECHO)
    yield made
    made.close()


def sleep(pool: RunPool, seconds: float, name: str, visitor: str = "ann") -> Ticket:
    return pool.submit(name, {"sleep": seconds, "say": name}, visitor)


def answer(pool: RunPool, ticket: Ticket) -> Any:
    assert ticket.done.wait(PATIENCE_S)
    pool.leave(ticket)
    return ticket.reply


def test_a_worker_stays_warm_from_run_to_run(pool: RunPool) -> None:
    replies = [answer(pool, sleep(pool, 0, name)) for name in ("one", "two")]
    assert [(status, value["say"]) for status, value in replies] == [("made", "one"), ("made", "two")]
    assert len({value["pid"] for _, value in replies}) == 1


def seconds_of_a_new_process(pool: RunPool) -> float:
    """How long this machine, as busy as it is, needs for the first answer of a new process."""
    began_s = time.monotonic()
    assert answer(pool, sleep(pool, 0, "clocked"))[0] == "made"
    return time.monotonic() - began_s


def test_a_run_that_takes_too_long_is_killed_and_the_next_one_runs_in_a_new_process(pool: RunPool) -> None:
    pool = RunPool(most_s=3.0 + 5 * seconds_of_a_new_process(pool), workers=1, module=ECHO)
    try:
        first = answer(pool, sleep(pool, 0, "warm"))[1]["pid"]
        assert answer(pool, sleep(pool, 3600, "endless")) == ("time", None)
        assert not is_alive(first)
        status, value = answer(pool, sleep(pool, 0, "next"))
        assert (status, value["say"]) == ("made", "next")
        assert value["pid"] != first
    finally:
        pool.close()


def test_a_visitor_who_leaves_frees_the_place_in_the_queue_and_the_worker(pool: RunPool) -> None:
    pid = answer(pool, sleep(pool, 0, "warm"))[1]["pid"]
    endless, waiting, other = sleep(pool, 3600, "endless"), sleep(pool, 3600, "more"), sleep(pool, 0, "mine", "bob")
    until(lambda: endless.began_s is not None)
    assert (pool.ahead(endless), pool.ahead(other), pool.ahead(waiting)) == (None, 0, 1)
    pool.leave(waiting)
    pool.leave(endless)
    assert answer(pool, other)[1]["say"] == "mine"
    assert not is_alive(pid)


def test_a_run_that_two_visitors_want_is_run_once_and_until_both_have_left(pool: RunPool) -> None:
    first, second = sleep(pool, 2, "same"), sleep(pool, 2, "same", "bob")
    assert first is second
    until(lambda: first.began_s is not None)
    pool.leave(first)
    assert answer(pool, second)[1]["say"] == "same"


def test_visitors_take_turns_and_a_full_queue_refuses(pool: RunPool) -> None:
    running = sleep(pool, 0.5, "running")
    until(lambda: running.began_s is not None)
    mine = [sleep(pool, 0, f"ann {k}") for k in range(2)]
    other = sleep(pool, 0, "bob", "bob")
    assert [pool.ahead(one) for one in (other, *mine)] == [0, 1, 2]
    assert answer(pool, sleep(pool, 0, "too many", "cid")) == ("full", None)
    for one in (running, other, *mine):
        assert answer(pool, one)[0] == "made"


def test_a_worker_that_dies_ends_its_run_only(pool: RunPool) -> None:
    assert answer(pool, pool.submit("die", {"die": True}, "ann")) == ("ended", 3)
    assert answer(pool, sleep(pool, 0, "next"))[0] == "made"


def test_a_run_whose_process_dies_is_tried_once_more(pool: RunPool, tmp_path: Path) -> None:
    once = pool.submit("once", {"die_once": str(tmp_path / "died"), "sleep": 0, "say": "again"}, "ann")
    status, value = answer(pool, once)
    assert (status, value["say"], (tmp_path / "died").exists()) == ("made", "again", True)


def test_a_kill_that_comes_after_the_reply_does_not_end_the_next_run(
    pool: RunPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock of a run may fire between its reply and its end: the process is killed, and the run is made."""
    asked = _Worker.reply
    pids = []

    def late(worker: _Worker, request: bytes) -> Any:
        reply = asked(worker, request)
        pids.append(reply[1]["pid"])
        if len(pids) == 1:
            pool._kill(first)
        return reply

    monkeypatch.setattr(_Worker, "reply", late)
    with pool._changed:  # The worker must not reply before the ticket has its name.
        first = sleep(pool, 0, "first")
        second = sleep(pool, 0, "second", "bob")
    assert answer(pool, first)[1]["say"] == "first"
    assert answer(pool, second)[1]["say"] == "second"
    assert len(set(pids)) == len(pids) == 2


def test_a_run_that_is_killed_before_its_process_starts_does_not_start_it() -> None:
    worker = _Worker(ECHO)
    worker.begin()
    worker.kill()
    assert worker.reply(b"{}") == ("ended", None)
    assert worker._process is None
    worker.begin()
    try:
        assert worker.reply(b'{"sleep": 0, "say": "next"}')[0] == "made"
    finally:
        worker.end()
    worker.kill()
    worker.end()


def test_workers_end_with_the_server_even_if_it_is_killed_during_a_run(tmp_path: Path) -> None:
    script = (
        "import sys, time\n"
        "from app.run_pool import RunPool\n"
        f"pool = RunPool(60, workers=1, module={ECHO!r})\n"
        "ticket = pool.submit('pid', {'say': 'pid', 'sleep': 0}, 'ann'); ticket.done.wait(60)\n"
        "print(ticket.reply[1]['pid'], flush=True)\n"
        "pool.submit('endless', {'sleep': 3600}, 'ann'); time.sleep(3600)\n"
    )
    said = tmp_path / "pid.txt"
    with said.open("w") as file, subprocess.Popen([*PYTHON, script], stdout=file) as server:
        until(lambda: said.read_text().endswith("\n") or server.poll() is not None)
        pid = int(said.read_text())
        assert is_alive(pid)
        server.kill()
        server.wait(PATIENCE_S)
    until(lambda: not is_alive(pid))


def is_alive(pid: int) -> bool:
    """Whether a process runs; only where the system shows processes as files, else as the test wants it."""
    if sys.platform != "linux":
        pytest.skip("processes are looked up in /proc")
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_memory_is_limited_where_the_system_can() -> None:
    pytest.importorskip("resource")
    script = (
        "from app.run_worker import limit_memory; limit_memory(4 << 30)\n"
        "try: bytearray(8 << 30)\n"
        "except MemoryError: print('refused')\n"
    )
    assert run([*PYTHON, script]).stdout == "refused\n"


SCENARIO = Scenario(
    id="mine",
    proposals=("m11_coal_gate_hours",),
    changes=(parse_setting("facilities.gashuunsukhait_lanes.servers=+2"),),
    in_order=True,
)


def test_a_request_is_plain_data_and_means_the_same_run() -> None:
    wanted = ShortRun("answer", SCENARIO, run_cache.QUICK_START, 5, 1, 3)
    again = ShortRun.from_plain(wanted.plain())
    assert again.plain() == wanted.plain()
    assert replace(again, scenario=wanted.scenario) == wanted


@pytest.mark.parametrize("scenario", [BASELINE, SCENARIO])
def test_the_worker_gives_the_tables_and_the_plan_of_the_command_line(scenario: Scenario) -> None:
    base, start = load_corridor(), run_cache.QUICK_START
    case = prepare(base, scenario, load_proposals(), start=start, days=5, warmup_days=1, seed=1)
    own = run_scenario(case)
    answer, result = (made(scenario, days=5, warmup_days=1) for made in (run_cache.quick, run_cache.traced))
    for shown in (answer, result):
        for name, table in own.by_name().items():
            assert table.equals(shown.by_name()[name]), name
    assert answer.record["plan_fingerprint"] == own.visits.plan.fingerprint() == result.visits.plan.fingerprint()
    assert answer.record["data_fingerprint"] == fingerprint(base)
    assert (result.trace.departed_s == own.trace.departed_s).all()


def test_a_run_that_is_ended_for_time_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    short = RunPool(most_s=0.01, workers=1)
    monkeypatch.setattr(run_cache, "_pool", lambda: short)
    try:
        with pytest.raises(DataError) as ended:
            run_cache.quick(BASELINE, days=6, warmup_days=1)
        assert [one.code for one in ended.value.findings] == ["load.time"]
    finally:
        short.close()


def test_a_visitor_who_leaves_during_a_run_frees_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit ends the script of a visitor who leaves by an exception."""

    def gone() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("app.visitors.let_go", gone)
    pool = RunPool(most_s=PATIENCE_S, workers=1, grace_s=0.1, module=ECHO)
    monkeypatch.setattr(run_cache, "_pool", lambda: pool)
    monkeypatch.setattr(run_cache, "_submitted", lambda run: sleep(pool, 3600, run.kind))
    try:
        pid = answer(pool, sleep(pool, 0, "warm"))[1]["pid"]
        with pytest.raises(KeyboardInterrupt):
            run_cache._run(ShortRun("answer", BASELINE, run_cache.QUICK_START, 5, 1, 1))
        until(lambda: not is_alive(pid))
        assert answer(pool, sleep(pool, 0, "next"))[0] == "made"
    finally:
        pool.close()


class Place:
    """A place of the page that notes what it shows."""

    def __init__(self) -> None:
        self.shown: list[str] = []

    def caption(self, text: str) -> None:
        self.shown.append(text)

    def empty(self) -> None:
        self.shown.append("")


@pytest.mark.parametrize(
    ("language", "first", "then"),
    [
        ("en", "In queue: 2 runs before yours.", "In queue: 1 run before yours."),
        ("zh", "排队中，前面还有2次运行。", "排队中，前面还有1次运行。"),
    ],
)
def test_a_visitor_sees_the_place_in_the_queue_until_the_run_begins(
    pool: RunPool, monkeypatch: pytest.MonkeyPatch, language: str, first: str, then: str
) -> None:
    monkeypatch.setattr(run_cache, "_pool", lambda: pool)
    monkeypatch.setattr("app.language.language", lambda: language)
    running = sleep(pool, 1.0, "running")
    until(lambda: running.began_s is not None)
    others = [sleep(pool, 1.0, name, name) for name in ("bob", "cid")]
    mine, place = sleep(pool, 0.5, "mine", "dan"), Place()
    run_cache._wait(mine, place)
    assert list(dict.fromkeys(place.shown)) == [first, then, run_cache.say("run_waiting", n=0), ""]
    for one in (running, *others, mine):
        assert answer(pool, one)[0] == "made"


def test_a_run_that_was_begun_ahead_is_the_one_that_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    requests: list[Ticket] = []
    submitted = run_cache._submitted

    def noted(run: ShortRun) -> Ticket:
        requests.append(submitted(run))
        return requests[-1]

    monkeypatch.setattr(run_cache, "_submitted", noted)
    with run_cache.begun(SCENARIO, 9, 1, run_cache.QUICK_START):
        run_cache.quick(SCENARIO, days=9, warmup_days=1)
    assert len(requests) == 2
    assert requests[0].followers == 0
    with run_cache.begun(SCENARIO, 9, 1, run_cache.QUICK_START):
        run_cache.quick(SCENARIO, days=9, warmup_days=1)
    assert len(requests) == 2


def test_data_that_change_under_the_server_are_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_cache, "data", lambda: "of before")
    with pytest.raises(DataError) as ended:
        run_cache.quick(BASELINE, days=7, warmup_days=1)
    assert [one.code for one in ended.value.findings] == ["load.changed"]


def test_the_server_does_not_run_the_model_itself() -> None:
    """A run in the server could not be ended."""
    script = (
        "import sys, app.run_cache as cache\n"
        "cache.quick(days=5, warmup_days=1)\n"
        "print('sim.engines.loop' in sys.modules)\n"
    )
    assert run([*PYTHON, script]).stdout == "False\n"
