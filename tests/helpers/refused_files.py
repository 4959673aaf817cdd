"""What is said of a file that is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from corridors.findings import DataError
from sim.text.catalogue import languages, sentence


def codes_of(read: Callable[[bytes, str], Any], content: bytes, name: str) -> list[str]:
    """The codes of the findings about a file of this name; each has a sentence in every language."""
    with pytest.raises(DataError) as refused:
        read(content, name)
    for finding in refused.value.findings:
        assert finding.file == name
        for language in languages():
            for text in (finding.message, finding.expected, finding.found):
                assert isinstance(text, str) or sentence(text, language)
    return [finding.code for finding in refused.value.findings]
