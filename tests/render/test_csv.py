"""Comma-separated values: whatever the texts, a reader gets them back, and no spreadsheet computes any of them."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsops.render.csv import cell, csv_table
from smsops.render.plain import clean

STARTS = "=+-@|%＝＋－＠｜％"
"""With what a cell begins that Excel, LibreOffice, Google Sheets or an old Lotus parser computes."""


def read(text: str, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))


def test_every_field_is_quoted_and_every_line_ends_with_cr_and_lf() -> None:
    assert csv_table(("a", "b"), [("1", 'say "x"'), ("", "2,3")]) == '"a","b"\r\n"1","say ""x"""\r\n"","2,3"\r\n'


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("before", ["", " ", "   ", "'", '"', "x;", "x; ", 'x";'])
def test_what_a_spreadsheet_would_compute_stands_after_an_apostrophe(start: str, before: str) -> None:
    written = cell(f"{before}{start}1+cmd")
    assert written.rpartition(";")[2].startswith("'")


def test_a_phone_number_is_a_text_too() -> None:
    assert cell("+12065550101") == "'+12065550101"


@pytest.mark.parametrize(
    "plain", ["", "a=b", "x+1", "https://example.com/a-b?c=d", "1-2", "a@b.example", "Böse; Ärzte"]
)
def test_what_no_spreadsheet_computes_stays_as_it_is(plain: str) -> None:
    assert cell(plain) == plain


def test_tabs_line_breaks_and_escape_sequences_stand_as_escapes() -> None:
    [row] = read(csv_table(("a",), [("\t=1\r\n\x1b[31m\ud800",)]))[1:]
    assert row == ["\\t=1\\r\\n\\x1b[31m\\ud800"]


@given(rows=st.lists(st.tuples(st.text(max_size=8), st.text(alphabet=STARTS + "; '\",\r\n\tx", max_size=6))))
def test_a_reader_gets_every_cell_back_and_none_is_a_formula(rows: list[tuple[str, str]]) -> None:
    written = csv_table(("a", "b"), rows)
    found = read(written)[1:]
    assert [[one.replace("'", "") for one in row] for row in found] == [
        [clean(one).replace("'", "") for one in row] for row in rows
    ]
    # Where the list separator is a semicolon, each part is a cell by itself.
    parts = [part for row in found for one in row for part in one.split(";")]
    assert not [part for part in parts if part.lstrip(" '\"")[:1] in (*STARTS,) and "'" not in part]
    assert all(line.isprintable() for line in written.split("\r\n"))
