"""What every page may say."""

from __future__ import annotations

from typing import Final

WORDS: Final[dict[str, tuple[str, str]]] = {
    "cancel": ("Cancel", "取消"),
    "finding_colon": (": ", "："),
    "finding_expected": ("Expected", "应为"),
    "finding_line": ("line {n}", "第{n}行"),
    "finding_nearest": ("Perhaps", "是否为"),
    "finding_where": ("Where", "位置"),
    "finding_wrong": ("What is wrong", "问题"),
    "findings": ("This cannot be run as it stands ({n}):", "无法运行，共{n}处问题："),
    "findings_more": ("... and {n} more.", "……另有{n}处。"),
    "job_cancelled": (
        "Cancelled after {done:,} of {total:,} runs.",
        "已取消；{total:,}次运行中已完成{done:,}次。",
    ),
    "job_failed": ("The runs could not be made:", "运行未能完成："),
    "job_partly": ("Some runs failed; they are left out of the figures", "部分运行失败，已从结果中剔除"),
    "job_running": ("{done:,} of {total:,} runs, {left} left", "已完成{done:,}/{total:,}次运行，剩余{left}"),
    "job_starting": ("Starting ...", "正在启动……"),
    "job_waiting": (
        "Waiting for a free place; {ahead} before it in the queue.",
        "排队等待空闲位置；前面还有{ahead}项。",
    ),
    "job_unknown": (
        "This server does not know the runs that the address names: they ended more than a day ago, or the server was"
        " started anew since. Run them again.",
        "服务器中没有该链接所指的运行：可能已结束超过一天，或服务器已重新启动。请重新运行。",
    ),
    "language": ("Language", "语言"),
    "queue_full": (
        "Too many jobs are waiting on this server. Try again in a few minutes.",
        "服务器排队任务过多，请几分钟后再试。",
    ),
    "version": ("Bridgehead {version}. Data {data}, program {code}.", "桥头堡 {version}；数据 {data}，程序 {code}。"),
}
