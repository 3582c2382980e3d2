"""The tables of an export as one workbook, in which every cell is a text. The only door to XlsxWriter."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from smsops.render.export.sheets import Row, Sheet
from smsops.render.plain import clean

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

MOST_ROWS = 1_048_576
"""Of a sheet, its header included (Excel's limit)."""
MOST_CHARACTERS = 32_767
"""Of a cell (Excel's limit)."""
_WIDEST = 60
_EPOCH = (1980, 1, 1, 0, 0, 0)
_CREATED = datetime(1980, 1, 1)
_UNIX = 3
"""The system on which every archive says that it was made."""


def workbook(tables: Sequence[Sheet], about: Sequence[str]) -> bytes:
    """The bytes of the workbook; the same tables give the same bytes."""
    from xlsxwriter.workbook import Workbook

    raw = io.BytesIO()
    # Nothing is taken for a formula, a number or a link.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    with Workbook(raw, options) as book:
        book.set_properties({"created": _CREATED, "title": "smsops audit export"})
        _fill(book, "How to read", ("what", "meaning"), list(how_to_read(tables, about)))
        for table in tables:
            _fill(book, table.title, table.columns, fitting(table))
    return _again(raw.getvalue())


def fitting(table: Sheet) -> Sequence[Row]:
    """The rows that a sheet can hold below its header."""
    return table.rows[: MOST_ROWS - 1]


def how_to_read(tables: Sequence[Sheet], about: Sequence[str]) -> Iterator[Row]:
    for line in about:
        name, _, said = line.partition(": ")
        yield name, said
    yield "Times", "UTC in ISO 8601. Merged and live are two times: git's, and that of the apply."
    yield "Texts", "Every cell is a text. What could not be printed stands as an escape such as \\x1b."
    yield (
        "Cut",
        f"A cell holds {MOST_CHARACTERS:,} characters; what is longer ends in …. A sheet holds {MOST_ROWS:,} rows. "
        "The .jsonl files hold all.",
    )
    for table in tables:
        left = len(table.rows) - len(fitting(table))
        cut = f" {left:,} rows do not fit and are only in {table.file}.csv." if left > 0 else ""
        yield f"Sheet {table.title}", f"{table.about} {len(table.rows):,} rows.{cut}"
        for column, note in zip(table.columns, table.notes, strict=True):
            yield f"{table.title}: {column}", note


def _fill(book: Workbook, title: str, header: Row, rows: Sequence[Row]) -> None:
    sheet: Worksheet = book.add_worksheet(title)
    bold = book.add_format({"bold": True})
    for column, name in enumerate(header):
        sheet.write_string(0, column, name, bold)
        widths = (len(row[column]) for row in rows[:200])
        sheet.set_column(column, column, min(_WIDEST, max([len(name), *widths]) + 2))
    for place, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            sheet.write_string(place, column, fitted(value))
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(rows), len(header) - 1)


def fitted(value: str) -> str:
    """A text that a cell can hold.

    XlsxWriter takes a text between `<r>` and `</r>` for markup of its own and writes it as it is: an apostrophe before
    it keeps it a text. Excel counts characters beyond the basic plane as two.
    """
    text = clean(value)
    if text.startswith("<r>"):
        text = f"'{text}"
    if 2 * len(text) <= MOST_CHARACTERS:
        return text
    units = text.encode("utf-16-le")
    if len(units) <= 2 * MOST_CHARACTERS:
        return text
    return units[: 2 * (MOST_CHARACTERS - 1)].decode("utf-16-le", "ignore") + "…"


def _again(raw: bytes) -> bytes:
    """The same members with fixed dates, in order, and not compressed: compressors differ from machine to machine."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as given, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as made:
        for name in sorted(given.namelist()):
            member = zipfile.ZipInfo(name, _EPOCH)
            member.create_system = _UNIX
            made.writestr(member, given.read(name))
    return out.getvalue()
