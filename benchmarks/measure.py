"""One measurement in a separate process, printed as a line of JSON.

    python -m benchmarks.measure TASK --days N

Seconds are CPU seconds of the work named, so that a busy machine disturbs little (two workers: elapsed seconds).
Every task says how many vehicles and visits its work was, the figures that came out, and the memory at its peak. All
but ``memory`` keep what one go frees for the next, as workers of a batch do: else a host that takes back freed memory
at once, as some virtual machines do, is measured instead of the program.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from benchmarks import world
from benchmarks.inputs import inputs, summary_of
from sim.experiments.executors import keep_freed_memory

if TYPE_CHECKING:
    from sim.run import Case

Result = dict[str, Any]


def peer(name: str) -> Callable[[int, int, int], Result]:
    """A model written by hand for another package, given the same vehicles and durations as lists."""

    def task(days: int, volume: int, repeats: int) -> Result:
        from importlib import import_module

        run = import_module(f"benchmarks.{name}").run
        given = inputs(world.plan(volume, days))
        seconds, summary = timed(lambda: run(given, volume), repeats)
        vehicles = sum(len(flow.arrivals_s) for flow in given.flows)
        return {"seconds": seconds, "vehicles": vehicles, "summary": asdict(summary)}

    return task


def ours_on_simpy(days: int, volume: int, repeats: int) -> Result:
    """Our reference engine: its event loop and the trace."""
    from sim.engines import reference

    plan = world.plan(volume, days)
    seconds, trace = timed(lambda: reference.run(plan), repeats)
    return {"seconds": seconds, "vehicles": plan.n_vehicles, "visits": len(trace), "summary": asdict(summary_of(trace))}


def ours_compiled(days: int, volume: int, repeats: int) -> Result:
    """Our compiled engine: all of ``run`` (checks, layout, event loop, trace), and the event loop alone."""
    from benchmarks import c_loop
    from sim.engines import compiled, loop

    plan = world.plan(volume, days)
    compiled.run(world.plan(1, 1))
    loop_s: list[float] = []
    play = loop.play

    def clocked(*given: Any) -> Any:
        start = time.process_time()
        done = play(*given)
        loop_s[-1] += time.process_time() - start
        return done

    def run() -> Any:
        loop_s.append(0.0)
        return compiled.run(plan)

    loop.play = clocked
    seconds, trace = timed(run, repeats)
    return {
        "seconds": seconds,
        "loop_s": loop_s,
        "vehicles": plan.n_vehicles,
        "visits": len(trace),
        "summary": asdict(summary_of(trace)),
        "checksum": c_loop.checksum(trace),
    }


def hand_written_c(days: int, volume: int, repeats: int) -> Result:
    """The event loop alone, in C."""
    from benchmarks import c_loop

    plan = world.plan(volume, days)
    seconds, checksum = c_loop.run(plan, repeats)
    return {"seconds": seconds, "vehicles": plan.n_vehicles, "visits": checksum[0], "checksum": checksum}


def end_to_end(days: int, volume: int, repeats: int) -> Result:
    """From the declared world to all tables and checks, with our compiled engine: a run as users make it."""
    return _run(_case(days, volume), repeats)


def key_figures(days: int, volume: int, repeats: int) -> Result:
    """The narrower figure: from the declared world to the table of key figures, without other tables and checks."""
    return _key_figures_alone(_case(days, volume), repeats)


def base_year(days: int, volume: int, repeats: int) -> Result:
    """All tables and checks of the real baseline, its month of warm-up before the days included."""
    return _run(_baseline(days), repeats)


def base_key_figures(days: int, volume: int, repeats: int) -> Result:
    """The narrower figure of the real baseline."""
    return _key_figures_alone(_baseline(days), repeats)


def _case(days: int, volume: int, replication: int = 0) -> Case:
    """The benchmark world as a run has it."""
    from sim.run import BASELINE, Case

    return Case(BASELINE, world.corridor(volume), world.settings(days, replication), data_fingerprint="")


def _baseline(days: int) -> Case:
    from corridors.load import load_corridor
    from sim.run import prepare

    return prepare(load_corridor(), days=days + 31, warmup_days=31)


def _run(case: Case, repeats: int) -> Result:
    """The function behind `bridgehead run`, batches and the web page, by its phases."""
    from sim.run import run_scenario

    run_scenario(_case(2, 1), "compiled")
    parts: dict[str, list[float]] = {"compile_s": [], "simulate_s": [], "measure_s": []}

    def run() -> Any:
        began = dict.fromkeys(parts, 0.0)
        phase, since = "", time.process_time()

        def enter(following: str) -> None:
            nonlocal phase, since
            now = time.process_time()
            if phase:  # A phase may come twice, where a fleet runs out of its likely trips.
                began[f"{phase}_s"] += now - since
            phase, since = following, now

        result = run_scenario(case, "compiled", progress=enter)
        enter("")
        for name, seconds in began.items():
            parts[name].append(seconds)
        if result.problems:
            raise RuntimeError(f"the run does not balance: {result.problems}")
        return result

    seconds, result = timed(run, repeats)
    return {"seconds": seconds, **parts, "vehicles": result.visits.plan.n_vehicles, "visits": len(result.visits)}


def _key_figures_alone(case: Case, repeats: int) -> Result:
    """One table of those that a run makes, straight from the rows of the engine."""
    from sim.compile.assembly import compile_plan
    from sim.core.trace import ran_short
    from sim.engines import compiled
    from sim.kpi.key_figures import kpi_table

    kpi_table(compiled.play(world.plan(1, 2)))
    compile_s, plan = timed(lambda: compile_plan(case.corridor, case.settings, likely_trips=True), repeats)
    engine_s, visits = timed(lambda: compiled.play(plan), repeats)
    if ran_short(visits):
        raise RuntimeError("a fleet ran out of its likely trips: `bridgehead run` would compile and simulate again")
    kpi_s, _ = timed(lambda: kpi_table(visits), repeats)
    total = [sum(parts) for parts in zip(compile_s, engine_s, kpi_s, strict=True)]
    return {"seconds": total, "vehicles": plan.n_vehicles, "visits": len(visits)}


def memory(days: int, volume: int, repeats: int) -> Result:
    """One run of the compiled engine with its full trace, and nothing else."""
    from sim.engines import compiled

    plan = world.plan(volume, days)
    seconds, trace = timed(lambda: compiled.run(plan), 1)
    return {"seconds": seconds, "vehicles": plan.n_vehicles, "visits": len(trace)}


def two_workers(days: int, volume: int, repeats: int) -> Result:
    """Four replications with all tables by one process of a batch, and by two: elapsed, and in the CPU
    seconds of the process that worked longer."""
    from sim.experiments.executors import LocalProcesses

    work = [(days, volume, replication) for replication in range(4)]

    def clocked(pool: LocalProcesses) -> tuple[float, float, int]:
        start = time.perf_counter()
        results = [future.result() for future in [pool.submit(_replication, words) for words in work]]
        of_process: dict[int, float] = {}
        for process, cpu_s, _ in results:
            of_process[process] = of_process.get(process, 0.0) + cpu_s
        return time.perf_counter() - start, max(of_process.values()), sum(vehicles for _, _, vehicles in results)

    names = ("one_worker_s", "one_worker_cpu_s", "seconds", "longer_cpu_s")
    values: dict[str, list[float]] = {name: [] for name in names}
    pools = LocalProcesses(1), LocalProcesses(2)
    try:
        for pool in pools:
            clocked(pool)
        for _ in range(repeats):
            (one_s, one_cpu_s, vehicles), (two_s, longer_cpu_s, _) = map(clocked, pools)
            for name, value in zip(names, (one_s, one_cpu_s, two_s, longer_cpu_s), strict=True):
                values[name].append(value)
    finally:
        for pool in pools:
            pool.close()
    return {**values, "vehicles": vehicles}


def _replication(words: tuple[int, int, int]) -> tuple[int, float, int]:
    """In a worker: the process, its CPU seconds, and the vehicles of a replication of so many days, so much volume."""
    from sim.run import run_scenario

    start = time.process_time()
    result = run_scenario(_case(*words), "compiled")
    return os.getpid(), time.process_time() - start, result.visits.plan.n_vehicles


TASKS: dict[str, Callable[[int, int, int], Result]] = {
    "simpy": peer("simpy_model"),
    "cimba": peer("cimba_model"),
    "salabim": peer("salabim_model"),
    "ciw": peer("ciw_model"),
    "ours_on_simpy": ours_on_simpy,
    "ours_compiled": ours_compiled,
    "c": hand_written_c,
    "end_to_end": end_to_end,
    "key_figures": key_figures,
    "base_year": base_year,
    "base_key_figures": base_key_figures,
    "memory": memory,
    "two_workers": two_workers,
}


def timed(work: Callable[[], Any], repeats: int) -> tuple[list[float], Any]:
    """CPU seconds of each of ``repeats`` goes, and the last result."""
    seconds, result = [], None
    for _ in range(repeats):
        result = None
        start = time.process_time()
        result = work()
        seconds.append(time.process_time() - start)
    return seconds, result


def peak_mb() -> float | None:
    """Most memory that this process has had; None where the system does not say."""
    try:
        import resource
    except ImportError:
        return None
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("task", choices=TASKS)
    words.add_argument("--days", type=int, required=True)
    words.add_argument("--volume", type=int, default=1)
    words.add_argument("--repeats", type=int, default=1)
    given = words.parse_args()
    if given.task != "memory":
        keep_freed_memory()
    result = TASKS[given.task](given.days, given.volume, given.repeats)
    print(json.dumps(result | {"peak_mb": peak_mb()}))


if __name__ == "__main__":
    main()
