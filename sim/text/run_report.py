"""The words of the offline report, in English and Chinese."""

from __future__ import annotations

from typing import Final

WORDS: Final[dict[str, tuple[str, str]]] = {
    "title": ("Border ports: {scenario}", "边境口岸仿真：{scenario}"),
    "baseline": ("baseline", "基准方案"),
    "counted": ("{who}: {n}", "{who}{n}"),
    "period": (
        "Simulated from {start} for {days} days; figures are of the {measured} days after a warm-up of {warmup} days.",
        "模拟自{start}起{days}天；其中预热{warmup}天，指标取其后{measured}天。",
    ),
    "one_run": (
        "This is one run (seed {seed}, replication {replication}): one possible course of events, without error"
        " margins. Compare scenarios with several replications before deciding anything.",
        "本报告为单次运行（种子{seed}，重复{replication}），仅为一种可能的过程，不含误差范围；决策前请用多次重复运行比较方案。",
    ),
    "vehicles": (
        "{arrived:,} vehicles came, {departed:,} left, {in_system:,} were still in the system at the end.",
        "共到达{arrived:,}车（列），离开{departed:,}，期末仍在系统内{in_system:,}。",
    ),
    "sound": (
        "Every vehicle, server and stock was accounted for in the check of conservation.",
        "守恒检查通过：车辆、设施和库存均无差错。",
    ),
    "unsound": (
        "The run breaks the laws of conservation; do not use its figures:",
        "本次运行未通过守恒检查，数据不可用：",
    ),
    "gridlock": (
        "Gridlock: {n} vehicles wait for each other and would never have moved again.",
        "死锁：{n}车（列）互相等待，无法再移动。",
    ),
    "more": ("… and {n} more", "……另有{n}项"),
    "changed": ("What is changed", "改动内容"),
    "changed_thing": ("What", "对象"),
    "changed_figure": ("Figure", "指标"),
    "changed_before": ("Base year", "基准年"),
    "changed_after": ("Here", "本情景"),
    "glance": ("At a glance", "总览"),
    "port": ("Port", "口岸"),
    "direction": ("Direction", "方向"),
    "class": ("Vehicles", "车种"),
    "by_class": ("Vehicles a day", "日均通过"),
    "map": ("Flows and queues", "流量与积压分布"),
    "kpis": ("Key figures", "主要指标"),
    "bottlenecks": ("Where the bottleneck is", "瓶颈所在"),
    "bottlenecks_note": (
        "Told in two ways: for what the vehicles wait, and which facility has been active longest without a pause"
        " (all servers busy, or somebody waiting).",
        "两种判断方法：等待时间用于何处；以及哪一设施连续处于忙期（全部占用或有车等待）时间最长。",
    ),
    "nobody_waits": ("Nobody waits.", "无等待。"),
    "dwell": ("Where the time of a crossing goes", "通关过程各环节用时"),
    "dwell_note": (
        "Mean hours of one vehicle at each step, from arrival at the port to departure from it, both sides. In the"
        " heading, the sum.",
        "每车（列）自到达口岸至离开口岸（含双方）在各环节的平均小时数；标题中为合计。",
    ),
    "waiting": ("Why vehicles wait", "等待原因"),
    "waiting_note": (
        "Shares of all waiting for this port; beside the bar, what one vehicle waits on average. Waiting inland for"
        " a place at the port is included.",
        "本口岸全部等待时间的构成；条形右侧为每车（列）平均等待时间，含在内地等待口岸名额的时间。",
    ),
    "facilities": ("How busy the facilities are", "设施繁忙程度"),
    "facilities_note": (
        "Utilisation of the servers at work; above 100% where work begun is finished after closing time. Right: mean"
        " wait in hours, on a square-root scale.",
        "左：按实际开放能力计算的利用率，闭关后继续完成作业时可超过100%；右：平均等待小时数（平方根刻度）。",
    ),
    "traffic": ("Traffic and vehicles at the port over time", "通过量与在口岸车(列)数变化"),
    "traffic_note": (
        "Crossings completed, and vehicles at the port on average; the dashed line marks the end of the warm-up.",
        "完成通关的数量，以及在口岸的平均数量；虚线为预热期结束。",
    ),
    "all_cargo": ("all cargo", "货物合计"),
    "definitions": ("What the figures mean", "指标定义"),
    "settings": ("Settings of this run", "运行设置"),
    "sources": ("Where the numbers come from", "数据来源"),
    "grades": (
        "Every number of the model carries a source and a grade. Values by grade of the rows in use:",
        "模型中每个数值均注明来源和等级。在用数据行按等级统计：",
    ),
    "show_sources": ("Show the {n} sources quoted", "显示所引用的{n}条来源"),
    "source_id": ("Id", "编号"),
    "source_what": ("Figure or document", "数据或文献"),
    "source_value": ("Value", "数值"),
    "source_year": ("Year", "年份"),
    "source_from": ("Source", "来源"),
    "a_day": ("A day", "日均"),
    "number": ("number", "车(列)数"),
    "teu": ("TEU", "TEU"),
    "t": ("t", "吨"),
    "inside_end": ("In the port at the end", "期末在口岸"),
    "cargo_teu": ("Containers\nTEU a day", "集装箱\nTEU/日"),
    "cargo_t": ("Cargo\nt a day", "货物\n吨/日"),
    "dwell_h": ("Dwell, hours", "停留时间（小时）"),
    "mean": ("mean", "平均"),
    "p50": ("median", "中位数"),
    "p90": ("90%", "90分位"),
    "p95": ("95%", "95分位"),
    "cn": ("in CN", "中方"),
    "foreign": ("far side", "外方"),
    "of_which_h": ("Mean hours of", "其中（小时）"),
    "wait": ("waiting", "等待"),
    "clearance": ("clearance", "通关查验"),
    "transit_h": ("Transit, hours", "全程时间（小时）"),
    "at_the_end": ("Backlog", "积压"),
    "inside": ("in the port", "在口岸"),
    "per_tonne": ("Per tonne", "每吨"),
    "usd": ("USD", "美元"),
    "kg": ("kg CO2", "千克CO2"),
    "made": (
        "Made by Bridgehead {version}. The page needs no network.",
        "由 Bridgehead {version} 生成，无需联网即可查看。",
    ),
}

