"""What the page Compare says."""

from __future__ import annotations

from typing import Final

WORDS: Final[dict[str, tuple[str, str]]] = {
    "title": ("Compare", "方案比较"),
    "what": (
        "Scenarios against the base year in paired replications: what each brings, how sure that is, what it costs.",
        "各情景与基准年配对重复对比：效果、把握程度与成本。",
    ),
    "source": ("Where from", "来源"),
    "source_run": ("Run here", "在此运行"),
    "source_open": ("Open finished results", "打开已有结果"),
    "what_to_compare": ("Proposals and own scenarios", "方案与自建情景"),
    "chosen": ("{n} chosen: {titles}", "已选{n}项：{titles}"),
    "between": ("; ", "；"),
    "choose": ("Choose one or more", "选择一项或多项"),
    "replications": ("Pairs", "配对次数"),
    "span": ("Days", "运行期"),
    "span_short": ("four weeks (quick)", "四周（快速）"),
    "span_half": ("half a year", "半年"),
    "span_year": ("the base year", "基准年全年"),
    "run": ("Run", "开始运行"),
    "hint": (
        "The runs go on in the background: you may go to other pages, or come back with the address of this one.",
        "运行在后台进行：可切换到其他页面，或凭本页地址返回查看。",
    ),
    "draft": ("The scenario of the page What if, as it is now", "情景推演页面的当前情景"),
    "no_results": (
        "No finished batch lies in the folder of results that this server was started with.",
        "服务器启动时指定的结果文件夹中尚无已完成的批量运行。",
    ),
    "which_results": ("Finished batch", "已完成的批量运行"),
    "choose_results": ("Choose a folder", "选择结果文件夹"),
    "reading": ("Reading the results ...", "正在读取结果……"),
    "cautions": ("Read this first ({n})", "请先阅读（{n}项）"),
    "tab_effects": ("Effects", "效果"),
    "tab_ranking": ("Ranking", "排序"),
    "tab_costs": ("Cost and benefit", "成本与效益"),
    "tab_bottlenecks": ("Bottlenecks", "瓶颈"),
    "tab_dwell": ("Dwell by step and cause", "停留时间构成与原因"),
    "tab_all": ("All figures", "全部指标"),
    "scenario": ("Scenario", "情景"),
    "port": ("Port", "口岸"),
    "no_traffic": ("Nothing crossed this port in the days that were measured.", "统计期内该口岸无车（列）通过。"),
}
