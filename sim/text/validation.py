"""The words of the validation in English and Chinese, for terminal, chart and report alike."""

from __future__ import annotations

from typing import Any, Final

from sim.text.names import Language

WORDS: Final[dict[str, tuple[str, str]]] = {
    "title": ("Validation: the model beside the published record", "模型验证：与公开资料对照"),
    "lead": (
        "{n} of {of} test figures within tolerance ({outcome} of {outcomes} of those that come out of the workings of"
        " the model); {fit} of {fits} of the figures that the model was made from.",
        "检验类资料{of}项中{n}项在容许范围内（其中由模型运行得出的{outcomes}项中{outcome}项）；建模所用资料{fits}项中{fit}项。",
    ),
    "experiments_lead": (
        "{n} of {of} natural experiments with the right sign and within a factor of {factor} in size.",
        "自然试验{of}项中{n}项方向正确且幅度相差不超过{factor}倍。",
    ),
    "runs": (
        "{replications} replications of each year, seed {seed}; means with their 95 % intervals.",
        "各年份重复{replications}次，种子{seed}；均值及95%置信区间。",
    ),
    "run": (
        "One replication of each year, seed {seed}, so without intervals.",
        "各年份运行1次，种子{seed}，故无置信区间。",
    ),
    "how": (
        "Within tolerance is a figure within {tolerance:.0%} of the published one or inside its range. A fact is for"
        " the test if it was not used in making the model, for the fit if data come from it or calibration is fitted"
        " to it. A figure is given if it follows from numbers that were put in (demand, loads, a duration), so that"
        " agreement only shows that the model lets them through; it is an outcome if it comes from the workings of the"
        " model: queues, gates, calendars, wagons that come back.",
        "模型值在公布值±{tolerance:.0%}以内或落在公布区间内，即为容许范围内。未用于建模的资料为“检验”，数据来源或校准所用资料为“拟合”。"
        "由输入数据（需求、载重、作业时间）直接得出的为“输入”，一致仅说明模型能够放行；由排队、通道、日历、车组周转等运行得出的为“结果”。",
    ),
    "chart_title": ("model ÷ published (logarithmic)", "模型值÷公布值（对数坐标）"),
    "test": ("test", "检验"),
    "fit": ("fit", "拟合"),
    "given": ("given", "输入"),
    "outcome": ("outcome", "结果"),
    "yes": ("yes", "是"),
    "no": ("no", "否"),
    "fact": ("Fact", "资料"),
    "what": ("What", "内容"),
    "year": ("Year", "年份"),
    "unit": ("Unit", "单位"),
    "published": ("Published", "公布值"),
    "model": ("Model", "模型"),
    "interval": ("95 % interval", "95%置信区间"),
    "difference": ("Difference", "差异"),
    "within": ("Within", "在容许范围内"),
    "role": ("Role", "用途"),
    "kind": ("Kind", "性质"),
    "why": ("Why not", "差异原因"),
    "grade": ("Grade", "可信度"),
    "miss": ("{fact} ({role}), {what} ({difference}): {why}", "{fact}（{role}），{what}（{difference}）：{why}"),
    "misses": ("Out of tolerance, and why", "超出容许范围者及原因"),
    "experiments": ("Natural experiments", "自然试验"),
    "experiments_note": (
        "Changes that happened and were written about, replayed in pairs of replications: the published change beside"
        " that of the model. The sign must be right, and the size within a factor of {factor}. 'Given' are changes of a"
        " capacity that was put in: what comes out is that everything else lets it be used.",
        "对已发生并有报道的变化做配对重复模拟，对照公布变化与模型变化；要求方向正确、幅度相差不超过{factor}倍。“输入”指能力变化本身为输入，"
        "得出的是其余环节能否使其发挥。",
    ),
    "each_fact": ("Fact by fact", "逐项对照"),
    "experiment": ("Change", "变化"),
    "facts": ("Facts", "资料"),
    "published_change": ("Published", "公布"),
    "model_change": ("Model", "模型"),
    "change": ("Change", "变化量"),
    "ratio": ("Model ÷ published", "模型÷公布"),
    "agrees": ("Agrees", "是否相符"),
    "sources": ("Facts and their sources", "资料与来源"),
}


UNITS: Final = {
    "trains": "列",
    "trains/day": "列/日",
    "trucks": "车",
    "trucks/day": "车/日",
    "trucks/h": "车/小时",
    "trips/day": "趟/日",
    "TEU": "标箱",
    "TEU/day": "标箱/日",
    "containers": "箱",
    "t": "吨",
    "1000 t/day": "千吨/日",
    "Mt": "百万吨",
    "Mt/week": "百万吨/周",
    "Mt/year": "百万吨/年",
    "min": "分钟",
    "h": "小时",
    "days": "天",
    "km/h": "公里/小时",
    "km/day": "公里/日",
}
"""Units of publications in Chinese."""


def unit(language: Language, name: str) -> str:
    """A unit as it is written in the language."""
    return UNITS[name] if language == "zh" else name


def say(language: Language, key: str, **values: Any) -> str:
    """One of :data:`WORDS`, with values filled in."""
    text = WORDS[key][language == "zh"]
    return text.format(**values) if values else text


def figure(value: float) -> str:
    """A figure with three to four digits that count."""
    size = abs(value)
    digits = 0 if size >= 1000 else 1 if size >= 100 else 2 if size >= 10 else 3 if size >= 0.1 else 4
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def between(low: float, high: float) -> str:
    """An interval; empty where one end is unknown."""
    return "" if abs(low) == float("inf") or abs(high) == float("inf") else f"{figure(low)} … {figure(high)}"
