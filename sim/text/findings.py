"""Findings in Chinese: what checks say of bad input, one line a kind, English beside Chinese.

Checks tell their findings in English. Here is what each may say, with the places of its values in braces; a value
marked ``*`` is itself such a text. What is not here stays as it was said.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import Final

from corridors.findings import Finding
from corridors.messages import Message
from corridors.model import TABLES
from corridors.schema import schema
from sim.text.catalogue import sentence
from sim.text.names import Language

FORMS: Final[tuple[tuple[str, str], ...]] = (
    # Cells.
    ("{*wanted}; this column may not be blank", "{wanted}；此列不可为空"),
    ("one of {names}", "以下之一：{names}"),
    ("yes or no", "yes 或 no（是或否）"),
    ("a whole number", "整数"),
    ("a number", "数值"),
    ("{*wanted} from {low} to {high} ({unit})", "{low}至{high}之间的{wanted}（单位：{unit}）"),
    ("{*wanted} from {low} to {high}", "{low}至{high}之间的{wanted}"),
    ("{*wanted} ({unit})", "{wanted}（单位：{unit}）"),
    ("an id of lower-case letters, digits and underscores", "由小写字母、数字和下划线组成的编号"),
    ("an id of letters, digits and underscores", "由字母、数字和下划线组成的编号"),
    ("an address, table.id.field", "地址，格式为 表.编号.字段"),
    ("an ISO 3166 country code of two capital letters", "两个大写字母的ISO 3166国家代码"),
    (
        "daily, a range (Mon-Sat) or a list (Mon;Thu)",
        "daily（每日）、区间（如 Mon-Sat）或列举（如 Mon;Thu）",
    ),
    ("the IANA name of a time zone, such as Asia/Shanghai", "IANA时区名称，如 Asia/Shanghai"),
    ("out of bounds", "超出范围"),
    ("not a whole number", "不是整数"),
    ("not a number", "不是数值"),
    ("full-width digits; write them in half width", "含全角数字，请改用半角"),
    ("full-width characters; write them in half width", "含全角字符，请改用半角"),
    (
        "a comma between digits; write neither thousands separators nor decimal commas",
        "数字间含逗号；请勿使用千位分隔符或小数逗号",
    ),
    ("a decimal comma; write a decimal point", "小数请用小数点，不用逗号"),
    (
        "not a number (left by a formula or a program); leave the cell empty or fill it in",
        "不是数值（公式或程序遗留）；请留空或填入数值",
    ),
    ("a percentage; write 0.1 for 10%", "百分数；10%请写作0.1"),
    ("text after the number; the number stands alone", "数值后带有文字；此处只写数值"),
    ("numbers separated by ';'", "以“;”分隔的数值"),
    ("ids separated by ';'", "以“;”分隔的编号"),
    ("a date written YYYY-MM-DD", "日期，格式为 YYYY-MM-DD"),
    ("a time written HH:MM, from 00:00 to 24:00", "时刻，格式为 HH:MM，00:00至24:00"),
    ("a time written HH:MM", "时刻，格式为 HH:MM"),
    ("there is no such day", "没有这一天"),
    ("read as {day}", "按 {day} 读取"),
    # Changes and scenario files.
    ("a finite number", "有限数值"),
    ("one number or text", "一个数值或文字"),
    ("{op} needs {names}", "{op} 缺少：{names}"),
    ("{op} has no {names}", "{op} 不接受：{names}"),
    ("{op} needs a number as its value", "{op} 的值须为数值"),
    ("add needs value (to add to a number) or row (to add a row)", "add 须给出 value（增量）或 row（新增行）"),
    ("last_day no earlier than first_day", "last_day 不早于 first_day"),
    ("an address that begins with the name of a table", "以数据表名称开头的地址"),
    ("a field of {table} that may change", "{table} 表中可修改的字段"),
    ("a number to {op}; set it instead", "可作 {op} 运算的数值；请改用 set"),
    ("a column of {table} beside its id", "{table} 表中编号以外的列"),
    ("an id that is not yet in {table}", "{table} 表中尚未使用的编号"),
    ("an id in {table}", "{table} 表中已有的编号"),
    ("other days; it is closed on these already", "其他日期；这些日期已关闭"),
    ("one of them, or an order in which to make them", "保留其一，或给出先后次序"),
    ("changes that contradict", "改动互相矛盾"),
    ("the changes", "这些改动"),
    ("after {*who}: {*message}", "{who}之后：{message}"),
    ("after {*who}", "{who}之后"),
    ("the id of a proposal", "已有方案的编号"),
    ("the id of a facility, link or stock", "设施、区段或储备的编号"),
    ("value must lie between low and high", "value 须介于 low 与 high 之间"),
    ("costs need the price_year in which they are counted", "成本须注明价格年份 price_year"),
    ("the name of the file, {name}", "与文件名一致：{name}"),
    ("aliases (*name) are not read; write the value out", "不支持YAML别名（*name），请直接写出数值"),
    (
        "could not determine a constructor for the tag {tag}",
        "不接受的YAML标签 {tag}",
    ),
    ("YAML", "有效的YAML"),
    ("other bytes", "其他编码"),
    ("text in UTF-8", "UTF-8文本"),
    ("an empty file", "空文件"),
    ("keys such as {names}", "键值，如 {names}"),
    ("the key again", "重复的键"),
    ("each key once", "每个键只出现一次"),
    ("no such key", "不存在的键，请删除或更正"),
    ("this key, which is missing", "缺少此键"),
    ("no value", "没有取值"),
    ("text", "文字"),
    ("text of the form {pattern}", "符合格式 {pattern} 的文字"),
    ("true or false", "true 或 false"),
    ("the word {name}", "{name} 一词"),
    ("the word {name} or {*list}", "{name} 一词，或{list}"),
    ("a list in brackets", "方括号列表"),
    ("a list in brackets: {list}", "方括号列表：{list}"),
    ("a list, each with {*keys}", "列表，每项含{keys}"),
    ("a list of at least {n}", "至少{n}项的列表"),
    ("keys with values", "键值对"),
    ("a number of at least {n}", "不小于{n}的数值"),
    ("a number above {n}", "大于{n}的数值"),
    ("a number of at most {n}", "不大于{n}的数值"),
    ("a number below {n}", "小于{n}的数值"),
    ("one change as JSON", "一项JSON格式的改动"),
    # Experiments and futures.
    ("either half_width or relative", "half_width 与 relative 二者择一"),
    ("target: maximum is below the {n} replications of the first round", "target：maximum 小于首轮重复次数{n}"),
    ("either levels, or low and high", "levels，或 low 与 high，二者择一"),
    ("each level once", "每个水平只出现一次"),
    ("at least one factor", "至少一个因子"),
    ("{address} is there more than once", "{address} 出现不止一次"),
    ("{kind} needs points, how many", "{kind} 须以 points 给出点数"),
    ("{kind} has no points", "{kind} 不使用 points"),
    ("{address}: {kind} has no levels", "{address}：{kind} 不使用 levels"),
    ("{address}: needs levels", "{address}：须给出 levels"),
    ("sobol needs a power of 2 as points, such as {near}, not {n}", "sobol 的点数须为2的幂，如{near}，而非{n}"),
    ("the unit {unit}", "单位 {unit}"),
    ("no unit", "不写单位"),
    ("a number, which has a range", "有范围的数值"),
    ("no range", "没有范围"),
    ("low and high, here or in assumptions.csv", "low 与 high，写在此处或 assumptions.csv 中"),
    ("low below high", "low 小于 high"),
    ("low below high, with a whole number between them", "low 小于 high，且其间有整数"),
    ("each id once", "每个编号只出现一次"),
    ("central must lie between low and high", "central 须介于 low 与 high 之间"),
    ("{id}: years must come after {year} and one after the other", "{id}：年份须晚于{year}且依次递增"),
    ("a slider and a value within its range", "滑块及其范围内的取值"),
    ("at most {n} changes", "不超过{n}项改动"),
    ("at most {n} in all", "合计不超过{n}"),
    ("a folder of results on this server", "本服务器上的结果文件夹"),
    ("days from {first} to {last}", "{first}至{last}之间的日期"),
    ("{n} days from {first}", "自{first}起{n}天"),
    ("days is {n}; a run needs at least 1 day", "天数为{n}；至少需运行1天"),
    (
        "warmup_days is {n}; it must lie between 0 and days - 1 = {most}",
        "预热天数为{n}；须介于0与{most}之间",
    ),
    ("seed and replication must not be negative", "随机种子与重复序号不得为负"),
    # References.
    ("unknown", "不存在"),
    ("an id of {names}", "{names} 中的编号"),
    ("jumps only go forward", "只能向后续环节跳转"),
    ("unknown step", "不存在的环节"),
    ("a later step of this itinerary", "本流程中的后续环节"),
    ("an id that only one table has", "仅在一个表中出现的编号"),
    ("it is in {tables}", "同时出现在 {tables}"),
    ("no table is called {name}", "没有名为 {name} 的数据表"),
    ("the field is missing", "缺少字段"),
    ("unknown id {name}", "不存在的编号 {name}"),
    ("{name} is no number of {table}", "{name} 不是 {table} 中的数值"),
    ("a number that is filled in", "已填写的数值"),
    ("the cell it names is empty", "所指单元格为空"),
    # Capacity.
    (
        "enough for {asked} server-hours on a mean day; there are {there}",
        "满足日均{asked}台时的需求；现有{there}台时",
    ),
    ("offered load {load}: the queue grows for ever", "负荷为{load}：排队将无限增长"),
    ("it never works", "始终不作业"),
    ("at least 1, or no step that needs it", "至少为1，或没有环节使用它"),
    ("nobody works there", "无人作业"),
    ("at least {n}, which the services ask for on a mean day", "不少于{n}，即各运输服务的日均需求"),
    ("as many returned as drawn on a mean day", "日均归还数与领取数相等"),
    (
        "{n} a day more are drawn than returned: it runs empty for good",
        "每日领取比归还多{n}：终将耗尽",
    ),
    (
        "{n} a day are drawn, of a quota of {quota}: the queue grows for ever",
        "每日领取{n}，超过配额{quota}：排队将无限增长",
    ),
    (
        "an itinerary with a duration or a travel over the graph on every way",
        "各路径均含作业时间或路网运行的流程",
    ),
    ("its cycle takes no time", "循环一周不耗时"),
    # Clocks.
    ("a time before 24:00", "早于24:00的时刻"),
    ("hours that {shift} does not cover", "{shift} 未覆盖的时段"),
    ("a row of shifts.csv with its hours", "shifts.csv 中给出其开放时段的行"),
    ("it is never open", "从不开放"),
    ("a country whose public holidays are known: {names}", "法定节假日已知的国家：{names}"),
    ("part of the English name of a public holiday: {names}", "法定节假日英文名称的一部分：{names}"),
    ("no day of the year is shut by it", "全年没有因此关闭的日期"),
    ("{day} or a later day", "{day} 或之后"),
    ("a week day between its first and its last day: {days}", "首日至末日之间的星期：{days}"),
    ("a stock with a daily quota", "设有每日配额的储备"),
    ("it shuts nothing", "不起作用"),
    # Itineraries and journeys.
    ("filled in: a {kind} needs it", "须填写：{kind} 环节需要此项"),
    ("nothing: a {kind} ignores it", "留空：{kind} 环节不使用此项"),
    (
        "a mode (over the graph) or a duration (on the spot), not both",
        "运输方式（路网运行）或作业时间（原地），二者择一",
    ),
    ("mark: an itinerary begins with one, at its origin", "mark：流程以起点处的 mark 开始"),
    ("the origin of the itinerary", "流程的起点"),
    ("a number of its own; {step} has it too", "不重复的序号；{step} 已使用"),
    ("the last step of its itinerary", "流程的最后一个环节"),
    ("an itinerary that does not lead back to this choice", "不会回到此选择的流程"),
    ("port and direction together, or neither", "口岸与方向同时填写，或均留空"),
    ("one unbroken run of steps", "连续的环节"),
    ("a path with a headway", "设有追踪间隔的运行线"),
    ("without one never a limit", "未设间隔则不构成限制"),
    ("without it never a limit", "未设则不构成限制"),
    ("pass: the facility is a path", "pass：该设施为运行线"),
    ("{port}, the port of its facility", "{port}，即其设施所在口岸"),
    ("at most {n}, all that {stock} can hold", "不超过{n}，即 {stock} 的最大容量"),
    ("another place than {place}, where the vehicle is", "不同于车辆所在地 {place} 的地点"),
    ("nobody moves", "车辆没有移动"),
    ("a place to which {mode} leads from {origin}", "自 {origin} 经 {mode} 可到达的地点"),
    ("a place that {mode} leads to from {origin} on {day}", "{day}自 {origin} 经 {mode} 可到达的地点"),
    ("the chain ends in {place}: no link of {mode} leads on from there", "链路止于 {place}：没有 {mode} 区段由此继续"),
    ("no link of {mode} leads to {place}", "没有通往 {place} 的 {mode} 区段"),
    ("the links of {mode} have a gap between {origin} and {place}", "{origin} 与 {place} 之间的 {mode} 区段不连续"),
    ("{mode}, by which it came, or a change at a place that transships", "{mode}（即来时的方式），或在可换装地点换装"),
    (
        "nothing transships at {place} (places.csv, column transships)",
        "{place} 不能换装（places.csv 的 transships 列）",
    ),
    ("no travel leads there", "没有运行环节到达该处"),
    ("{place}, where the vehicle is", "车辆所在地 {place}"),
    (
        "{place}, where the vehicle is, or a mode instead of the duration",
        "车辆所在地 {place}，或以运输方式代替作业时间",
    ),
    ("time spent on the spot moves nobody over a link", "原地作业不会使车辆通过区段"),
    ("a facility at {place}, where the vehicle is", "位于车辆所在地 {place} 的设施"),
    ("it stands at {place}", "该设施位于 {place}"),
    ("a facility at a place of this itinerary", "位于本流程途经地点的设施"),
    ("a later step of kind free at {facility} on every way", "各路径上随后均有释放 {facility} 的 free 环节"),
    ("a facility that the vehicle keeps on every way to this step", "各路径到此均已占用的设施"),
    ("no hold leads here", "此前没有 hold 环节"),
    ("a facility that the vehicle does not keep yet", "车辆尚未占用的设施"),
    ("held twice; free it in between", "重复占用；其间须先释放"),
    ("a branch jumps over a travel", "branch 跳过了运行环节"),
    ("a branch jumps over a hold or a free", "branch 跳过了 hold 或 free"),
    ("a last travel to {place}, where the cycle begins", "最后运行回到循环起点 {place}"),
    # Provenance.
    (
        "an id of facts.csv or sources.csv, or the grade assumed with a note",
        "facts.csv 或 sources.csv 中的编号，或等级为 assumed 并附备注",
    ),
    ("{grade}, but nobody can look it up", "等级为 {grade}，却无从查证"),
    ("low and high, or a note", "low 与 high，或备注"),
    ("a note, or a range in assumptions.csv", "备注，或在 assumptions.csv 中给出范围"),
    ("assumed without a reason", "假设未说明理由"),
    ("no more than high, {n}", "不大于 high，即{n}"),
    ("no more than the number itself, {n}", "不大于数值本身，即{n}"),
    ("no less than the number itself, {n}", "不小于数值本身，即{n}"),
    # Rows.
    ("another place than the origin", "不同于起点的地点"),
    (
        "one link, or two that differ in mode; {link} joins the same places",
        "只保留一条，或运输方式不同；{link} 连接相同两地",
    ),
    ("a place in China", "中国境内的地点"),
    ("a place abroad", "境外地点"),
    ("it lies in China", "位于中国境内"),
    ("it lies in {country}", "位于 {country}"),
    ("{place} lies in {country}", "{place} 位于 {country}"),
    ("port and side together, or neither (inland)", "口岸与所属方同时填写，或均留空（内陆）"),
    ("the side of its country", "所在国一侧"),
    ("mtbf_h and mttr_h together, or neither", "mtbf_h 与 mttr_h 同时填写，或均留空"),
    ("minutes between two vehicles", "两车之间的分钟数"),
    ("0 for a {kind}", "{kind} 应为0"),
    ("0 for arrivals {kind}", "到达方式为 {kind} 时应为0"),
    ("no more than the capacity {n}", "不超过容量{n}"),
    ("a quota that is never given runs out", "从不发放的配额终将用尽"),
    ("places a day", "每日名额"),
    ("a daily quota, or no calendar", "每日配额，或不设日历"),
    ("at most {n} for {distribution}", "{distribution} 分布不超过{n}"),
    ("it would give times below zero", "会产生负的时间"),
    ("observed minutes, separated by ';'", "实测分钟数，以“;”分隔"),
    ("not used by {distribution}", "{distribution} 分布不使用此项"),
    ("nothing", "留空"),
    ("{n} weights", "{n}个权重"),
    ("at least one weight above zero", "至少一个权重大于零"),
    ("only zeros", "全为零"),
    ("a profile of kind {kind}: {names}", "类型为 {kind} 的波动曲线：{names}"),
    ("a profile of kind {kind}", "类型为 {kind} 的波动曲线"),
    ("a closed fleet without vehicles", "循环车队没有车辆"),
    ("vehicles that circulate", "循环运行的车辆数"),
    ("a closed fleet has no rate of arrivals", "循环车队没有到达率"),
    ("no vehicle will ever come", "不会有车辆到达"),
    ("vehicles a day", "每日车（列）数"),
    ("only timetabled vehicles are late", "只有按时刻表运行的车辆才会晚点"),
    ("a day after {day}", "{day} 之后的日期"),
    ("a timetabled service; its arrivals: {kind}", "按时刻表运行的服务；当前到达方式：{kind}"),
    ("{n}, the mean of its lines in timetable.csv", "{n}，即其在 timetable.csv 中各行的平均"),
    ("{rule}, as in {way}", "{rule}，与 {way} 一致"),
    ("facilities whose queues count", "据以比较排队的设施"),
    ("it sees no queue", "看不到任何排队"),
    ("shares of the choice {choice} that add up to 1", "选择 {choice} 的各项比例之和为1"),
    ("they are rescaled", "将按比例折算"),
    ("nothing: the vehicle is at {place}, in {country}", "留空：车辆位于 {country} 的 {place}"),
    ("one place on every way to this step, not {one} and {other}", "各路径到此处于同一地点，而非 {one} 与 {other}"),
    ("this itinerary was at {port} outbound before and left", "本流程此前已出境通过 {port} 并离开"),
    ("this itinerary was at {port} inbound before and left", "本流程此前已进境通过 {port} 并离开"),
    (
        "the same facilities kept on every way to this step; on some only: {names}",
        "各路径到此占用的设施相同；仅部分路径占用：{names}",
    ),
    # Files.
    ("'{number}': {*message}", "“{number}”：{message}"),
    ("Keep one.", "请只保留一列。"),
    ("a column {name}: {*meaning}", "列 {name}：{meaning}"),
    ("no such column; remarks go into note", "没有这一列；备注请写入 note"),
    ("an id of its own; line {line} has the same", "不重复的编号；第{line}行已使用"),
    # What nobody uses.
    ("a row somewhere that names it", "某行引用它"),
    ("nobody uses it", "无人使用"),
    ("an itinerary that a service or an alternative names", "被运输服务或备选路径引用的流程"),
    ("nobody takes it", "无人采用"),
    ("nobody chooses it", "无人选择"),
    ("the choice of a choose step", "某 choose 环节的选择"),
    ("a step that returns to it, or a daily quota", "归还到它的环节，或每日配额"),
    ("it runs empty for good", "终将耗尽"),
    ("a step that draws from it, or no capacity", "从中领取的环节，或不设容量上限"),
    ("it fills up for good", "终将占满"),
    # The command line.
    ("a file that can be read", "可读取的文件"),
    ("a file, or an id in the folder of {names}", "文件，或 {names} 文件夹中已有的编号"),
    ("a file or a folder of that name", "该名称的文件或文件夹"),
    (".csv, .yaml or a folder", ".csv、.yaml 文件或文件夹"),
    ("a name that ends in {endings}", "以 {endings} 结尾的文件名"),
    ("a file, not a folder", "文件，而非文件夹"),
    ("a folder", "文件夹"),
    ("a folder with the tables of a corridor", "含有通道数据表的文件夹"),
    ("table.id.field=5, =+1, =-1 or =*1.2", "表.编号.字段=5、=+1、=-1 或 =*1.2"),
    ("a folder that can be written", "可写入的文件夹"),
    ("either --workers or --dask", "--workers 与 --dask 二者择一"),
    ("a percentage from 0 to 100", "0至100的百分数"),
    ("a year after {year}", "{year}年之后的年份"),
    ("a power of 2, such as 16", "2的幂，如16"),
    ("more than the {n} of the warm-up", "多于预热的{n}天"),
    ("at least {n}, to the last day of {fact}", "不少于{n}天，至 {fact} 所述最后一日"),
    ("the package distributed: {command}", "安装 distributed 包：{command}"),
    ("the address of a Dask scheduler that answers", "有响应的 Dask 调度器地址"),
    ("a cluster that has some", "有工作进程的集群"),
    (
        "futures.yaml, in the folder or beside it, as data/futures.yaml shows",
        "数据文件夹内或其旁的 futures.yaml，格式见 data/futures.yaml",
    ),
    ("proposals, changes, or a start or days of its own", "proposals、changes，或自设的 start、days"),
    ("it changes nothing", "未作任何改动"),
    # Results.
    (
        "the results in this folder are those of another experiment, world or version; use another folder",
        "此文件夹中的结果属于其他实验、数据或版本；请另选文件夹",
    ),
    (
        "the results in this folder are those of other data, settings or version; use another folder",
        "此文件夹中的结果属于其他数据、设置或版本；请另选文件夹",
    ),
    ("the manifest of an experiment, as `bridgehead batch` writes it", "bridgehead batch 写出的实验清单"),
    (
        "a whole one; delete it and give the command again, which runs that part once more",
        "完整的文件；请删除后重新执行命令，该部分将重新运行",
    ),
)
PLACE: Final = re.compile(r"\{(\*?)(\w+)\}")


def in_language(found: Finding, language: Language) -> Finding:
    """A finding as it is told in a language; what stands in files stays as it is."""
    worded = {
        name: sentence(text, language) if isinstance(text, Message) else in_chinese(text) if language == "zh" else text
        for name, text in (("expected", found.expected), ("message", found.message))
    }
    return replace(found, found=sentence(found.found, language), **worded)


def in_chinese(text: str) -> str:
    """What a finding says, in Chinese where its kind is known."""
    for pattern, nested, chinese in _patterns():
        if found := pattern.fullmatch(text):
            values = {name: in_chinese(value) if name in nested else value for name, value in found.groupdict().items()}
            return chinese.format(**values)
    return _meanings().get(text, text)


@cache
def _meanings() -> dict[str, str]:
    """What columns mean, as a blank or wrong cell is told it."""
    fields = (field for table in TABLES for field in schema(table).values())
    return {
        told: field.meaning_zh
        for field in fields
        for told in (field.meaning_en, field.meaning_en[0].lower() + field.meaning_en[1:])
    }


@cache
def _patterns() -> list[tuple[re.Pattern[str], set[str], str]]:
    """The forms, those that say most first: where two fit, it is the one that is meant."""
    made = []
    for english, chinese in sorted(FORMS, key=lambda form: -len(PLACE.sub("", form[0]))):
        nested = {name for star, name in PLACE.findall(english) if star}
        parts = re.split(r"\{\*?(\w+)\}", english)
        pattern = "".join(f"(?P<{part}>.+?)" if k % 2 else re.escape(part) for k, part in enumerate(parts))
        made.append((re.compile(pattern, re.DOTALL), nested, chinese))
    return made


def line(finding: Finding, language: Language) -> str:
    """A finding as one line in a language."""
    return str(in_language(finding, language))
