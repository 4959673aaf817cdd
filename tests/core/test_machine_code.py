"""Machine code that is kept for later processes is checked before it is used."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from corridors.io.cache_folder import VARIABLE
from sim.core import machine_code


def next_number(number: int) -> int:
    return number + 1


def called() -> Any:
    """The function as a new process has it, called once."""
    compiled = machine_code.jit(next_number)
    assert compiled(1) == 2
    return compiled


def with_a_byte_changed(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 0xFF]) + content[middle + 1 :]


@pytest.mark.skipif(machine_code._config.DISABLE_JIT, reason="numba is told not to make machine code")
@pytest.mark.parametrize("kind", ["nbi", "nbc"])
@pytest.mark.parametrize(
    "harmed", [with_a_byte_changed, lambda content: b"other" + content, lambda content: content[:100], lambda _: b""]
)
def test_a_damaged_file_is_compiled_anew(
    kind: str, harmed: Callable[[bytes], bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    monkeypatch.setattr(machine_code._config, "CACHE_DIR", "")
    called()
    assert sum(called().stats.cache_hits.values()) == 1
    (file,) = tmp_path.rglob(f"*.{kind}")
    file.write_bytes(harmed(file.read_bytes()))
    assert sum(called().stats.cache_hits.values()) == 0
    assert sum(called().stats.cache_hits.values()) == 1
