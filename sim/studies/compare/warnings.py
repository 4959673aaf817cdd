"""What a reader of a comparison must know before the figures: what is missing, and which means mean little."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Final

import numpy as np

from corridors.fingerprint import fingerprint
from corridors.model import Corridor
from sim.statistics import Words
from sim.studies.compare.paired_effects import Row
from sim.studies.compare.results import Results
from sim.studies.compare.steady_state import LEAST_DAYS, Unsettled

FEW: Final = 10
"""Below so many replications an interval rests on too few numbers to be narrow."""
NAMED: Final = 2
"""How many scenarios are named before the rest is counted."""


def cautions(results: Results, corridor: Corridor, rows: Sequence[Row], queues: Unsettled) -> Iterator[Words]:
    """Every caution that applies, the gravest first."""
    yield from _missing(results)
    yield from _failed(results)
    yield from _stuck(results)
    if fingerprint(corridor) != results.manifest["data_fingerprint"]:
        yield Words(
            "Names and costs are read from data that have changed since these results were made.",
            "名称与费用取自结果生成之后已改动的数据。",
        )
    yield from _few(results, rows)
    yield from _part_of_the_time(results)
    yield from _unsettled(results, corridor, queues)


def _missing(results: Results) -> Iterator[Words]:
    total = results.expected * len(results.scenarios)
    there = len(results.runs)
    if there < total:
        yield Words(
            f"Partial: {there:,} of {total:,} runs are there. Give the `batch` command again to complete them.",
            f"结果不完整：{total:,}次运行中已有{there:,}次；再次执行 batch 命令即可补全。",
        )


def _failed(results: Results) -> Iterator[Words]:
    failed = results.runs[results.runs["failure_stage"].notna()]
    if len(failed):
        en, zh = _named(dict.fromkeys(failed["scenario"]), results)
        yield Words(
            f"{len(failed):,} runs failed and are left out, with their pairs: {en}.",
            f"{len(failed):,}次运行失败，连同其配对一并剔除：{zh}。",
        )


def _stuck(results: Results) -> Iterator[Words]:
    stuck = results.runs[results.runs["deadlocked"].fillna(0).astype(int) > 0]
    if len(stuck):
        en, zh = _named(dict.fromkeys(stuck["scenario"]), results)
        yield Words(
            f"Vehicles blocked each other for good in {len(stuck):,} runs: {en}.",
            f"{len(stuck):,}次运行出现死锁：{zh}。",
        )


def _few(results: Results, rows: Sequence[Row]) -> Iterator[Words]:
    there = max((row.n for row in rows), default=0)
    if there >= FEW:
        return
    further = [row.more for row in rows if row.outcome == "cannot_tell" and row.more is not None]
    en = f"Few replications ({there}): intervals are wide, and small differences cannot be told from chance."
    zh = f"重复次数偏少（{there}次）：置信区间较宽，小差异无法与偶然区分。"
    if further:
        half = int(np.median(further))
        en += f" About {half:,} more would settle half of the figures that cannot be told yet."
        zh += f"再运行约{half:,}次可判定其中一半尚不能判断的指标。"
    yield Words(en, zh)


def _part_of_the_time(results: Results) -> Iterator[Words]:
    """Scenarios of which something opens within the measured days: their mean is over the days before it, too."""
    start = date.fromisoformat(str(results.scenarios[results.baseline]["start"]))
    first, end = (start + timedelta(days=days) for days in (results.warmup_days, results.days))
    some = [
        scenario
        for scenario in results.others
        if any(first < date.fromisoformat(day) < end for day in _opening_days(results, scenario))
    ]
    if some:
        en, zh = _named(some, results)
        yield Words(
            f"Open on a part of the measured days only: {en}. Changes are means over all of these days, and costs of"
            " one more rest on them; mean hours lean to the days on which more vehicles cross.",
            f"仅在部分统计日内启用：{zh}。变化为全部统计日的平均值，单位成本也据此计算；平均小时数偏向车流较多的日子。",
        )


def _opening_days(results: Results, scenario: str) -> set[str]:
    rows = (change.get("row") or {} for change in results.scenarios[scenario].get("changes", ()))
    return {str(row["opening_date"]) for row in rows if row.get("opening_date")}


def _unsettled(results: Results, corridor: Corridor, queues: Unsettled) -> Iterator[Words]:
    """Queues that grow for as long as one looks, and those that the start of the run still moves."""
    if results.days < LEAST_DAYS:
        yield Words(
            f"Runs of {results.days} days are too short to tell a settled queue from a growing one.",
            f"运行仅{results.days}天，无法区分稳定与持续增长的排队。",
        )
    for group, rates in queues.growing.items():
        (who_en, who_zh), (en, zh) = _who(group, results, corridor), _named(rates, results)
        most = max(rate.estimate for rate in rates.values())
        yield Words(
            f"The queue grows without end ({who_en}; up to {most:.2g} a day) in: {en}."
            " Its mean wait and dwell say how long the run was, nothing else.",
            f"排队持续增长（{who_zh}，每天最多增加{most:.2g}）：{zh}。其平均等待与停留时间只反映运行时长。",
        )
    for group, scenarios in queues.early.items():
        (who_en, who_zh), (en, zh) = _who(group, results, corridor), _named(scenarios, results)
        yield Words(
            f"Warm-up too short ({who_en}) in: {en}. The queue had not settled when measuring began.",
            f"预热期过短（{who_zh}）：{zh}。开始统计时排队尚未稳定。",
        )


def _who(group: tuple[str, str, str], results: Results, corridor: Corridor) -> tuple[str, str]:
    port, direction, klass = group
    english, chinese = results.names(corridor, "en"), results.names(corridor, "zh")
    return (
        f"{english.port(port)}, {english.group(klass, direction)}",
        f"{chinese.port(port)}，{chinese.group(klass, direction)}",
    )


def _named(scenarios: Iterable[str], results: Results) -> tuple[str, str]:
    """The first of many scenarios by their titles, and how many more there are, in English and Chinese."""
    ids = list(scenarios)
    en, zh = (
        separator.join(base if id == results.baseline else results.title(id, language) for id in ids[:NAMED])
        for language, base, separator in (("en", "the baseline", "; "), ("zh", "基准", "；"))
    )
    rest = len(ids) - NAMED
    return (f"{en}; and {rest} more", f"{zh}等{len(ids)}个") if rest > 0 else (en, zh)
