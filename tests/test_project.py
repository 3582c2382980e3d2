"""Checks about the project itself: its size, its doors, its documents, its registry of codes."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from smsops import __version__
from smsops.codes import CODES

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "smsops"
MODULES = sorted(PACKAGE.rglob("*.py"))
MADE_BY_TOOLS = {"__pycache__", "build", "dist", "htmlcov"}

NO_COVER_MARKS = 0
"""How many lines of the package are left out of coverage. A new one needs a reason beside it."""

DOORS = {
    "certifi": ("smsops/providers/twilio/", "smsops/probing/asking.py"),
    "click": ("smsops/cli/",),
    "jsonschema": ("smsops/files/words.py",),
    "jsonschema_rs": ("smsops/files/verdict.py",),
    "msgspec": ("smsops/frozen.py",),
    "twilio": ("smsops/providers/twilio/",),
    "urllib3": ("smsops/providers/twilio/",),
    "xlsxwriter": ("smsops/render/export/workbook.py",),
    "yaml": ("smsops/files/events.py",),
}
"""Where each third-party package may be imported; one that is not here may be imported nowhere."""


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def text_files() -> Iterator[Path]:
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if name == ".ci" or not (name.startswith(".") or name in MADE_BY_TOOLS)]
        yield from (Path(folder) / name for name in files if not name.startswith(".coverage"))


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_a_module_has_at_most_300_lines_its_functions_50_and_it_says_what_it_is_for(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    long = [
        f"{node.name}: {node.end_lineno - node.lineno + 1} lines"
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno + 1 > 50
    ]
    assert not long
    assert len(source.splitlines()) <= 300
    assert ast.get_docstring(tree)


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_a_third_party_package_is_imported_only_in_its_door(path: Path) -> None:
    known = sys.stdlib_module_names | {"smsops"}
    foreign = {name.partition(".")[0] for name in imported(ast.parse(path.read_bytes()))} - known
    assert not {name for name in foreign if not relative(path).startswith(DOORS.get(name, ("nowhere",)))}


def test_the_number_of_lines_left_out_of_coverage_is_fixed() -> None:
    mark = re.compile(r"#\s*pragma:\s*no\s*(cover|branch)", re.IGNORECASE)
    marks = [relative(path) for path in MODULES for _ in mark.finditer(path.read_text(encoding="utf-8"))]
    assert len(marks) == NO_COVER_MARKS, marks


def test_no_file_names_a_place_on_somebody_s_machine() -> None:
    places = re.compile(rb"/(?:work|root|opt|home|Users)/[\w.-]")
    found = [
        f"{relative(path)}:{number}"
        for path in text_files()
        for number, line in enumerate(path.read_bytes().splitlines(), start=1)
        if places.search(line)
    ]
    assert not found


def test_every_code_has_a_reason_a_bad_and_a_good_example() -> None:
    for key, code in CODES.items():
        assert code.code == key
        assert re.fullmatch(r"SMS[1-6]\d\d", key)
        assert code.title.strip(), key
        assert len(code.why) > len(code.title), key
        assert code.bad.strip(), key
        assert code.good.strip(), key
        assert code.bad != code.good, key


def test_no_code_is_defined_twice() -> None:
    defined = [
        code
        for path in sorted((PACKAGE / "codes").glob("*.py"))
        for code in re.findall(r"""code\s*=\s*["'](SMS\d{3})["']""", path.read_text(encoding="utf-8"))
    ]
    assert sorted(set(defined)) == sorted(defined)
    assert set(defined) == set(CODES)


def test_every_code_that_the_package_names_is_in_the_registry() -> None:
    named = {
        (code, relative(path)) for path in MODULES for code in re.findall(r"\bSMS\d{3}\b", path.read_text("utf-8"))
    }
    assert not {(code, path) for code, path in named if code not in CODES}


def test_the_readme_shows_the_help_that_the_command_prints() -> None:
    command = [sys.executable, "-m", "smsops", "--help"]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    shown = re.search(r"<!-- smsops --help -->\n```\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    assert shown
    assert shown[1].strip() == printed.strip()


def test_every_link_between_documents_leads_to_a_file() -> None:
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "benchmarks").glob("*.md")]
    broken = [
        f"{relative(document)}: {target}"
        for document in documents
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", document.read_text("utf-8"))
        if "://" not in target and not (document.parent / target).exists()
    ]
    assert not broken


def test_the_changelog_has_a_section_for_this_version() -> None:
    assert f"## [{__version__}]" in (ROOT / "CHANGELOG.md").read_text("utf-8")
