"""Case files: what stands in `tests/cases` is picked up by being there.

A line `# expect: SMS204 6:12` in a file says that smsops finds that code there, at that line and column; what no line
expects is not found. `good/*` and `bad/*` are channel files and are read as `channels/case.yaml` in the project of
`tests/cases/smsops.yaml`; `projects/*` are projects of their own. A bad file's name begins with its code.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from smsops.codes import CODES
from smsops.diagnostics import Severity
from smsops.files.load import Loaded, load_project

CASES = Path(__file__).parents[1] / "cases"
GOOD, BAD = sorted((CASES / "good").iterdir()), sorted((CASES / "bad").iterdir())
PROJECTS = sorted((CASES / "projects").iterdir())
_EXPECT = re.compile(rb"^\s*# expect: (SMS\d+) (\d+):(\d+)\s*$", re.MULTILINE)

Where = tuple[str, str, int, int]


def expected(root: Path) -> list[Where]:
    found: list[Where] = []
    for path in sorted(root.rglob("*")):
        if path.is_file():
            name = path.relative_to(root).as_posix()
            lines = _EXPECT.findall(path.read_bytes())
            found += [(name, code.decode(), int(line), int(column)) for code, line, column in lines]
    return sorted(found)


def found(loaded: Loaded) -> list[Where]:
    places = [(finding.location, finding.code) for finding in loaded.findings]
    return sorted((where.path, code, where.line, where.column) for where, code in places)


def around(case: Path, root: Path) -> Path:
    """The project in which a single file is read."""
    (root / "channels").mkdir()
    shutil.copy(CASES / "smsops.yaml", root)
    shutil.copy(case, root / "channels" / "case.yaml")
    return root


@pytest.mark.parametrize("case", GOOD, ids=lambda path: path.stem)
def test_a_good_file_raises_nothing_and_becomes_a_channel(case: Path, tmp_path):
    loaded = load_project(around(case, tmp_path))
    assert found(loaded) == []
    assert [channel.name for channel in loaded.channels] == ["case"]


@pytest.mark.parametrize("case", BAD, ids=lambda path: path.stem)
def test_a_bad_file_raises_exactly_what_it_expects_where_it_expects_it(case: Path, tmp_path):
    loaded = load_project(around(case, tmp_path))
    assert found(loaded) == expected(tmp_path)
    assert case.name[:6] in [finding.code for finding in loaded.findings]
    broken = any(finding.severity is Severity.ERROR for finding in loaded.findings)
    assert len(loaded.channels) == (0 if broken else 1)


@pytest.mark.parametrize("case", PROJECTS, ids=lambda path: path.name)
def test_a_project_raises_exactly_what_its_files_expect(case: Path):
    loaded = load_project(case)
    assert found(loaded) == expected(case)
    assert case.name.startswith("good-") == (loaded.findings == ())
    assert loaded.findings or (loaded.project is not None and loaded.channels)


def test_the_samples_raise_nothing():
    loaded = load_project(Path(__file__).parents[2])
    assert found(loaded) == []
    assert len(loaded.channels) == 12


def test_every_code_of_a_file_has_a_case():
    named = {path.name[:6] for path in (*BAD, *PROJECTS)}
    elsewhere = {"SMS101", "SMS102", "SMS103", "SMS104", "SMS109", "SMS306", "SMS311"}
    """Usage errors, what no file can show, what a test generates, and a warning beside another code."""
    assert {code for code in CODES if code[3] in "123"} - named == elsewhere


@pytest.mark.parametrize("case", [*BAD, *PROJECTS], ids=lambda path: path.name)
def test_every_finding_speaks_plainly(case: Path, tmp_path):
    loaded = load_project(case if case.is_dir() else around(case, tmp_path))
    for finding in loaded.findings:
        assert re.fullmatch(r"[^\n]{5,400}\.", finding.message), finding.message
        assert not finding.hint or finding.hint[-1] in ".?", finding.hint
        jargon = r"is not of type|does not match|is not one of|schema|additional propert|mark\b|!$"
        assert not re.search(jargon, finding.message), finding.message
        assert "hunter2" not in f"{finding.message}{finding.hint}{finding.excerpt}"
