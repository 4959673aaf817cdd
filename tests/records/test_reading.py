"""Logs as they come: encodings, separators, header rows, Excel, XES and OCEL; the first map of a log."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
import yaml
from openpyxl import Workbook

from corridors.findings import DataError
from corridors.records.guessing import columns_of, guess
from corridors.records.mapping import RecordMap
from corridors.records.reading import Form, read_log
from corridors.records.stamps import NEXT_DAY, NO_TIME, OK, SKIPPED, TWICE, day_order, instants, iso
from tests.conftest import Told
from tests.helpers.gate_logs import HEAD, LANE, at, regular, rules, visits_of_files

Bridgehead = Callable[..., Told]
EXAMPLE = Path(__file__).parents[2] / "data" / "examples" / "gate_log.csv"
NOON = "2026-03-02 04:00:00"
"""Noon of 2 March 2026 in Shanghai, in UTC."""


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-02 12:00",
        "2026/3/2 12:00:00",
        "2026.03.02T12:00:00.250",
        "2026年3月2日12:00",
        "2026年3月2日 12时00分",
        "2026-03-02 下午 12:00",
        "2026-03-02 12:00 PM",
        "202603021200",
        "20260302 1200",
        "46083.5",
        "2026-03-02T04:00:00Z",
        "2026-03-02 07:00:00+03:00",
    ],
)
def test_a_time_in_any_known_form_is_read(text: str) -> None:
    found = instants([text], "Asia/Shanghai")
    assert iso(float(found.seconds[0])) == NOON
    assert found.codes[0] == OK


@pytest.mark.parametrize("text", ["08:00", "2026-02-30 08:00", "2026-03-02 25:00", "1900-01-00", "soon", "0.5", "2026"])
def test_a_text_that_is_no_time_has_no_instant(text: str) -> None:
    found = instants([text], "Asia/Shanghai")
    assert np.isnan(found.seconds[0])
    assert found.codes[0] == NO_TIME


def test_an_hour_skipped_or_twice_is_marked_as_such() -> None:
    texts = ["2026-03-29 02:30", "2026-10-25 02:30", "2026-10-25 24:00"]
    found = instants(texts, "Europe/Warsaw")
    assert found.codes.tolist() == [SKIPPED, TWICE, NEXT_DAY]
    assert found.later[1] - found.seconds[1] == 3600
    assert iso(float(found.seconds[2])) == "2026-10-25 23:00:00"


def test_a_form_of_the_map_decides_day_and_month() -> None:
    assert iso(float(instants(["03/02/2026 12:00"], "UTC", "%m/%d/%Y %H:%M").seconds[0])) == "2026-03-02 12:00:00"
    assert iso(float(instants(["03/02/2026 12:00"], "UTC", "%d/%m/%Y %H:%M").seconds[0])) == "2026-02-03 12:00:00"
    assert iso(float(instants(["02.03.2026 24:00"], "UTC", "%d.%m.%Y %H:%M").seconds[0])) == "2026-03-03 00:00:00"
    assert day_order(["03/02/2026 12:00"]) == "unclear"
    assert day_order(["13/02/2026 12:00", "03/02/2026 12:00"]) == "day"
    assert day_order(["02/13/2026 12:00"]) == "month"


def test_two_time_zones_of_one_border_give_one_time() -> None:
    """F9: leaves Manzhouli at 23:50 of Shanghai, arrives at Zabaikalsk at 01:20 of Chita, half an hour later."""
    left = instants(["2026-03-01 23:50"], "Asia/Shanghai").seconds[0]
    arrived = instants(["2026-03-02 01:20"], "Asia/Chita").seconds[0]
    assert arrived - left == 30 * 60


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_encodings_and_separators_are_recognised(tmp_path: Path, encoding: str, separator: str) -> None:
    text = "\n".join(["车牌号,排队时间", "蒙A12345,2026-03-02 08:00", "蒙B77,2026-03-02 08:10"]).replace(",", separator)
    (tmp_path / "log.csv").write_bytes(text.encode(encoding))
    log = read_log(tmp_path / "log.csv")
    assert log.header == ("车牌号", "排队时间")
    assert log.lines.tolist() == [2, 3]
    assert log.columns["车牌号"][1] == "蒙B77"
    assert log.findings == []


def test_utf_16_is_read_where_the_map_says_so(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_bytes("plate,at\nA1,2026-03-02 08:00\n".encode("utf-16"))
    with pytest.raises(DataError):
        read_log(tmp_path / "log.csv")
    assert read_log(tmp_path / "log.csv", Form(encoding="utf-16")).header == ("plate", "at")


def test_lines_are_those_of_the_file_also_with_breaks_in_cells_and_rows_of_another_width(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text('Gate log\n\nplate,note\nA1,"two\nlines"\nA2\nA3,x\n\nA4,y\n', encoding="utf-8")
    log = read_log(tmp_path / "log.csv", Form(header_row=3))
    assert log.lines.tolist() == [4, 7, 9]
    assert log.ragged == (6,)
    assert log.columns["note"][0] == "two\nlines"


@pytest.mark.parametrize(("cell", "code"), [("x" * 200_000, "file.long_cell"), ('"open', "file.quotes")])
def test_where_the_reader_stops_the_finding_says_why(tmp_path: Path, cell: str, code: str) -> None:
    (tmp_path / "log.csv").write_text(f"plate,time\nA1,08:00\n{cell},08:05\n", encoding="utf-8")
    with pytest.raises(DataError) as refused:
        read_log(tmp_path / "log.csv", Form())
    assert [(one.code, one.row) for one in refused.value.findings] == [(code, 3)]


@pytest.mark.parametrize("content", [b"", b"plate,at\n"])
def test_a_file_without_records_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "log.csv").write_bytes(content)
    with pytest.raises(DataError) as refused:
        read_log(tmp_path / "log.csv")
    assert {one.code for one in refused.value.findings} <= {"file.empty", "log.no_rows"}


def test_a_workbook_has_dates_serial_numbers_and_formulas_as_texts(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in (["Gate"], HEAD.split(","), *[row.split(",") for row in regular(30)]):
        sheet.append(row)
    noon = datetime(2026, 3, 2, 12)
    sheet.append(["X1", noon, 46083.505, "=HYPERLINK(1)"])
    book.save(tmp_path / "log.xlsx")
    lane = LANE + "log: {header_row: 2}\n"
    found = visits_of_files(tmp_path, ["log.xlsx"], lane)
    row = found.frame[found.frame["line"] == 33].iloc[0]
    assert iso(row["arrived"]) == NOON
    assert row["started"] - row["arrived"] == 432
    assert [one[5] for one in found.ledger.table() if one[3] == "R1"] == ["'=HYPERLINK(1)"]


XES = """<?xml version="1.0" encoding="UTF-8"?>
<log xmlns="http://www.xes-standard.org/"><string key="concept:name" value="gate"/>
<trace><string key="concept:name" value="T{k}"/>
<event><string key="concept:name" value="lane"/><string key="lifecycle:transition" value="start"/>
<date key="time:timestamp" value="2026-03-02T08:00:00+08:00"><string key="nested" value="x"/></date></event>
<event><string key="concept:name" value="lane"/><string key="lifecycle:transition" value="complete"/>
<date key="time:timestamp" value="2026-03-02T08:05:00+08:00"/></event>
<event><string key="concept:name" value="coffee"/><date key="time:timestamp" value="2026-03-02T08:09:00+08:00"/></event>
</trace></log>"""
XES_MAP = """
preset: xes
vehicle: {column: "case:concept:name", salt: pepper}
service: shuttle
steps:
  - {step: shuttle.lane, started: lane|start, finished: lane|complete}
