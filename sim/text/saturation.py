"""The words of years of saturation in English and Chinese, for terminal, chart and report."""

from __future__ import annotations

from typing import Any, Final

from sim.text.names import Names

WORDS: Final[dict[str, tuple[str, str]]] = {
    "title": ("When ports and lines saturate", "口岸与线路何时饱和"),
    "lead": (
        "Demand of {base} grows in the futures {futures} (times that of {base} in {last}: {factors}); traffic for which"
        " no forecast was found stays as it is. Ports and lines stay as they are, or with one proposal.",
        "以{base}年需求为起点，按{futures}增长（{last}年为{base}年的倍数：{factors}）；未见预测的运输保持不变。"
        "口岸与线路维持现状，或只加一项方案。",
    ),
    "how": (
        "Load: work offered a day over what can be done on a mean day of the calendar, of the facility, path or quota"
        " that binds; of who goes later in a queue, the work of those who go first counts too. From 1 on the queue"
        " grows without end, so the year is the latest at which that begins. Tracks held while waiting, busy hours and"
        " missing wagons make it earlier: years in runs tell. ‡ Closed fleets: from 1 on more vehicles bring only more"
        " waiting.",
        "负荷：起制约作用的设施、运行线或名额每日被要求的作业量与其平均日能力之比。优先级较低的运输须计入优先者的作业量。达到1后排队无限增长，故所示为最迟年份；"
        "等待时占用股道、高峰时段与车组短缺会使其提前，以仿真年份为准。‡循环车队：达到1后增车只增加等待。",
    ),
    "in_runs": (
        "In runs: the first year from which the queue grows without end (closed fleets and sections: what binds works"
        " 98 % of its hours) in every later year; median over {n} replications of {days} days, and the earliest and"
        " latest of them.",
        "仿真年份：自该年起排队持续增长（循环车队与区段：制约设施工作时间占比达98%）；为{n}次重复（每次{days}天）的中位数，括号内为最早与最晚。",
    ),
    "ports": ("Ports", "口岸"),
    "sections": ("Sections of line with limited paths", "运行线受限的区段"),
    "sections_rest": (
        "Below half of their paths in every future, up to {last}: {n} more.",
        "至{last}年各情景负荷均低于一半的区段另有{n}个。",
    ),
    "moves": ("What proposals move", "方案推迟或提前的年份"),
    "moves_note": (
        "By load, each proposal by itself: the year as things are → with the proposal. Only what moves is shown;"
        " proposals without a row move no year.",
        "按负荷计，各方案单独实施：现状年份→实施后年份。只列有变化者；未列出的方案不改变任何年份。",
    ),
    "moves_in_runs": ("What proposals move, in runs", "方案对仿真年份的影响"),
    "moves_in_runs_note": (
        "Of the proposals that were run, each by itself: as things are → with the proposal.",
        "仅含已仿真的方案，各自单独实施：现状→实施后。",
    ),
    "years_chart": ("The year of saturation in each future", "各情景的饱和年份"),
    "years_chart_note": (
        "Points: by load. Bars: from the earliest to the latest replication in runs. What has no point does not"
        " saturate up to {last}.",
        "点：按负荷；横条：仿真各次重复的最早至最晚年份。无点者至{last}年不饱和。",
    ),
    "load_chart": ("Load by year, {future} future", "逐年负荷（{future}）"),
    "load_chart_note": (
        "Of what binds; at 1 and above it is full. Closed fleets reach far above 1: that is how many times more would"
        " come if nobody waited.",
        "指起制约作用者；达到1即满负荷。循环车队可远高于1，表示若无等待到达量将为能力的若干倍。",
    ),
    "settings": ("Settings", "设置"),
    "who": ("Traffic", "运输"),
    "section": ("Section", "区段"),
    "binds": ("What binds", "制约环节"),
    "load": ("Load\n{year}", "负荷\n{year}年"),
    "year": ("{future}\nyear", "{future}\n年份"),
    "in_year": ("in {year}", "{year}年"),
    "year_in_runs": ("{future}\nin runs", "{future}\n仿真"),
    "proposal": ("Proposal", "方案"),
    "then_binds": ("What binds then", "此后的制约环节"),
    "after": ("after {year}", "{year}年以后"),
    "already": ("by {year}", "{year}年及以前"),
    "as_it_is": ("as things are", "现状"),
    "future": ("Future", "情景"),
    "year_axis": ("year", "年份"),
    "grows": ("Growth of demand", "需求增长"),
    "sentence": (
        "{who}: full {year} ({future}){seen}{binds}{more}",
        "{who}：{year}饱和（{future}）{seen}{binds}{more}",
    ),
    "only_in_runs": (
        "{who}: not full by load, but in runs: {seen} ({future})",
        "{who}：按负荷未饱和，但仿真中饱和：{seen}（{future}）",
    ),
    "seen": (", in runs {seen}", "，仿真{seen}"),
    "at": ("; what binds: {binds}", "，制约环节为{binds}"),
    "with": ('; with "{proposal}" {year}', "；实施“{proposal}”后{year}"),
    "settings_days": (
        "{days} days from {start}, the first {warmup} not measured; seed {seed}; Bridgehead {version}; data {data}",
        "自{start}起{days}天，其中前{warmup}天预热不计；种子{seed}；Bridgehead {version}；数据 {data}",
    ),
}


def say(names: Names, key: str, **values: Any) -> str:
    """The words of that key in the language of ``names``, with the values put in."""
    text = names.pick(WORDS[key])
    return text.format(**values) if values else text
