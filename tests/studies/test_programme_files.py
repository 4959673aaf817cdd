"""Files of appraisals and plans: they open to what was saved, and what was tampered with is refused with a finding."""

from __future__ import annotations

import io
import json
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import pytest

from corridors.findings import DataError
from sim.__main__ import main
from sim.studies.appraisal.cells import CellFigures
from sim.studies.appraisal.runs import KeptCells
from sim.studies.result_file import programmes, read_bytes
from sim.studies.result_file.programmes import KeptAppraisal, KeptPlan, plan_bytes, programme_file
from sim.text.catalogue import say
from tests.cli.test_appraise import FUTURES, PROGRAMME, SHORT
from tests.conftest import Told
from tests.helpers.refused_files import codes_of

NAME: Final = "mine.bridgehead"
WHEN: Final = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
HEAD, APPRAISED, PLANNED = "bridgehead.json", "appraisal.json", "plan.json"
PLAN: Final[dict[str, Any]] = {
    "quick": True,
    "rate": 0.08,
    "sets_valued": 4,
    "works": {"lane": {"title_en": "A lane", "title_zh": "一条通道", "build_years": 1, "capital_musd": 1.0}},
    "budgets": [
        {
            **{"budget_musd": 5.0, "capital_musd": 1.0, "net_musd_a_year": 0.5, "opens": {"lane": 2028}},
            **{"works": {"gate": ["lane"]}, "npv": None, "assumed_share": 0.5, "warnings": ["queue"]},
        }
    ],
    "ports": {
        "gate": {"sets": [], "interactions": [{"first": "lane", "second": "more_hours", "value": 0.25, "low": None}]}
    },
}
Bridgehead = Callable[..., Told]


@dataclass(frozen=True)
class Saved:
    """An appraisal of a small world, saved as a file."""

    data: Path
    content: bytes
    document: dict[str, Any]
    """What the appraisal printed as JSON."""


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Saved:
    root = tmp_path_factory.mktemp("files")
    data, file, document = root / "mine", root / NAME, root / "lane.json"
    assert main(["new", str(data)]) == 0
    (data / "futures.yaml").write_text(FUTURES, encoding="utf-8")
    (root / "lane.yaml").write_text(PROGRAMME, encoding="utf-8")
    asked = ("appraise", root / "lane.yaml", "--data", data, *SHORT, "--out", root / "out")
    files = ("--save", file, "--author", "Li Wei", "--json", document)
    assert main([str(one) for one in (*asked, *files)]) == 0
    return Saved(data, file.read_bytes(), json.loads(document.read_text(encoding="utf-8")))


