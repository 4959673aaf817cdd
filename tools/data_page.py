"""Write docs/data.md from data/schema: the meaning of every column, in English and Chinese.

    python tools/data_page.py

A test compares the page with what this gives, so that it cannot grow old.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from corridors.io.atomic_files import write_atomically
from corridors.model import TABLES
from corridors.schema import Field, schema
from corridors.step_kinds import step_kinds

HEAD = """\
# The tables of a data folder

A world is a folder of CSV files, one a table (`data/baseline` is the one that ships; `bridgehead new DIR` makes a
small one). The order of rows and columns is free; a column may be left out where it has a default. Every row has a
`source` (ids of `data/facts.csv` or of `sources.csv`) and a `grade`. This page is made from `data/schema`.
`bridgehead check` applies [these rules](rules.md) to the rows.

Tables may also be Excel workbooks: `places.xlsx` in the place of `places.csv`, or one workbook of any name with a
sheet for each table, such as `places`. Values are read, formulas are refused. CSV files may have commas, semicolons
or tabs and a line `sep=;`, in UTF-8 or GB18030. Times such as 8:00 AM or 0.333333333 and dates such as 2025/1/10 are
read with a warning; where the meaning is not certain (45667 for 2025-01-10, 25:30), the finding gives the value that
was probably meant. A file with the name of a table in another format, such as `places.xls` or `places.tsv`, is an
error. The same cells have the same fingerprint however they were saved.

数据文件夹中每个 CSV 文件是一张表；行与列的顺序不限，有缺省值的列可以省略。
数据表也可以是 Excel 工作簿（`places.xlsx`，或一个工作簿中每表一个工作表），公式除外。
本页由 `data/schema` 生成。

## Where a number comes from

A row has one `source` and one `grade`. They hold for each of its numbers that has no separate row in
`assumptions.csv` (`address`, such as `links.ejina_hami.speed_kmh`). The grade says how to read the source:

- `measured`, `reported`: a source states the number. A published figure of `data/facts.csv` states the numbers of its
  value, metric, unit and note, in digits or in words (*three gates*), possibly with more decimals.
- `derived`: a source states it in passing, or `note` calculates it from what the sources state, from constants of units
  and from other numbers of the data by address: `150,000 vehicles / 332 days / 2 directions = 226`.
- `assumed`: no source states it. The source is what the assumption leans on, if anything; `low` and `high` are its
  range, or `note` has the reason.
- `calibrated`: fitted to published figures, see [calibration](calibration.md).

`bridgehead check` [warns](rules.md) of a number graded measured, reported or derived that no source states and no note
calculates; it is a warning, since data in work may run. Zero, the default of a column, one unit for each vehicle, and
settings of the model (`order`, `priority`, `start_spread_h`, `reroute_after_h`) claim no source; times and lists of
numbers (weights of a profile) have the grade of their row and are not compared. Published figures of the grade assumed
are estimates and state nothing. Your own documents in `sources.csv` are taken at their word, unless their `note` lists
the figures: then numbers are compared with these. `python tools/sampled_numbers.py` draws numbers of `data/` at random
and prints each with its source.

What this does not cover, so read it by eye:

- Changes of years and proposals (YAML) have comments and notes in place of columns; `check` compares tables only. An
  assumed number there has the range that its comment or its row gives, else that of the same number in the base year; a
  test asks for it, in proposals also that the range holds the number or that of a sum beside it. In years some numbers
  are outside of the range of the base year, as where traffic grew. These ranges are judgements, and no study varies the
  numbers of a year. Of the base year 457 assumed
  numbers have a range and 151 a reason in its place: 90 coordinates (rounded, but for one), the tracks of 37 sections,
  ten days around festivals, six parameters of runs and money, and eight others, whose notes have the reason.
- Arithmetic may use other numbers by address, and these may be assumed themselves, as where a published length is that
  of two links and one of them is assumed. *Derived* then says that the arithmetic holds, not that the number is as sure
  as its sources; the address leads to the grade and the range of what it is made of.
- Notes of `facts.csv` hold additions of the compilers, not always words of the source. Figures of grade assumed (120 of
  796) are estimates of the compilers and state nothing.
- A number agrees within 2% or half of its last digit. Ranges (`low`, `high`), of derived numbers too, are judgements:
  only that they hold the number is checked.
