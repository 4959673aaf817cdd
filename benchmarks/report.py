"""The benchmark's results as Markdown: ratios with their range, what each number includes, and what is short."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from statistics import median

from benchmarks.measurements import Measurements, Result

NAMES = {
    "simpy": "SimPy, as a modeller writes it",
    "ours_on_simpy": "Bridgehead, SimPy engine",
    "ours_compiled": "Bridgehead, compiled engine",
    "loop": "Bridgehead, compiled: event loop alone",
    "end_to_end": "Bridgehead, compiled: a run, end to end with all tables",
    "key_figures": "Bridgehead, compiled: end to end, key figures alone",
    "cimba": "Cimba",
    "salabim": "salabim",
    "ciw": "Ciw",
    "c": "C, event loop alone",
}
INCLUDES = {
    "simpy": "event loop; one waiting time a visit, one transit time a vehicle; durations given",
    "ours_on_simpy": "checks, event loop, full trace; durations given",
    "ours_compiled": "checks, layout, event loop, full trace; durations given",
    "loop": "event loop that writes all rows; durations given",
    "end_to_end": "compiling the world, all draws, engine, all tables, balance check: as `bridgehead run`",
    "key_figures": "compiling the world, all draws, engine, table of key figures, no other table or check",
    "cimba": "event loop; one waiting time a visit, one transit time a vehicle; Cimba's own draws",
    "salabim": "event loop with salabim's own monitors; durations given",
    "ciw": "event loop, Ciw's own draws and records; without the yard track",
    "c": "event loop that writes all rows; durations given",
}
ALL_TABLES_TIMES_CIMBA = 3.5
TARGETS = {
    "loop": 100.0,
    "end_to_end": 40.0,
    "key_figures": 55.0,
    "ours_on_simpy": 1.0,
}
"""How many times as fast as SimPy, at least."""
YEAR = {"base_year": "with all tables", "base_key_figures": "key figures alone"}


def report(measured: Measurements) -> str:
    """All tables, one text."""
    parts = (_head, _speed, _claims, _growth, _memory, _start, _agreement)
    return "\n".join(line for part in parts for line in part(measured)) + "\n"


def _head(measured: Measurements) -> Iterator[str]:
    size = measured.size
    packages = ", ".join(
        f"{name} {version(name)}" for name in ("numba", "numpy", "simpy", "cimba", "salabim", "ciw") if _has(name)
    )
    vehicles = measured.rounds["ours_compiled"][0]["vehicles"]
    yield "# Benchmarks"
    yield ""
    yield (
        f"One model (four ports, two directions, {vehicles:,} vehicles in {size.days} days), "
        f"{len(measured.rounds['simpy'])} rounds in which the contenders take turns, each in a process of its own. "
        "Times are CPU seconds unless stated otherwise; ratios are medians of the rounds, with the smallest and the "
        "largest in brackets."
    )
    yield ""
    machine = f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores"
    yield f"{machine}; Python {platform.python_version()}; {packages}."
    for name, why in measured.missing.items():
        yield f"{NAMES[name]} is left out: {why}."
    yield ""


def _has(name: str) -> bool:
    try:
        return bool(version(name))
    except ModuleNotFoundError:
        return False


def _speed(measured: Measurements) -> Iterator[str]:
    yield "## Speed"
    yield ""
    yield "| | vehicles per second | times SimPy | what is in the time |"
    yield "|---|---:|---:|---|"
    for name in NAMES:
        cost = _cost(measured, name)
        if not cost:
            continue
        times = "1" if name == "simpy" else _told([s / c for s, c in zip(_cost(measured, "simpy"), cost, strict=True)])
        yield f"| {NAMES[name]} | {median(1 / c for c in cost):,.0f} | {times} | {INCLUDES[name]} |"
    yield ""
    size = measured.size
    days = {"cimba": size.cimba_days, "salabim": size.slow_days, "ciw": size.slow_days}
    ran = [f"{NAMES[name]} over {n} days" for name, n in days.items() if name in measured.rounds]
    yield f"Contenders ran {', '.join([*ran, f'all others over {size.days} days'])}."
    yield ""
    yield f"Of a run: {_phases(measured.rounds['end_to_end'])}. Compile holds all draws."
    yield "SimPy's own draws and figures are not counted."
    yield ""
    year = measured.rounds["base_year"]
    of_visit = {name: [median(r["seconds"]) / r["visits"] * 1e9 for r in measured.rounds[name]] for name in YEAR}
    yield f"The real base year, {year[0]['visits']:,} visits: {_phases(year)}."
    costs = (f"{_told(of_visit[name], 'ns')} {what}" for name, what in YEAR.items())
    yield f"A visit takes {', '.join(costs)}."
    yield ""


def _phases(results: Sequence[Result]) -> str:
    """CPU seconds of each phase of a run."""
    shares = {part: [median(r[f"{part}_s"]) for r in results] for part in ("compile", "simulate", "measure")}
    return ", ".join(f"{part} {_told(seconds, 's')}" for part, seconds in shares.items())


def _cost(measured: Measurements, name: str) -> list[float]:
    """Seconds a vehicle, one number a round; of several goes in a process, their median."""
    kept, column = ("ours_compiled", "loop_s") if name == "loop" else (name, "seconds")
    return [median(result[column]) / result["vehicles"] for result in measured.rounds.get(kept, [])]


def _claims(measured: Measurements) -> Iterator[str]:
    yield "## Targets"
    yield ""
    yield "| | target | measured | |"
    yield "|---|---:|---:|---|"
    simpy = _cost(measured, "simpy")
    for name, target in TARGETS.items():
        ratios = [s / c for s, c in zip(simpy, _cost(measured, name), strict=True)]
        yield _claim(f"{NAMES[name]}, times SimPy", f"at least {target:g}", ratios)
    if "cimba" in measured.rounds:
        pairs = zip(_cost(measured, "cimba"), _cost(measured, "end_to_end"), strict=True)
        ratios = [cimba / ours for cimba, ours in pairs]
        yield _claim(f"{NAMES['end_to_end']}, times Cimba", f"at least {ALL_TABLES_TIMES_CIMBA:g}", ratios)
    for name, what in YEAR.items():
        yield _claim(f"a visit of the real base year, {what}, times SimPy", "at least 40", _year(measured, name))
    if "c" in measured.rounds:
        ratios = [ours / c for ours, c in zip(_cost(measured, "loop"), _cost(measured, "c"), strict=True)]
        yield _claim("event loop, times the C loop's time", "at most 1.5", ratios)
    yield _claim("two workers of a batch (elapsed time), times one", "at least 1.75", _workers(measured, "s"))
    by_cpu = _told(_workers(measured, "cpu_s"))
    yield f"| the same by the CPU seconds of each process, as if nobody else used the machine | | {by_cpu} | |"
    run, engine = _grown(measured, "end_to_end"), _grown(measured, "ours_compiled")
    least, most = min(run), max(run)
    what = f"cost of a visit with all tables at {most}x volume, times at {least}x"
    yield _claim(what, "at most 1.3", run[most])
    with_trace = _told(engine[most])
    yield f"| the same of the engine with its full trace, without draws and figures | | {with_trace} | |"
    peaks = [result["peak_mb"] for result in measured.rounds["memory"]]
    if None not in peaks:
        visits = measured.rounds["memory"][0]["visits"]
        per_visit = [(mb - 200) * 2**20 / visits for mb in peaks]
        yield _claim("bytes a visit at the peak, full trace, beyond 200 MB", "at most 75", per_visit)
    yield _claim("a week in a fresh process, machine code at hand, s", "at most 1.5", measured.start["cached"])
    yield ""


def _year(measured: Measurements, name: str) -> list[float]:
    """What a visit costs SimPy over what one of the real baseline costs us, one number a round."""
    per_vehicle = measured.rounds["ours_compiled"][0]["visits"] / measured.rounds["ours_compiled"][0]["vehicles"]
    ours = [median(result["seconds"]) / result["visits"] for result in measured.rounds[name]]
    return [simpy / per_vehicle / our for simpy, our in zip(_cost(measured, "simpy"), ours, strict=True)]


def _workers(measured: Measurements, unit: str) -> list[float]:
    """Two runs by one worker over the same two by two workers, one number a round."""
    two = "longer_cpu_s" if unit == "cpu_s" else "seconds"
    pairs = [zip(r[f"one_worker_{unit}"], r[two], strict=True) for r in measured.rounds["two_workers"]]
    return [median(one / both for one, both in pair) for pair in pairs]


def _claim(what: str, target: str, values: Sequence[float]) -> str:
    """One line; the target is 'at least X' or 'at most X'."""
    bound, number = target.rsplit(" ", 1)
    met = median(values) >= float(number) if bound == "at least" else median(values) <= float(number)
    return f"| {what} | {target} | {_told(values)} | {'met' if met else '**short**'} |"


def _growth(measured: Measurements) -> Iterator[str]:
    yield "## Growth"
    yield ""
    yield f"{measured.size.growth_days} days; servers grow with the vehicles."
    for name, by_volume in measured.growth.items():
        yield ""
        yield f"{NAMES[name]}:"
        yield ""
        yield "| volume | visits | ns a visit | times 1x | peak MB |"
        yield "|---:|---:|---:|---:|---:|"
        ratios = _grown(measured, name)
        for volume, results in by_volume.items():
            cost = median(_per_visit(results)) * 1e9
            peak = max((r["peak_mb"] or 0 for r in results), default=0)
            yield f"| {volume}x | {results[0]['visits']:,} | {cost:.0f} | {_told(ratios[volume])} | {peak:,.0f} |"
    yield ""


def _grown(measured: Measurements, name: str) -> dict[int, list[float]]:
    """By volume the cost of a visit over that at the least volume, one number a round."""
    costs = {volume: _per_visit(results) for volume, results in measured.growth[name].items()}
    first = costs[min(costs)]
    return {volume: [b / a for a, b in zip(first, cost, strict=True)] for volume, cost in costs.items()}


def _per_visit(results: Sequence[Result]) -> list[float]:
    return [median(result["seconds"]) / result["visits"] for result in results]


def _memory(measured: Measurements) -> Iterator[str]:
    yield "## Memory"
    yield ""
    yield "Peak of the whole process, Python, packages and plan included."
    yield ""
    yield "| | vehicles | peak MB | bytes a vehicle |"
    yield "|---|---:|---:|---:|"
    labels = NAMES | {"memory": f"{NAMES['ours_compiled']}, full trace", "base_year": "the real base year, end to end"}
    for name in ("simpy", "ours_on_simpy", "memory", "end_to_end", "base_year", "cimba", "salabim", "ciw"):
        results = measured.rounds.get(name, [])
        if results and results[0]["peak_mb"] is not None:
            peak, vehicles, label = median(r["peak_mb"] for r in results), results[0]["vehicles"], labels[name]
            yield f"| {label} | {vehicles:,} | {peak:,.0f} | {peak * 2**20 / vehicles:,.0f} |"
    yield ""


def _start(measured: Measurements) -> Iterator[str]:
    yield "## Start"
    yield ""
    yield "`bridgehead run --days 7` in a fresh process, seconds of elapsed time, from reading the data to the table."
    yield ""
    yield "| | seconds |"
    yield "|---|---:|"
    for name, label in (
        ("cold", "compiled engine, first time on this machine"),
        ("cached", "compiled engine, machine code at hand"),
        ("simpy", "SimPy engine"),
    ):
        yield f"| {label} | {_told(measured.start[name])} |"
    yield ""


def _agreement(measured: Measurements) -> Iterator[str]:
    """All did the same work."""
    yield "## Did all do the same work?"
    yield ""
    ours, c = measured.rounds["ours_compiled"][0], measured.rounds.get("c")
    if c:
        same = "the same" if c[0]["checksum"] == ours["checksum"] else "**another**"
        yield f"The C loop's rows have {same} checksum as the compiled engine's."
        yield ""
    yield "| | gone | transit h | " + " | ".join(f"{kind} min" for kind in ours["summary"]["wait_min"]) + " |"
    yield "|---|---:|---:|" + "---:|" * len(ours["summary"]["wait_min"])
    for name in ("ours_compiled", "ours_on_simpy", "simpy", "cimba", "salabim", "ciw"):
        for result in measured.rounds.get(name, [])[:1]:
            summary = result["summary"]
            waits = " | ".join(f"{wait:.2f}" for wait in summary["wait_min"].values())
            yield f"| {NAMES[name]} | {summary['left']:,} | {summary['transit_h']:.3f} | {waits} |"
    yield ""
    yield "Columns from the third on are mean waits. Resources of other packages are handed out at the moment of a "
    yield "request, ours when the instant is complete, so that figures differ in the last digits. Cimba, salabim and "
    yield "Ciw ran over fewer days; Cimba and Ciw draw their own numbers."


def _told(values: Sequence[float], unit: str = "") -> str:
    """Median, and the range behind it if there is one."""
    middle = f"{_digits(median(values))}{unit and ' ' + unit}"
    return middle if len(values) == 1 else f"{middle} ({_digits(min(values))} to {_digits(max(values))})"


def _digits(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
