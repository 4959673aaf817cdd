"""The pages of docs/ say what is so: the tables as the schema has them, the commands as the program has them."""

from __future__ import annotations

import re
import runpy
import shutil
from pathlib import Path

import pytest
import typer

import bridgehead
from app.pages import PAGES
from corridors.load import load_corridor
from sim.__main__ import app

ROOT = Path(__file__).parents[2]
DOCS, TOOLS = ROOT / "docs", ROOT / "tools"


def test_the_page_on_the_tables_is_the_one_that_the_schema_gives() -> None:
    made = runpy.run_path(str(TOOLS / "data_page.py"))["page"]()
    assert (DOCS / "data.md").read_text(encoding="utf-8") == made, "run: python tools/data_page.py"


def test_the_page_on_the_command_line_names_every_command_and_option() -> None:
    page = (DOCS / "command-line.md").read_text(encoding="utf-8")
    program = typer.main.get_command(app)
    for name, command in program.commands.items():  # type: ignore[attr-defined]
        assert f"`{name}" in page or f"## {name}" in page
        options = {text for option in command.params for text in option.opts if text.startswith("-")}
        assert [text for text in sorted(options - {"--help"}) if text not in page] == []


@pytest.mark.slow
def test_the_results_in_the_readme_are_those_of_the_model() -> None:
    made = runpy.run_path(str(TOOLS / "results_table.py"))
    readme = (DOCS.parent / "README.md").read_text(encoding="utf-8")
    assert made["put_into"](readme, "results", made["table"]()) == readme, "run: python tools/results_table.py"


def test_every_number_with_a_range_has_its_place_in_the_page_on_the_model() -> None:
    made = runpy.run_path(str(TOOLS / "model_page.py"))
    corridor = load_corridor()
    lines = made["_assumptions"](corridor).splitlines()[2:]
    shown = sum(int(line.split("|")[2]) for line in lines)
    ranged = [row for row in corridor.assumptions.values() if row.low is not None and row.high is not None]
    assert shown == len(ranged) > 300


@pytest.mark.slow
def test_the_page_on_the_model_is_what_a_run_gives() -> None:
    made = runpy.run_path(str(TOOLS / "model_page.py"))
    for path, parts in made["sections"](made["record"](workers=1)).items():
        page = path.read_text(encoding="utf-8")
        for name, section in parts.items():
            assert made["put_into"](page, name, section) == page, (
                f"{path.name}, {name}; run: python tools/model_page.py"
            )


def test_the_page_on_the_web_page_has_the_address_of_every_page() -> None:
    page = (DOCS / "app.md").read_text(encoding="utf-8")
    first, *others = PAGES
    assert first == "questions"
    assert all(f"| `/{name}` |" in page for name in ("", *others))


def modules_of(folder: Path) -> set[str]:
    return {file.stem for file in folder.glob("*.py") if file.stem != "__init__"}


def rooms_of_architecture() -> dict[str, str]:
    """Contents of each row of the table of rooms, by its folder."""
    text = (DOCS / "architecture.md").read_text(encoding="utf-8").partition("\n## Rooms\n")[2].partition("\n## ")[0]
    return dict(re.findall(r"^\| `([\w/]+)/` \| (.*) \|$", text, re.MULTILINE))


def test_the_table_of_rooms_has_every_folder_of_the_code() -> None:
    code = {"corridors", "sim", "app", "bridgehead", "benchmarks", "tools", "tests"}
    rooms = {
        path.parent.relative_to(ROOT).as_posix() for top in ("corridors", "sim") for path in ROOT.glob(f"{top}/*/*.py")
    }
    assert set(rooms_of_architecture()) == code | rooms


@pytest.mark.parametrize("room", rooms_of_architecture())
def test_a_row_of_the_table_of_rooms_names_the_modules_of_its_folder(room: str) -> None:
    """All of them, or the main ones with a link to the page that lists all; and none that is not there."""
    contents = rooms_of_architecture()[room]
    named = set(re.findall(r"`(\w+)`", contents))
    modules = modules_of(ROOT / room)
    assert named - modules - {path.name for path in (ROOT / room).iterdir() if path.is_dir()} == set()
    if "](modules.md#" not in contents and room != "tests":
        assert modules - named == set(), "not in the table"


def test_the_way_of_a_cell_leads_through_files_and_names_that_exist() -> None:
    text = (DOCS / "architecture.md").read_text(encoding="utf-8")
    steps = re.findall(r"^\| \w+ \| `([\w/.]+)` \| `(\w+)` \|", text, re.MULTILINE)
    assert len(steps) > 15
    for file, name in steps:
        source = (ROOT / file).read_text(encoding="utf-8-sig")
        defined = rf"^({name},|(def|class) {name}\b|    {name}: |{name} = )"
        assert re.search(defined, source, re.MULTILINE), (file, name)