"""


def test_events_of_xes_become_visits(tmp_path: Path) -> None:
    (tmp_path / "log.xes").write_text(XES, encoding="utf-8")
    found = visits_of_files(tmp_path, ["log.xes"], XES_MAP)
    (row,) = found.frame.itertuples()
    assert row.finished - row.started == 300
    assert [one for one in rules(found) if one[0] == "R13"] == [("R13", "dropped", 8)]


@pytest.mark.parametrize("prolog", ['<!DOCTYPE log [<!ENTITY a "x">]>', '<!DOCTYPE log SYSTEM "file:///etc/passwd">'])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_refused_in_any_encoding(tmp_path: Path, prolog: str, encoding: str) -> None:
    text = XES.replace("UTF-8", encoding).replace("<log ", prolog + "<log ", 1)
    (tmp_path / "log.xes").write_bytes(text.encode(encoding))
    with pytest.raises(DataError) as refused:
        read_log(tmp_path / "log.xes")
    assert [one.code for one in refused.value.findings] == ["log.document_type"]


def test_one_event_for_each_time_is_a_visit_and_two_journeys_are_apart(tmp_path: Path) -> None:
    rows = ["plate,event,time"]
    for day in (2, 3):
        for name, minute in (("join", 480), ("weigh", 490), ("release", 500)):
            rows.append(f"A1,{name},{at(minute, f'2026-03-{day:02d}')}")
    (tmp_path / "log.csv").write_text("\n".join(rows), encoding="utf-8")
    lane = """
