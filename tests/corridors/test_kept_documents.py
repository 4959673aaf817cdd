"""Documents kept to be used again: bounded in bytes, and never an error."""

from __future__ import annotations

import gc
import tracemalloc
from typing import Any

import pytest
from pydantic import BaseModel

from corridors.findings import DataError
from corridors.io import yaml_files
from corridors.io.kept_documents import BYTES_OF_BYTE, LEAST_BYTES, KeptDocuments
from corridors.io.yaml_files import parse_yaml
from corridors.overlay.proposals import Scenario


def document(k: int, changes: int) -> bytes:
    """A scenario of so many changes."""
    lines = "\n".join(f"  - {{op: set, address: facilities.f{k}_{n}.servers, value: {n}}}" for n in range(changes))
    return f"id: s{k}\ntitle_en: a\ntitle_zh: b\nchanges:\n{lines}\n".encode()


def test_documents_take_what_they_may_and_those_used_last_stay() -> None:
    content, made = b"x" * 100, list[str]()

    def read(content: bytes, name: str, model: type[Any]) -> str:
        made.append(name)
        return name.upper()

    kept: KeptDocuments[str] = KeptDocuments(2 * (LEAST_BYTES + BYTES_OF_BYTE * len(content)))
    for name in ("a", "b", "a", "c", "a", "b"):
        assert kept.of(content, name, str, read) == name.upper()
    assert made == ["a", "b", "c", "b"]
    assert (len(kept), kept.of(b"x" * 10_000, "large", str, read), len(kept)) == (2, "LARGE", 2)
    assert kept.size == 2 * (LEAST_BYTES + BYTES_OF_BYTE * len(content))


def test_large_uploads_are_not_kept_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_files, "_KNOWN", kept := KeptDocuments[BaseModel](2**20))
    parse_yaml(document(0, 10), "x.yaml", Scenario)
    tracemalloc.start()
    try:
        for k in range(6):
            made = parse_yaml(document(k, 300), "x.yaml", Scenario)
            assert parse_yaml(document(k, 300), "x.yaml", Scenario) is made
        parse_yaml(document(0, 1), "x.yaml", Scenario)
        del made
        gc.collect()
        assert tracemalloc.get_traced_memory()[0] < 1.2 * 2**20
    finally:
        tracemalloc.stop()
    assert 2**19 < kept.size <= 2**20


def test_a_document_that_is_refused_is_refused_each_time() -> None:
    for _ in range(2):
        with pytest.raises(DataError):
            parse_yaml(b"id: [", "x.yaml", Scenario)
