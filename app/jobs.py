"""Background jobs: experiments in separate processes, a few at a time, the others in a fair queue.

Input: an experiment. Output: a folder of results, written by ``bridgehead batch``, so that the page and the command
line give equal numbers. A job is known by a random id alone: without the id a visitor can neither see nor stop it. This
module does not depend on Streamlit.

A visitor is one session of the page, such as a tab. A visitor has at most :data:`MOST_OF_A_VISITOR` jobs that wait or
run, and visitors take turns. A reloaded page is a new visitor: a job whose visitor has left belongs to another one who
follows it, if there is one. A waiting job that no visitor follows any more loses its place; one that runs for too long
is ended.
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
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from app import home, subprocesses
from app.fair_queue import FairQueue
from corridors.io.atomic_files import write_atomically
from corridors.io.yaml_files import to_yaml
from sim.core.units import DAY_S
from sim.experiments.experiment import Experiment
from sim.text.catalogue import ENGLISH, Language

AT_ONCE: Final = 2
MOST_WAITING: Final = 20
MOST_OF_A_VISITOR: Final = 2
MOST_S: Final = 3600.0
"""Time of one job, after which it is ended."""
LEFT_S: Final = 600.0
"""A waiting job keeps its place so long after the last visitor who followed it has left."""
LOOK_S: Final = 5.0
"""Time between two looks for visitors who left."""
KEEP_S: Final = DAY_S
"""Time after the end of a job when its folder is removed."""
GRACE_S: Final = 3.0
"""Time between the request to end a process and killing it."""
TICK_S: Final = 0.1
INPUT: Final = "input.yaml"
LOG_LINES: Final = 12
"""Lines kept of the end of the log of a failed process."""

State = Literal["waiting", "running", "done", "failed", "cancelled", "too_long"]
OVER: Final = ("done", "failed", "cancelled", "too_long")


class TooManyJobsError(RuntimeError):
    """The queue is full."""


class TooManyOfVisitorError(TooManyJobsError):
    """The visitor already has as many jobs as one may have."""


@dataclass(frozen=True)
class Program:
    """A command of the command line as a job: its input file, and the files that its runs make."""

    command: str
    text: str
    """Of the input file, YAML."""
    options: tuple[str, ...]
    files: tuple[Path, ...]
    """One for each run; those that are there already are not made."""


@dataclass
class Job:
    """One experiment or program as a job. ``total`` and :meth:`done` are numbers of runs."""

    id: str
    asked: Experiment | Program
    folder: Path
    """Folder of this job alone; its results are in :attr:`results`."""
    total: int
    language: Language = ENGLISH
    """Of the messages in :attr:`error`."""
    visitor: str = ""
    """To whom it belongs; '' if it was not started on a page."""
    question: str = ""
    """Of the results on the shelf, as `--best` has it; '' for none."""
    followers: set[str] = field(default_factory=set)
    """Other visitors who have its page open."""
    last_here_s: float = field(default_factory=time.monotonic)
    """Monotonic time at which a visitor was seen who follows it."""
    state: State = "waiting"
    error: str = ""
    """Output of the program if the job or some of its runs failed."""
    not_kept: str = ""
    """Why the results are not on the shelf; '' if they are, or if it is not known yet."""
    kept: bool = False
    """Whether a visitor of a shared server has put the results on the shelf."""
    began_s: float | None = None
    """Monotonic time; None before the start."""
    ended_s: float | None = None
    _stop: threading.Event = field(default_factory=threading.Event)

    @property
    def experiment(self) -> Experiment:
        """The experiment of a job that is one."""
        assert isinstance(self.asked, Experiment)
        return self.asked

    @property
    def line(self) -> str:
        """Its line in the queue."""
        return self.visitor or self.id

    @property
    def results(self) -> Path:
        """The folder of results, as `bridgehead batch --out` writes it."""
        return self.folder / "results"

    @property
    def over(self) -> bool:
        """Whether it is finished, failed, cancelled or ended for time."""
        return self.state in OVER

    def done(self) -> int:
        """Number of runs whose results are saved."""
        if self.state == "done":
            return self.total
        if isinstance(self.asked, Program):
            return sum(file.is_file() for file in self.asked.files)
        # One run per shard, so each file is one run.
        return len(list(self.results.glob("*.parquet"))) if self.results.is_dir() else 0

    def left_s(self) -> float | None:
        """Estimated seconds until the end; None before the first run is saved."""
        done = self.done()
        if self.began_s is None or not done:
            return None
        return (time.monotonic() - self.began_s) / done * (self.total - done)


class Jobs:
    """The jobs of one server. All methods are thread-safe."""

    def __init__(
        self,
        at_once: int = AT_ONCE,
        most_waiting: int = MOST_WAITING,
        most_s: float = MOST_S,
        left_s: float = LEFT_S,
        is_here: Callable[[str], bool] = lambda visitor: True,
        keep: Callable[[Job], str] | None = None,
    ) -> None:
        """``is_here`` says whether a visitor still has the page open; ``keep`` keeps the results of a finished job.

        It returns why they could not be kept, '' if they are.
        """
        self._root = Path(tempfile.mkdtemp(prefix="bridgehead-jobs-"))
        self._most_waiting = most_waiting
        self._jobs: dict[str, Job] = {}
        self._queue: FairQueue[Job] = FairQueue()
        self._most_s, self._left_s, self._is_here, self._keep = most_s, left_s, is_here, keep
        self._changed = threading.Condition()
        self._closed = False
        for number in range(at_once):
            threading.Thread(target=self._work, name=f"job-{number}", daemon=True).start()
        atexit.register(self.close)

    def start(
        self,
        experiment: Experiment,
        scenarios: int,
        language: Language = ENGLISH,
        visitor: str = "",
        question: str = "",
    ) -> str:
        """Queue an experiment with a number of scenarios; returns the id of the job.

        ``question`` is what its results on the shelf answer, as `--best` has it.
        Raises TooManyJobsError, and TooManyOfVisitorError for a visitor with too many; '' has no limit.
        """
        # Each run is saved separately: progress is fine-grained, and Cancel loses at most the runs under way.
        each = Experiment.model_validate(experiment.model_dump(exclude_unset=True) | {"replications_per_shard": 1})
        return self._queued(each, to_yaml(each), scenarios * each.replications, language, visitor, question)

    def start_program(self, program: Program, language: Language = ENGLISH, visitor: str = "") -> str:
        """Queue a program, as :meth:`start` does an experiment."""
        return self._queued(program, program.text, len(program.files), language, visitor)

    @property
    def kept(self) -> Path:
        """Folder of runs that jobs share, named by what is run; it is removed with the server."""
        return self._root / "kept"

    def _queued(
        self,
        asked: Experiment | Program,
        text: str,
        total: int,
        language: Language,
        visitor: str,
        question: str = "",
    ) -> str:
        self._tidy()
        id = secrets.token_hex(16)
        with self._changed:
            self._look()
            if visitor and self._queue.number_of(visitor) >= MOST_OF_A_VISITOR:
                raise TooManyOfVisitorError
            if len(self._queue) >= self._most_waiting:
                raise TooManyJobsError
            folder = self._root / id
            folder.mkdir(mode=0o700)
            write_atomically(folder / INPUT, text.encode())
            job = Job(id, asked, folder, total=total, language=language, visitor=visitor, question=question)
            self._jobs[id] = job
            self._queue.add(job.line, job)
            self._changed.notify()
        return id

    def get(self, id: str | None) -> Job | None:
        """The job of an id; None if there is none."""
        with self._changed:
            return self._jobs.get(id or "")

    def follow(self, id: str, visitor: str) -> None:
        """Note that a visitor looks at a job, which belongs to the visitor when the one before has left."""
        with self._changed:
            job = self._jobs.get(id)
            if job is not None and not job.over and visitor not in ("", job.visitor):
                job.followers.add(visitor)

    def ahead(self, job: Job) -> int:
        """Number of waiting jobs whose turn comes before that of this one."""
        with self._changed:
            return self._queue.ahead(job)

    def cancel(self, id: str) -> None:
        """Stop a waiting or running job; its processes end within seconds. A finished job is not changed."""
        with self._changed:
            job = self._jobs.get(id)
            if job is None or job.over:
                return
            job._stop.set()
            if job in self._queue:
                self._queue.remove(job)
                _end(job, "cancelled")

    def close(self) -> None:
        """Stop all jobs and remove their folders."""
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
        """Run queued jobs one after the other, until the server closes."""
        while True:
            with self._changed:
                while not self._queue and not self._closed:
                    self._changed.wait()
                if self._closed:
                    return
                self._look()
                if not self._queue:
                    continue
                job = self._queue.take()
                job.state, job.began_s = "running", time.monotonic()
            try:
                self._run(job)
                if self._keep and isinstance(job.asked, Experiment) and job.state == "done" and not self._closed:
                    job.not_kept = self._keep(job)
            except Exception as error:  # A failed job must not end this thread.
                if job.over:  # Only the shelf failed.
                    job.not_kept = f"{type(error).__name__}: {error}"
                else:
                    job.error = f"{type(error).__name__}: {error}"
                    _end(job, "failed")
            finally:
                with self._changed:
                    self._queue.done(job.line)

    def _run(self, job: Job) -> None:
        log = job.folder / "log.txt"
        ends_s, looks_s = time.monotonic() + self._most_s, 0.0
        with _process(job, self._share(), log) as process:
            while process.poll() is None and time.monotonic() < ends_s and not job._stop.wait(TICK_S):
                if time.monotonic() > looks_s:
                    looks_s = time.monotonic() + LOOK_S
                    with self._changed:
                        self._look()
            status = process.poll()
        if status is None:
            _end(job, "cancelled" if job._stop.is_set() else "too_long")
            return
        if status != 0:
            job.error = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_LINES:])
        # A batch with failed runs is a result, too; the comparison lists them.
        _end(job, "done" if job.done() >= job.total else "failed")

    def _share(self) -> int:
        """Workers of a job that begins: all cores if no other job runs, else its share of them."""
        with self._changed:
            running = sum(job.state == "running" for job in self._jobs.values())
        return max(1, (os.cpu_count() or 1) // max(1, running))

    def _look(self) -> None:
        """Look which visitors are here, for all jobs that wait or run; the caller has the lock.

        Jobs of those who left go to visitors who follow them, or lose their places after some time.
        """
        if self._closed:
            return
        now_s = time.monotonic()
        for job in [job for job in self._jobs.values() if job.visitor and not job.over]:
            job.followers = {visitor for visitor in job.followers if self._is_here(visitor)}
            if self._is_here(job.visitor):
                job.last_here_s = now_s
            elif job.followers:
                heir = min(job.followers)
                self._queue.move(job, job.visitor, heir)
                job.visitor, job.last_here_s = heir, now_s
                job.followers.remove(heir)
            elif job in self._queue and now_s - job.last_here_s > self._left_s:
                self._queue.remove(job)
                _end(job, "cancelled")

    def _tidy(self) -> None:
        """Remove jobs that ended more than a day ago."""
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
    """The process of a job; it is ended on leaving the context."""
    command, more = ("batch", ()) if isinstance(job.asked, Experiment) else (job.asked.command, job.asked.options)
    arguments = [command, str(job.folder / INPUT), "--out", str(job.results), "--workers", str(workers)]
    arguments += ["--language", job.language, *more]
    if (own := home.folder()) is not None:
        arguments += ["--data", str(own)]
    with log.open("wb") as output:
        options = {"stdout": output, "stderr": output, "cwd": job.folder}
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