time_zone: Asia/Shanghai
layout: long
vehicle: {column: plate, salt: pepper}
service: shuttle
activity: {column: event}
time: {column: time}
steps:
  - {step: shuttle.lane, arrived: join, started: weigh, finished: release}
"""
    found = visits_of_files(tmp_path, ["log.csv"], lane)
    assert len(found.frame) == 2
    assert found.frame["journey"].nunique() == 2
    assert (found.frame["finished"] - found.frame["arrived"] == 20 * 60).all()


def test_a_table_of_stops_gives_arrivals_and_departures(tmp_path: Path) -> None:
    rows = ["vehicle,zone,entered,left"]
    rows += [f"A{k},lanes,{at(10 * k)},{at(10 * k + 30)}" for k in range(30)] + [f"A1,town,{at(400)},{at(500)}"]
    (tmp_path / "log.csv").write_text("\n".join(rows), encoding="utf-8")
    lane = """
time_zone: Asia/Shanghai
layout: stops
vehicle: {column: vehicle, salt: pepper}
service: shuttle
zone: {column: zone, entered: entered, left: left}
steps:
  - {step: shuttle.lane, zone: lanes}
"""
    found = visits_of_files(tmp_path, ["log.csv"], lane)
    assert len(found.frame) == 30
    assert (found.frame["left"] - found.frame["arrived"] == 30 * 60).all()
    assert (found.frame["low"] == found.frame["left"]).all()


def test_columns_are_guessed_by_name_in_both_languages_and_by_content(tmp_path: Path) -> None:
    for head in ("车牌号,货类,排队时间,过磅时间,放行时间,净重", "plate,cargo,joined queue,weighed,released,net weight"):
        body = [f"蒙A{k:05d},煤炭,{at(k)},{at(k + 5)},{at(k + 9)},95000" for k in range(30)]
        (tmp_path / "log.csv").write_text("\n".join([head, *body]), encoding="utf-8")
        names = head.split(",")
        found = guess(columns_of(read_log(tmp_path / "log.csv")))
        keys = ("vehicle", "service", "arrived", "started", "finished", "load")
        assert [found.columns.get(key) for key in keys] == names
        assert "vehicle" in found.sure


def test_the_first_map_is_read_as_a_map_once_the_guesses_are_decided(bridgehead: Bridgehead, tmp_path: Path) -> None:
    text = "\n".join(["车牌号,排队时间,过磅时间,放行时间", *[f"蒙{row}" for row in regular()]])
    (tmp_path / "log.csv").write_bytes(text.encode("gb18030"))
    for language in ("en", "zh"):
        out = tmp_path / f"{language}.yaml"
        answer = bridgehead("mapping", tmp_path / "log.csv", "--out", out, "--language", language)
        assert answer.status == 0
        assert "3" in answer.out  # The zone, the service and the step are to be decided.
        content = out.read_text(encoding="utf-8")
        assert "蒙A00000" in content
        document = RecordMap.model_validate(yaml.safe_load(content.replace('"? ', '"')))
        assert document.vehicle is not None
        assert document.vehicle.column == "车牌号"
        assert document.steps[0].times == {"arrived": "排队时间", "started": "过磅时间", "finished": "放行时间"}


def test_a_first_map_in_chinese_has_chinese_marks(bridgehead: Bridgehead, tmp_path: Path) -> None:
    """Between a hint and an example, and before the name of a column, whatever columns of times are left over."""
    names = "车牌号,排队时间,离开时间,备用,其他,再次"
    row = "2026-02-12 08:00,2026-02-12 11:00,2026-02-12 09:00,2026-02-12 10:00,2026-02-12 12:00"
    text = "\n".join([names, *[f"蒙A{number:05},{row}" for number in range(40)]])
    (tmp_path / "log.csv").write_bytes(text.encode("gb18030"))
    assert bridgehead("mapping", tmp_path / "log.csv", "--out", tmp_path / "m.yaml", "--language", "zh").status == 0
    content = (tmp_path / "m.yaml").read_text(encoding="utf-8")
    assert "尚有其他时间列；" in content
    assert re.search('未判断用途的列 "[^"]+": ', content)
    assert re.findall('[\u4e00-\u9fff]; |： "', content) == []


def test_a_first_map_marks_what_no_column_name_says(bridgehead: Bridgehead, tmp_path: Path) -> None:
    """Of several services none is guessed; a column without a key is listed; without times one is to be named."""
    rows = [f"A{k:05d},{k},blue" for k in range(30)]
    (tmp_path / "log.csv").write_text("\n".join(["plate,zzz,paint", *rows]), encoding="utf-8")
    made = bridgehead("mapping", tmp_path / "log.csv", "--out", tmp_path / "map.yaml")
    assert made.status == 0, made.err
    content = (tmp_path / "map.yaml").read_text(encoding="utf-8")
    assert 'service: "? SERVICE"' in content
    for name in ("zzz", "paint"):
        assert f'column "{name}"' in content
    assert 'started: "? "' in content


@pytest.mark.parametrize(
    ("head", "values", "stamp"),
    [
        ("车牌号,状态,排队时间,放行时间", ("实际", "计划"), "wide"),
        ("plate,order status,joined queue,released", ("actual", "planned"), "wide"),  # An order is no journey here.
        ("plate,vehicle check,joined queue,released", ("valid", "cancelled"), "wide"),  # Nor this a vehicle.
        ("plate,remark,joined queue,released", ("on time", "late", "held", "cancelled"), "wide"),
        ("车牌号,状态,作业,时间", ("实际", "计划"), "long"),  # Nor this the beginning and end of events.
    ],
)
def test_a_column_of_states_is_to_be_decided(
    bridgehead: Bridgehead, tmp_path: Path, head: str, values: tuple[str, ...], stamp: str
) -> None:
    last = [at(k + 9) if stamp == "wide" else "" for k in range(30)]
    rows = []
    for k in range(30):
        middle = (at(k), last[k]) if stamp == "wide" else ("gate", at(k))
        rows.append(",".join([f"A{k:05d}", values[0] if k < 20 else values[k % len(values)], *middle]))
    (tmp_path / "log.csv").write_text("\n".join([head, *rows]), encoding="utf-8")
    made = bridgehead("mapping", tmp_path / "log.csv", "--out", tmp_path / "map.yaml")
    assert made.status == 0, made.err
    content = (tmp_path / "map.yaml").read_text(encoding="utf-8")
    document = yaml.safe_load(content)
    name = head.split(",")[1]
    assert list(document["keep"]) == [name]
    assert set(document["keep"][name]) == {f"? {one}" for one in values}
    assert document["layout"] == stamp
    assert document["vehicle"]["column"] in ("plate", "车牌号")
    assert f"{content.count(chr(34) + '? ')} values" in made.out


def test_every_column_of_the_example_has_a_key_or_a_line(bridgehead: Bridgehead, tmp_path: Path) -> None:
    made = bridgehead("mapping", EXAMPLE, "--out", tmp_path / "map.yaml")
    assert made.status == 0, made.err
    content = (tmp_path / "map.yaml").read_text(encoding="utf-8")
    assert yaml.safe_load(content)["keep"] == {"状态": ["? 实际", "? 计划"]}
    assert "9 values" in made.out
    assert f"bridgehead fit {EXAMPLE} --map {tmp_path / 'map.yaml'}" in made.out.replace("\n", " ")
    assert yaml.safe_load(content)["steps"][0]["left"] == "? 离场时间", "times of another step are left over"
    body = content.partition("\nid: ")[2]
    for name in EXAMPLE.read_text(encoding="gb18030").splitlines()[0].split(","):
        assert name in body
    for name in ("查验开始", "查验结束"):
        assert re.search(f'# times of another step.* "{name}": 2026-', content), "with its most frequent values"


def test_a_first_map_shows_no_name_and_no_number_of_a_person(bridgehead: Bridgehead, tmp_path: Path) -> None:
    """Three examples stood beside each column: names of drivers and telephones, in a file that is handed around."""
    people = ("张三丰", "Bat-Erdene", "王小明")
    for heads in (
        ("plate", "driver", "phone", "cargo", "consignee", "truck crew", "remark"),
        ("车牌号", "司机", "联系电话", "货类", "货物收货人", "车辆驾驶员", "备注"),
    ):
        rows = []
        for k in range(30):
            who = people[k % 3]
            rows.append(f"蒙A{k + 1:05d},{who},1390000{k:04d},coal,{who} Ltd,{who},of {who},{at(k)}")
        (tmp_path / "log.csv").write_text("\n".join([",".join([*heads, "arrived"]), *rows]), encoding="utf-8")
        out = tmp_path / f"{heads[0]}.yaml"
        assert bridgehead("mapping", tmp_path / "log.csv", "--out", out).status == 0
        content = out.read_text(encoding="utf-8")
        for hidden in (*people, "1390000", "Ltd", "A00001"):
            assert hidden not in content, hidden
        for shown in ("蒙A00000", "coal", at(1), *heads):
            assert shown in content, shown
        assert yaml.safe_load(content)["vehicle"]["column"] == heads[0]


def test_a_map_does_not_replace_the_log(bridgehead: Bridgehead, tmp_path: Path) -> None:
    (tmp_path / "log.yaml").write_text("\n".join([HEAD, *regular()]), encoding="utf-8")
    answer = bridgehead("mapping", tmp_path / "log.yaml", "--out", tmp_path / "log.yaml")
    assert answer.status == 2
    assert (tmp_path / "log.yaml").read_text(encoding="utf-8").startswith(HEAD)


def refused(path: Path) -> list[tuple[str, int | None, str]]:
    """(code, line, column) of the findings by which a log is refused."""
    with pytest.raises(DataError) as error:
        read_log(path)
    return [(one.code, one.row, one.column) for one in error.value.findings]


def test_a_column_that_a_log_has_twice_is_refused_where_it_is_wanted(bridgehead: Bridgehead, tmp_path: Path) -> None:
    """Which of the two is meant cannot be known; the last one was taken without a word."""
    (tmp_path / "log.csv").write_text("Gate\nplate,a,s,f,f\nA1,1,2,3,4\n", encoding="utf-8")
    assert read_log(tmp_path / "log.csv", Form(header_row=2), {"plate", "a"}).header[-1] == "f"
    with pytest.raises(DataError) as error:
        read_log(tmp_path / "log.csv", Form(header_row=2), {"plate", "f"})
    assert [(one.code, one.row, one.column) for one in error.value.findings] == [("column.repeated", 2, "f")]
    (tmp_path / "log.csv").write_text("plate,a,s,f,f\nA1,1,2,3,4\n", encoding="utf-8")
    assert refused(tmp_path / "log.csv") == [("column.repeated", 1, "f")]
    answer = bridgehead("mapping", tmp_path / "log.csv", "--out", tmp_path / "map.yaml")
    assert answer.status == 2
    assert not (tmp_path / "map.yaml").exists()


@pytest.mark.parametrize(
    ("head", "code"), [("plate,at,note", "row.too_few_cells"), ("plate", "row.too_many_cells"), ("plate,at", "")]
)
def test_rows_of_another_width_than_the_header_are_said_with_their_line(tmp_path: Path, head: str, code: str) -> None:
    (tmp_path / "log.csv").write_text(head + "\n" + "A1,2026-03-02 08:00\n" * 3, encoding="utf-8")
    if code:
        assert refused(tmp_path / "log.csv") == [(code, 2, "")]
        (tmp_path / "log.csv").write_text(head + "\n" + "x" + "," * head.count(",") + "\nA1,b\n", encoding="utf-8")
        assert [(one.code, one.row, one.level) for one in read_log(tmp_path / "log.csv").findings] == [
            (code, 3, "warning")
        ]
    else:
        assert len(read_log(tmp_path / "log.csv")) == 3


def test_a_map_is_never_replaced_by_a_first_map(bridgehead: Bridgehead, tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("\n".join([HEAD, *regular()]), encoding="utf-8")
    (tmp_path / "map.yaml").write_text("id: decided\n", encoding="utf-8")
    answer = bridgehead("mapping", tmp_path / "log.csv", "--out", tmp_path / "map.yaml")
    assert answer.status == 2
    assert "salt" in answer.err
    assert (tmp_path / "map.yaml").read_text(encoding="utf-8") == "id: decided\n"