def test_every_file_that_architecture_and_contributing_name_exists() -> None:
    for page in (
        "architecture.md",
        "contributing.md",
        *(f"decisions/{path.name}" for path in DOCS.glob("decisions/*")),
    ):
        text = (DOCS / page).read_text(encoding="utf-8")
        files = re.findall(r"`((?:[\w]+/)+[\w.]*)`", text)
        assert [file for file in files if not (ROOT / file).exists()] == [], page


def test_the_page_of_the_public_interface_has_every_name_that_is_promised() -> None:
    members = re.search(r"members: \[(.*)\]", (DOCS / "api.md").read_text(encoding="utf-8"))
    assert members
    assert sorted(members[1].split(", ")) == sorted({*bridgehead.__all__} - {"API"})


def test_the_page_of_modules_is_the_one_that_the_code_gives() -> None:
    made = runpy.run_path(str(TOOLS / "modules_page.py"))["page"]()
    assert (DOCS / "modules.md").read_text(encoding="utf-8") == made, "run: python tools/modules_page.py"


def test_the_data_fingerprint_may_differ_only_where_the_data_were_reworded() -> None:
    tool = runpy.run_path(str(TOOLS / "same_results.py"))
    old, new = ({"run": {"data_fingerprint": text, "title": text, "events": 3}} for text in ("a", "b"))
    found = list(tool["differences"](old, new, {}, tool["WORDING"]))
    assert found == ["run.data_fingerprint: 'a', now 'b'"]
    allowed = tool["WORDING"] | {tool["DATA_FINGERPRINT"]}
    assert list(tool["differences"](old, new, {}, allowed)) == []
    assert list(tool["differences"](old, {"run": {**new["run"], "events": 4}}, {}, allowed)) == ["run.events: 3, now 4"]


def test_rows_of_a_table_are_compared_by_their_names() -> None:
    tool = runpy.run_path(str(TOOLS / "same_results.py"))
    old = {"kpis": [{"port": "a", "value": 1.0}, {"port": "b", "value": 2.0}]}
    new = {"kpis": [{"port": "b", "value": 2.0, "n": 4}, {"port": "c", "value": 9.0}, {"port": "a", "value": 1.5}]}
    notes: dict[str, None] = {}
    assert list(tool["differences"](old, new, notes, frozenset())) == ["kpis[0].value: 1.0, now 1.5"]
    assert list(notes) == ["added rows: kpis (1)", "added: kpis[] n"]
    lost = {"kpis": new["kpis"][1:]}
    daily = [{"port": "a", "day": day, "value": float(day)} for day in (1, 2)]
    more = [{"port": "a", "day": day, "kind": "new"} for day in (9, 9)]
    assert list(tool["differences"](daily, [*more, *daily[::-1]], {}, frozenset())) == []
    changed = [*more, {**daily[1], "value": 7.0}, daily[0]]
    assert list(tool["differences"](daily, changed, {}, frozenset())) == ["[1].value: 2.0, now 7.0"]
    assert "kpis: missing {'port': 'b', 'value': 2.0}" in list(tool["differences"](old, lost, {}, frozenset()))
    assert list(tool["differences"]({"a": 0.0}, {"a": None}, notes, frozenset())) == []
    assert "no value, was 0: a" in notes
    share = tool["MOVED_KEYS"] | tool["WORDING"]
    assert list(tool["differences"]({"sole_share": 0.5}, {"sole_share": 0.0}, notes, share)) == []
    assert "may differ, and does:  sole_share" in notes
    assert len(list(tool["differences"]({"sole_share": 0.5}, {"sole_share": 0.0}, {}, tool["WORDING"]))) == 1


def test_the_rules_that_moved_by_intent_find_nothing_to_apply_to(tmp_path: Path) -> None:
    tool = runpy.run_path(str(TOOLS / "same_results.py"))
    shutil.copytree(ROOT / "data", tmp_path / "data")
    tool["without_moved_rules"](tool["Tree"](tmp_path, tmp_path))
    corridor = load_corridor(tmp_path / "data" / "baseline")
    assert not any(one.mtbf_h for one in corridor.facilities.values())
    assert len((tmp_path / "data" / "start_levels.csv").read_text("utf-8").splitlines()) == 1
    partly = [one for one in corridor.closures.values() if 0 < one.servers_share < 1]
    targets = {id for one in partly for id, row in corridor.facilities.items() if one.target in (id, row.calendar)}
    servers = {id: corridor.facilities[id].servers for id in targets}
    assert servers
    assert all((one.servers_share * servers[id]).is_integer() for one in partly for id in targets)
