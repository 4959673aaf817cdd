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


@pytest.fixture(scope="session", autouse=True)
def own_shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test puts results onto the shelf of the folder it was started in."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BRIDGEHEAD_SHELF", str(tmp_path_factory.mktemp("shelf")))
        yield
