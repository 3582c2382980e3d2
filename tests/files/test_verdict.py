"""Three judges of one schema (`jsonschema`, jsonschema-rs and smsops' own) agree; a keyword that is new is refused."""

from __future__ import annotations

import copy
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from smsops.codes import CODES
from smsops.files import schema
from smsops.files.load import judge_project
from smsops.files.verdict import Judge, fast_verdict_on, verdict_on
from smsops.files.yamlfile import read_yaml
from tests.files.snippets import write_project

ROOT = Path(__file__).parents[2]
WHOLE = {name: schema._judge(name).schema for name in ("channel", "project")}
OURS = {name: verdict_on(whole) for name, whole in WHOLE.items()}
FAST = {name: fast_verdict_on(whole) for name, whole in WHOLE.items()}
WORDED = {name: Draft7Validator(whole) for name, whole in WHOLE.items()}
PUBLISHED = {name: Draft7Validator(json.loads(schema.schema_text(name))) for name in WHOLE}


def agree(name: str, value: object) -> bool:
    fast = FAST[name]
    assert fast is not None, "jsonschema-rs is not installed"
    worded = WORDED[name].is_valid(value)
    assert (OURS[name](value), fast(value)) == (worded, worded), value
    return worded


def values(folder: Path) -> list[tuple[str, Any]]:
    """What stands in the files of a project, by the schema that judges it."""
    found = []
    for path in sorted(folder.rglob("*.y*ml")):
        value = read_yaml(path.read_bytes(), path.name)[0].value
        if value is not None:
            found.append(("project" if path.name == "smsops.yaml" else "channel", value))
    return found


SAMPLES = [*values(ROOT / "tests" / "cases"), *values(ROOT / "channels")]


def test_on_every_case_and_sample_the_judges_agree():
    verdicts = [agree(name, value) for name, value in SAMPLES]
    assert verdicts.count(True) > 40
    assert verdicts.count(False) > 80


def test_on_every_example_of_the_registry_the_judges_agree(tmp_path: Path):
    for code in CODES.values():
        for kind, snippet in (("bad", code.bad), ("good", code.good)):
            write_project(tmp_path / code.code / kind, snippet)
    assert len([agree(name, value) for name, value in values(tmp_path)]) > 200


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 40_000),
    st.sampled_from([10**30, -(10**400), 1.0, 1.5, 0, 1, 36_000.0, "", " ", "+12065550101", "https://a.example.com"]),
    st.sampled_from(["mon", "twilio", "outbound", "x" * 70, "x" * 4_001, "a\n", "09:00", "UTC", "\u00e9" * 64, "a@b"]),
    st.sampled_from(["http://localhost:8080", "env", "AC" + "0" * 32, "MG" + "f" * 32, "eu", "us1", "*.a.b", "\u2028"]),
    st.text(max_size=8),
)
ANY = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["number", "label", "flow", "env", "team", "a", "A b"]), inner, max_size=3)
    ),
    max_leaves=5,
)
NEW_KEYS = st.sampled_from(["x", "flow", "enabled", "api_key_sid", "region", "a b"])
GOOD = [(name, value) for name, value in SAMPLES if WORDED[name].is_valid(value)]


@pytest.mark.no_cover
@given(st.sampled_from(GOOD), st.data())
def test_on_a_file_that_was_changed_anywhere_the_judges_agree(sample: tuple[str, Any], data: st.DataObject):
    name, value = sample
    changed = copy.deepcopy(value)
    for _ in range(data.draw(st.integers(1, 3))):
        at = changed
        while isinstance(at, dict | list) and at:
            key = data.draw(st.sampled_from(sorted(at) if isinstance(at, dict) else range(len(at))))
            if isinstance(at[key], dict | list) and at[key] and data.draw(st.booleans()):
                at = at[key]
                continue
            match data.draw(st.sampled_from(["set", "drop", "add"])):
                case "set":
                    at[key] = data.draw(ANY)
                case "drop":
                    del at[key]
                case "add" if isinstance(at, dict):
                    at[data.draw(st.sampled_from(["x", "flow", "enabled", "api_key_sid", "region", "a b"]))] = (
                        data.draw(ANY)
                    )
                case _:
                    at.append(data.draw(ANY))
            break
    agree(name, changed)


@given(ANY)
def test_on_anything_at_all_the_judges_agree(value: object):
    for name in WHOLE:
        agree(name, value)


def test_no_format_of_the_published_schemas_decides_anything():
    """Editors check formats; here `urls` has the word on URLs."""
    for name, value in SAMPLES:
        assert PUBLISHED[name].is_valid(value) or not WORDED[name].is_valid(value) or "\n" in str(value)


@pytest.mark.parametrize(
    "rule",
    [
        {"oneOf": [{}]},
        {"properties": {"a": {"contains": {}}}},
        {"items": {"exclusiveMinimum": 1}},
        {"enum": [True]},
        {"const": 1.5},
        {"uniqueItems": True},
        {"$ref": "#"},
    ],
)
def test_a_keyword_without_a_verdict_is_refused_when_it_is_made(rule: Any):
    with pytest.raises(ValueError, match="no verdict on"):
        verdict_on(rule)


def test_true_is_no_number_and_a_whole_fraction_is_one():
    for rule in ({"const": 1}, {"type": "integer"}, {"enum": [1, "a"]}):
        assert not verdict_on(rule)(True)
        assert verdict_on(rule)(1.0)
        assert not verdict_on(rule)(1.5)


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """A project of more files than are judged before jsonschema-rs is asked; every fourth has something wrong."""
    write_project(tmp_path, "")
    (tmp_path / "channels" / "example.yaml").unlink()
    text = (ROOT / "tests" / "cases" / "good" / "senders.yaml").read_text(encoding="utf-8")
    for index in range(260):
        wrong = "enabld: true\nmessaging: {validity_period: 0}\n" if index % 4 == 0 else ""
        named = text.replace("name: case", f"name: case-{index}").replace("+1206555", f"+1206{index:03}")
        (tmp_path / "channels" / f"case-{index}.yaml").write_text(named + wrong, encoding="utf-8")
    return tmp_path


def test_with_and_without_jsonschema_rs_the_same_is_found(many: Path, monkeypatch: pytest.MonkeyPatch):
    asked: list[object] = []
    fast = Judge.is_valid

    def counted(self: Judge, value: object) -> bool:
        asked.append(self.is_fast)
        return fast(self, value)

    monkeypatch.setattr(Judge, "is_valid", counted)
    schema._judge_for.cache_clear()
    with_it = judge_project(many)
    assert True in asked
    asked.clear()
    schema._judge_for.cache_clear()
    monkeypatch.setitem(sys.modules, "jsonschema_rs", None)
    without = judge_project(many)
    schema._judge_for.cache_clear()
    assert set(asked) == {False}
    assert with_it.findings == without.findings
    assert len(with_it.findings) >= 130
