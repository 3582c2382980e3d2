"""The YAML reader: any bytes give a document or findings, text stays text, and every place is exact."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from smsops.diagnostics import Severity
from smsops.files import events
from smsops.files.document import Document, Place
from smsops.files.syntax import explain_syntax
from smsops.files.yamlfile import MAX_BYTES, read_yaml


def value_of(text: str) -> Any:
    document, findings = read_yaml(text.encode(), "a.yaml")
    assert findings == ()
    return document.value


def only_finding(data: bytes) -> tuple[str, int, int]:
    document, (finding,) = read_yaml(data, "a.yaml")
    assert document.value is None
    return finding.code, finding.location.line, finding.location.column


AS_WRITTEN = (
    *("NO", "no", "on", "off", "yes", "y", "n", "TRue", "=", "<<", ".inf", ".nan", ".5", "1.", "1e", "12e03x"),
    *("22:30", "0123", "-01", "0o17", "0x1F", "1_000", "1,000", "2027-03-31", "+1x", "+1.5", "2001-12-14t21:59:43Z"),
)


@pytest.mark.parametrize("text", AS_WRITTEN)
def test_a_plain_scalar_that_yaml_1_2_does_not_know_stays_text(text: str):
    assert value_of(f"a: {text}\n") == {"a": text}


def test_an_unquoted_number_is_text_and_a_warning():
    document, (finding,) = read_yaml(b"a: +12065550101\n", "a.yaml")
    assert document.value == {"a": "+12065550101"}
    assert (finding.code, finding.severity, finding.width) == ("SMS115", Severity.WARNING, 12)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("NULL", None),
        ("true", True),
        ("FALSE", False),
        ("0", 0),
        ("-7", -7),
        ("36000", 36000),
        ("1.5", 1.5),
        ("-2e3", -2000.0),
        ("'true'", "true"),
        ('"12"', "12"),
        ("'~'", "~"),
    ],
)
def test_the_core_schema_of_yaml_1_2_is_resolved(text: str, value: object):
    found = value_of(f"a: {text}\n")["a"]
    assert found == value
    assert type(found) is type(value)


def test_numbers_that_nobody_can_hold_stay_text():
    digits = "9" * 100_000
    assert value_of(f"a: [{digits}, 1e999]") == {"a": [digits, "1e999"]}


def test_keys_are_always_text():
    assert value_of("1: a\nnull: b\ntrue: c\n? d\n: e\n") == {"1": "a", "null": "b", "true": "c", "d": "e"}


def test_every_key_and_value_has_its_place():
    document, _ = read_yaml(b"# c\na: {b: [x, 'yy']}\nlong: |\n  text\n", "a.yaml")
    assert document.keys[("a", "b")] == Place(2, 5, 1)
    assert document.values[("a", "b", 1)] == Place(2, 12, 4)
    assert document.values[("long",)] == Place(3, 7, 1)
    assert document.place(("a", "missing")) == document.values[("a",)]
    assert document.place(("nowhere", 3)) == document.values[()]


def test_columns_count_characters_and_not_bytes():
    assert only_finding("a: 'äöü' x\n".encode())[1:] == (1, 10)
    assert only_finding("\ufeffa: @\n".encode())[1:] == (1, 4)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_a_file_in_utf_16_is_told_and_shows_no_garbage(encoding: str):
    _, (finding,) = read_yaml("name: case\n".encode(encoding), "a.yaml")
    assert (finding.code, finding.excerpt) == ("SMS105", None)
    assert finding.message == "The file is not UTF-8. This looks like UTF-16."


@pytest.mark.parametrize("loader", [events._LOADER, yaml.BaseLoader], ids=["libyaml", "python"])
@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ('a:\n  - "1\n  - "2"\n', 2, 5),
        ('a: "x\nb: y\nc: "z"\n', 1, 4),
        ("a: 'x\nb: 'y'\n", 1, 4),
        ('a:\n  - {b: "1, c: x}\n  - {b: "2"}\n', 2, 9),
    ],
)
def test_a_quote_that_closes_on_another_line_is_told_where_it_opens(text, line, column, loader, monkeypatch):
    monkeypatch.setattr(events, "_LOADER", loader)
    _, (finding,) = read_yaml(text.encode(), "a.yaml")
    assert (finding.location.line, finding.location.column) == (line, column)
    assert finding.message.startswith("The quote that opens here is not closed before line ")


def test_an_error_far_behind_a_quoted_text_of_two_lines_is_told_where_it_is():
    assert only_finding(b'a: "x\n  y"\nb: @\n') == ("SMS108", 3, 4)


@pytest.mark.parametrize("text", ["a: 1\n b: 2\n", "a:\n  b: 1\n   c: 2\n", "a: 1\n\n b: 2\n"])
def test_a_key_that_is_too_deep_is_first_of_all_a_matter_of_indentation(text: str):
    _, (finding,) = read_yaml(text.encode(), "a.yaml")
    assert finding.message == "This line is indented deeper than the keys above it."
    assert finding.hint.startswith("Line it up with them.")
    _, (other,) = read_yaml(b"a: b: c\n", "a.yaml")
    assert other.hint.startswith("Put the whole value in double quotes.")


def test_a_file_over_the_limit_is_not_read_further():
    assert only_finding(b"a: " + b"x" * 300_000) == ("SMS104", 1, 1)
    whole = b"a: " + b"x" * (MAX_BYTES - 4) + b"\n"
    assert read_yaml(whole, "a.yaml")[1] == ()
    assert only_finding(whole + b"\n")[0] == "SMS104"


@pytest.mark.parametrize(
    ("data", "line", "column"),
    [
        (b"[" * 200_000, 1, 65),
        (b"a: " + b"{a: " * 10_000, 1, 256),
        (b"- " * 100_000, 1, 129),
        (b"[" * 10_000 + b"]" * 10_000, 1, 65),
        (b"\n".join(b" " * depth + b"a:" for depth in range(700)), 65, 65),
        (b"{a,".replace(b",", b": ") + b"[{a: " * 50_000, 1, 161),
    ],
    ids=["open lists", "mappings", "dashes", "closed lists", "block", "mixed"],
)
def test_deep_nesting_is_a_finding_at_the_level_that_is_too_many(data: bytes, line: int, column: int):
    assert only_finding(data) == ("SMS109", line, column)


def test_keys_that_are_nested_keys_end_at_the_same_level():
    _, findings = read_yaml(b"? " * 100_000, "a.yaml")
    assert (findings[-1].code, findings[-1].location.column) == ("SMS109", 129)


def test_ten_thousand_levels_of_block_nesting_are_a_finding():
    assert only_finding(b"\n".join(b" " * (depth % 20) + b"- " * 10_000 for depth in range(2)))[0] == "SMS109"


@pytest.mark.parametrize("depth", [1, 63, 64])
def test_the_deepest_allowed_nesting_is_read(depth: int):
    assert value_of("[" * depth + "]" * depth) is not None


def test_without_libyaml_the_same_is_read(monkeypatch):
    texts = [b"a: [1, {b: NO}]\n", b"a: 1\na: 2\n", b"a: &x 1\n", b"a: !t 1\n", b"[" * 100, b"a: 1\n---\nb: 1\n", b""]
    fast = [read_yaml(text, "a.yaml") for text in texts]
    monkeypatch.setattr(events, "_LOADER", yaml.BaseLoader)
    slow = [read_yaml(text, "a.yaml") for text in texts]
    assert [document.value for document, _ in fast] == [document.value for document, _ in slow]
    assert [[f.code for f in found] for _, found in fast] == [[f.code for f in found] for _, found in slow]


SYNTAX = [
    "a:\n\tb: 1",
    "a: b: c",
    'a: "x',
    "a: [1",
    "a: {b",
    "a\nb: 1",
    "a: 1\n b: 2",
    "a: @x",
    "a: *",
    "- a\nb: 1",
    "a: - b",
]
SYNTAX += [
    "a: ]",
    "}",
    "a: 'x' y",
    'a: "\\q"',
    'a: "\\xZZ"',
    "a: |x\n b",
    "a: ? b",
    "%",
    "a: !x!y z",
    "a: !<",
    "&",
]


@pytest.mark.parametrize("text", SYNTAX)
@pytest.mark.parametrize("loader", [events._LOADER, yaml.BaseLoader], ids=["libyaml", "python"])
def test_a_syntax_error_is_one_plain_sentence_inside_the_file(text: str, loader: Any, monkeypatch):
    monkeypatch.setattr(events, "_LOADER", loader)
    document, (finding,) = read_yaml(text.encode(), "a.yaml")
    assert document.value is None
    assert finding.code in ("SMS108", "SMS112", "SMS113")
    assert 1 <= finding.location.line <= text.count("\n") + 1
    assert finding.message.endswith(".")
    assert finding.hint
    assert not [
        word for word in ("token", "scanning", "parsing", "expected", "node", "stream") if word in finding.message
    ]


def test_an_error_without_a_place_is_told_at_the_start():
    finding = explain_syntax(yaml.YAMLError("of a new kind"), Document(path="a.yaml", text="a: 1"))
    assert (finding.code, finding.location.line, finding.location.column) == ("SMS108", 1, 1)


def test_a_finding_far_out_on_a_line_has_no_excerpt():
    _, (near,) = read_yaml(b"a: [" + b" " * 900 + b"!t x]", "a.yaml")
    _, (far,) = read_yaml(b"a: [" + b" " * 90_000 + b"!t x]", "a.yaml")
    assert near.excerpt is not None
    assert (far.excerpt, far.location.column) == (None, 90_005)


def test_many_refusals_in_one_file_are_bounded():
    _, findings = read_yaml(b"a: [" + b"&x y, " * 10_000 + b"]", "a.yaml")
    assert len(findings) == 100


@given(st.binary(max_size=300))
@example(b"a: \xed\xa0\x80")
@example(b"\xff\xfe\x00")
@example("a: \ue000".encode())
def test_any_bytes_give_a_document_or_findings(data: bytes):
    document, findings = read_yaml(data, "a.yaml")
    assert findings or document.value is not None
    for finding in findings:
        assert finding.location.line >= 1
        assert finding.location.column >= 1


YAMLISH = st.lists(
    st.sampled_from([*"[]{}:,-?&*!|>'\"%@`#~+\t\n ", "a", "1", "<<", "---", "...", "\\", "é", "\r\n"]), max_size=40
)


@given(YAMLISH)
def test_any_text_made_of_yaml_signs_gives_a_document_or_findings(signs: list[str]):
    text = "".join(signs)
    document, findings = read_yaml(text.encode(), "a.yaml")
    assert findings or document.value is not None
    lines = text.count("\n") + 1
    assert all(finding.location.line <= lines for finding in findings)


PLAIN = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
QUOTED = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(PLAIN, inner, max_size=4), max_leaves=15
)
MAPPING = st.dictionaries(PLAIN, QUOTED, max_size=5).filter(bool)


@given(MAPPING)
def test_a_document_of_quoted_texts_reads_back_as_it_was_written(value: dict[str, object]):
    written = yaml.safe_dump(value, default_style='"', width=10_000)
    assert value_of(written) == value
    assert value_of(written) == yaml.safe_load(written)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text("aé +:-#'", max_size=9),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1, max_size=3), inner, max_size=3)
        ),
        max_leaves=12,
    )
)
def test_json_reads_as_json(value: object):
    text = json.dumps({"a": value}, ensure_ascii=False)
    assert value_of(text) == json.loads(text)
