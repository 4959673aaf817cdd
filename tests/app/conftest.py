"""What tests of the web page share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache

import pytest

from tests.helpers.web_page import PATIENCE_S

# Read when the page is imported: on a busy machine a short run may take longer than the page allows it.
os.environ.setdefault("BRIDGEHEAD_RUN_SECONDS", str(PATIENCE_S))


@pytest.fixture(scope="session", autouse=True)
def components_are_looked_for_once() -> Iterator[None]:
    """Each new page of a test looks through all installed packages for components, which takes longer than the page."""
    from streamlit.components.v2 import manifest_scanner

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
        yield


@pytest.fixture(scope="module", autouse=True)
def own_results(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test sees or leaves results in the folder it was started in, nor sees those of another file of tests."""
    with pytest.MonkeyPatch.context() as patch:
        for variable in ("BRIDGEHEAD_RESULTS", "BRIDGEHEAD_SHELF"):
            patch.setenv(variable, str(tmp_path_factory.mktemp(variable.lower())))
        yield
