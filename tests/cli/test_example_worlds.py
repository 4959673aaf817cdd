"""The example worlds: no finding, and commands run on them, by the names of their countries."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from corridors.io.folders import data_root
from sim.cli.id_lists import KINDS
from tests.conftest import Told

Bridgehead = Callable[..., Told]
EXAMPLES = data_root() / "examples"
WORLDS = ("malaszewicze", "khorgos", "chirundu", "made_up_gate")
PROPOSAL = {
    **{"malaszewicze": "second_scanner", "khorgos": "fourth_crane", "chirundu": "second_zambian_scanner"},
    "made_up_gate": "third_lane",
}
ENDS = {
    **{"malaszewicze": ("moscow", "duisburg"), "khorgos": ("urumqi", "almaty"), "chirundu": ("harare", "lusaka")},
    "made_up_gate": ("gate_side", "town"),
}
START = {
    **{"malaszewicze": "2025-03-01", "khorgos": "2025-04-01", "chirundu": "2023-06-01"},
    "made_up_gate": "2026-01-14",
}
PORT = {
    **{"malaszewicze": "malaszewicze_brest", "khorgos": "khorgos", "chirundu": "chirundu"},
    "made_up_gate": "made_up_port",
}
SERVERS = {
    "malaszewicze": "facilities.malaszewicze_cranes.servers=+1",
    "khorgos": "facilities.khorgos_lines.servers=+1",
    "chirundu": "facilities.zambia_lanes.servers=+1",
    "made_up_gate": "facilities.lanes.servers=+1",
}
WITHOUT_CHINA = ("malaszewicze", "chirundu")
SHORT = ("--days", "4", "--warmup-days", "1", "--engine", "simpy")
FOUR_PORTS = re.compile(
    r"manzhouli|erenhot|ganqimaodu|ceke\b|zabaikalsk|zamyn|满洲里|二连|甘其毛都|策克|后贝加尔", re.IGNORECASE
)
"""The four ports of the base year."""
OF_OTHER_PORTS = re.compile(rf"{FOUR_PORTS.pattern}|mongol|蒙古|蒙方", re.IGNORECASE)
"""Words of the base year that have no place where the border is another one."""
OF_CHINA = re.compile(
    rf"{OF_OTHER_PORTS.pattern}|chin(a|ese)\b|beijing|outbound|inbound|neighbour|中国|北京|进境|出境|邻方|邻国|中方",
    re.IGNORECASE,
)
"""And where China is no side of it."""
WEST = """
id: west_records
preset: bridgehead
vehicle: {column: case, salt: a long text that this test alone knows}
service: west
time_zone: Europe/Warsaw
steps:
  - {step: west.exit_check, started: exit_check|start, finished: exit_check|complete}
  - {step: west.transfer, started: transfer|start, finished: transfer|complete}
