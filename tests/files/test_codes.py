"""Every code of the families 1xx to 3xx has a bad example that raises it alone, and a good one that raises nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from smsops.codes import CODES
from smsops.explanations import Code
from smsops.files.load import load_project
from tests.files.snippets import write_project

MINE = [code for code in CODES.values() if code.code[3] in "123"]
AS_FILES = [code for code in MINE if not code.bad.startswith("$ ")]
AS_COMMANDS = {"SMS101", "SMS102", "SMS103", "SMS104", "SMS105", "SMS106", "SMS306"}
"""Their examples are not files; tests of their own raise them."""


def codes_of(root: Path, snippet: str) -> list[str]:
    write_project(root, snippet)
    return [finding.code for finding in load_project(root).findings]


@pytest.mark.parametrize("code", AS_FILES, ids=lambda code: code.code)
def test_the_bad_example_raises_its_code_and_no_other(code: Code, tmp_path):
    assert set(codes_of(tmp_path, code.bad)) == {code.code}


@pytest.mark.parametrize("code", AS_FILES, ids=lambda code: code.code)
def test_the_good_example_raises_nothing(code: Code, tmp_path):
    assert codes_of(tmp_path, code.good) == []


def test_only_these_examples_are_commands():
    assert {code.code for code in MINE} - {code.code for code in AS_FILES} == AS_COMMANDS


def test_the_registry_is_sorted_and_holds_each_code_once():
    assert list(CODES) == sorted(CODES)
    assert all(key == code.code for key, code in CODES.items())


@pytest.mark.parametrize("code", CODES.values(), ids=lambda code: code.code)
def test_an_entry_says_enough(code: Code):
    assert re.fullmatch(r"SMS[1-6]\d\d", code.code)
    assert code.title
    assert not code.title.endswith(".")
    assert 1 <= len(re.findall(r"[.](?=\s|$)", code.why)) <= 6
    assert code.bad != code.good
    assert "!" not in code.title + code.why.replace("!!str", "").replace("!env", "")


def test_every_code_that_the_source_raises_is_in_the_registry():
    source = "".join(path.read_text(encoding="utf-8") for path in Path("smsops/files").glob("*.py"))
    source += "".join(path.read_text(encoding="utf-8") for path in Path("schemas").glob("*.json"))
    raised = set(re.findall(r"SMS\d{3}", source))
    assert raised - set(CODES) == set()
    assert {code.code for code in MINE} - raised == {"SMS101", "SMS102"}
