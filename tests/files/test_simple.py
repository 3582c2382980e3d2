"""The reader of simple texts and the parser of YAML agree: where the first has an answer, the second has the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsops.files.document import Document
from smsops.files.events import parsed
from smsops.files.simple import simple_value
from smsops.files.yamlfile import _forbidden, read_yaml

ROOT = Path(__file__).parents[2]
FILES = [
    *sorted((ROOT / "channels").glob("*.yaml")),
    *sorted((ROOT / "tests" / "cases").rglob("*.yaml")),
    ROOT / "smsops.yaml",
]
TEXTS = [text for path in FILES if not _forbidden().search(text := path.read_bytes().decode("utf-8", "replace"))]
LINES = sorted({line for text in TEXTS for line in text.split("\n") if line.isprintable() and len(line) < 90})


def agree(text: str) -> bool:
    """Whether the text is simple; fails where the parser reads another value, or finds something to say."""
    value = simple_value(text)
    if value is None:
        return False
    other, _, findings = parsed(Document(path="a.yaml", text=text))
    assert findings == [], text
    assert repr(value) == repr(other), text  # unlike ==, this tells 1 from True and 1.0, and sees the order of keys
    return True


def test_the_sample_files_are_simple():
    assert all(agree(path.read_text(encoding="utf-8")) for path in (ROOT / "channels").glob("*.yaml"))
    assert agree((ROOT / "smsops.yaml").read_text(encoding="utf-8"))


def test_of_all_cases_many_are_simple_and_every_one_reads_the_same():
    simple = [agree(text) for text in TEXTS]
    assert simple.count(True) > 100


MARKS = [*" -:#\"'[]{},&*!|>%@`?~\\/.=+_", "- ", ": ", " #", ", ", "...", "---", "\n", "\n  ", "\n- ", "\n  - ", "<<"]
WORDS = [*"ab01", "a:", "a: ", "- a: ", "a:b", "1.5", "1e3", "-1", "+1", "null", "true", "No"]
WORDS += ["\u00e9", "\u00a0", "\u3000"]
VALUES = ["", "x", "x y", '"q"', "'q'", '""', "[a, b]", '["a" , b]', "[]", "{}", "{a: b}", "{a: 1, b: c}", "[x"]
VALUES += ["# c", "x # c"]
PIECES = st.lists(st.sampled_from([*MARKS, *WORDS, *VALUES]), max_size=14).map("".join)
BLOCKS = st.lists(
    st.tuples(
        st.sampled_from(["", "", " ", "  ", "    "]),
        st.sampled_from(["", "", "- ", "-  ", "-"]),
        st.sampled_from(["", "k:", "k: ", "l: ", "m:  "]),
        st.sampled_from([*VALUES, *WORDS]),
    ).map("".join),
    max_size=7,
).map("\n".join)
MIXED = st.lists(st.sampled_from(LINES), max_size=6).map("\n".join)


@pytest.mark.no_cover
@given(PIECES | BLOCKS | MIXED)
def test_any_text_reads_the_same(text: str):
    agree(text + "\n")


@pytest.mark.no_cover
@given(st.sampled_from(TEXTS), st.integers(0, 3_000), st.integers(0, 3), st.sampled_from([*MARKS, *WORDS, ""]))
def test_a_file_that_was_changed_anywhere_reads_the_same(text: str, at: int, removed: int, added: str):
    at = min(at, len(text))
    agree(text[:at] + added + text[at + removed :])


def test_the_places_of_a_simple_text_are_those_of_the_parser():
    text = (ROOT / "smsops.yaml").read_text(encoding="utf-8")
    document, findings = read_yaml(text.encode(), "smsops.yaml")
    _, marks, _ = parsed(Document(path="smsops.yaml", text=text))
    assert findings == ()
    assert simple_value(text) is not None
    assert (document.keys, document.values) == marks


SURPRISES = (
    *("a: 1", "a: 1\r\n", "a:\t1\n", "a: &b c\n", "a: *b\n", "a: !x y\n", "a: |\n  b\n", "? a\n", "a: b: c\n"),
    *("- a\n", " a: 1\n", "a: 1\na: 2\n", "a: b\n  c\n", "a: 'it''s'\n", 'a: "\\n"\n', "a: [b, [c]]\n", "a\n"),
    *("--- \na: 1\n", "%YAML 1.2\n", "a: +1\n", "a: {b: c, b: d}\n", "a: {b: c]\n", "a: [,]\n", "a: -1\n", "\n"),
    *("a:\n- b\n c: d\n", "a:\n  b: c\n d: e\n", "- \n", "a: b\n- c\n", "# a\n", "a: [b\n  c]\n"),
    "".join(f"{' ' * n}a:\n" for n in range(30)),
)


@pytest.mark.parametrize("text", SURPRISES)
def test_what_is_not_simple_is_left_to_the_parser(text: str):
    assert simple_value(text) is None


@pytest.mark.parametrize("line", ["{}%", "a:{}%", "- {}%", "a: 'b'{}%", "a: [b]{}%", "{}"])
def test_a_line_of_very_many_blanks_is_looked_at_once(line: str):
    # Looked at again from each blank on, one such file would hold a check of all files up for ten minutes.
    text = f"a: b\n{line.format(' ' * 200_000)}\n"
    assert simple_value(text) == ({"a": "b"} if line == "{}" else None)
