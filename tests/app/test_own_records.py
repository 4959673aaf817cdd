"""The page Own records on a small made-up log: map, fit, forecast; nothing of a visitor is left on the server."""

from __future__ import annotations

import gc
import io
import json
import pickle
import re
import tempfile
import zipfile
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import openpyxl
import pytest
import yaml
from streamlit.testing.v1 import AppTest

from app import record_jobs, record_work, run_cache
from app.pages import own_records_forecast
from app.record_work import MOST_ROWS, Look, mask
from app.record_worker import Records, places
from app.session.own_records import FIELD, KEY, OwnRecords
from corridors.findings import DataError
from corridors.io.folders import data_root
from corridors.io.plain_files import FileInMemory
from corridors.records.reading import Form
from sim.text.catalogue import Language, say
from tests.app.test_pages import ENTRY, opened

EXAMPLE: Final = data_root() / "examples"
LANGUAGES: Final[tuple[Language, ...]] = ("en", "zh")
DAYS: Final = 21
"""Days of the made-up gate log that are enough for a fit with a check."""


def short_log() -> bytes:
    """The first days of the made-up gate log."""
    head, *rows = (EXAMPLE / "gate_log.csv").read_text(encoding="gb18030").splitlines()
    first = sorted({row.split(",")[2][:10] for row in rows if row.split(",")[2][:4] == "2026"})[:DAYS]
    kept = [row for row in rows if row.split(",")[2][:10] in first]
    return "\n".join([head, *kept]).encode("gb18030")


PLATES: Final = re.compile(r"[\u4e00-\u9fff][A-Z]\d{5}")


@pytest.fixture(scope="module")
def log() -> FileInMemory:
    return FileInMemory("gate.csv", short_log())


@pytest.fixture(scope="module")
def worker() -> Records:
    return Records()


@pytest.fixture(scope="module", autouse=True)
def in_this_process(worker: Records) -> Iterator[None]:
    """Requests are answered here, as the process of the page answers them, through JSON and pickle."""

    def answered(request: dict[str, Any]) -> Any:
        plain = json.loads(json.dumps(request | {"data": worker._data}))
        status, value = pickle.loads(pickle.dumps(worker.reply(plain)))
        if status == "made":
            return value
        raise run_cache.refused_reply("own_records", status, value, 1.0)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(record_jobs, "_asked", answered)
        patch.setattr(run_cache, "warm_up", lambda: None)
        patch.setattr(record_work, "WARMUP_DAYS", 1)
        patch.setattr(own_records_forecast, "MEMBERS", (4, 40))
        yield


def page(language: Language, own: OwnRecords) -> AppTest:
    """The page with files, as after an upload."""
    return opened("own_records", language, **{KEY: own})


def own_of(log: FileInMemory, map_text: str = "") -> OwnRecords:
    own = OwnRecords()
    own.use((log,), map_text)
    return own


def texts(at: AppTest) -> str:
    """All texts on the page."""
    kinds = ("markdown", "caption", "info", "warning", "error", "success", "header", "subheader")
    shown = [str(one.value) for kind in kinds for one in at.get(kind)]
    return "\n".join([*shown, *(one.proto.body for one in at.get("html"))])


@pytest.fixture(scope="module")
def filled(log: FileInMemory) -> AppTest:
    """The page after a visitor has filled in the map, fitted and forecast."""
    at = page("en", own_of(log))
    at.selectbox(key=f"{FIELD}zone").select("Asia/Shanghai").run()
    at.selectbox(key=f"{FIELD}service").select("truck_ern_in").run()
    at.multiselect(key=f"{FIELD}steps").select("truck_ern_in.gate").run()
    gate = {"arrived": "排队时间", "started": "过磅时间", "finished": "放行时间"}
    for time, column in gate.items():
        at.selectbox(key=f"{FIELD}{time}.truck_ern_in.gate").select(column)
    at.selectbox(key=f"{FIELD}left.truck_ern_in.gate").select("")
    at.radio(key=f"{FIELD}counted").set_value("joins_queue")
    at.multiselect(key=f"{FIELD}keep_状态").select("实际").run()
    press(at, "fit_button")
    at.slider(key=f"{FIELD}days").set_value(1)
    at.select_slider(key=f"{FIELD}members").set_value(4)
    at.number_input(key=f"{FIELD}servers_erenhot_road_in").set_value(3).run()
    press(at, "forecast_button")
    return at


def press(at: AppTest, name: str) -> None:
    label = say(f"app_own_records.{name}", "en")
    next(button for button in at.button if button.label == label).click().run()
    assert not at.exception
    assert not at.session_state[KEY].findings


