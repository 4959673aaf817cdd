"""Programmes and stored runs of the page Money: read once per server, summed anew for every setting.

Input: a programme of the data folder, works that a visitor put together, or a folder of ``bridgehead appraise --out``.
Output: a :class:`~sim.studies.appraisal.stored.Study`, its stored runs, and appraisals of them. Nothing here runs the
model.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import streamlit as st

from app import home, shelf
from app.background import jobs
from app.language import say, text_of
from app.results import results_root
from app.world import baseline
from corridors.findings import ERROR, DataError, Finding
from corridors.io.json_files import read_json
from corridors.io.plain_files import documents_in
from corridors.messages import message
from sim.cli.appraise import programme_data
from sim.cli.catalogue import folder_of
from sim.cli.plan import PLAN
from sim.reports.appraisal_report import flows_text
from sim.run import prepare
from sim.studies.appraisal import Appraisal, of_study
from sim.studies.appraisal.programme import Programme, Work, WorkEntry
from sim.studies.appraisal.programme_checks import RATE, check_programme, read_programme
from sim.studies.appraisal.runs import KeptCells, PortRuns, run_ports
from sim.studies.appraisal.schedule import WorkSet
from sim.studies.appraisal.stored import RECORD, AppraisalData, Moved, Record, Study, read_record
from sim.studies.portfolio.candidates import works_to_choose
from sim.studies.portfolio.stored import StoredPlan
from sim.studies.result_file.contents import RUNS
from sim.studies.result_file.programmes import KeptPlan, appraisal_bytes, plan_bytes, read_programme_file

MOST_WORKS: Final = 4
"""Works of a programme of which every choice is run."""
SEED: Final = 1
DEEP: Final = 2
"""Folders below the results folder that are looked through: ``appraisal/ID`` is two."""


@st.cache_resource(show_spinner=False)
def world() -> AppraisalData:
    """The data with which programmes are appraised. Raises DataError where the data folder cannot be appraised."""
    corridor = baseline()
    return AppraisalData(corridor, *programme_data(corridor, home.folder()))


@st.cache_resource(show_spinner=False)
def programmes() -> Mapping[str, Programme]:
    """The programmes of the data folder that can be appraised, by id."""
    found = {}
    for file in documents_in(folder_of("programmes", home.folder())):
        programme, findings = read_programme(file)
        if programme and not any(one.level == ERROR for one in [*findings, *_wrongs(programme)]):
            found[programme.id] = programme
    return found


def _wrongs(programme: Programme) -> list[Finding]:
    made = world()
    return check_programme(programme, made.corridor, made.proposals, made.prices, made.futures)


@st.cache_resource(show_spinner=False)
def candidates() -> Mapping[str, Work]:
    """The proposals that cost something and can be works of a programme, by id."""
    base = Programme.model_construct(id="none", title_en="", title_zh="", works=())
    works, _ = works_to_choose(base, world().proposals, world().prices, (), ())
    return {work.id: work for work in works}


def composed(ids: Sequence[str], title: str) -> Programme:
    """A programme of these proposals at their default openings. Raises DataError if they do not go together."""
    entries = tuple(WorkEntry(proposal=id) for id in ids)
    made = Programme(id="composed", title_en=title, title_zh=title, works=entries)
    if wrong := [one for one in _wrongs(made) if one.level == ERROR]:
        raise DataError(wrong)
    return made


def record_of(programme: Programme, replications: int) -> Record:
    """What the page runs for a programme; its runs are kept with those of all other programmes."""
    settings = prepare(baseline(), seed=SEED).settings
    return Record(programme, settings, replications, jobs().kept)


def appraised(root: Path) -> list[str]:
    """Appraisals below the results folder, by the path of their folders."""
    return _folders(root, RECORD)


def planned(root: Path) -> list[str]:
    """Stored choices of programmes below the results folder."""
    return _folders(root, PLAN)


def _folders(root: Path, name: str) -> list[str]:
    """Folders inside the root that have a file of this name, never one that a link leads to."""
    if not root.is_dir():
        return []
    inside = root.resolve()
    found = [file for deep in range(1, DEEP + 1) for file in root.glob("/".join(["*"] * deep + [name]))]
    return sorted(file.parent.relative_to(root).as_posix() for file in found if inside in file.resolve().parents)


def opened(name: str) -> Record:
    """The record of an appraisal of :func:`appraised`. Raises DataError for an unknown name, and a damaged record."""
    root = results_root()
    if name not in appraised(root):
        raise DataError([Finding(ERROR, name, None, "", name, message("results.unknown", "app_common"))])
    record = read_record(root / name)
    if wrong := [one for one in _wrongs(record.programme) if one.level == ERROR]:
        raise DataError(wrong)
    return record


def plan_of(name: str) -> StoredPlan:
    """The stored choice in a folder of :func:`planned`. Raises DataError for an unknown name and a damaged file."""
    root = results_root()
    why = "unknown"
    if name in planned(root):
        try:
            return StoredPlan.model_validate(read_json(root / name / PLAN))
        except (OSError, ValueError):  # Of pydantic, too.
            why = "unreadable"
    raise DataError([Finding(ERROR, name, None, "", name, message(f"results.{why}", "app_common"))])


def on_shelf() -> dict[str, str]:
    """Appraisals and plans on the shelf: the names with their dates, by id."""
    heads = {one.id: one.head for one in shelf.entries() if one.head and one.head.kind != RUNS}
    return {id: say("shelf.named", name=head.name, day=head.saved_at[:10]) for id, head in heads.items()}


def kept(id: str) -> Record | StoredPlan:
    """An appraisal or a plan of the shelf. Raises DataError for one that is not there, or of other data."""
    entry = shelf.get(id)
    if entry is None:
        raise DataError([Finding(ERROR, id, None, "", id, message("results.unknown", "app_common"))])
    return _kept(id, entry.file.stat().st_mtime_ns, entry.file)


@st.cache_resource(max_entries=8, show_spinner=False)
def _kept(id: str, changed_ns: int, _file: Path) -> Record | StoredPlan:
    made = read_programme_file(_file)
    return made.plan if isinstance(made, KeptPlan) else made.study(world()).record


def keep(study: Study, found: Appraisal) -> None:
    """Keep an appraisal as planned on the shelf. Raises DataError, ShelfFullError."""
    name = text_of(study.record.programme, "title")
    about: Any = {"name": name, "saved_at": datetime.now(UTC)}
    shelf.put(appraisal_bytes(study, found, flows_text(found), **about), study.record.programme.id)


def keep_plan(plan: StoredPlan, name: str) -> None:
    """Keep a plan on the shelf. Raises DataError, ShelfFullError."""
    shelf.put(plan_bytes(plan.model_dump(mode="json"), name=name, saved_at=datetime.now(UTC)), "plan")


def key_of(record: Record) -> str:
    """The same for equal records alone."""
    place = record.runs.key if isinstance(record.runs, KeptCells) else str(record.runs)
    plain = [record.programme.model_dump(mode="json"), record.replications, place, repr(record.settings)]
    return sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


def study_of(record: Record) -> Study:
    """The study of a record."""
    return _study(key_of(record), record)


@st.cache_resource(max_entries=16, show_spinner=False)
def _study(key: str, _record: Record) -> Study:
    own = baseline().parameters.get(RATE)
    # Without a row of the data, the programme states its rate, or it has a finding.
    return Study.of(_record, world(), own.value if own else float(_record.programme.discount_rate or 0.0))


def has_parts(study: Study) -> bool:
    """Whether every choice of the works is run."""
    return len(study.works) <= MOST_WORKS


def runs_of(study: Study, missing: int) -> tuple[PortRuns, ...]:
    """The stored runs of all sets that are known; ``missing`` is the number of files that are not there."""
    return _runs(key_of(study.record), missing, study)


@st.cache_resource(max_entries=16, show_spinner=False)
def _runs(key: str, missing: int, _study: Study) -> tuple[PortRuns, ...]:
    known = _study.known_years()
    return run_ports(_study.cases, known, _study.asked, _study.record.runs) if known else ()


def appraisal_of(study: Study, missing: int, moved: Moved) -> Appraisal:
    """The appraisal with what a visitor moved. Raises :class:`~sim.studies.appraisal.stored.MissingRunsError`."""
    return _appraisal(key_of(study.record), missing, repr(moved), study, moved)


@st.cache_resource(max_entries=64, show_spinner=False)
def _appraisal(key: str, missing: int, moved_key: str, _study: Study, _moved: Moved) -> Appraisal:
    return of_study(_study, _moved, runs_of(_study, missing))


def values_of_parts(study: Study, missing: int, moved: Moved) -> dict[WorkSet, float]:
    """Mean net present value in the main future, M USD, of every known choice of the works that are built."""
    return _values(key_of(study.record), missing, repr(moved), study, moved)


@st.cache_resource(max_entries=64, show_spinner=False)
def _values(key: str, missing: int, moved_key: str, _study: Study, _moved: Moved) -> dict[WorkSet, float]:
    return _study.values_of_parts(_moved, runs_of(_study, missing))
