"""No test waits without limit: a program that hangs fails its test, with what it printed."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.processes import PYTHON, ROOT, run, texts_of, until

TESTS = sorted((ROOT / "tests").rglob("*.py"))
HELPER = ROOT / "tests" / "helpers" / "processes.py"
ENDLESS = ["sh", "-c", "echo I wait >&2; exec sleep 600"]


def without_end(tree: ast.AST) -> list[int]:
    """Lines with a call that waits for another program or thread without a limit."""
    found = []
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(ast.Name("subprocess"), "run" | "call" | "check_call" | "check_output")):
                found.append(node.lineno)
            case ast.Call(func=ast.Attribute(attr="wait" | "join" | "communicate"), args=[], keywords=[]):
                found.append(node.lineno)
    return found


@pytest.mark.parametrize("line", ["subprocess.run(x, timeout=3)", "process.wait()", "a.communicate()", "thread.join()"])
def test_a_wait_without_limit_is_found(line: str) -> None:
    assert without_end(ast.parse(line)) == [1]


@pytest.mark.parametrize("line", ["process.wait(3)", "','.join(names)", "run(command)", "thread.join(timeout=3)"])
def test_other_lines_are_not(line: str) -> None:
    assert without_end(ast.parse(line)) == []


def test_no_test_waits_without_limit() -> None:
    assert len(TESTS) > 200
    found = {str(file): without_end(ast.parse(file.read_text(encoding="utf-8"))) for file in TESTS if file != HELPER}
    assert {file: lines for file, lines in found.items() if lines} == {}


def test_a_program_that_hangs_fails_with_what_it_printed() -> None:
    with pytest.raises(pytest.fail.Exception, match=r"(?s)did not end within 2 s:.*I wait"):
        run(ENDLESS, seconds=2)


def test_a_program_that_fails_does_so_with_what_it_printed() -> None:
    with pytest.raises(pytest.fail.Exception, match=r"(?s)ended with 3, not 0:.*no luck"):
        run([*PYTHON, "import sys; print('no luck', file=sys.stderr); sys.exit(3)"])


def test_a_started_program_that_hangs_is_killed_and_shown() -> None:
    with subprocess.Popen(ENDLESS, stderr=subprocess.PIPE, text=True) as program:
        with pytest.raises(pytest.fail.Exception, match=r"(?s)did not end within 2 s:.*I wait"):
            texts_of(program, 2)
        assert program.poll() is not None


def test_what_never_happens_fails() -> None:
    with pytest.raises(pytest.fail.Exception, match="the train did not happen"):
        until(lambda: False, 0.1, "the train")


def test_a_test_that_hangs_ends_its_worker_with_the_place(tmp_path: Path) -> None:
    """A test that waits in this process, for a lock or a browser, is ended by pytest, which prints where it was."""
    (tmp_path / "test_it.py").write_text("import time\ndef test_endless():\n    time.sleep(600)\n", encoding="utf-8")
    settings = ["-o", "faulthandler_timeout=1", "-o", "faulthandler_exit_on_timeout=true", "-p", "no:cacheprovider"]
    done = run([sys.executable, "-m", "pytest", *settings, "test_it.py"], status=None, cwd=tmp_path, seconds=120)
    assert done.returncode == 1
    assert "in test_endless" in done.stderr + done.stdout


def test_the_tests_have_such_a_limit(pytestconfig: pytest.Config) -> None:
    assert 0 < float(pytestconfig.getini("faulthandler_timeout")) <= 7200
    assert pytestconfig.getini("faulthandler_exit_on_timeout")