DEFINITIONS: Final[list[tuple[tuple[str, str], tuple[str, str]]]] = [
    (
        ("Dwell", "停留时间"),
        (
            "From arrival at the port to departure from it, both sides together: until the last step is over and the"
            " last track given back. 90th percentile: nine of ten vehicles are through sooner.",
            "自到达口岸至离开口岸，双方合计：至最后环节结束并腾空股道为止。90分位：十分之九的车（列）更早通过。",
        ),
    ),
    (
        ("Waiting", "等待"),
        (
            "The part of dwell spent in queues: for a server, a track, a path, wagons, opening hours.",
            "停留时间中排队的部分：等待设施、股道、运行线、车辆或开关时段。",
        ),
    ),
    (
        ("Clearance", "通关查验"),
        (
            "Customs, border police and inspection: their work and the waiting for them.",
            "海关、边检与查验的作业及等待时间。",
        ),
    ),
    (
        ("Transit", "全程时间"),
        (
            "From origin to destination. For vehicles that circulate: from the start of a trip until unloaded.",
            "自起点至终点。循环车辆：自一次行程开始至卸货完毕。",
        ),
    ),
    (
        ("Backlog at the end", "期末积压"),
        ("Vehicles inside the port when the run ends.", "运行结束时仍在口岸内的车（列）数。"),
    ),
    (
        ("Cost, CO2", "成本、二氧化碳"),
        (
            "Of the whole journey per tonne carried: haulage, handling, and waiting at the class's price and idling."
            " Empty runs are laid on the loaded tonnes.",
            "全程每吨货物：运输、装卸，以及按车种计价的等待和怠速排放。空驶分摊到重车吨数。",
        ),
    ),
]

GRADES: Final[dict[str, tuple[str, str]]] = {
    "measured": ("measured", "实测"),
    "reported": ("reported", "公开报道"),
    "derived": ("derived", "推算"),
    "assumed": ("assumed", "假设"),
    "calibrated": ("calibrated", "校准"),
}

META: Final[dict[str, tuple[str, str]]] = {
    "scenario": ("Scenario", "情景"),
    "proposals": ("Proposals", "方案"),
    "start": ("First day", "首日"),
    "days": ("Days", "天数"),
    "warmup_days": ("Days of warm-up", "预热天数"),
    "seed": ("Seed", "随机种子"),
    "replication": ("Replication", "重复序号"),
    "engine": ("Engine", "引擎"),
    "version": ("Version", "版本"),
    "data_fingerprint": ("Fingerprint of the data", "数据指纹"),
    "plan_fingerprint": ("Fingerprint of the plan", "运行计划指纹"),
    "visits": ("Visits recorded", "记录的作业次数"),
    "events": ("Events handled", "处理的事件数"),
    "wall_s": ("Seconds of computing", "计算用时（秒）"),
}
"""Names of the fields of a run's record; a field that is not here is shown under its own name."""
