"""`clean` is the door for untrusted text."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from smsops.diagnostics import Finding, Location
from smsops.render.findings import findings_text
from smsops.render.plain import Paint, clean, clean_lines, cleaned_characters, counted, painted, table, width


@given(st.text(st.characters(exclude_categories=())))
def test_cleaned_text_is_one_line_that_prints(text: str) -> None:
    cleaned = clean(text)
    assert all(char.isprintable() for char in cleaned)
    assert not any(unicodedata.category(char)[0] == "C" for char in cleaned)
    cleaned.encode("utf-8")


@given(st.text(st.characters(categories=("L", "N", "P", "S"))))
def test_ordinary_text_is_left_alone(text: str) -> None:
    assume(not COMMAND.search(text))
    assert clean(text) == text


COMMAND = re.compile(r"^ *::|##[A-Za-z]*\[")
"""What GitHub's runner, Azure Pipelines or TeamCity may take for a command of a line."""
PIECES = st.sampled_from(["#", ":", "[", "]", " ", "a", "vso", "##[", "::", "\t", "\n", "\x1b", "\u200b", "\u00a0"])


@given(st.lists(PIECES).map("".join))
def test_cleaned_text_commands_nobody_and_stays_the_same_when_it_is_cleaned_again(text: str) -> None:
    cleaned = clean(text)
    assert not COMMAND.search(cleaned)
    assert not cleaned.lstrip().startswith("::")
    assert clean(cleaned) == cleaned
    assert "".join(cleaned_characters(text)) == cleaned
    assert len(cleaned_characters(text)) == len(text)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("::error::x", "\\x3a:error::x"),
        ("  ::add-mask::x", "  \\x3a:add-mask::x"),
        (":::", "\\x3a::"),
        ("\n::error::x", "\\n::error::x"),
        ("##[add-mask]x", "#\\x23[add-mask]x"),
        ("a ##vso[task.x]y ##teamcity[z]", "a #\\x23vso[task.x]y #\\x23teamcity[z]"),
        ("###[group]", "##\\x23[group]"),
    ],
)
def test_the_start_of_a_command_is_written_as_an_escape(raw: str, shown: str) -> None:
    assert clean(raw) == shown


@pytest.mark.parametrize("text", [":error::x", "a ::error::x", "a::b", "#[x]", "## [x]", "## x", "##1[x]", "##a b[x]"])
def test_what_commands_nobody_is_left_alone(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    ("line", "column", "size", "marked"),
    [
        ("::error::x", 1, 2, "\\x3a:"),
        ("::error::x", 2, 6, ":error"),
        ("::error::x", 3, 5, "error"),
        ("  ::error::x", 5, 5, "error"),
        ("\t::error::x", 4, 5, "error"),
        ("a: ##[x] y", 4, 5, "#\\x23[x]"),
        ("a: ##[x] y", 5, 1, "\\x23"),
        ("a: ##[x] y", 10, 1, "y"),
        ("##vso[x] y", 10, 1, "y"),
    ],
)
def test_a_caret_stands_under_what_it_marks_also_after_an_escape(
    line: str, column: int, size: int, marked: str
) -> None:
    where = Location(path="a.yaml", line=4, column=column)
    wrong = Finding(code="SMS204", message="m", location=where, excerpt=line, width=size)
    _, source, caret, *_ = findings_text([wrong], color=False).splitlines()
    assert source[caret.index("^") : len(caret)] == marked


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("\x1b[31m", "\\x1b[31m"),
        ("a\nb", "a\\nb"),
        ("\u202e", "\\u202e"),
        ("\udcff", "\\udcff"),
        ("a\u200bb", "a\\u200bb"),
    ],
)
def test_what_could_drive_a_terminal_is_written_out(raw: str, shown: str) -> None:
    assert clean(raw) == shown


def test_each_line_of_several_is_cleaned() -> None:
    assert clean_lines("ours\n ::error::x") == "ours\n \\x3a:error::x"


def test_our_own_line_breaks_stay() -> None:
    assert clean_lines("a\nb\x1b\n") == "a\nb\\x1b\n"


def test_width_counts_columns() -> None:
    assert (width("abc"), width("日本"), width("e\u0301")) == (3, 4, 1)


def test_colour_is_only_added() -> None:
    assert painted("text", Paint.ADD, color=False) == "text"
    assert painted("text", Paint.ADD, color=True) == "\x1b[32mtext\x1b[0m"
    assert painted("", Paint.ADD, color=True) == ""


def test_counts_have_their_plural() -> None:
    assert [counted(n, "change") for n in (0, 1, 2, 1234)] == ["0 changes", "1 change", "2 changes", "1,234 changes"]


def test_a_table_lines_its_columns_up_also_with_wide_and_hostile_cells() -> None:
    text = table(("A", "B"), [("日本", "x"), ("\x1b", "y")], color=False)
    assert text == "A     B\n日本  x\n\\x1b  y\n"
