"""Comma-separated values that a spreadsheet takes for texts (RFC 4180), and nothing in them for a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

from smsops.render.plain import clean

_COMPUTED = re.compile("(^|;)(?=[ '\"]*[=+@|%\uff1d\uff0b\uff0d\uff20\uff5c\uff05-])")
"""Before what some spreadsheet computes, in the wide forms too: at the start of a cell, and after a semicolon, where
spreadsheets of many countries part a line whatever the quotes."""


def cell(value: object) -> str:
    """A cell that nothing computes: an apostrophe stands before what could be a formula, phone numbers included."""
    return _COMPUTED.sub(r"\1'", clean(value))


def csv_table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Rows under a header. Every cell is quoted, and a line ends with CR and LF."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([cell(value) for value in row] for row in rows)
    return out.getvalue()
