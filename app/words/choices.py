"""What the fixed values of the tables are called: kinds, sides, modes, distributions."""

from __future__ import annotations

from typing import Final

WORDS: Final[dict[str, tuple[str, str]]] = {
    # Sides, directions.
    "cn": ("Chinese side", "中方"),
    "foreign": ("far side", "外方"),
    "outbound": ("outbound", "出境"),
    "inbound": ("inbound", "进境"),
    # Modes of links.
    "rail_1435": ("rail, 1,435 mm", "准轨铁路"),
    "rail_1520": ("rail, 1,520 mm", "宽轨铁路"),
    "road": ("road", "公路"),
    "agv": ("driverless lane", "无人驾驶通道"),
    # Kinds of facilities.
    "track": ("track", "股道"),
    "border_police": ("border police", "边检"),
    "customs": ("customs window", "海关窗口"),
    "scanner": ("scanner", "机检"),
    "inspection": ("inspection lane", "查验"),
    "transshipment": ("transshipment", "换装线"),
    "gate": ("gate lane", "卡口通道"),
    "weighbridge": ("weighbridge", "地磅"),
    "berth": ("unloading berth", "卸车位"),
    "loader": ("loader", "装车机"),
    "path": ("train path", "运行线"),
    "slot": ("slot", "通行位"),
    "opening": ("opening", "开放位"),
    # Kinds of stocks.
    "wagons": ("wagon sets", "车底"),
    "containers": ("empty containers", "空箱"),
    "cargo": ("cargo in a yard", "场站货物"),
    "quota": ("daily quota", "每日配额"),
    # Distributions.
    "constant": ("constant", "常数"),
    "uniform": ("uniform", "均匀"),
    "triangular": ("triangular", "三角"),
    "exponential": ("exponential", "指数"),
    "gamma": ("gamma", "伽马"),
    "lognormal": ("lognormal", "对数正态"),
    "weibull": ("Weibull", "威布尔"),
    "empirical": ("empirical", "经验"),
    # Arrivals, rules, profiles.
    "rate": ("at random", "随机到达"),
    "timetable": ("by timetable", "按时刻表"),
    "fleet": ("closed fleet", "循环车队"),
    "delay": ("least delay", "按延误最小"),
    "shares": ("fixed shares", "按固定比例"),
    "month": ("by month", "按月"),
    "hour": ("by hour", "按小时"),
    # Kinds of steps.
    "travel": ("travel", "运行"),
    "serve": ("be served", "作业"),
    "hold": ("occupy", "占用"),
    "pass": ("pass", "通过"),
    "free": ("vacate", "腾空"),
    "draw": ("draw", "领取"),
    "return": ("give back", "归还"),
    "branch": ("branch", "分流"),
    "wait": ("wait for opening", "等待开放"),
    "choose": ("choose", "选择"),
    "mark": ("mark", "时点"),
}
