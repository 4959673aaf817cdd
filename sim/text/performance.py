"""The words of corridor performance in English and Chinese, for terminal, charts and report."""

from __future__ import annotations

from typing import Any, Final

from sim.text.names import Names

WORDS: Final[dict[str, tuple[str, str]]] = {
    "title": ("Corridor performance: {scenario}", "通道绩效：{scenario}"),
    "baseline": ("Baseline", "基准"),
    "lead": (
        "The indicators of CAREC CPMM and the time/cost-distance chart of UNESCAP, from one run of {days} days from"
        " {start}, the first {warmup} not measured (seed {seed}, replication {replication}).",
        "按CAREC通道绩效监测（CPMM）指标与联合国亚太经社会（UNESCAP）时间/成本—距离图编制；单次运行，自{start}起{days}天，"
        "其中前{warmup}天预热不计（种子{seed}，第{replication}次重复）。",
    ),
    "beside": (
        "Figures before and after the arrow: the baseline, and {scenario}. Both meet the same luck; how sure a"
        " difference is, `compare` tells.",
        "箭头前为基准，后为“{scenario}”；两次运行面对相同的随机情况，差异是否可靠请用 compare 判断。",
    ),
    "crossings": ("At the border", "口岸"),
    "crossings_note": (
        "Arrival at the port to departure from it, both sides; traffic with cargo. Clearance: customs, police and"
        " inspection with their queues. Costs: charges, the link across, and waiting at the price of the class.",
        "自到达口岸至离开口岸，含国境两侧；仅列载货运输。通关：海关、边检与查验，含其排队。费用：作业收费、跨境区段运费及按车种计价的等待。",
    ),
    "routes": ("From origin to destination", "全程"),
    "routes_note": (
        "Means over complete journeys. SWOD: km over the hours that wheels turn; SWD: km over all hours from origin to"
        " destination. A closed fleet's way back adds charges and waiting to the cost, no km and no hours.",
        "完整行程的均值。SWOD：里程÷行驶时间；SWD：里程÷全部时间。循环车队的返程只计收费与等待，不计里程和时间。",
    ),
    "sections": ("Sections of the line", "区段"),
    "sections_note": (
        "Between borders and stops, with the waiting for paths. Services of a class that run over the whole section are"
        " put together.",
        "口岸与停站之间的区段，含等待运行线的时间；同一车种跑完全区段的各线路合并统计。",
    ),
    "profile": ("Time and cost against distance", "时间与成本—距离图"),
    "profile_note": (
        "The slope is the line; a step upright is a stop, a thick one the border crossing.",
        "斜率为区段运行；竖直台阶为停站，粗线为口岸。",
    ),
    "settings": ("Settings", "设置"),
    "port": ("Port", "口岸"),
    "traffic": ("Traffic", "运输"),
    "route": ("Route", "线路"),
    "section": ("Section", "区段"),
    "class": ("Class", "车种"),
    "a_day": ("Vehicles\na day", "车(列)\n日均"),
    "mean_h": ("Mean\nh", "平均\n小时"),
    "median_h": ("Median\nh", "中位数\n小时"),
    "p95_h": ("P95\nh", "P95\n小时"),
    "waiting_h": ("Waiting\nh", "等待\n小时"),
    "clearance_h": ("Clearance\nh", "通关\n小时"),
    "km": ("km", "公里"),
    "hours": ("Hours", "小时"),
    "crossing_h": ("At borders\nh", "口岸\n小时"),
    "swod": ("SWOD\nkm/h", "SWOD\n公里/时"),
    "swd": ("SWD\nkm/h", "SWD\n公里/时"),
    "usd": ("USD\na vehicle", "美元\n每车(列)"),
    "usd_t": ("USD\na t", "美元\n每吨"),
    "usd_teu": ("USD\na TEU", "美元\n每TEU"),
    "usd_20t": ("USD\na 20 t", "美元\n每20吨"),
    "usd_500": ("USD per 500 km\nand 20 t", "美元\n每500公里20吨"),
    "distance": ("km from the origin", "距起点里程（公里）"),
    "hours_axis": ("hours from the origin", "自起点累计时间（小时）"),
    "days_axis": ("days from the origin", "自起点累计时间（天）"),
    "usd_axis": ("USD a tonne from the origin", "自起点累计成本（美元/吨）"),
    "place": ("Place", "地点"),
    "at": ("Last step at", "环节"),
    "scenario": ("Scenario", "情景"),
}


def say(names: Names, key: str, **values: Any) -> str:
    """The words of that key in the language of ``names``, with the values put in."""
    text = names.pick(WORDS[key])
    return text.format(**values) if values else text
