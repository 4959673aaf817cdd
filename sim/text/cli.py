"""What the command line says, in English and Chinese, and with how many digits."""

from __future__ import annotations

from typing import Any, Final, Literal

Language = Literal["en", "zh"]

WORDS: Final[dict[str, tuple[str, str]]] = {
    "alternative": ("No.", "序号"),
    "app_ended": (
        "The server of the web page has ended by itself (status {status}).",
        "网页服务器已自行结束（状态码{status}）。",
    ),
    "app_free_port": ("a port that nobody uses", "未被占用的端口"),
    "app_no_port": ("No port from {first} to {last} is free.", "端口{first}至{last}均被占用。"),
    "app_not_started": ("The web page did not start.", "网页未能启动。"),
    "app_ready": ("The page is at {address} (Ctrl-C stops it).", "网页地址：{address}（按 Ctrl-C 停止）。"),
    "app_shared": (
        "Other machines of this network find it at http://<name or address of this one>:{port}/",
        "本网络内其他计算机可访问 http://<本机名称或地址>:{port}/",
    ),
    "arrived": (
        "{arrived:,} vehicles came, {departed:,} left, {in_system:,} are still there",
        "到达{arrived:,}车（列），离开{departed:,}，在途{in_system:,}",
    ),
    "a_day": ("Vehicles\na day", "车（列）\n日均"),
    "batch_begins": (
        "{experiment}: {scenarios} scenarios, {replications} replications each, {days} days from {start}",
        "{experiment}：{scenarios}个情景，各重复{replications}次，自{start}起{days}天",
    ),
    "batch_done": (
        "{runs:,} runs in {folder}. What they say: bridgehead compare {folder}",
        "{runs:,}次运行，结果存于 {folder}。查看结果：bridgehead compare {folder} --language zh",
    ),
    "batch_failed": (
        "{failed:,} of {runs:,} runs failed. The others are in {folder}.",
        "{runs:,}次运行中有{failed:,}次失败，其余结果存于 {folder}。",
    ),
    "batch_failure": (
        "  {scenario}, replication {replication}, {stage}: {why}",
        "  {scenario}，第{replication}次重复，{stage}：{why}",
    ),
    "batch_go_on": (
        "{done:,} of {total:,} runs are saved in {folder}; the same command goes on from there.",
        "已保存{total:,}次运行中的{done:,}次（{folder}）；再次执行同一命令即可继续。",
    ),
    "batch_unmet": ("Not as sure as asked for: {scenarios}", "未达到要求精度：{scenarios}"),
    "busiest": ("Busiest: {facilities}", "最繁忙：{facilities}"),
    "capital": ("To build\nmillion USD", "投资\n百万美元"),
    "running": ("To run\nmillion USD a year", "年运行\n百万美元/年"),
    "class": ("Class", "车种"),
    "conservation_ok": ("every vehicle accounted for", "车辆守恒检查通过"),
    "conservation_broken": ("The run does not add up, so do not use it:", "结果不守恒，请勿使用："),
    "data_ok": ("{files}: nothing to find fault with.", "{files}：未发现问题。"),
    "direction": ("Direction", "方向"),
    "dwell_p50": ("Dwell h\nmedian", "停留h\n中位数"),
    "dwell_p95": ("Dwell h\nP95", "停留h\nP95"),
    "engine": ("engine {engine}", "引擎 {engine}"),
    "dwell_is": (
        "Dwell: from arrival at a port to departure from it, both sides together; P95: 95 of 100 are through sooner."
        " Wait: the part spent in queues, shut hours included.",
        "停留：自到达口岸至离开口岸，双方合计；P95：95%的车（列）更早通过。等待：其中排队的时间，含闭关时段。",
    ),
    "expected": ("Expected", "应为"),
    "facility": ("Facility", "设施"),
    "findings": ("Errors: {errors}, warnings: {warnings}.", "错误{errors}个，警告{warnings}个。"),
    "gauge_changes": ("Gauge changes", "轨距变换次数"),
    "gridlock": (
        "Gridlock: {vehicles} vehicles wait for each other and will not move again.",
        "死锁：{vehicles}车（列）互相等待，无法继续。",
    ),
    "hours": ("Hours", "小时"),
    "left": ("{time} left", "剩余{time}"),
    "level": ("Level", "级别"),
    "error": ("error", "错误"),
    "warning": ("warning", "警告"),
    "measure": ("Measure", "政策措施"),
    "momentary_share": ("Bottleneck of the time", "瞬时瓶颈时间占比"),
    "sole_share": ("Alone", "其中单独"),
    "shifting_share": ("Shifting", "转移中"),
    "km": ("km", "公里"),
    "line": ("line {row}", "第{row}行"),
    "made": (
        "{folder} is ready. Its README.txt says what to edit; run it with: bridgehead run --data {folder}",
        "{folder} 已建好。修改方法见其中 README.txt；运行：bridgehead run --data {folder} --language zh",
    ),
    "name": ("Name", "名称"),
    "nearest": ("Perhaps", "是否为"),
    "no_numba": (
        "Note: without numba there is no compiled engine; SimPy ran instead, slower, with the same result.",
        "注：未安装 numba，改用 SimPy 引擎运行，较慢，结果相同。",
    ),
    "no_proposals": ("There are no proposals in {folder}.", "{folder} 中没有方案。"),
    "opening": ("Opens", "启用"),
    "empty_folder": ("a new or an empty folder", "新文件夹或空文件夹"),
    "not_written": ("{path} was not written: {why}", "{path} 未能写出：{why}"),
    "not_empty": ("something that is there already", "已有内容"),
    "simpy_is_slower": (
        "Note: SimPy gives the same figures as the compiled engine, to the last digit; it only takes longer.",
        "注：SimPy 引擎与编译引擎的结果逐位相同，只是较慢。",
    ),
    "route_note": (
        "Running times and changes of gauge or mode, without waiting: what the border adds is what `run` tells.",
        "含运行时间与换装（变轨或换运输方式）时间，不含等待；口岸延误请看 run 的结果。",
    ),
    "over": ("Takes", "经由"),
    "phase_compile": ("Drawing arrivals and durations ...", "生成到达与作业时间……"),
    "phase_measure": ("Measuring ...", "统计指标……"),
    "phase_read": ("Reading the data ...", "读取数据……"),
    "phase_simulate": ("Simulating ...", "仿真运行……"),
    "phase_write": ("Writing files ...", "写出文件……"),
    "port": ("Port", "口岸"),
    "proposal": ("Proposal", "方案"),
    "run_of": (
        "{scenario}: {days} days from {start}, the first {warmup} not measured",
        "{scenario}：自{start}起{days}天，其中前{warmup}天预热不计",
    ),
    "run_of_cold": ("{scenario}: {days} days from {start}", "{scenario}：自{start}起{days}天"),
    "seconds": ("{wall_s:.1f} s", "{wall_s:.1f} 秒"),
    "seed": ("seed {seed}, replication {replication}", "种子 {seed}，第 {replication} 次重复"),
    "runs_failed": ("{failed} failed", "失败{failed}次"),
    "share_of_waiting": ("Share of waiting", "等待时间占比"),
    "stage_compile": ("drawing arrivals", "生成到达"),
    "stage_conservation": ("conservation", "守恒检查"),
    "stage_measure": ("measuring", "统计指标"),
    "stage_prepare": ("changing the world", "应用方案"),
    "stage_simulate": ("simulating", "仿真运行"),
    "stage_worker": ("worker", "工作进程"),
    "stopped": ("Stopped.", "已中止。"),
    "t_day": ("t\na day", "吨\n日均"),
    "t_year": ("Mt\na year", "百万吨\n全年"),
    "teu_day": ("TEU\na day", "TEU\n日均"),
    "teu_year": ("1,000 TEU\na year", "千TEU\n全年"),
    "usd_per_t": ("USD a t", "美元/吨"),
    "visits": ("{visits:,} visits", "{visits:,} 条作业记录"),
    "warmup_dropped": (
        "Note: a warm-up of {warmup} days does not fit into {days} days; everything is measured, the empty start too.",
        "注：{days}天内无法预热{warmup}天，统计包含空载起步阶段。",
    ),
    "wait_mean": ("Wait h\nmean", "等待h\n平均"),
    "where": ("Where", "位置"),
    "wrong": ("What is wrong", "问题"),
    "wrote": ("Wrote {path}", "已写出 {path}"),
}
"""Key: (English, Chinese)."""

_language: Language = "en"


def use(language: Language) -> None:
    """Say everything from now on in this language."""
    global _language
    _language = language


def language() -> Language:
    """The language in use."""
    return _language


def say(key: str, /, **values: Any) -> str:
    """The words of that key, with the values put in."""
    text = WORDS[key][0 if _language == "en" else 1]
    return text.format(**values) if values else text


def figure(value: float | None, digits: int = 3) -> str:
    """A number with as many digits as mean something: 0.04, 4.12, 41.2, 412, 4,120, 41,200; '-' for none."""
    if value is None:
        return "-"
    rounded = float(f"{value:.{digits}g}")
    before_point = len(str(int(abs(rounded))))
    return f"{rounded:,.{max(digits - before_point, 0)}f}"


def percent(share: float) -> str:
    """A share as a whole percentage."""
    return f"{100 * share:.0f}%"
