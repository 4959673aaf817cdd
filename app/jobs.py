"""Background jobs: experiments run by processes of their own, a few at a time, the others in a queue.

In: an experiment. Out: a folder of results, filled by ``bridgehead batch`` itself, so that the page, the command line
and a batch give the same numbers by construction. A job is known by a random id and by nothing else: who does not have
the id neither sees the job nor can stop it. Nothing here knows of Streamlit.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import secrets
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from app import subprocesses
from corridors.io.yaml_files import to_yaml
from sim.core.atomic_files import write_atomically
from sim.experiments.experiment import Experiment

AT_ONCE: Final = 2
MOST_WAITING: Final = 20
KEEP_S: Final = 24 * 3600
"""A job's folder goes so long after the job ended."""
GRACE_S: Final = 3.0
"""A process that was told to end and has not by then is killed."""
TICK_S: Final = 0.1
TOLD_LINES: Final = 12
"""Of what a failed process said, the last lines are kept."""

State = Literal["waiting", "running", "done", "failed", "cancelled"]
OVER: Final = ("done", "failed", "cancelled")


class TooManyJobsError(RuntimeError):
    """The queue is full."""


@dataclass
class Job:
    """One experiment on its way. ``total`` and :meth:`done` count runs."""

    id: str
    experiment: Experiment
    folder: Path
    """Private to this job; its results are in :attr:`results`."""
    total: int
    state: State = "waiting"
    error: str = ""
    """What the program said, where the job failed or some of its runs did."""
    began_s: float | None = None
    """By the monotonic clock, as all times here."""
    ended_s: float | None = None
    _stop: threading.Event = field(default_factory=threading.Event)

    @property
    def results(self) -> Path:
        """The folder of results, as `bridgehead batch --out` fills it."""
        return self.folder / "results"

    @property
    def over(self) -> bool:
        return self.state in OVER

    def done(self) -> int:
        """Runs whose results are saved."""
        if self.state == "done":
            return self.total
        # One run a shard, so that each file is one run.
        return len(list(self.results.glob("*.parquet"))) if self.results.is_dir() else 0

    def left_s(self) -> float | None:
        """Seconds that the rest should take; None while nothing is known."""
        done = self.done()
        if self.began_s is None or not done:
            return None
        return (time.monotonic() - self.began_s) / done * (self.total - done)


class Jobs:
    """All jobs of one server. Methods may be called from any thread."""

    def __init__(self, at_once: int = AT_ONCE, most_waiting: int = MOST_WAITING) -> None:
        self._root = Path(tempfile.mkdtemp(prefix="bridgehead-jobs-"))
        self._most_waiting = most_waiting
        self._workers = max(1, (os.cpu_count() or 1) // at_once)
        self._jobs: dict[str, Job] = {}
        self._queue: list[Job] = []
        self._changed = threading.Condition()
        self._closed = False
        for number in range(at_once):
            threading.Thread(target=self._work, name=f"job-{number}", daemon=True).start()
        atexit.register(self.close)

    def start(self, experiment: Experiment, scenarios: int) -> str:
        """Queue an experiment of so many scenarios and return the id of its job. Raises TooManyJobsError."""
        self._tidy()
        # Each run is saved by itself: progress is fine-grained, and Cancel loses no more than a run.
        each = Experiment.model_validate(experiment.model_dump(exclude_unset=True) | {"replications_per_shard": 1})
        id = secrets.token_hex(16)
        with self._changed:
            if len(self._queue) >= self._most_waiting:
                raise TooManyJobsError
            folder = self._root / id
            folder.mkdir(mode=0o700)
            write_atomically(folder / "experiment.yaml", to_yaml(each).encode())
            job = Job(id, each, folder, total=scenarios * each.replications)
            self._jobs[id] = job
            self._queue.append(job)
            self._changed.notify()
        return id

    def get(self, id: str | None) -> Job | None:
        """The job of that id, if there is (still) one."""
        with self._changed:
            return self._jobs.get(id or "")

    def ahead(self, job: Job) -> int:
        """Jobs that wait before this one."""
        with self._changed:
            return self._queue.index(job) if job in self._queue else 0

    def cancel(self, id: str) -> None:
        """Stop a job, whether it waits or runs; its processes end within a few seconds. What is over stays so."""
        with self._changed:
            job = self._jobs.get(id)
            if job is None or job.over:
                return
            job._stop.set()
            if job in self._queue:
                self._queue.remove(job)
                _end(job, "cancelled")

    def close(self) -> None:
        """Stop all that is under way and remove all folders."""
        with self._changed:
            self._closed = True
            self._queue.clear()
            under_way = [job for job in self._jobs.values() if not job.over]
            for job in under_way:
                job._stop.set()
            self._changed.notify_all()
        deadline = time.monotonic() + 2 * GRACE_S
        while any(job.state == "running" for job in under_way) and time.monotonic() < deadline:
            time.sleep(TICK_S)
        shutil.rmtree(self._root, ignore_errors=True)

    def _work(self) -> None:
        """One of the places at which jobs run."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._queue or self._closed)
                if self._closed:
                    return
                job = self._queue.pop(0)
                job.state, job.began_s = "running", time.monotonic()
            try:
                self._run(job)
            except Exception as error:  # The place must outlive whatever happens to one job.
                job.error = f"{type(error).__name__}: {error}"
                _end(job, "failed")

    def _run(self, job: Job) -> None:
        log = job.folder / "log.txt"
        with _process(job, self._workers, log) as process:
            while process.poll() is None and not job._stop.wait(TICK_S):
                pass
            status = process.poll()
        if status is None:
            _end(job, "cancelled")
            return
        if status != 0:
            job.error = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-TOLD_LINES:])
        # A batch some of whose runs failed is a result, too, and the comparison says so.
        _end(job, "done" if job.done() >= job.total else "failed")

    def _tidy(self) -> None:
        """Forget jobs that ended long ago."""
        now = time.monotonic()
        with self._changed:
            old = [job for job in self._jobs.values() if job.ended_s is not None and now - job.ended_s > KEEP_S]
            for job in old:
                del self._jobs[job.id]
        for job in old:
            shutil.rmtree(job.folder, ignore_errors=True)


def _end(job: Job, state: State) -> None:
    job.ended_s = time.monotonic()
    job.state = state


@contextlib.contextmanager
def _process(job: Job, workers: int, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The process of a job, which has ended when this ends."""
    arguments = [str(job.folder / "experiment.yaml"), "--out", str(job.results), "--workers", str(workers)]
    with log.open("wb") as told:
        options = {"stdout": told, "stderr": told, "cwd": job.folder}
        process = subprocesses.start("app.job_process", *arguments, patient=True, **options)
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(GRACE_S)
                except subprocess.TimeoutExpired:
                    process.kill()
            process.wait()
            if process.stdin:
                process.stdin.close()