def test_the_example_takes_the_place_of_an_uploaded_log(log: FileInMemory) -> None:
    at = page("en", OwnRecords())
    at.file_uploader[0].set_value([(log.name, log.content, "text/csv")]).run()
    assert [file.name for file in at.session_state[KEY].files] == [log.name]
    press(at, "example")
    assert [file.name for file in at.session_state[KEY].files] == ["gate_log.csv"]
    said = texts(at)
    assert "The map of a file is used" in said
    assert "a guess, please check" not in said, "the table is that of the map"
    assert "Work began: " in said
    assert "truck_ern_in" not in said


def test_an_upload_is_asked_for_what_only_the_visitor_knows(log: FileInMemory) -> None:
    at = page("en", own_of(log))
    assert "Still to be decided: ['Time zone" not in texts(at)
    assert "Still to be decided: Time zone of the times, Traffic of the rows" in texts(at)
    assert next(one for one in at.button if one.label == "Clean and fit").disabled
    assert not PLATES.search(texts(at))
    assert "a guess, please check" in texts(at)
    assert "no use found" in texts(at)


def test_a_filled_in_map_gives_numbers_in_words_a_check_and_files(filled: AppTest) -> None:
    own: OwnRecords = filled.session_state[KEY]
    assert own.fitted is not None
    made = yaml.safe_load(own.fitted.map)
    assert made["steps"][0] == {
        "step": "truck_ern_in.gate",
        **{"arrived": "排队时间", "started": "过磅时间", "finished": "放行时间"},
    }
    assert made["keep"] == {"状态": ["实际"]}
    assert set(own.fitted.files) == {"fit.yaml", "fit.csv", "check.csv", "cleaning.csv"}
    said = texts(filled)
    assert "Chinese road lane, documents and weighing" in said
    assert re.search(r"[67]\.\d+\smin", said)
    assert "Road lanes into China" in said
    assert "truck_ern_in_gate_own" not in said
    assert "Columns of the log that the map does not use: 查验开始, 查验结束, 离场时间." in said
    assert "Columns of times that no step uses: 查验开始, 查验结束, 离场时间." in said


def test_a_forecast_shows_both_scenarios_over_the_same_members(filled: AppTest) -> None:
    own: OwnRecords = filled.session_state[KEY]
    assert own.cast is not None
    fitted, more = own.cast.forecasts
    assert own.cast_of == ("As fitted", "Other numbers of servers")
    group = ("erenhot", "inbound", "truck")
    assert fitted.of("queue", group)[:, 0].tolist() == more.of("queue", group)[:, 0].tolist()
    assert fitted.of("queue", group).mean() > more.of("queue", group).mean()
    assert "Never checked against your days" in texts(filled)
    # Trucks come from lanes that are shut at night: in the model no truck queues here before they open.
    assert "On their way to the log vehicles pass Road lanes out of Mongolia" in texts(filled)
    charts = filled.get("vega_lite_chart")
    assert len(charts) == 2
    assert all("past" in json.loads(chart.proto.spec)["layer"][0]["encoding"]["y"]["field"] for chart in charts)


def test_a_check_on_past_days_of_a_short_log_says_once_what_it_needs(filled: AppTest) -> None:
    """Three weeks are too short; the verdict stood twice on the page."""
    press(filled, "past_button")
    assert texts(filled).count("No forecast of past days can be made") == 1
    assert "Never checked against your days" not in texts(filled)


def test_the_page_has_no_plate_after_the_work(filled: AppTest) -> None:
    """Uploaded bytes apart, nothing that the session or the page keeps has a vehicle's number."""
    own: OwnRecords = filled.session_state[KEY]
    assert own.fitted is not None
    assert not PLATES.search(texts(filled))
    kept = [own.look, own.fitted, own.cast, own.findings]
    plain = pickle.dumps(kept).decode("utf-8", errors="ignore") + own.fitted.files["cleaning.csv"].decode("utf-8-sig")
    assert not PLATES.search(plain)
    visits = pickle.loads(own.fitted.kept)
    assert set(visits.vehicles) == {""}
    assert not visits.ledger.rows


def test_the_map_of_a_file_is_used_in_chinese_and_what_if_opens_the_fit(log: FileInMemory) -> None:
    at = page("zh", own_of(log, (EXAMPLE / "gate_log.yaml").read_text(encoding="utf-8")))
    assert "使用文件中的对照表" in texts(at)
    label = say("app_own_records.fit_button", "zh")
    next(button for button in at.button if button.label == label).click().run()
    assert not at.exception
    own: OwnRecords = at.session_state[KEY]
    assert own.fitted is not None
    assert "公路卡口（单证与过磅）" in texts(at)
    # A slider over the fit writes a fitted number again.
    changed = own.fitted.scenario.model_copy(update={"in_order": True})
    assert run_cache.world_of(changed).facilities["erenhot_road_in"].servers == 2