def edited(content: bytes, member: str, change: Callable[[Any], None], of_head: bool = False) -> bytes:
    """The file with a member, or the head, changed, and hashes that fit."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {one.filename: archive.read(one) for one in archive.infolist()}
    head = json.loads(members[HEAD])
    if of_head:
        change(head)
    else:
        plain = json.loads(members[member])
        change(plain)
        members[member] = json.dumps(plain).encode()
        head["members"][member] = sha256(members[member]).hexdigest()
    members[HEAD] = json.dumps(head).encode()
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return made.getvalue()


def codes(content: bytes) -> list[str]:
    """The codes of the findings about a file."""
    return codes_of(programme_file, content, NAME)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_appraisal_opens_to_what_was_saved(
    bridgehead: Bridgehead, saved: Saved, tmp_path: Path, language: str
) -> None:
    file, page = tmp_path / NAME, tmp_path / "lane.html"
    file.write_bytes(saved.content)
    asked = ("open", file, "--data", saved.data, "--language", language)
    told = bridgehead(*asked, "--json", "-", "--report", page)
    assert told.status == 0, told.err
    assert json.loads(told.out) == saved.document
    assert "Li Wei" in told.err
    assert "NaN" not in page.read_text(encoding="utf-8").split("<script")[0]
    shown = bridgehead(*asked)
    assert {"en": "For 1 USD of cost", "zh": "每投入1美元"}[language] in shown.out


def test_an_appraisal_on_other_data_is_refused(bridgehead: Bridgehead, saved: Saved, tmp_path: Path) -> None:
    file = tmp_path / NAME
    file.write_bytes(saved.content)
    told = bridgehead("open", file)
    assert (told.status, told.out) == (2, "")
    assert "made with other data" in told.err


def test_options_of_runs_have_no_effect_on_an_appraisal_and_are_refused(
    bridgehead: Bridgehead, saved: Saved, tmp_path: Path
) -> None:
    file = tmp_path / NAME
    file.write_bytes(saved.content)
    told = bridgehead("open", file, "--data", saved.data, "--margin", "3", "--best", "a.b.c", "--brief", "x.html")
    assert told.status == 2
    for option in ("--margin", "--best", "--brief"):
        assert told.err.count(option) == 1


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_plan_opens_to_what_was_saved(bridgehead: Bridgehead, tmp_path: Path, language: str) -> None:
    file, page = tmp_path / NAME, tmp_path / "plan.html"
    file.write_bytes(plan_bytes(PLAN, name="Mine", saved_at=WHEN))
    told = bridgehead("open", file, "--language", language, "--report", page)
    assert told.status == 0, told.err
    said = " ".join(told.out.split())
    for part in (PLAN["works"]["lane"][f"title_{language}"], "2028", "50%"):
        assert part in said
    assert {"en": "no runs are in it", "zh": "此处无法核对"}[language] in said
    assert PLAN["works"]["lane"][f"title_{language}"] in page.read_text(encoding="utf-8")
    found = json.loads(bridgehead("open", file, "--json", "-").out)
    assert found["budgets"][0]["opens"] == {"lane": 2028}
    assert found["ports"]["gate"].keys() == {"interactions"}, "what is not shown is not in the file"
    for part in (say("portfolio.interactions", language), "0.250" if language == "en" else "25.0"):
        assert part in told.out
        assert part in page.read_text(encoding="utf-8")
    assert {"en": "may have missed others", "zh": "可能遗漏"}[language] in said


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_plan_whose_works_have_no_name_here_asks_for_its_data(
    bridgehead: Bridgehead, tmp_path: Path, language: str
) -> None:
    file, named = tmp_path / NAME, tmp_path / f"named_{NAME}"
    budgets = [one | {"opens": {"more_gate_lanes": 2028}} for one in PLAN["budgets"]]
    file.write_bytes(plan_bytes(PLAN | {"budgets": budgets}, name="Mine", saved_at=WHEN))
    named.write_bytes(plan_bytes(PLAN, name="Mine", saved_at=WHEN))
    told = bridgehead("open", file, "--language", language)
    assert told.status == 0, told.err
    assert "more_gate_lanes" in told.out
    assert "--data" in told.err
    assert "--data" not in bridgehead("open", named, "--language", language).err


def test_files_are_the_same_each_time_and_of_their_kind(saved: Saved) -> None:
    made = plan_bytes(PLAN, name="Mine", saved_at=WHEN)
    assert made == plan_bytes(PLAN, name="Mine", saved_at=WHEN)
    assert isinstance(programme_file(made, NAME), KeptPlan)
    kept = programme_file(saved.content, NAME)
    assert isinstance(kept, KeptAppraisal)
    assert {one.of for one in kept.head.worth} == {"low", "central"}
    for content in (made, saved.content):
        with pytest.raises(DataError) as refused:
            read_bytes(content, NAME)
        assert [one.code for one in refused.value.findings] == ["result_file.other_kind"]


def figures(change: Callable[[Any], None]) -> Callable[[Any], None]:
    """A change of the flows of the first figures."""
    return lambda plain: change(plain["figures"][0]["flows"])


HOSTILE: Final[dict[str, tuple[Callable[[Any], Any], str]]] = {
    "column missing": (figures(lambda flows: flows.pop("hours")), "no_programme"),
    "column of another length": (figures(lambda flows: flows["hours"].pop()), "wrong_rows"),
    "negative": (figures(lambda flows: flows["hours"].__setitem__(0, -1.0)), "no_programme"),
    "not finite": (figures(lambda flows: flows["hours"].__setitem__(0, float("inf"))), "no_programme"),
    "load of nothing": (figures(lambda flows: flows["load_t"].__setitem__(0, 0.0)), "wrong_rows"),
    "row twice": (figures(lambda flows: [one.append(one[0]) for one in flows.values()]), "wrong_rows"),
    "replication beyond": (figures(lambda flows: flows["replication"].__setitem__(0, 7)), "wrong_rows"),
    "cell twice": (lambda plain: plain["cells"].append(plain["cells"][0]), "wrong_rows"),
    "figures that are not there": (lambda plain: plain["cells"][0].update(figures=10**6), "wrong_rows"),
    "replications that fill the memory": (lambda plain: plain.update(replications=10**9), "too_many"),
    "replications that are no number": (lambda plain: plain.update(replications=True), "no_programme"),
    "a million days": (lambda plain: plain.update(days=20_000), "too_many"),
    "no day": (lambda plain: plain.update(start="never"), "no_programme"),
    "many works": (
        lambda plain: plain["programme"].update(works=[{"proposal": f"w{n}"} for n in range(50)]),
        "too_many",
    ),
    "no programme": (lambda plain: plain.pop("programme"), "no_programme"),
    "control characters": (lambda plain: plain["programme"].update(title_en="a\x07b"), "unshown"),
    "a list": (lambda plain: plain.update(cells={}), "no_programme"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_an_appraisal_that_no_program_writes_is_refused(saved: Saved, case: str) -> None:
    change, code = HOSTILE[case]
    assert codes(edited(saved.content, APPRAISED, change)) == [f"result_file.{code}"]


BUDGET: Final = PLAN["budgets"][0]
HOSTILE_PLANS: Final[dict[str, Callable[[Any], Any]]] = {
    "no budget": lambda plain: plain.update(budgets=[]),
    "budget twice": lambda plain: plain.update(budgets=[BUDGET, BUDGET]),
    "negative capital": lambda plain: plain["budgets"][0].update(capital_musd=-1),
    "a year of long ago": lambda plain: plain["budgets"][0].update(opens={"lane": 12}),
    "an id with markup": lambda plain: plain["budgets"][0].update(opens={"<b>": 2030}),
    "a warning that there is not": lambda plain: plain["budgets"][0].update(warnings=["other"]),
    "a share above 1": lambda plain: plain["budgets"][0].update(assumed_share=2),
    "a title over lines": lambda plain: plain["works"]["lane"].update(title_en="a\nb"),
    "no number": lambda plain: plain["budgets"][0].update(net_musd_a_year="much"),
    "a pair without a value": lambda plain: plain["ports"]["gate"]["interactions"][0].pop("value"),
    "a port with markup": lambda plain: plain.update(ports={"<b>": {}}),
}


@pytest.mark.parametrize("case", HOSTILE_PLANS)
def test_a_plan_that_no_program_writes_is_refused(case: str) -> None:
    content = edited(plan_bytes(PLAN, name="Mine", saved_at=WHEN), PLANNED, HOSTILE_PLANS[case])
    assert codes(content) in (["result_file.no_programme"], ["result_file.unshown"])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda head: head.update(kind="plan"), "missing"),
        (lambda head: head.update(kind="runs"), "no_head"),
        (lambda head: head.update(format=1), "no_head"),
        (lambda head: head.update(format=3), "other_format"),
        (lambda head: head["members"].update({APPRAISED: "0" * 64}), "changed"),
        (lambda head: head["worth"][0].update(value="1e999"), "no_head"),
        (lambda head: head.update(saved_at="2026-13-99T99:99:99Z"), "no_head"),
        (lambda head: head.update(saved_at="\u0662026-01-02T03:04:05Z"), "no_head"),
    ],
)
def test_a_head_that_does_not_fit_its_file_is_refused(saved: Saved, change: Callable[[Any], None], code: str) -> None:
    assert codes(edited(saved.content, APPRAISED, change, of_head=True))[0] == f"result_file.{code}"


def test_figures_of_other_works_than_the_programme_has_are_refused_when_it_opens(
    bridgehead: Bridgehead, saved: Saved, tmp_path: Path
) -> None:
    file = tmp_path / NAME

    def other(plain: Any) -> None:
        for cell in plain["cells"]:
            cell["works"] = ["tunnel"] if cell["works"] else []

    file.write_bytes(edited(saved.content, APPRAISED, other))
    told = bridgehead("open", file, "--data", saved.data)
    assert (told.status, told.out) == (2, "")
    assert "lacks figures of runs" in told.err


@pytest.mark.parametrize(
    "invented",
    [
        lambda one: one["flows"].update({"class": ["balloon"] * len(one["flows"]["class"])}),
        lambda one: one["growing"].append(["nowhere", "outbound", "truck"]),
        lambda one: one.update(
            stocks={"replication": [0], "stock": ["heap"], "stock_kind": ["cargo"], "unit": ["t"], "change": [1.0]}
        ),
    ],
)
def test_names_that_the_data_do_not_have_are_refused(
    bridgehead: Bridgehead, saved: Saved, tmp_path: Path, invented: Callable[[Any], None]
) -> None:
    file = tmp_path / NAME
    file.write_bytes(edited(saved.content, APPRAISED, lambda plain: [invented(one) for one in plain["figures"]]))
    told = bridgehead("open", file, "--data", saved.data)
    assert (told.status, told.out) == (2, "")
    assert "rows that its experiment does not have" in told.err


def test_figures_that_cells_share_are_looked_at_once() -> None:
    """A small file with thousands of cells of the same figures took a walk over all their rows for each."""
    walks = Counter[str]()

    class Columns(dict[str, list[str]]):
        def __getitem__(self, name: str) -> list[str]:
            walks[name] += 1
            return []

    columns: Any = Columns()
    shared = CellFigures(columns, frozenset(), columns)
    cells: Any = {(port, (frozenset[str](), "low", year)): shared for port in ("a", "b") for year in range(2030, 2130)}
    study: Any = SimpleNamespace(record=SimpleNamespace(runs=KeptCells(cells)), cases=())
    programmes._check_names(study, NAME)
    assert set(walks.values()) == {2}
