"""What the page overview says."""

from __future__ import annotations

from typing import Final

WORDS: Final[dict[str, tuple[str, str]]] = {
    "title": ("Overview", "总览"),
    "lead": (
        "What happens to trains, trucks and cargo at four land ports of northern China, on both sides of the border,"
        " and what would change it.",
        "我国北部四个陆路口岸（国境两侧）的列车、汽车与货物如何通行，哪些举措会改变现状。",
    ),
    "loading": ("Running the base year …", "正在运行基准年……"),
    "period": (
        "Base year {year}: {days} days simulated, of which {warmup_days} days of warm-up do not count. One run, seed"
        " {seed}; these are the model's figures, not statistics.",
        "基准年{year}：仿真{days}天，其中预热{warmup_days}天不计入指标。单次运行，随机种子{seed}；以下为模型结果，并非统计数据。",
    ),
    "cargo": ("{mt} Mt and {teu} thousand TEU a year", "年货运量{mt}百万吨，集装箱{teu}千TEU"),
    "cargo_only": ("{mt} Mt a year", "年货运量{mt}百万吨"),
    "who": ("Vehicles", "车种"),
    "direction": ("Direction", "方向"),
    "a_day": ("a day", "日均"),
    "dwell": ("Dwell, h", "停留（小时）"),
    "p50": ("median", "中位数"),
    "p95": ("P95", "P95"),
    "inside": ("In port", "在口岸"),
    "backlog": ("at the end", "期末"),
    "bottleneck": ("Bottleneck", "瓶颈"),
    "dwell_help": (
        "Dwell: from arrival at the port to departure from it, both sides together. P95: 95 of 100 vehicles are"
        " through sooner.",
        "停留时间：自到达口岸至离开口岸，双方合计。P95：95%的车（列）更早通过。",
    ),
    "nobody_waits": ("Nobody waits.", "无等待。"),
    "map": ("Flows and queues", "流量与积压分布"),
    "panel_network": ("The network", "全网"),
    "panel_ports": ("The border ports", "边境口岸"),
    "panel": ("Part of the map", "地图范围"),
    "origin": ("Where the numbers come from", "数据来源"),
    "grades": (
        "Every row of the data has a source and a grade. Of {rows:,} rows: {told}. {own} numbers that are less well"
        " known than their row carry a range of their own.",
        "数据的每一行均注明来源与等级。共{rows:,}行，其中{told}。另有{own}个数值的可信度与所在行不同，单独给出取值范围。",
    ),
    "grade": ("{name} {n:,}", "{name}{n:,}行"),
    "quoted": (
        "{facts} published figures are quoted. The base year is set beside them on the page Data.",
        "共引用{facts}条公开数据；基准年结果与公开数据的对照见“数据”页。",
    ),
    "model": ("What the model is", "模型简介"),
    "model_text": (
        "Every train and truck is followed one by one from origin to destination: change of gauge, customs and"
        " inspection, opening hours and holidays of both countries, quotas, train paths, wagons that come back. All"
        " chance is drawn beforehand, so two scenarios can be compared train by train. It is no traffic forecast:"
        " demand is given, and how ports behave beyond the queue (price, detours, politics) is not in it.",
        "模型逐列、逐车跟踪每一列车和每一辆汽车自起点至终点的全过程：换装、海关与查验、两国各自的开闭关时间和节假日、"
        "通行配额、运行线以及车辆周转。随机数全部预先生成，因此不同方案可以逐车对比。模型不预测运量：需求为给定输入，"
        "价格、绕行、政策等口岸排队以外的行为不在模型之内。",
    ),
    "next": ("What to do next", "下一步"),
    "next_page": ("**{page}**: {what}", "**{page}**：{what}"),
    "next_what_if": ("move a slider, see what it does", "改动一项参数，看结果如何变化"),
    "next_compare": ("which proposals help, how surely", "比较各方案，并给出可信程度"),
    "next_replay": ("watch the queues build up and clear", "观看排队的形成与消散"),
    "next_data": ("see, question, edit the numbers", "查看、质疑并修改背后的数据"),
    "next_report": ("take it all home as one file", "将全部内容存为一个文件"),
    "gridlock": (
        "In this run {n} vehicles wait for each other and will not move again.",
        "本次运行中有{n}车（列）互相等待，无法再移动。",
    ),
}