- The words of the sources themselves. A reader followed 50 numbers of seed 20261130 to `facts.csv` and to public pages,
  where they could be found: 46 were said, derived or assumed with a range; three were not said (the day to which T049
  counts, the way of X133, the litre of diesel of C025), one was assumed without a range. These are mended or called
  assumed since. Of 50 more after this (seed 20261201, the same reader, to `facts.csv` only) none was not said, and five
  were assumed without a range; four of them have one since. *Assumed for* another year or port had no range then.
  A third 50 (seed 20261202) were followed to `facts.csv` by those who had made the data: 49 were said, derived or
  called assumed, three of these without a range; one, the track from Naushki to Sukhbaatar, was said of a part of its
  section, and is called assumed since. Another reader, who had not made the data, followed 50 of seed 20261130 again
  and 50 of seed 20261211: 48 and 49 were said, derived or called assumed, 40 and 36 if an assumed number needs a range.
  The exports of 2021 over Erenhot, whose source says that they grew by 48%, are mended since. A third reader followed
  50 of seed 20261203: all were said, derived or called assumed, 45 if an assumed number needs a range. Ranges were
  added to assumed numbers of years and proposals since, to some of proposals after a fourth reading. A fifth
  reader followed 50 (seed 20261201 again, in other data, so others), 24 of their figures to public pages: 47 were
  said, derived or assumed with a range, 12 of them said, or calculated from what is said alone. Of the other three, the
  paths to Naushki were what was expected of a rebuild after the base year, and a day of a festival and the paths at
  Ganqimaodu had no range. They are mended, as are sums in notes that were not right to their last digit, and what was
  expected of another rebuild is called assumed; tests ask for both.

每行有一个来源和一个数据等级，适用于该行中未在 `assumptions.csv` 单列的所有数值；等级为 measured、reported、derived
的数值须由来源给出，或由 note 中的算式算出，否则数据校验提出警告。

以下须人工核对：年份与方案（YAML）的改动以注释与说明代替来源列，数据校验只核对表格；算式按地址引用的数值本身可能是假定值；
`facts.csv` 的 note 含编者补充；其中等级为 assumed 的数值（796条中120条）为编者估计，不作为依据；
允许误差为2%或末位的一半；取值范围（含推算值的范围）为判断，只校验数值是否在范围内。
来源原文亦须人工核对：随机抽取50个数值（种子20261130），46个有据可查、可推算或为有范围的假定，3个来源未载，1个假定无范围，
其后已改正或标为假定；改正后再抽50个（种子20261201，仅核对至 `facts.csv`），无来源未载者，
5个假定无范围，其中4个其后已补。第三次抽50个（种子20261202，由数据编制者自行核对至 `facts.csv`），49个有据可查、
可推算或标为假定（其中3个无范围），1个（纳乌什基—苏赫巴托尔线路数）来源仅说明区段的一部分，其后已标为假定。另一名未参与编制的读者重新核对种子20261130与
20261211各50个：48个与49个有据可查、可推算或标为假定，若要求假定值须有范围则为40个与36个；2021年二连浩特出口（来源称增长48%）其后已改正。第三名读者核对种子20261203的50个：
全部有据可查、可推算或标为假定，若要求假定值须有范围则为45个；其后年份与方案的假定值均已补充范围，取其注释或所在行所列范围，未列者取基准年同一数值的范围，
并由测试检查；这些范围均为判断，各项分析不改变年份数值。第五名读者核对50个（种子仍为20261201，数据已变，故数值不同），其中24个数字核对至公开网页：47个有据可查、
可推算或为有范围的假定（其中12个直接有据或仅由来源推算）；其余3个中，纳乌什基线路通过能力来源所述为基准年之后改造的预期，
一个节日天数和甘其毛都一处通过能力缺少范围。均已改正，并由测试检查来源所述的预期值和说明中的算式。基准年假定值中457个有范围，151个以理由代替：坐标90个（除一个外均为取整）、37个区段的线路数、节日前后天数10个、
运行与货币参数6个，以及注释中已说明理由的其余8个。
"""


def page() -> str:
    """The whole page as Markdown."""
    return "\n".join(
        [
            HEAD,
            *(_table(name, (kind.__doc__ or "").splitlines()[0].replace("``", "`")) for name, kind in TABLES.items()),
        ]
    )


def _table(name: str, meaning: str) -> str:
    lines = [f"## {name}.csv", "", meaning, "", "| column | type | default | meaning | 含义 |", "|---|---|---|---|---|"]
    kinds = _step_kinds() if name == "itineraries" else []
    return "\n".join([*lines, *(_column(field) for field in schema(name).values()), "", *kinds])


def _step_kinds() -> list[str]:
    """The kinds of steps as a table."""
    lines = ["Kinds of steps, with the columns that each needs and may have beside its place:", ""]
    lines += ["| kind | label | needs | may have | meaning | 含义 |", "|---|---|---|---|---|---|"]
    for kind in step_kinds().values():
        needs, uses = (", ".join(f"`{column}`" for column in columns) for columns in (kind.needs, kind.uses))
        label = f"{kind.label_en}, {kind.label_zh}"
        lines.append(f"| `{kind.id}` | {label} | {needs} | {uses} | {kind.meaning_en} | {kind.meaning_zh} |")
    return [*lines, ""]


def _column(field: Field) -> str:
    kind = field.type + (f" ({field.unit})" if field.unit else "")
    if field.choices:
        kind = ", ".join(field.choices)
    elif field.reference:
        kind = f"{field.type} of {', '.join(field.reference)}"
    default = "required" if field.required else (f"`{field.default}`" if field.default else "empty")
    return f"| `{field.name}` | {kind} | {default} | {field.meaning_en} | {field.meaning_zh} |"


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    write_atomically((Path(__file__).parents[1] / "docs" / "data.md"), page().encode())
