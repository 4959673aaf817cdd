"""Titles and headings of the tables in files, in English and Chinese."""

from __future__ import annotations

from typing import Final

SHEETS: Final[dict[str, tuple[str, str]]] = {
    "record": ("Run", "运行信息"),
    "changed": ("Changes", "改动内容"),
    "kpis": ("Key figures", "主要指标"),
    "facilities": ("Facilities", "设施"),
    "links": ("Links", "区段"),
    "bottlenecks": ("Bottlenecks", "瓶颈"),
    "waiting": ("Waiting", "等待原因"),
    "dwell": ("Dwell by step", "各环节用时"),
    "differences": ("Differences", "方案差异"),
    "ranking": ("Ranking", "方案排序"),
}
"""At most 31 characters, which is as much as a spreadsheet takes."""

WORDS: Final[dict[str, tuple[str, str]]] = {
    "what": ("What", "项目"),
    "value": ("Value", "数值"),
    "thing": ("What", "对象"),
    "before": ("Base year", "基准年"),
    "after": ("Here", "本情景"),
    "port": ("Port", "口岸"),
    "all_ports": ("all ports", "全部口岸"),
    "side": ("Side", "所属方"),
    "direction": ("Direction", "方向"),
    "class": ("Vehicles", "车种"),
    "figure": ("Figure", "指标"),
    "unit": ("Unit", "单位"),
    "facility": ("Facility", "设施"),
    "link": ("Link", "区段"),
    "at": ("At", "地点或设施"),
    "cause": ("Cause", "原因"),
    "served": ("Vehicles served", "服务车(列)数"),
    "utilisation": ("Utilisation (share)", "利用率（比例）"),
    "mean_wait_h": ("Mean wait (h)", "平均等待（小时）"),
    "p95_wait_h": ("Wait, P95 (h)", "等待P95（小时）"),
    "mean_queue": ("Mean queue (vehicles)", "平均排队（车列）"),
    "max_queue": ("Longest queue (vehicles)", "最长排队（车列）"),
    "vehicles_per_day": ("Vehicles a day", "日均车(列)数"),
    "share_of_waiting": ("Share of waiting", "等待时间占比"),
    "momentary_share": ("Share of time as the bottleneck", "作为瓶颈的时间占比"),
    "hours": ("Waiting (vehicle hours)", "等待（车列·小时）"),
    "wait_h": ("Waiting (h)", "等待（小时）"),
    "service_h": ("Service (h)", "作业（小时）"),
    "scenario": ("Scenario", "情景"),
    "n": ("Pairs of replications", "配对重复次数"),
    "mean_baseline": ("Mean, base", "基准均值"),
    "mean": ("Mean", "均值"),
    "difference": ("Difference", "差值"),
    "ci_low": ("95% from", "95%区间下限"),
    "ci_high": ("95% to", "95%区间上限"),
    "p_adjusted": ("p, adjusted", "校正p值"),
    "verdict": ("Verdict", "判断"),
    "probability_best": ("Probability of being best", "最优概率"),
}
