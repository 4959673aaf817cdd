"""What has no value is null in JSON, an empty cell in a workbook, and a dash in tables and reports."""

from __future__ import annotations

import json
import re
import warnings
from functools import cache

import pytest
from rich.console import Console

from sim.cli import words
from sim.cli.port_tables import show
from sim.reports import run_charts
from sim.reports.number_format import NO_VALUE, of_few, probability
from sim.reports.run_report import report_html
from sim.reports.table_files import workbook
from sim.run import RunResult, run_scenario
from sim.text.catalogue import complete_languages
from sim.text.names import Names
from tests.helpers.empty_worlds import EMPTY
from tests.reports.test_run_report import Parsed
from tests.reports.test_table_files import sheets

NO_NUMBER = re.compile(r"\b(nan|inf|infinity|none|null|NaT)\b", re.IGNORECASE)
LANGUAGES = complete_languages()


@cache
def result_of(name: str) -> RunResult:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return run_scenario(EMPTY[name](), "compiled")


def table_on_screen(name: str, language: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(words, "_language", language)
    result, console = result_of(name), Console(width=1000)  # So wide that no sentence is broken.
    with console.capture() as captured:
        show(console, result, Names.of(result.case.corridor, language))
    return captured.get()


@pytest.mark.parametrize("name", EMPTY)
def test_json_has_null_and_every_key_figure(name: str) -> None:
    document = result_of(name).as_json()
    text = json.dumps(document, allow_nan=False)
    assert "NaN" not in text
    groups = {(row["port"], row["direction"], row["class"]) for row in document["kpis"]}
    for port, direction, klass in groups:
        of_group = {row["kpi"]: row for row in document["kpis"] if (row["port"], row["class"]) == (port, klass)}
        if klass != "all":
            assert direction == "outbound"
            assert {"dwell_h_p95", "wait_h_mean", "cost_usd_per_t"} <= set(of_group)
            assert all((row["value"] is None) <= (row["n"] == 0) for row in of_group.values())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", EMPTY)
def test_nothing_unreadable_is_on_the_screen(name: str, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = table_on_screen(name, language, monkeypatch)
    assert not NO_NUMBER.search(text)
    assert not re.search(r"[:：]\s*$", text, re.MULTILINE)  # No sentence ends where its list would begin.


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", EMPTY)
def test_nothing_unreadable_is_in_the_report(name: str, language: str) -> None:
    result = result_of(name)
    page = report_html(run=result, corridor=result.case.corridor, meta=result.record(), language=language)
    assert not [word for word in Parsed(page).words if NO_NUMBER.search(word)]


@pytest.mark.parametrize("name", EMPTY)
def test_no_cell_of_the_workbook_is_unreadable(name: str) -> None:
    result = result_of(name)
    made = sheets(workbook(result, result.record(), result.case.corridor))
    texts = [cell for page in list(made.values())[1:] for row in page for cell in row if isinstance(cell, str)]
    assert not [text for text in texts if NO_NUMBER.search(text)]


def test_a_facility_without_servers_has_no_utilisation_and_its_own_cause() -> None:
    result = result_of("no_servers")
    gate, customs = (row for row in result.as_json()["facilities"])
    assert (gate["facility"], gate["utilisation"], gate["mean_wait_h"], gate["p95_wait_h"]) == (
        *("exit_gate", None),
        *(None, None),
    )
    assert (customs["served"], customs["utilisation"], customs["mean_wait_h"]) == (0, 0.0, None)
    assert set(result.waiting["cause"]) == {"no_servers"}


def test_a_closed_calendar_is_not_a_lack_of_servers() -> None:
    assert set(result_of("no_customs").waiting.query("at == 'exit_gate'")["cause"]) == {"busy", "closed"}


def test_a_link_without_a_limit_has_no_utilisation() -> None:
    assert {row["utilisation"] for row in result_of("one_day").as_json()["links"]} == {None}
    [link] = result_of("line_only").as_json()["links"]
    assert 0 < link["utilisation"] < 1


def test_a_port_without_a_stop_has_no_bottleneck(monkeypatch: pytest.MonkeyPatch) -> None:
    text = table_on_screen("passed", "en", monkeypatch)
    assert "My port" in text
    assert "waiting time is for" not in text
    assert "Busiest" not in text
    dwell = [row for row in result_of("passed").as_json()["kpis"] if row["kpi"] == "dwell_h_mean"]
    # 5 km at 30 km/h.
    assert dwell[0]["value"] == pytest.approx(1 / 6)


def test_a_line_without_ports_shows_its_sections(monkeypatch: pytest.MonkeyPatch) -> None:
    text = table_on_screen("line_only", "en", monkeypatch)
    assert "Sections" in text
    assert "3.75" in text


def test_percentiles_of_few_are_shown_with_their_number(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "(n\u00a0=\u00a08)" in table_on_screen("few_vehicles", "en", monkeypatch)
    assert "（n=8）" in table_on_screen("few_vehicles", "zh", monkeypatch)
    assert "(n" not in table_on_screen("one_day", "en", monkeypatch)
    assert of_few("3.1", 19, "en") == "3.1 (n\u00a0=\u00a019)"
    assert of_few("3.1", 20, "en") == "3.1"
    assert of_few(NO_VALUE, 0, "en") == NO_VALUE


def test_vehicles_that_wait_without_end_have_causes_but_no_hours_per_vehicle() -> None:
    result = result_of("no_servers")
    days = result.case.settings.days - result.case.settings.warmup_days
    names = Names.of(result.case.corridor, "en")
    chart = run_charts.waiting_chart(result.waiting, result.kpis, days, "my_port", names).to_dict()
    bars, beside = (next(iter(layer["data"].values())) for layer in chart["layer"])
    data = chart["datasets"]
    assert [row["hours"] for row in data[bars]] == [NO_VALUE]
    assert [row["text"] for row in data[beside]] == [f"{NO_VALUE} h per vehicle"]


@pytest.mark.parametrize(
    ("value", "english", "chinese"),
    [
        (0.0, "0%", "0%"),
        (0.004, "under 1%", "低于1%"),
        (0.5, "50%", "50%"),
        (0.994, "99%", "99%"),
        (0.996, "over 99%", "超过99%"),
        (1.0, "over 99%", "超过99%"),
    ],
)
def test_an_estimated_probability_is_never_certain(value: float, english: str, chinese: str) -> None:
    assert (probability(value, "en"), probability(value, "zh")) == (english, chinese)
