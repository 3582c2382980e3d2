"""`clean` is the door for untrusted text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsops.render.plain import Paint, clean, clean_lines, counted, painted, table, width


@given(st.text(st.characters(exclude_categories=())))
def test_cleaned_text_is_one_line_that_prints(text: str) -> None:
    cleaned = clean(text)
    assert all(char.isprintable() for char in cleaned)
    assert not any(unicodedata.category(char)[0] == "C" for char in cleaned)
    cleaned.encode("utf-8")


@given(st.text(st.characters(categories=("L", "N", "P", "S"))))
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert clean(text) == text


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
