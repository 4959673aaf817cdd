"""Tools that write a page or a table: --help explains them, wrong arguments are refused; neither writes anything."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import pytest

from corridors.io import atomic_files

TOOLS = Path(__file__).parents[2] / "tools"
WRITERS = sorted(path.stem for path in TOOLS.glob("*.py") if "write_atomically(" in path.read_text(encoding="utf-8"))


def test_the_tools_that_write_pages_are_found_and_none_writes_in_another_way() -> None:
    assert {"order_record", "wagons_page", "modules_page", "start_levels"} <= set(WRITERS)
    pages = [path for path in TOOLS.glob("*_page.py") if ".write_text(" in path.read_text(encoding="utf-8")]
    assert pages == []


@pytest.mark.parametrize("tool", WRITERS)
@pytest.mark.parametrize(("argument", "status"), [("--help", 0), ("--nonsense", 2), ("--replications=x", 2)])
def test_help_and_wrong_arguments_write_nothing(
    tool: str, argument: str, status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def write(path: Path, content: bytes) -> None:
        raise AssertionError(f"{path} was written")

    monkeypatch.setattr(atomic_files, "write_atomically", write)
    monkeypatch.setattr(sys, "argv", [tool, argument])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(TOOLS / f"{tool}.py"), run_name="__main__")
    assert ended.value.code == status
    shown = capsys.readouterr()
    assert ("usage:" in shown.out) == (status == 0)
    assert ("error:" in shown.err) == (status == 2)