arrivals: {of: west, counted_at: gate}
"""


def forbidden_in(world: str) -> re.Pattern[str]:
    """Words that have no place on an example world; the made-up gate is a border of China with Mongolia."""
    return FOUR_PORTS if world == "made_up_gate" else OF_CHINA if world in WITHOUT_CHINA else OF_OTHER_PORTS


def found_words(text: str, words: re.Pattern[str]) -> list[str]:
    """Words of a text with what is around them; addresses of sources are no words."""
    text = re.sub(r"https?:[^\s\"<,]*(<wbr>[^\s\"<,]*)*", "", text)
    return [text[max(0, at.start() - 30) : at.end() + 30] for at in words.finditer(text)]


@pytest.mark.parametrize("world", WORLDS)
def test_an_example_world_has_no_finding(bridgehead: Bridgehead, world: str) -> None:
    told = bridgehead("check", "--data", EXAMPLES / world, "--json", "-")
    assert told.status == 0
    assert json.loads(told.out)["findings"] == []


class Commands:
    """Commands on a world in a language, in one folder; all that they leave behind is read."""

    def __init__(self, call: Bridgehead, world: str, language: str, folder: Path) -> None:
        self.call, self.world, self.language, self.folder = call, world, language, folder

    def __call__(self, command: str, *rest: str | Path, refused: str = "", data: bool = True) -> str:
        """The output of a command, which ends well or with the one finding that says what the folder lacks."""
        more = ("--data", EXAMPLES / self.world) if data else ()
        told = self.call(command, *rest, *more, "--language", self.language)
        assert "Traceback" not in told.err
        assert (told.status, refused in told.err) == (2 if refused else 0, True), told.err
        assert len(told.out + told.err) > 20
        assert self._forbidden(told.out + told.err) == [], command
        return told.out

    def reports(self) -> None:
        """No report or file has a word of another border."""
        for path in sorted(self.folder.rglob("*")):
            if path.suffix in (".html", ".json", ".csv", ".yaml"):
                assert self._forbidden(path.read_text("utf-8")) == [], path.name

    def _forbidden(self, text: str) -> list[str]:
        return found_words(text, forbidden_in(self.world))


def on_world(of: Commands) -> None:
    """The commands whose output depends most on the border."""
    (start, end), folder = ENDS[of.world], of.folder
    of("check")
    of("proposals")
    assert len(of("route", start, end)) > 50
    files = ("--report", folder / "run.html", "--json", folder / "run.json", "--event-log", folder / "log.csv")
    of("run", "--proposal", PROPOSAL[of.world], *SHORT, *files)


def every_command(of: Commands, whole: bool = False) -> None:
    """All commands; few days, two replications, one process. ``whole``: also those that take longest."""
    folder, own, one = of.folder, EXAMPLES / of.world, ("--workers", "1")
    days = ("--days", "12", "--replications", "2", *one)
    on_world(of)
    for kind in KINDS:
        of("ids", kind)
    of("ids")
    of("app", "--help", data=False)
    files = ("--brief", folder / "pairs.html", "--save", folder / "pairs.bridgehead")
    of("run", *SHORT, "--pairs", "2", "--set", SERVERS[of.world], *files)
    files = ("--report", folder / "opened.html", "--json", folder / "opened.json", "--brief", folder / "opened_b.html")
    of("open", folder / "pairs.bridgehead", *files)
    of("bottlenecks", *SHORT)
    of("vehicle", *SHORT)
    of("performance", *SHORT, "--report", folder / "performance.html")
    of("batch", own / "experiments" / "try.yaml", "--out", folder / "batch", *one)
    files = ("--report", folder / "compare.html", "--json", folder / "compare.json", "--brief", folder / "brief.html")
    of("compare", folder / "batch", *files)
    of("sensitivity", *days, "--warmup-days", "4", "--out", folder / "s", "--report", folder / "sensitivity.html")
    of("saturation", "--report", folder / "saturation.html")
    of("resilience", "--quick", "--measures", "0", "--out", folder / "r", *one, "--report", folder / "resilience.html")
    of("plan", "--quick", "--out", folder / "plan", *one, refused="discount_rate")
    if whole and (own / "programmes" / "scanner.yaml").is_file():
        of("plan", "--quick", "--rate", "0.05", "--budget", "10", "--levers", "0", "--out", folder / "plan", *one)
        files = ("--out", folder / "appraisal", "--report", folder / "appraisal.html")
        of("appraise", "scanner", "--days", "40", "--replications", "2", *one, *files)
    else:
        of("appraise", "nothing", "--out", folder / "appraisal", *one, refused="option.unknown_file")
    of("validate", "--quick", *one, refused="comparison.none")
    of("calibrate", "--out", folder / "c", *one, refused="comparison.none")
    of("mapping", folder / "log.csv", "--out", folder / "map.yaml")
    of("fit", folder / "log.csv", "--map", folder / "map.yaml", "--out", folder / "fit", refused="map.unsure")
    of("backtest", folder / "log.csv", "--map", folder / "map.yaml", *one, refused="map.unsure")
    day = (date.fromisoformat(START[of.world]) + timedelta(2)).isoformat()
    of("port", PORT[of.world], "--at", f"{day}T12:00", "--start", START[of.world], *SHORT)
    at = ("--at", f"{START[of.world]}T20:00+00:00")
    of("state", *at, "--out", folder / "state.csv")
    few = ("--days", "2", "--members", "10", "--warmup-days", "2", *one)
    of("forecast", "--state", folder / "state.csv", *few, "--report", folder / "forecast.html")
    of("explain", "service.no_rate", data=False)
    of("new", folder / "new", "--like", of.world, data=False)
    shutil.rmtree(folder / "new")
    of.reports()


@pytest.mark.parametrize(("world", "language"), [("khorgos", "en"), ("chirundu", "zh"), ("made_up_gate", "en")])
def test_commands_run_on_an_example_world(bridgehead: Bridgehead, world: str, language: str, tmp_path: Path) -> None:
    of = Commands(bridgehead, world, language, tmp_path)
    on_world(of)
    of.reports()


def test_every_command_ends_well_or_says_what_a_world_lacks(bridgehead: Bridgehead, tmp_path: Path) -> None:
    every_command(Commands(bridgehead, "malaszewicze", "zh", tmp_path))
    assert "波兰至白俄罗斯" in (tmp_path / "run.html").read_text("utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("world", WORLDS)
def test_every_command_on_every_world(bridgehead: Bridgehead, world: str, language: str, tmp_path: Path) -> None:
    every_command(Commands(bridgehead, world, language, tmp_path), whole=True)


def test_a_log_of_a_run_is_fitted_on_the_clock_of_its_border(bridgehead: Bridgehead, tmp_path: Path) -> None:
    of, log, west = Commands(bridgehead, "malaszewicze", "en", tmp_path), tmp_path / "log.csv", tmp_path / "west.csv"
    of("run", "--days", "40", "--warmup-days", "1", "--event-log", log)
    head, *lines = log.read_text("utf-8-sig").splitlines()
    west.write_text("\n".join([head, *(line for line in lines if line.startswith('"west'))]), "utf-8")
    (tmp_path / "map.yaml").write_text(WEST, "utf-8")
    given = (west, "--map", tmp_path / "map.yaml")
    of("fit", *given, "--out", tmp_path / "fit", "--report", tmp_path / "fit.html")
    of("state", *given, "--at", "2025-04-02T12:00", "--out", tmp_path / "state.csv")
    # Noon in Warsaw, where the clocks went forward on 30 March.
    assert "2025-04-02T10:00" in (tmp_path / "state.csv").read_text("utf-8")
    told = of("forecast", "--state", tmp_path / "state.csv", "--days", "2", "--members", "10", "--workers", "1")
    assert "2025-04-02 12:00 (time of Europe/Warsaw)" in " ".join(told.split())
    of("backtest", *given, "--workers", "1")
    of.reports()


def test_sides_and_directions_of_a_border_have_their_names_in_the_results(bridgehead: Bridgehead) -> None:
    told = bridgehead("run", "--data", EXAMPLES / "malaszewicze", "--json", "-", *SHORT)
    kpis = json.loads(told.out)["kpis"]
    assert {row["direction"] for row in kpis} == {"a_to_b", "b_to_a"}
    assert {row["side"] for row in kpis} == {"both", "a", "b"}


def test_new_copies_an_example_and_knows_no_other(bridgehead: Bridgehead, tmp_path: Path) -> None:
    assert bridgehead("new", tmp_path / "mine", "--like", "khorgos").status == 0
    copied = {path.name for path in (tmp_path / "mine").iterdir()}
    assert {"ports.csv", "proposals", "futures.yaml"} <= copied
    refused = bridgehead("new", tmp_path / "other", "--like", "kohrgos")
    assert refused.status != 0
    assert "khorgos" in refused.err
