"""What the page replay says; keys that begin with ``c_`` are for the component."""

from __future__ import annotations

from typing import Final

WORDS: Final[dict[str, tuple[str, str]]] = {
    "title": ("Replay", "过程回放"),
    "one_run": (
        "One replication (seed {seed}): one possible course of events, an illustration and no forecast. For figures"
        " with their uncertainty go to Compare.",
        "单次仿真（随机种子{seed}），仅为一种可能的过程，作示意之用，不是预测。含不确定性的指标请见“方案比较”。",
    ),
    "what": ("What to play", "回放内容"),
    "base": ("Base year", "基准年"),
    "present": ("The scenario at hand ({changes} changes)", "当前情景（{changes}项改动）"),
    "first_day": ("First day", "首日"),
    "first_day_help": (
        "The run begins {warmup} days earlier, so that queues have built up by then.",
        "仿真提前{warmup}天开始，使排队在首日之前已经形成。",
    ),
    "days": ("Days", "天数"),
    "running": ("Simulating …", "仿真运行中……"),
    "size": (
        "{vehicles:,} vehicles, {mb:.1f} MB in the browser. Positions between places are even along straight lines.",
        "共{vehicles:,}车（列），浏览器数据{mb:.1f} MB。各地间按直线匀速显示。",
    ),
    "unsound": ("The run does not add up; it is not shown.", "本次运行未通过守恒检查，不予显示。"),
    "c_play": ("▶ Play", "▶ 播放"),
    "c_pause": ("❚❚ Pause", "❚❚ 暂停"),
    "c_speed": ("Speed", "速度"),
    "c_speed_15": ("15 min/s", "15分钟/秒"),
    "c_speed_60": ("1 h/s", "1小时/秒"),
    "c_speed_180": ("3 h/s", "3小时/秒"),
    "c_speed_720": ("12 h/s", "12小时/秒"),
    "c_time": ("Time", "时间"),
    "c_beijing": ("Beijing", "北京时间"),
    "c_moving": ("moving", "运行中"),
    "c_waiting": ("waiting", "等待"),
    "c_served": ("being served", "作业中"),
    "c_train": ("rail", "铁路"),
    "c_road": ("road", "公路"),
    "c_network": ("The network", "全网"),
    "c_border": ("The border ports", "边境口岸"),
    "c_schematic": (
        "Schematic: straight lines between places. Drag to move, wheel to zoom.",
        "示意图，非行政区划图，各地间以直线相连。拖动平移，滚轮缩放。",
    ),
    "c_km": ("km", "公里"),
    "c_nobody_waits": ("Nobody waits.", "无等待。"),
    "c_busy": ("{busy} of {servers} busy", "占用{busy}/{servers}"),
    "c_closed": ("closed", "关闭"),
    "c_now_moving": ("on the way to {at}, for {hours} h", "驶往{at}，已行{hours}小时"),
    "c_now_waiting": ("waiting for {at}, for {hours} h", "等待{at}，已等{hours}小时"),
    "c_now_served": ("at {at}, for {hours} h", "{at}作业中，已{hours}小时"),
    "c_here": ("{waiting} waiting, {served} being served", "等待{waiting}，作业{served}"),
}
