"""The pages that are made from data, the links between pages, and the site."""

from __future__ import annotations

import re
import runpy
import shutil
import sys
from pathlib import Path

import pytest

from tests.helpers.processes import run

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


def test_the_glossary_is_the_one_that_the_terms_give() -> None:
    made = runpy.run_path(str(ROOT / "tools" / "glossary_page.py"))["page"]()
    assert (DOCS / "glossary.md").read_text(encoding="utf-8") == made, "run: python tools/glossary_page.py"


def test_the_page_of_rules_is_the_one_that_the_catalogues_give() -> None:
    made = runpy.run_path(str(ROOT / "tools" / "rules_page.py"))["page"]()
    assert (DOCS / "rules.md").read_text(encoding="utf-8") == made, "run: python tools/rules_page.py"


@pytest.mark.parametrize("page", [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))], ids=lambda path: path.name)
def test_links_of_a_page_lead_to_files(page: Path) -> None:
    targets = [target for target in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in target]
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_every_page_is_in_the_navigation_of_the_site() -> None:
    navigation = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    pages = {page.relative_to(DOCS).as_posix() for page in DOCS.rglob("*.md")}
    assert {page for page in pages if page not in navigation} == set()


def test_the_site_is_built_without_a_network_and_links_to_none(tmp_path: Path) -> None:
    pytest.importorskip("zensical")
    for name in ("docs", "bridgehead"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    command = [sys.executable, "-m", "zensical", "build"]
    cut_off = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "http_proxy": "http://127.0.0.1:9", "HOME": "/tmp"}
    cut_off["https_proxy"] = cut_off["http_proxy"]
    run(command, cwd=tmp_path, env=cut_off)
    site = tmp_path / "out" / "site"
    api = (site / "api.html").read_text(encoding="utf-8")
    assert "bridgehead.World" in api
    loaded = re.compile(r"<(?:script|link|img)[^>]+(?:src|href)=[\"']?(https?:)?//(?!localhost)", re.IGNORECASE)
    assert [page.name for page in site.rglob("*.html") if loaded.search(page.read_text(encoding="utf-8"))] == []
