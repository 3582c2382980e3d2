"""One key goes into a channel file, and every other byte stays where it was."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsops.files.edit import with_service_sid
from smsops.files.yamlfile import MAX_BYTES, read_yaml

SID = "MG00000000000000000000000000000101"
ENTRY = f"messaging_service_sid: {SID}"
SAMPLES = sorted((Path(__file__).parents[2] / "channels").glob("*.yaml"))


def value_of(data: bytes) -> Any:
    return read_yaml(data, "a.yaml")[0].value


def assert_only_the_key_came_in(before: bytes, after: bytes) -> None:
    pairs = enumerate(zip(before, after, strict=False))
    at = next((index for index, (old, new) in pairs if old != new), len(before))
    assert after[:at] + after[at + len(after) - len(before) :] == before
    assert value_of(after) == {**value_of(before), "messaging_service_sid": SID}


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
@pytest.mark.parametrize("newline", [b"\n", b"\r\n", b"\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "BOM"])
def test_a_sample_gets_one_line_below_its_direction(path: Path, newline: bytes, mark: bytes):
    lines = [line for line in path.read_bytes().splitlines() if not line.startswith(b"messaging_service_sid:")] + [b""]
    before = mark + newline.join(lines)
    after = with_service_sid(before, SID)
    assert after is not None
    assert_only_the_key_came_in(before, after)
    row = next(number for number, line in enumerate(lines) if line.startswith(b"direction:"))
    assert after == mark + newline.join([*lines[: row + 1], ENTRY.encode(), *lines[row + 1 :]])


LINE = re.compile(r"(^|\ufeff) *@\r?\n|\r?\n@\Z", re.MULTILINE)
"""Where a line with the key must come in; the examples mark the place with an @."""
BELOW = {
    "a comment on the line": "direction: outbound  # one way\n@\nname: a\n",
    "a comment without a blank": "direction: 'outbound'# one way\n@\nname: a\n",
    "comments everywhere": "# a\n\nname: a # b\n# c\ndirection: outbound # d\n@\n  # e\n\n# f\nb: 1\n# g\n",
    "blanks at the end of the line": "direction: outbound \t\n@\n\nname: a\n",
    "a quoted key": '"direction": outbound\n@\nname: a\n',
    "a quoted value": 'direction: "out # bound"\n@\nname: a\n',
    "wide characters": "direction: '🙂🙂'\n@\nname: é\n",
    "the last key": "name: a\ndirection: outbound\n@\n",
    "no final newline": "name: a\ndirection: outbound\n@",
    "no final newline, with CRLF": "name: a\r\ndirection: outbound # b\r\n@",
    "no newline at all": "direction: outbound\n@",
    "an indented root": "# a\n  name: a\n  direction: outbound\n  @\n  b: 1\n",
    "an indented root after a BOM": "\ufeff  direction: outbound\n  @\n  b: 1\n",
    "a document start": "# a\n---\nname: a\ndirection: outbound\n@\nb: 1\n",
    "a document end": "direction: outbound\n@\n...\n",
    "a direction of something else above": "tags:\n  direction: up\ndirection: outbound\n@\n",
    "a list below": "direction: outbound\n@\nphone_numbers:\n- '+12065550101'\n",
    "a mixture of line ends": "name: a\ndirection: outbound\r\n@\r\nb: 1\n",
    "an unquoted number": "direction: outbound\n@\nphone_numbers: [+12065550101]\n",
}
ABOVE = {
    "a value on the next line": "name: a\n@\ndirection:\n  outbound\nb: 1\n",
    "a value on the next line, with CRLF": "name: a\r\n@\r\ndirection: # c\r\n  outbound",
    "a plain value of two lines": "@\ndirection: out\n  bound\nb: 1\n",
    "a plain value of two lines that begins with one letter": "@\ndirection: o\n  utbound\nb: 1\n",
    "a quoted value of two lines": "@\ndirection: 'out\n  bound'\nb: 1\n",
    "a block of text": "@\ndirection: |-\n  outbound\nb: 1\n",
    "an explicit key": "name: a\n@\n? direction\n: outbound\n",
    "an explicit key in an indented root": "  name: a\n  @\n  ? direction\n  : outbound\n",
    "an open block of text above": "name: |+\n  a\n\n\n@\ndirection:\n  outbound\n",
    "a BOM": "\ufeff@\ndirection:\n  outbound\n",
}
INSIDE = {
    "one line": "{name: a, @direction: outbound}\n",
    "only this key": "{@direction: outbound}",
    "after a document start": "--- {name: a, @direction: outbound}\n",
    "many lines": "# a\n{\n  name: a, # b\n  # c\n  @direction: outbound, # d\n  b: [1,\n2]\n}\n",
    "many lines, with CRLF": "{\r\n  name: a,\r\n  @direction: outbound\r\n}\r\n",
    "a comma at the head of the line": "{ name: a\n, @direction: outbound\n}",
    "JSON": '{"name":"a","tags":{"direction":"up"},@"direction":"outbound"}',
    "an explicit key": "{name: a, ? @direction : outbound}",
    "a BOM": "\ufeff{@direction: outbound}",
}


@pytest.mark.parametrize("expected", [*BELOW.values(), *ABOVE.values()], ids=[*BELOW, *ABOVE])
def test_a_block_file_gets_a_line_of_its_own(expected: str):
    before = LINE.sub(r"\1", expected).encode()
    after = with_service_sid(before, SID)
    assert after == expected.replace("@", ENTRY, 1).encode()
    assert_only_the_key_came_in(before, after)


@pytest.mark.parametrize("expected", INSIDE.values(), ids=INSIDE)
def test_a_file_in_braces_gets_an_entry_before_its_direction(expected: str):
    before = expected.replace("@", "").encode()
    after = with_service_sid(before, SID)
    assert after == expected.replace("@", f"{ENTRY}, ").encode()
    assert_only_the_key_came_in(before, after)


@pytest.mark.parametrize(
    "text",
    [
        f"direction: outbound\n{ENTRY}\n",
        "direction: outbound\nmessaging_service_sid:\n",
        "{direction: outbound, 'messaging_service_sid': null}",
        "name: a\n",
        "tags:\n  direction: up\n",
        "direction:\n",
        "direction: [outbound]\n",
        "{direction}",
        "- direction: outbound\n",
        "direction",
        "",
        "direction: outbound\n---\ndirection: outbound\n",
        "direction: &a outbound\n",
        "direction: !a outbound\n",
        "direction: outbound\n b: 1\n",
        "direction: 'outbound\n",
        "{direction: outbound",
        "direction: outbound\nname: \ud7ff\ufffe\n",
    ],
)
def test_a_file_that_is_pinned_or_broken_or_has_no_direction_is_left_alone(text: str):
    assert with_service_sid(text.encode(), SID) is None


def test_bytes_that_are_no_text_are_left_alone():
    assert with_service_sid(b"direction: outbound\n# \xff\n", SID) is None


def test_a_finding_that_was_there_before_is_no_obstacle_and_a_new_one_is():
    assert with_service_sid(b"direction: outbound\na: 1\na: 2\n", SID) is not None
    full = b"direction: outbound\n#".ljust(MAX_BYTES, b"x")
    assert read_yaml(full, "a.yaml")[1] == ()
    assert with_service_sid(full, SID) is None


@pytest.mark.parametrize("sid", ["", "12", "null", "a: b", "a #b", "a\nb: c", "'a'", "&a a", "a, b: c", "\udc80"])
@pytest.mark.parametrize("text", ["direction: outbound\n", "{direction: outbound}"])
def test_a_sid_that_would_read_as_something_else_is_not_written(text: str, sid: str):
    assert with_service_sid(text.encode(), sid) is None


TEXT = st.text("aé🙂 #:,'\"{}[]-", min_size=1, max_size=12)


@st.composite
def scalars(draw: st.DrawFn, words: st.SearchStrategy[str]) -> str:
    """A text as a file holds it on one line: as it is when that is plainly safe, or in quotes."""
    word = draw(words)
    styles = ["'" + word.replace("'", "''") + "'", '"' + word.replace('"', '\\"') + '"']
    if word.replace("-", "").isalpha() and word[0] != "-":
        styles.append(word)
    return draw(st.sampled_from(styles))


DIRECTIONS = scalars(st.sampled_from(["outbound", "inbound", "inbound-and-outbound"]))
KEYS = ("name", "description", "provider", "account", "webhook_url", "phone_numbers", "messaging", "tags")
REMARKS = st.sampled_from(["", "", " # c", "   # direction: up", "  # 'x", " "])
FLOWS = st.sampled_from(["['+12065550101', \"b\"]", "{direction: up, b: [1]}", "[]", "7", "null"])
BLOCKS = (
    "\n  - '+12065550101'\n  - number: b # c\n    flow: d",
    "\n  direction: up\n\n  b: c",
    " |\n  direction: up\n   # no comment\n\n  b",
    " >-\n  a\n  b",
    "\n  a\n  b",
    " 'a\n\n  b'",
)
BETWEEN = st.lists(st.sampled_from(["", "# direction: up", "   # c", "  "]), max_size=2)


@st.composite
def block_texts(draw: st.DrawFn) -> str:
    """The lines of a channel file in block style, ended by LF."""
    lines = draw(st.sampled_from([[], ["# a"], ["---"], ["# a", "", "--- # b"]]))[:]
    for key in draw(st.permutations(("direction", *draw(st.sets(st.sampled_from(KEYS)))))):
        value = (
            draw(DIRECTIONS) if key == "direction" else draw(st.one_of(scalars(TEXT), FLOWS, st.sampled_from(BLOCKS)))
        )
        gap = "" if value.startswith((" ", "\n")) else draw(st.sampled_from([" ", "   ", "\n  "]))
        remark = "" if value in BLOCKS else draw(REMARKS)
        lines += draw(BETWEEN)
        lines += f"{draw(st.sampled_from([key, repr(key), f'{chr(34)}{key}{chr(34)}']))}:{gap}{value}{remark}".split(
            "\n"
        )
    lines += draw(BETWEEN)
    indent = " " * draw(st.sampled_from([0, 0, 1, 2]))
    return "\n".join(line if line.startswith("---") or not line.strip() else indent + line for line in lines)


@st.composite
def flow_texts(draw: st.DrawFn) -> str:
    """A channel file in braces, on one line or on several."""
    gap = draw(st.sampled_from(["", " ", "\n", "\n  ", " # direction: up\n\n  "]))
    entries = []
    for key in draw(st.permutations(("direction", *draw(st.sets(st.sampled_from(KEYS)))))):
        value = draw(DIRECTIONS) if key == "direction" else draw(st.one_of(scalars(TEXT), FLOWS))
        entries.append(f"{draw(st.sampled_from([key, repr(key)]))}: {value}")
    return f"{draw(st.sampled_from(['', '--- ', '# a' + chr(10)]))}{{{gap}{f',{gap}'.join(entries)}{gap}}}"


@st.composite
def encoded(draw: st.DrawFn, texts: st.SearchStrategy[str]) -> tuple[bytes, str]:
    """The bytes of a file, and its kind of line end; one that has none yet gets LF."""
    newline = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    text = draw(st.sampled_from(["", "\ufeff"])) + draw(texts) + draw(st.sampled_from(["", "\n", "\n\n"]))
    return text.replace("\n", newline).encode(), newline if "\n" in text else "\n"


@pytest.mark.no_cover
@given(encoded(block_texts()))
def test_a_block_file_always_gets_its_line_beside_its_direction(file: tuple[bytes, str]):
    before, newline = file
    after = with_service_sid(before, SID)
    assert after is not None
    assert_only_the_key_came_in(before, after)
    lines = after.decode().removeprefix("\ufeff").split(newline)
    (row,) = [number for number, line in enumerate(lines) if line.strip() == ENTRY]
    beside = [line.strip(" \"'") for line in lines[max(0, row - 1) : row + 2]]
    assert any(line.startswith("direction") for line in beside)
    del lines[row]
    assert newline.join(lines) == before.decode().removeprefix("\ufeff")


@pytest.mark.no_cover
@given(encoded(flow_texts()))
def test_a_file_in_braces_always_gets_its_entry(file: tuple[bytes, str]):
    before, _ = file
    after = with_service_sid(before, SID)
    assert after is not None
    assert_only_the_key_came_in(before, after)
    assert after.replace(f"{ENTRY}, ".encode(), b"", 1) == before


YAMLISH = st.lists(
    st.sampled_from(
        ["direction", ": ", "a", "\n", "\r\n", "  ", "? ", "- ", "{", "}", ", ", "'", "|", "# ", "---", "é"]
    ),
    max_size=14,
)


@pytest.mark.no_cover
@given(YAMLISH)
def test_whatever_the_text_is_only_the_key_comes_in_or_nothing(signs: list[str]):
    before = "".join(["direction: a\n", *signs]).encode()
    after = with_service_sid(before, SID)
    if after is not None:
        assert_only_the_key_came_in(before, after)
