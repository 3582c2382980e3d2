"""The reference is what the program would write today, and the whole documentation builds as a site."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from docs.reference.generate import PAGES, page
from smsops.cli import COMMANDS
from smsops.codes import CODES

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_that_is_made_is_up_to_date(name: str) -> None:
    kept = (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")
    assert kept == page(name), "make docs writes it anew."


def test_no_command_and_no_code_is_left_out() -> None:
    commands = re.findall(r"^## smsops (.+)$", page("commands.md"), re.MULTILINE)
    assert set(COMMANDS) | {"plan merge", "audit verify", "sandbox serve"} <= set(commands)
    assert re.findall(r"^### (SMS\d+)$", page("codes.md"), re.MULTILINE) == list(CODES)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


def test_every_page_is_in_the_site_and_what_is_no_page_is_not(site: Path) -> None:
    pages = {path.relative_to(ROOT / "docs").with_suffix("").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    made = {path.relative_to(site).with_suffix("").as_posix() for path in site.rglob("*.html")} - {"404"}
    assert made == {re.sub("README$", "index", name) for name in pages}
    assert not list(site.rglob("*.py"))
    assert (site / "editor" / "schemastore.json").is_file()


def test_no_page_of_the_site_asks_anything_of_another_host(site: Path) -> None:
    asked = re.compile(r"<(?:script|img|iframe|link)\b[^>]*(?:src|href)=[\"']?(?:https?:)?//[^>]*>")
    loaded = [tag for path in site.rglob("*.html") for tag in asked.findall(path.read_text(encoding="utf-8"))]
    assert [tag for tag in loaded if 'rel="canonical"' not in tag] == []
