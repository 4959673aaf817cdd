"""What the page report says."""

from __future__ import annotations

from typing import Final

WORDS: Final[dict[str, tuple[str, str]]] = {
    "title": ("Report", "报告"),
    "lead": (
        "What is at hand as files: a report that opens without a network, tables for spreadsheets and for programs. In"
        " the language that is chosen here.",
        "将当前内容存为文件：无需联网即可打开的报告，以及供电子表格和程序使用的数据表。语言与当前页面一致。",
    ),
    "what": ("What it is about", "报告内容"),
    "base": ("The base year, nothing changed", "基准年，未作改动"),
    "present": ("The scenario at hand ({changes} changes)", "当前情景（{changes}项改动）"),
    "own": ("own scenario", "自定义情景"),
    "changed": ("What is changed", "改动内容"),
    "changed_thing": ("What", "对象"),
    "changed_figure": ("Figure", "指标"),
    "changed_before": ("Base year", "基准年"),
    "changed_after": ("Here", "本情景"),
    "comparison": ("With the comparison that was last looked at: {title}", "包含最近查看的方案比较：{title}"),
    "no_comparison": (
        "No comparison was made or opened in this session.",
        "本次会话尚未进行或打开方案比较。",
    ),
    "make": ("Make the files", "生成文件"),
    "making": ("Writing the report …", "正在生成报告……"),
    "ready": ("Ready: {charts} charts, {mb:.1f} MB", "已生成：{charts}张图，{mb:.1f} MB"),
    "html": ("Report (HTML)", "报告（HTML）"),
    "xlsx": ("Tables (XLSX)", "数据表（XLSX）"),
    "parquet": ("Tables (Parquet)", "数据表（Parquet）"),
    "csv": ("Tables (CSV)", "数据表（CSV）"),
    "same": (
        "The command line writes the same files: bridgehead run --report FILE.html --tables FILE.xlsx.",
        "命令行可生成同样的文件：bridgehead run --report 文件.html --tables 文件.xlsx --language zh。",
    ),
    "unsound": ("The run does not add up; no report is made of it.", "本次运行未通过守恒检查，不生成报告。"),
}
