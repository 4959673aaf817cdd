"""The files of a run: refused before it where they cannot be written, written after it by the rooms that know how."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from corridors.findings import ERROR, DataError, Finding
from corridors.io.atomic_files import is_refused, try_to_write, write_atomically
from corridors.io.plain_files import exists, real_path
from corridors.io.system_problems import os_problem, problem
from corridors.messages import Message, Param, message
from sim.cli import console, inputs, words
from sim.cli.failure import Failure
from sim.cli.words import say
from sim.run import RunResult


def json_text(document: dict[str, Any]) -> str:
    """Plain values as JSON; ASCII alone, so that no console or pipe can spoil it."""
    return json.dumps(document, indent=1, allow_nan=False) + "\n"


def plain_value(value: Any) -> Any:
    """A value as JSON has it: a time as ISO 8601, None for a number that is none."""
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def check_files(files: Mapping[str, Path] | Iterable[tuple[str, Path]]) -> None:
    """Make the folders of files to come, given by option; raises DataError for all that cannot be written.

    Refused are also files among the inputs of the command, and one file for two options.
    """
    findings: list[Finding] = []
    pairs = [*(files.items() if isinstance(files, Mapping) else files)]
    for n, (option, path) in enumerate(pairs):
        taken = [*inputs.protected(option, path)] or [*_named_twice(option, path, pairs[:n])]
        findings += taken or _unfit(option, path)
    if findings:
        raise DataError(findings)


def _named_twice(option: str, path: Path, before: Iterable[tuple[str, Path]]) -> Iterator[Finding]:
    """The finding for a file that an option before it names, too."""
    for other, file in before:
        if _is_plain(path) and inputs.same(real_path(path), real_path(file)):
            yield _refused(option, path, message("file.named_twice", ROOM, other=other), "other_file")
            return


def _unfit(option: str, path: Path) -> Iterator[Finding]:
    """The finding for a file that cannot be written; its folder is made."""
    kinds = KINDS.get(option, (path.suffix,))
    if path.suffix not in kinds:
        yield _refused(option, path, message("file.ending", ROOM), "ending", names=tuple(kinds))
        return
    try:
        inputs.make_folder(path.parent)
    except (OSError, ValueError) as error:
        why = message("file.no_folder", ROOM, why=problem(error))
        yield _refused(option, path.parent, why, "folder")
        return
    try:
        if path.is_dir():  # Raises OSError where a name is too long.
            yield _refused(option, path, message("file.is_folder", ROOM), "file")
        elif is_refused(path):
            yield _refused(option, path, message("file.not_plain", ROOM), "file")
        else:
            try_to_write(path)
    except (OSError, ValueError) as error:
        why = os_problem(error) if isinstance(error, OSError) else problem(error)
        yield _refused(option, path, message("file.not_writable", ROOM, why=why), "writable_file")


def _is_plain(path: Path) -> bool:
    """Whether a path is a file or will be one; several outputs may go to one device."""
    return path.is_file() or not exists(path)


def _refused(option: str, path: Path, what: Message, expected: str, **params: Param) -> Finding:
    return Finding(ERROR, option, None, "", str(path), message(f"want.{expected}", ROOM, **params), message=what)


Outputs = Sequence[tuple[str, Path]]
"""Files to come, each with its option; one of several, such as `--brief`, may come more than once."""


def asked_files(
    json: str | None,
    report: Path | None = None,
    brief: Sequence[Path] | None = None,
    save: Path | None = None,
    others: Iterable[tuple[str, Path]] = (),
) -> Outputs:
    """The files to come of `--json` (`-` is none: it prints), `--report`, `--brief` and `--save`; see check_files.

    Others that the command writes are checked with them and left out.
    """
    files = [("--json", Path(json) if json and json != "-" else None), ("--report", report)]
    files += [*(("--brief", path) for path in brief or ()), ("--save", save)]
    wanted = [(option, path) for option, path in files if path]
    check_files([*others, *wanted])
    return wanted


def deliver(
    files: Outputs,
    json: str | None,
    *,
    document: Callable[[], dict[str, Any]],
    show: Callable[[], None],
    report: Callable[[Path], None] | None = None,
    brief: Callable[[Path], None] | None = None,
    save: Callable[[Path], None] | None = None,
) -> None:
    """Print the document if `--json -` asks for it, else show the tables; then write the files of asked_files."""
    if json == "-":
        print(json_text(document()), end="")
    else:
        show()
    writers = {
        "--json": lambda path: write_atomically(path, json_text(document()).encode()),
        "--report": report,
        "--brief": brief,
        "--save": save,
    }
    write_each([(path, write) for option, path in files if (write := writers[option])])


def write_files(result: RunResult, files: Mapping[str, Path], line: str = "", author: str = "") -> None:
    """Write every file of a run, given by option; see :func:`write_each`.

    ``line`` is that of the train graph, ``author`` that of the file of results.
    """
    more: dict[str, Callable[[RunResult, Path], None]] = {
        "--train-graph": partial(_train_graph, line),
        "--save": partial(_save, author),
    }
    writers = {**WRITERS, **more}
    write_each([(path, partial(writers[option], result)) for option, path in files.items()])


def write_each(files: Sequence[tuple[Path, Callable[[Path], None]]]) -> None:
    """Have every file written, also where another one cannot be. Raises Failure afterwards."""
    wrote, failed = [], []
    with console.progress() as tell:
        tell("phase_write")
        for path, write in files:
            try:
                write(path)
                wrote.append(say("wrote", path=path))
            except OSError as error:
                failed.append(say("not_written", path=path, why=os_problem(error)))
    for line in wrote:
        console.err().print(line)
    if failed:
        raise Failure("\n".join(failed))


def _json(result: RunResult, path: Path) -> None:
    write_atomically(path, json_text(result.as_json()).encode())


def _trace(result: RunResult, path: Path) -> None:
    from sim.reports.trace_files import write_trace

    write_trace(result.trace, path)


def _event_log(result: RunResult, path: Path) -> None:
    from sim.reports.trace_files import write_event_log

    write_event_log(result.trace, path)


def _report(result: RunResult, path: Path) -> None:
    from sim.reports.run_names import named_record
    from sim.reports.run_report import write_report

    corridor, record = result.case.corridor, named_record(result, words.language())
    write_report(path, run=result, corridor=corridor, meta=record, language=words.language())


def _tables(result: RunResult, path: Path) -> None:
    from sim.reports.table_files import write_tables

    write_tables(path, result, words.language())


def _train_graph(line: str, result: RunResult, path: Path) -> None:
    from sim.reports.train_graph_files import write_train_graph
    from sim.text.names import Names

    write_train_graph(result, path, Names.of(result.case.corridor, words.language()), line)


def _save(author: str, result: RunResult, path: Path) -> None:
    from sim.cli.saved_results import save_run

    save_run(result, path, author)


ROOM: Final = "runs"
"""The catalogue of the messages about files."""
KINDS: Final = {
    "--trace": (".parquet", ".csv"),
    "--event-log": (".csv",),
    "--report": (".html",),
    "--brief": (".html", ".docx"),
    "--save": (".bridgehead",),
    "--tables": (".xlsx", ".parquet", ".csv"),
    "--train-graph": (".svg", ".csv"),
    "--picture": (".svg",),
}
"""How the names of files must end, by option."""

WRITERS: Final[Mapping[str, Callable[[RunResult, Path], None]]] = {
    "--json": _json,
    "--trace": _trace,
    "--event-log": _event_log,
    "--report": _report,
    "--tables": _tables,
}
