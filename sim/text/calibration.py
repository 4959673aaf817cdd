"""The words of a calibration in English and Chinese, for the terminal."""

from __future__ import annotations

from typing import Any, Final

from sim.text.names import Names

WORDS: Final[dict[str, tuple[str, str]]] = {
    "lead": (
        "{numbers} numbers fitted to {facts} facts of {ports} ports in {runs:,} runs; seed {seed}.",
        "{ports}个口岸的{numbers}个数值按{facts}个事实校准，共{runs:,}次运行；随机种子{seed}。",
    ),
    "loss": (
        "Loss {before:.3f} as declared, {after:.3f} fitted (difference beyond ± {chance:.3f} is no chance); {near}"
        " near-equal fits.",
        "损失：采用值{before:.3f}，校准后{after:.3f}（差值超出±{chance:.3f}即非随机波动）；近似最优解{near}个。",
    ),
    "agree": (
        "Facts that agree: fit {fit_before} -> {fit_after} of {fit}, test {test_before} -> {test_after} of {test}.",
        "吻合的事实：拟合{fit_before}→{fit_after}（共{fit}），检验{test_before}→{test_after}（共{test}）。",
    ),
    "port": ("{port}: loss {before:.3f} -> {after:.3f}", "{port}：损失{before:.3f}→{after:.3f}"),
    "better": ("Clearly better than the declared values.", "明显优于采用值。"),
    "not_better": (
        "Not clearly better than the declared values: these stay.",
        "未明显优于采用值，维持不变。",
    ),
    "spoiled": (
        "Test facts fit worse at {ports}: the declared values stay.",
        "{ports}的检验事实吻合变差：维持采用值。",
    ),
    "address": ("Number", "数值"),
    "declared": ("Declared", "采用值"),
    "value": ("Fitted", "校准值"),
    "spread": ("Near-equal fits", "近似最优解范围"),
    "range": ("Range", "范围"),
    "fact": ("Fact", "事实"),
    "role": ("Role", "用途"),
    "published": ("Published", "公布值"),
    "before": ("Before", "校准前"),
    "after": ("After", "校准后"),
    "fit": ("fit", "拟合"),
    "test": ("test", "检验"),
    "nothing": (
        "Nothing to fit: no port has facts to fit and assumed numbers with a bearing on them.",
        "无可校准内容：没有口岸同时具备拟合事实和有影响的假定数值。",
    ),
    "applied": ("{n} numbers of {folder} now have the grade calibrated.", "{folder} 中{n}个数值的可信度已改为校准。"),
    "not_applied": ("Nothing was applied: no fit is clearly better.", "未应用：没有明显更优的校准结果。"),
    "go_on": (
        "What was run is saved in {folder}; the same command goes on from there.",
        "已运行部分存于 {folder}；再次执行同一命令即可继续。",
    ),
    "wrote": ("Wrote {path}", "已写出 {path}"),
}


def say(names: Names, key: str, **values: Any) -> str:
    """The words of that key in the language of ``names``, with the values put in."""
    return names.pick(WORDS[key]).format(**values)
