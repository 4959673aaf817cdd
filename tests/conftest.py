"""What all tests share: how hard Hypothesis looks for trouble, and a command line to call."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

# Cores are shared and machines differ: a slow example is no failure, and a failure must come back in the next run.
settings.register_profile("test", deadline=None, derandomize=True)
settings.register_profile("fuzz", deadline=None, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "test"))


@dataclass(frozen=True)
class Told:
    """What a command line left behind."""

    status: int
    out: str
    err: str


@pytest.fixture
def bridgehead(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Told]:
    """Carries out a command line in this process, as in a pipe."""
    from sim.__main__ import main

    monkeypatch.delenv("COLUMNS", raising=False)

    def call(*arguments: str | Path) -> Told:
        status = main([str(argument) for argument in arguments])
        told = capsys.readouterr()
        return Told(status, told.out, told.err)

    return call


@pytest.fixture
def mine(bridgehead: Callable[..., Told], tmp_path: Path) -> Path:
    """A data folder of one's own, as `bridgehead new` makes it."""
    folder = tmp_path / "mine"
    assert bridgehead("new", folder).status == 0
    return folder