def test_findings_and_faults_repeat_no_number_of_a_vehicle(worker: Records) -> None:
    rows = [f"蒙A{k:05d},蒙A{k:05d},2026-03-02 08:{k:02d}" for k in range(30)]
    content = "\n".join(["plate,arrived,started", *rows]).encode()
    text = "time_zone: Asia/Shanghai\nvehicle: {column: plate, salt: x}\nservice: truck_ern_in\n"
    text += "steps:\n  - {step: truck_ern_in.gate, arrived: arrived, started: started}\n"
    with pytest.raises(DataError) as refused:
        record_work.fit([FileInMemory("log.csv", content)], text, worker._base)
    assert refused.value.findings
    assert not PLATES.search(str(refused.value.findings))
    assert mask("蒙A12345") == "…45"
    with pytest.raises(ValueError, match="蒙A12345") as fault:
        float("蒙A12345")
    assert "蒙A" not in places(fault.value)


def zip_of(parts: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as into:
        for name, content in parts.items():
            into.writestr(name, content)
    return made.getvalue()


def workbook(cell: str = "x", bomb: bytes = b"") -> bytes:
    """A workbook with a row of cells; with a bomb in place of its sheet."""
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["note", "time"])
    book.active.append([cell, "2026-03-02 08:00"])
    made = io.BytesIO()
    book.save(made)
    if not bomb:
        return made.getvalue()
    with zipfile.ZipFile(io.BytesIO(made.getvalue())) as parts:
        return zip_of({name: bomb if name.endswith("sheet1.xml") else parts.read(name) for name in parts.namelist()})


LAUGHS: Final = (
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (97 + k, b"&%c;" % (96 + k) * 10) for k in range(1, 12))
    + b"]><a>&l;</a>"
)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bomb.xes", LAUGHS),
        ("bomb.xlsx", workbook(bomb=LAUGHS)),
        ("bomb.xlsx", zip_of({"xl/worksheets/sheet1.xml": b"\0" * 300_000_000})),
        ("log.exe", b"MZ\0\0"),
        ("log.csv", b""),
    ],
    ids=["entities", "entities in a workbook", "zip bomb", "program", "empty"],
)
def test_bombs_and_other_files_are_refused(name: str, content: bytes) -> None:
    with pytest.raises(DataError):
        record_work.look([FileInMemory(name, content)], Form())


def test_a_formula_is_a_text() -> None:
    found = record_work.look([FileInMemory("log.xlsx", workbook("=HYPERLINK(1)"))], Form())
    assert found.columns[0].values == ("=HYPERLINK(1)",)


def test_more_rows_than_the_page_takes_are_refused(monkeypatch: pytest.MonkeyPatch, log: FileInMemory) -> None:
    assert MOST_ROWS >= 100_000
    monkeypatch.setattr(record_work, "MOST_ROWS", 10)
    text = (EXAMPLE / "gate_log.yaml").read_text(encoding="utf-8")
    with pytest.raises(DataError) as refused:
        record_work.fit([log], text, run_cache.baseline())
    assert [one.code for one in refused.value.findings] == ["records.too_many"]


def test_the_process_of_the_page_leaves_nothing(monkeypatch: pytest.MonkeyPatch, log: FileInMemory) -> None:
    """One request in a separate process, as on a server: no file, no request that the pool keeps, no process."""
    monkeypatch.undo()
    before = {path.name for path in Path(tempfile.gettempdir()).iterdir()}
    pool = record_jobs._pool()
    request = {"kind": "look", "files": record_jobs._plain([log]), "form": {}, "data": run_cache.data()}
    ticket = pool.submit(object(), request, "visitor")
    assert ticket.done.wait(120)
    pool.leave(ticket)
    status, value = ticket.reply
    assert status == "made", value
    assert isinstance(value, Look)
    assert ticket.request == b""
    new = [path for path in Path(tempfile.gettempdir()).iterdir() if path.name not in before and path.is_file()]
    assert not [path for path in new if b64encode(log.content[:300]) in path.read_bytes()]
    assert not [path for path in new if PLATES.search(path.read_text(encoding="gb18030", errors="ignore"))]
    assert not [kept for kept in gc.get_objects() if isinstance(kept, Look) and PLATES.search(str(kept))]


def test_the_entry_script_knows_the_page() -> None:
    assert (Path(ENTRY).parent / "app" / "pages" / "own_records.py").is_file()
