"""The words of a comparison in English and Chinese, for terminal, charts and report, and how figures are written."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, Final

from sim.statistics import Interval
from sim.statistics.verdict import OUTCOMES
from sim.studies.compare import Row
from sim.text.names import Names

WORDS: Final[dict[str, tuple[str, str]]] = {
    "title": ("Comparison: {experiment}", "方案比较：{experiment}"),
    "note": ("Note: {note}", "注：{note}"),
    "against": (
        "{others} scenarios against {baseline}, {n} paired replications of {days} days from {start}, the first {warmup}"
        " not measured.",
        "{others}个情景与{baseline}对比；配对重复{n}次，每次自{start}起{days}天，其中前{warmup}天预热不计。",
    ),
    "baseline": ("the baseline", "基准"),
    "baseline_name": ("Baseline", "基准"),
    "how": (
        "Scenario and baseline meet the same trains, weather and service times in each replication, so that only what"
        " the scenario changes makes a difference. A difference is shown if its p-value, adjusted by Holm over all"
        " scenarios that change the figure, is below 5 %; there is none to speak of if its 95 % interval lies within"
        " {margin:.2g} % of the baseline's figure.",
        "每次重复中，情景与基准面对相同的到达、天气与作业时间，差异只来自情景本身的改动。经Holm法对改变该指标的全部情景校正后"
        "p值低于5%，判为有差异；95%置信区间落在基准值±{margin:.2g}%以内，判为未见差异。",
    ),
    "read_first": ("Read this first", "请先阅读"),
    "cargo": ("Cargo through all ports", "各口岸货运总量"),
    "cargo_note": (
        "Tonnes a day over all ports; the baseline has {baseline}. More may come from more demand as well as from less"
        " waiting.",
        "各口岸日均吨数合计；基准为{baseline}。增量既可能来自需求增加，也可能来自等待减少。",
    ),
    "meant": ("At the traffic that it is meant for", "目标运输的效果"),
    "meant_note": (
        "What passes the facilities that a proposal is to relieve; of several, that which waits longest (1 of so"
        " many). Both directions; a class that takes the place of another counts with it. † The queue grows: the hours"
        " say how long the run was.",
        "指通过方案拟缓解设施的运输；有多类时取等待最长者（“几类之一”）；双向合计，替代原车种的新车种并入原车种。†排队持续增长，小时数只反映运行时长。",
    ),
    "pairing": (
        "Pairing: the variance of the paired difference of mean dwell is below {bound:g} of that of independent runs in"
        " {all_n} of {all_of} scenarios (a tonne, over all ports; {same} of them change nothing there), and at the"
        " traffic that a scenario is meant for in {n} of {of}.",
        "配对效果：以各口岸每吨货物的平均停留时间计，{all_of}个情景中有{all_n}个（含毫无变化的{same}个）的配对差方差低于独立运行的{bound:g}倍；"
        "就目标运输而言，{of}个中有{n}个。",
    ),
    "one_more": ("What one more would give", "增加一个的效果"),
    "one_more_note": (
        "One server, path a day or unit more, by itself. Vehicles and hours of those who wait for it longest, both"
        " directions. † The queue grows for as long as one looks: the hours say how long the run was.",
        "单独增加一个服务台、每日运行线或单元。车(列)与小时指等待其最久的运输，双向合计。†排队持续增长，小时数只反映运行时长。",
    ),
    "one_more_of": ("One more of", "增加对象"),
    "next": ("The bottleneck then", "此后的瓶颈"),
    "bottleneck": ("The bottleneck before and after", "瓶颈的变化"),
    "bottleneck_note": (
        "For what the traffic waits longest, and its share of all waiting there.",
        "等待时间最长的环节及其占全部等待的比例。",
    ),
    "lines": ("On the lines: before and after", "线路：前后对比"),
    "lines_note": (
        "Share of a section's paths that are in use, and mean wait of a train for one, where the change is beyond"
        " chance and at least {points:g} point or {hours:g} h: the {most} greatest a scenario, 95 % intervals.",
        "列出超出偶然、且运行线占用率变化不小于{points:g}个百分点或列车平均等线时间变化不小于{hours:g}小时的区段，"
        "每个情景取变化最大的{most}个，附95%置信区间。",
    ),
    "lines_rest": ("No section changes by so much: {who}.", "无区段达到上述变化：{who}。"),
    "journeys": ("Whole journeys: before and after", "全程时间：前后对比"),
    "journeys_note": (
        "Mean hours from the first place of a journey to its last, where the change is beyond chance and at least"
        " {hours:g} h. Round trips cross the port twice. † The queue grows: hours say how long the run was.",
        "自始发地至终到地的平均小时数，列出超出偶然且不小于{hours:g}小时的变化；往返运输两次通过口岸。†排队持续增长，小时数只反映运行时长。",
    ),
    "section": ("Section", "区段"),
    "paths_before": ("Paths in use\n%", "运行线占用\n%"),
    "paths_more": ("Change, points\n95 % interval", "变化（百分点）\n95%区间"),
    "wait_before": ("Wait for a path\nhours", "等线时间\n小时"),
    "wait_more": ("Change\n95 % interval", "变化\n95%区间"),
    "transit_before": ("Whole journey\nhours", "全程时间\n小时"),
    "transit_more": ("Change\n95 % interval", "变化\n95%区间"),
    "at_port": ("Change of dwell\nat the port, hours", "其中口岸停留\n变化，小时"),
    "recovery": ("After a closure", "关闭后的恢复"),
    "recovery_note": (
        "Against the baseline in the same replication, 95 % intervals. More waiting: the mean over the worst day. Gone:"
        " on which open day no more than {gone:.0%} of that is left. Cargo: what the port has carried less by the end"
        " of the run, so that it is not made up.",
        "与同一重复的基准相比，附95%置信区间。增加的等待取最严重一天的平均；恢复指积压降至其{gone:.0%}以下，自重新开放首日起算；"
        "货运量为运行结束时该口岸仍未补回的数量。",
    ),
    "shut": ("Shut", "关闭时间"),
    "backlog": ("More waiting\nvehicles", "增加等待\n车(列)"),
    "gone": ("Gone on\nopen day", "恢复所需\n开放天数"),
    "lost": ("Cargo lost\n1,000 t", "损失货运\n千吨"),
    "lasting": ("not within the run", "运行期内未恢复"),
    "lasting_some": ("{days}; not within the run in {k} of {n}", "{days}；{n}次中{k}次在运行期内未恢复"),
    "costs": ("What one more, or an hour less, costs", "每多通过一单位、每少停一小时的成本"),
    "costs_note": (
        "Capital as an annuity at {rate:.0%} over {life:g} years, and the cost of running; ranges from the proposals'"
        " low and high estimates and the interval of the effect. No figure where no effect is shown."
        " The vehicle and the hour are those of the traffic meant. † The queue grows: the hours depend on the"
        " length of the run.",
        "投资按{rate:.0%}折现率、{life:g}年摊为年金，另加年运行费；范围取自方案估算的高低值与效果的置信区间。"
        "未显示效果者不列数值；车(列)与小时均指目标运输。†排队持续增长，小时数取决于运行时长。",
    ),
    "ranking": ("Ranking", "排序"),
    "ranking_note": (
        "Mean over the replications that all scenarios have, and how probable it is that a scenario is truly the best"
        " of the works that were run; futures of demand and shocks stand below. Scenarios that equal"
        " the baseline in every replication are left out.",
        "取全部情景共有的重复求均值，并给出该情景在各工程方案中确为最优的概率；需求情景与冲击情景列于其后，不参与评优；各次重复均与基准相同的情景从略。",
    ),
    "all_rows": ("All figures", "全部指标"),
    "show_rows": (
        "Show the {n:,} differences that are shown, of {all:,} compared",
        "显示{all:,}项对比中{n:,}项有差异的指标",
    ),
    "demand": ("demand", "需求情景"),
    "shock": ("shock", "冲击情景"),
    "scenario": ("Scenario", "情景"),
    "for_whom": ("For", "对象"),
    "figure": ("Figure", "指标"),
    "before": ("Baseline", "基准"),
    "t_more": ("Change\nt a day", "变化\n吨/日"),
    "change": ("Change", "变化"),
    "interval": ("95 % interval", "95%置信区间"),
    "verdict": ("Verdict", "判断"),
    "vehicles_before": ("Vehicles\na day", "车(列)\n日均"),
    "vehicles_more": ("Change\n95 % interval", "变化\n95%区间"),
    "dwell_before": ("Dwell\nhours", "停留\n小时"),
    "dwell_more": ("Change\n95 % interval", "变化\n95%区间"),
    "dwell_verdict": ("Verdict\non dwell", "停留\n判断"),
    "t_more_interval": ("All cargo\nt a day more", "货运总量\n吨/日变化"),
    "vehicles_change": ("Vehicles\na day more", "车(列)\n日均变化"),
    "dwell_change": ("Dwell\nhours more", "停留\n小时变化"),
    "variance": ("Variance\nratio", "方差比"),
    "waiting": ("Waiting\nvehicle-hours a day", "等待\n车时/日"),
    "goes": ("the bottleneck goes from {before} to {after}", "瓶颈由{before}转移到{after}"),
    "stays": ("the bottleneck stays: {before}, then {after}", "瓶颈不变：{before}，其后{after}"),
    "nobody": ("nobody waits", "无等待"),
    "share": ("{thing} ({share:.0%} of waiting)", "{thing}（占等待{share:.0%}）"),
    "share_only": ("{share:.0%} of waiting", "占等待{share:.0%}"),
    "cost_year": ("Cost a year\nmillion USD", "年成本\n百万美元"),
    "t_year": ("More cargo\n1,000 t a year", "增加货运\n千吨/年"),
    "usd_t": ("A tonne more\nUSD", "每多一吨\n美元"),
    "usd_vehicle": ("One vehicle more\nUSD", "每多一车(列)\n美元"),
    "usd_hour": ("An hour less\nUSD a vehicle", "每车(列)少停1小时\n美元"),
    "not_worth": ("not worth stating", "不宜给出"),
    "between": ("; ", "；"),
    "mean": ("Mean", "均值"),
    "probability": ("Probability\nof being best", "最优概率"),
    "more_runs": ("{verdict}: {more:,} more runs", "{verdict}：还需{more:,}次"),
    "further": ("... and {n} more; --report has all.", "……另有{n}项，见 --report。"),
    "one_run": ("one run", "仅一次"),
    "all_ports": ("all ports", "各口岸合计"),
    "from_to": ("{low} to {high}", "{low} 至 {high}"),
    "settings": ("Settings", "设置"),
    "effects": ("Hours of dwell, at the traffic meant", "目标运输的停留时间变化"),
    "effects_note": (
        "Points are changes against the baseline, lines their 95 % intervals. Filled: a difference is shown.",
        "点为相对基准的变化，线为95%置信区间；实心表示有差异。",
    ),
    "hours_axis": ("change of mean dwell, hours (less is better)", "平均停留时间变化，小时（越少越好）"),
    "tonnes_axis": ("change of cargo, t a day", "货运量变化，吨/日"),
    "cost_axis": ("cost a year, million USD (log scale)", "年成本，百万美元（对数刻度）"),
    "cargo_rest": ("The same tonnes in every replication: {who}.", "各次重复中货运吨数均与基准相同：{who}。"),
    "one_of": ("1 of {n}", "{n}类之一"),
    "meant_also": ("{scenario}: also meant for {who}.", "{scenario}：目标运输还有{who}。"),
    "sentences": (" ", ""),
    "meant_rest": (
        "Vehicles and dwell are the same in every replication: {who}.",
        "各次重复中车(列)数与停留时间均与基准相同：{who}。",
    ),
    "bottleneck_rest": (
        "The same bottleneck, and waiting within {margin:.2g} % of before: {who}.",
        "瓶颈不变，且等待变化在{margin:.2g}%以内：{who}。",
    ),
    "costs_rest": (
        "No effect shown, so that a cost of one more is not worth stating (in brackets million USD a year): {who}.",
        "未显示效果，不宜给出每多一单位的成本（括号内为年成本，百万美元）：{who}。",
    ),
}


SMALL_H: Final = 0.1
"""Changes by less than this are told in minutes ..."""
SHORT_H: Final = 10.0
"""... unless what changes is longer than this."""


def say(names: Names, key: str, **values: Any) -> str:
    """The words of that key in the language of ``names``, with the values put in."""
    return names.pick(WORDS[key]).format(**values)


def decimals(half_width: float, value: float, figures: int = 3) -> int:
    """Decimals of a value: so many figures of it, and no more than two of the half-width, the others being chance."""
    by_chance = math.isfinite(half_width) and half_width > 0
    told = [_decimals(half_width, 2)] if by_chance else []
    if value:
        told.append(_decimals(value, figures))
    return min(told, default=0)


def _decimals(value: float, figures: int) -> int:
    return max(0, figures - 1 - math.floor(math.log10(abs(value))))


def plain(value: float, digits: int) -> str:
    """A number with that many decimals; never '-0'."""
    text = f"{value:,.{digits}f}"
    return text.lstrip("-") if not text.strip("-0.,") else text


def signed(value: float, digits: int) -> str:
    """Likewise, with its sign; 0 has none."""
    text = plain(value, digits)
    return text if text.startswith("-") or not text.strip("0.,") else f"+{text}"


def scaled(found: Interval, times: float) -> Interval:
    """An interval in another unit."""
    return replace(found, estimate=times * found.estimate, low=times * found.low, high=times * found.high)


def in_minutes(row: Row) -> Row:
    """A row of hours that change by less than :data:`SMALL_H` in minutes; any other row as it is."""
    found, base = row.paired.difference, row.paired.mean_baseline
    ends = (found.estimate, found.low, found.high)
    most = max((abs(end) for end in ends if math.isfinite(end)), default=math.inf)
    if row.unit != "h" or most >= SMALL_H or base >= SHORT_H:
        return row
    told = replace(row.paired, mean_baseline=60 * base, difference=scaled(found, 60))
    return replace(row, unit="min", paired=told)


def change(row: Row) -> str:
    """The difference of a row with its sign."""
    interval = row.paired.difference
    return signed(interval.estimate, decimals(interval.half_width, interval.estimate))


def give_or_take(found: Interval, names: Names) -> str:
    """A change with half of its interval; words where one run gives none."""
    value = signed(found.estimate, decimals(found.half_width, found.estimate))
    if found.n == 1:
        return f"{value} ({say(names, 'one_run')})"
    return f"{value} ± {figure(found.half_width, 2)}"


def interval(row: Row, names: Names) -> str:
    """The interval of a row's difference, a figure more than of the difference itself so that its ends are apart."""
    found = row.paired.difference
    if found.n == 1:
        return say(names, "one_run")
    digits = decimals(found.half_width, max(abs(found.low), abs(found.high)), figures=4)
    return say(names, "from_to", low=signed(found.low, digits), high=signed(found.high, digits))


def verdict(row: Row, names: Names) -> str:
    """What the row shows, and how many more replications it should take if it does not tell."""
    word = names.pick(OUTCOMES[row.outcome])
    return say(names, "more_runs", verdict=word, more=row.more) if row.more else word


def variance_ratio(row: Row) -> str:
    """The variance of the paired difference over that of independent samples; '-' where nothing varies."""
    ratio = row.paired.variance_ratio
    return f"{ratio:.2f}" if math.isfinite(ratio) else "-"


def figure(value: float, figures: int = 3) -> str:
    """A figure by itself, with about so many digits that count."""
    return plain(value, _decimals(value, figures)) if value else "0"
