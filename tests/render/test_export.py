"""An export: the same past gives the same bytes, every cell is a text, and one altered byte is named by its file."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsops.audit.population import Period
from smsops.frozen import replace
from smsops.history.recorded import Apply
from smsops.history.values import Chronicle, Commit, Verdict, Version
from smsops.render.export import exported
from smsops.render.export.manifest import MANIFEST, altered, manifest
from smsops.render.export.sheets import Sheet, sheets
from smsops.render.export.workbook import MOST_CHARACTERS, MOST_ROWS, fitted, fitting, how_to_read
from smsops.render.plain import clean
from tests.render import pasts

ROOT = Path(__file__).resolve().parents[2]
NAMES = [
    *("applies.csv", "applies.jsonl", "audit.xlsx", "calls.csv"),
    *("changes.csv", "changes.jsonl", "diffs.csv", "MANIFEST"),
]
HOSTILE = [
    "=1+1",
    "+12065550101",
    "@SUM(A1)",
    "{=1+1}",
    "https://evil.example.com/",
    "mailto:a@b.example",
    "external:c.xlsx",
    "1.5",
    "true",
    " blanks ",
    "_x0041_",
    "<r><t>rich</t></r>",
    "<r>&broken</r>",
    "</t></si></sst>",
    "]]>",
    "\x00\x07\x1b[31m\x7f\x9b\ufffe",
    "one\ntwo\r\nthree\u2028four",
    "\ud800",
    "\u202eevil",
    "##[error]x",
    "::error::x",
]
XLSX = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@cache
def files(text: str = "x") -> dict[str, bytes]:
    return dict(exported(pasts.chronicle(text), pasts.items(text), pasts.QUARTER))


def objects(content: bytes) -> list[dict]:
    return [json.loads(line) for line in content.decode("ascii").splitlines()]


def rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(), newline=""), strict=True))


# --- what is in it -------------------------------------------------------------------------------------------


def test_the_files_come_by_name_and_the_manifest_last() -> None:
    assert [name for name, _ in exported(pasts.chronicle("x"), pasts.items("x"), pasts.QUARTER)] == NAMES


def test_a_program_gets_every_difference_call_and_approval_as_one_object_a_line() -> None:
    changes, applies = objects(files()["changes.jsonl"]), objects(files()["applies.jsonl"])
    assert {one["format_version"] for one in (*changes, *applies)} == {"1.0"}
    assert [one["what"] for one in changes] == ["change"] * 6 + ["project"]
    assert len(changes[0]["change"]["diffs"]) == 5
    assert changes[0]["change"]["apply"]["approval"]["approver"] == "x"
    assert len(changes[-1]["project"]["diffs"]) == 5
    [unended, ended] = applies
    assert (unended["apply"]["finished_at"], unended["apply"]["approval"]) == (None, None)
    assert ended["apply"]["approval"]["authors"] == ["x", "x"]
    assert [call["status"] for call in ended["apply"]["calls"]] == ["x", "done"]
    assert len(ended["apply"]["calls"][0]["diffs"]) == 5


def test_the_keys_of_every_object_are_sorted() -> None:
    for name in ("changes.jsonl", "applies.jsonl"):
        for line in files()[name].decode().splitlines():
            assert json.dumps(json.loads(line), sort_keys=True) == line


def test_a_spreadsheet_has_a_row_for_each_change_difference_apply_and_call() -> None:
    counts = {name: len(rows(files()[f"{name}.csv"])) - 1 for name in ("changes", "diffs", "applies", "calls")}
    # Six versions, one of them broken and without differences, and a change of smsops.yaml.
    assert counts == {"changes": 7, "diffs": 30, "applies": 2, "calls": 4}
    for name in counts:
        head, *body = rows(files()[f"{name}.csv"])
        assert {len(row) for row in body} == {len(head)}, name


def test_a_row_tells_merged_and_live_and_who_approved() -> None:
    head, first, *_ = rows(files()["changes.csv"])
    found = dict(zip(head, first, strict=True))
    assert (found["merged_at"], found["live_at"]) == ("2026-02-02T01:00:00Z", "2026-02-03T10:00:05.250Z")
    assert (found["approver"], found["separation"], found["signature"]) == ("x", "x", "ssh")
    head, *diffs = rows(files()["diffs.csv"])
    assert [row[head.index("change")] for row in diffs[:5]] == ["added", "changed", "removed", "added", "removed"]
    head, unended, ended = rows(files()["applies.csv"])
    for name, values in {
        "calls": ("2", "2"),
        "done": ("1", "1"),
        "dirty": ("no", "yes"),
        "approver": ("", "x"),
    }.items():
        assert (unended[head.index(name)], ended[head.index(name)]) == values, name


def test_a_row_of_a_move_tells_where_the_number_came_from_and_how_long_it_was_off_air() -> None:
    moved = replace(pasts.call("x"), off_air_s=0.481, from_channel="codes")
    updated = replace(moved, off_air_s=None, from_channel="")
    item = next(item for item in pasts.items("x") if isinstance(item.subject, Apply))
    item = replace(item, subject=pasts.apply("x", calls=(moved, updated)))
    made = dict(exported(pasts.chronicle("x"), [item], pasts.QUARTER))
    head, *body = rows(made["calls.csv"])
    columns = head.index("from_channel"), head.index("off_air_s")
    assert [[row[column] for column in columns] for row in body] == [["codes", "0.481"], ["", ""]]
    assert [row[-2:] for row in Read(made["audit.xlsx"]).texts("Calls")] == [head[-2:], ["codes", "0.481"], ["", ""]]


def test_where_nothing_happened_there_are_the_same_files_without_rows() -> None:
    nothing = dict(exported(Chronicle(head="e" * 40, pasts=(), project=(), applies=()), (), Period()))
    assert list(nothing) == NAMES
    assert nothing["changes.jsonl"] == b""
    assert len(rows(nothing["changes.csv"])) == 1
    assert altered(nothing[MANIFEST], NAMES, nothing.get) == ()


# --- the same bytes ------------------------------------------------------------------------------------------


def test_what_the_keys_of_a_machine_make_of_a_signature_is_not_in_it() -> None:
    def seen(verdict: Verdict) -> dict[str, bytes]:
        def told(commit: Commit) -> Commit:
            brought = tuple(replace(one, verdict=verdict, signer="z") for one in commit.brought)
            return replace(commit, verdict=verdict, signer=str(verdict), brought=brought)

        items = [
            item
            if isinstance(item.subject, Apply)
            else replace(item, subject=replace(item.subject, commit=told(item.subject.commit)))
            for item in pasts.items("x")
        ]
        return dict(exported(pasts.chronicle("x"), items, pasts.QUARTER))

    assert seen(Verdict.GOOD) == seen(Verdict.UNKNOWN) == files()


@pytest.mark.parametrize(
    "settings",
    [
        {"PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo", "LC_ALL": "C", "USER": "ann", "HOME": "/nowhere"},
        {"PYTHONHASHSEED": "2", "TZ": "America/Los_Angeles", "LC_ALL": "tr_TR.UTF-8", "PYTHONUTF8": "0"},
    ],
)
def test_another_process_time_zone_and_locale_give_the_same_bytes(settings: dict[str, str]) -> None:
    script = (
        "from tests.render import pasts; from smsops.render.export import exported; import sys;"
        "[sys.stdout.buffer.write(b) for _, b in exported(pasts.chronicle('x'), pasts.items('x'), pasts.QUARTER)]"
    )
    made = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env={**os.environ, **settings}, capture_output=True, check=True
    )
    assert hashlib.sha256(made.stdout).digest() == hashlib.sha256(b"".join(files().values())).digest()


def test_the_workbook_is_packed_without_a_clock_a_system_or_a_compressor() -> None:
    with zipfile.ZipFile(io.BytesIO(files()["audit.xlsx"])) as book:
        members = book.infolist()
        properties = book.read("docProps/core.xml").decode()
    assert [one.filename for one in members] == sorted(one.filename for one in members)
    assert {(one.date_time, one.compress_type, one.create_system) for one in members} == {((1980, 1, 1, 0, 0, 0), 0, 3)}
    assert set(re.findall(r"\d{4}-\d\d-\d\dT[0-9:]+Z", properties)) == {"1980-01-01T00:00:00Z"}


# --- the workbook --------------------------------------------------------------------------------------------


class Read:
    """A workbook as its XML has it."""

    def __init__(self, content: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            self.members = {name: book.read(name) for name in book.namelist()}
        parts = ElementTree.fromstring(self.members["xl/sharedStrings.xml"])
        # A rich text would stand in `r`: all of ours are one `t`.
        assert {child.tag for one in parts for child in one} == {f"{XLSX}t"}
        self.strings = [unescaped("".join(one.itertext())) for one in parts]
        book_xml = ElementTree.fromstring(self.members["xl/workbook.xml"])
        self.titles = [one.attrib["name"] for one in book_xml.iter(f"{XLSX}sheet")]

    def sheet(self, title: str) -> ElementTree.Element:
        return ElementTree.fromstring(self.members[f"xl/worksheets/sheet{self.titles.index(title) + 1}.xml"])

    def texts(self, title: str) -> Iterator[list[str]]:
        for row in self.sheet(title).iter(f"{XLSX}row"):
            yield [self.strings[int(one.findtext(f"{XLSX}v") or "")] for one in row]


def unescaped(text: str) -> str:
    return re.sub("_x([0-9A-F]{4})_", lambda found: chr(int(found[1], 16)), text)


@cache
def book(text: str = "x") -> Read:
    return Read(files(text)["audit.xlsx"])


def test_every_sheet_has_a_frozen_header_filters_and_widths() -> None:
    assert book().titles == ["How to read", "Changes", "Field diffs", "Applies", "Calls"]
    for title in book().titles:
        sheet = book().sheet(title)
        [pane] = sheet.iter(f"{XLSX}pane")
        assert (pane.attrib["state"], pane.attrib["ySplit"], "xSplit" in pane.attrib) == ("frozen", "1", False)
        count = len(list(sheet.iter(f"{XLSX}row")))
        [filters] = sheet.iter(f"{XLSX}autoFilter")
        assert re.fullmatch(f"A1:[A-Z]+{count}", filters.attrib["ref"]), title
        assert all(2 < float(one.attrib["width"]) < 64 for one in sheet.iter(f"{XLSX}col"))


@pytest.mark.parametrize("text", ["x", *HOSTILE], ids=ascii)
def test_every_cell_is_a_text_and_nothing_is_computed_or_linked(text: str) -> None:
    read = book(text)
    for title in read.titles:
        sheet = read.sheet(title)
        assert {one.attrib.get("t") for one in sheet.iter(f"{XLSX}c")} == {"s"}, title
        assert not [one.tag for name in ("f", "hyperlink", "is") for one in sheet.iter(f"{XLSX}{name}")]
    assert not [name for name in read.members if "_rels/sheet" in name or "macro" in name.lower()]
    assert all(one.isprintable() for one in read.strings)
    # XlsxWriter takes this for markup of its own, so an apostrophe stands before it.
    shown = f"'{text}" if text.startswith("<r>") else clean(text)
    assert any(shown in row for row in read.texts("Changes"))
    assert any(shown in row for row in read.texts("Calls"))


def test_sheets_and_files_say_the_same() -> None:
    for table in sheets(pasts.items("x")):
        assert list(book().texts(table.title)) == [[*row] for row in (table.columns, *table.rows)], table.title


def test_how_to_read_explains_every_sheet_and_column_and_says_of_what_it_is() -> None:
    explained = {row[0]: row[1] for row in book().texts("How to read")}
    for table in sheets(pasts.items("x")):
        assert f"{len(table.rows)} rows." in explained[f"Sheet {table.title}"]
        assert all(explained[f"{table.title}: {column}"] for column in table.columns)
    assert "2026-01-01T00:00:00Z" in explained["Period"]
    assert "e" * 40 in explained["Head"]
    assert explained["Ledger"]


@pytest.mark.parametrize("text", ["x" * 40_000, "\U0001f600" * 20_000, "x" + "\U0001f600" * 20_000, "\x1b" * 20_000])
def test_a_cell_that_is_too_long_is_cut_as_excel_counts(text: str) -> None:
    shown = fitted(text)
    assert len(shown.encode("utf-16-le")) // 2 in (MOST_CHARACTERS, MOST_CHARACTERS - 1)
    assert shown.endswith("…")
    assert clean(text).startswith(shown[:-1])


def test_a_cell_that_fits_is_whole() -> None:
    assert fitted("x" * MOST_CHARACTERS) == "x" * MOST_CHARACTERS


def test_a_sheet_holds_what_it_can_and_says_what_is_left() -> None:
    def table(count: int) -> Sheet:
        rows = (("x",),) * count
        return Sheet(title="Calls", file="calls", about="A call.", columns=("a",), notes=("b",), rows=rows)

    full, too_long = table(MOST_ROWS - 1), table(MOST_ROWS + 4)
    assert len(fitting(full)) == len(fitting(too_long)) == MOST_ROWS - 1
    assert ("Sheet Calls", "A call. 1,048,575 rows.") in list(how_to_read([full], ()))
    said = "A call. 1,048,580 rows. 5 rows do not fit and are only in calls.csv."
    assert ("Sheet Calls", said) in list(how_to_read([too_long], ()))


def test_a_long_cell_is_cut_in_the_workbook_and_whole_in_the_files() -> None:
    long = "y" * 40_000
    [item, *_] = pasts.items("x")
    assert isinstance(item.subject, Version)
    item = replace(item, subject=replace(item.subject, commit=pasts.commit("x", subject=long)))
    made = dict(exported(pasts.chronicle("x"), [item], pasts.QUARTER))
    assert f"{'y' * (MOST_CHARACTERS - 1)}…" in Read(made["audit.xlsx"]).strings
    assert long in rows(made["changes.csv"])[1]
    assert objects(made["changes.jsonl"])[0]["change"]["commit"]["subject"] == long


# --- text of others in the other files -----------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_text_of_others_is_a_text_in_every_file(text: str) -> None:
    for name, content in files(text).items():
        if name == "audit.xlsx":
            continue
        lines = re.split("\r?\n", content.decode())
        assert all(line.isprintable() for line in lines), name
        assert not [line for line in lines if re.search(r"^ *::|##[a-z]*\[", line)], name
        assert len(lines) == len(re.split("\r?\n", files()[name].decode())), name
        if name.endswith(".csv"):
            assert not [one for row in rows(content) for one in row if one.lstrip(" ")[:1] in (*"=+-@|%\t\r",) and one]
    assert objects(files(text)["changes.jsonl"])[0]["change"]["commit"]["subject"] == text


# --- the manifest --------------------------------------------------------------------------------------------


def found(content: dict[str, bytes]) -> list[str]:
    """The files that are not as they were exported."""
    read: list[str] = []

    def reader(name: str) -> bytes | None:
        read.append(name)
        return content.get(name)

    findings = altered(content[MANIFEST], content, reader)
    assert {finding.code for finding in findings} <= {"SMS619"}
    assert set(read) < set(NAMES), "only what was exported is read"
    return [finding.location.path for finding in findings]


def signed(*lines: str) -> bytes:
    """A manifest with these lines in place of its own, whose last line fits."""
    made = manifest([], ("Period: x",)).decode().splitlines(keepends=True)[:-1]
    whole = "".join([*made, *(f"{line}\n" for line in lines)])
    return f"{whole}# The lines above: {hashlib.sha256(whole.encode()).hexdigest()}\n".encode()


def test_an_export_is_as_it_was_exported() -> None:
    assert found(files()) == []


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="needs sha256sum")
def test_sha256sum_takes_the_manifest(tmp_path: Path) -> None:
    for name, content in files().items():
        (tmp_path / name).write_bytes(content)
    command = ["sha256sum", "--strict", "-c", MANIFEST]
    assert subprocess.run(command, cwd=tmp_path, check=True, capture_output=True).stdout.count(b": OK\n") == 7
    (tmp_path / "calls.csv").write_bytes(b"")
    assert subprocess.run(command, cwd=tmp_path, check=False, capture_output=True).returncode == 1


@pytest.mark.no_cover
@given(data=st.data(), name=st.sampled_from(NAMES), bit=st.integers(0, 7))
def test_one_altered_bit_is_named_by_its_file(data: st.DataObject, name: str, bit: int) -> None:
    content = bytearray(files()[name])
    content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << bit
    assert found({**files(), name: bytes(content)}) == [name]


@pytest.mark.no_cover
def test_any_altered_byte_of_the_manifest_is_named() -> None:
    whole = files()[MANIFEST]
    for place in range(len(whole)):
        for byte in {whole[place] ^ 1, whole[place] ^ 0x80, 0x0A, 0x0D, 0x20} - {whole[place]}:
            assert found({**files(), MANIFEST: whole[:place] + bytes([byte]) + whole[place + 1 :]}) == [MANIFEST]
    for cut in (
        b"",
        whole[:-1],
        whole + b"\n",
        whole + b"# more\n",
        whole.replace(b"\n", b"\r\n"),
        b"\xef\xbb\xbf" + whole,
    ):
        assert found({**files(), MANIFEST: cut}) == [MANIFEST]


def test_a_file_that_is_missing_one_that_is_another_and_one_that_came_are_named() -> None:
    rest = {name: content for name, content in files().items() if name != "calls.csv"}
    assert found({**rest, "diffs.csv": b"", "extra.csv": b""}) == ["calls.csv", "diffs.csv", "extra.csv"]


@pytest.mark.parametrize(
    "name",
    [
        "../secret",
        "/etc/passwd",
        "a/b",
        "..",
        ".",
        "a\\b",
        "",
        ".hidden",
        "a b",
        MANIFEST,
        "a" * 101,
        "a\x1b[31m",
        "-c",
    ],
)
def test_a_name_that_no_export_gives_is_refused_and_never_read(name: str) -> None:
    assert found({name: b"x", MANIFEST: signed(f"{'0' * 64}  {name}")}) == [MANIFEST]


@pytest.mark.parametrize("line", ["", "x", f"{'0' * 63}  a", f"{'0' * 64} *a", f"{'A' * 64}  a", f" {'0' * 64}  a"])
def test_a_line_that_no_export_has_is_refused(line: str) -> None:
    assert found({MANIFEST: signed(line)}) == [MANIFEST]


def test_no_file_is_named_twice() -> None:
    whole = hashlib.sha256(b"").hexdigest()
    assert found({MANIFEST: signed(f"{whole}  calls.csv"), "calls.csv": b""}) == []
    assert found({MANIFEST: signed(f"{'0' * 64}  calls.csv", f"{whole}  calls.csv"), "calls.csv": b""}) == [MANIFEST]


def test_what_is_not_there_is_not_read() -> None:
    read: list[str] = []
    [finding] = altered(signed(f"{'0' * 64}  calls.csv"), [MANIFEST], read.append)
    assert (finding.message, read) == ("calls.csv is missing.", [])


def test_a_manifest_that_is_no_text_is_refused() -> None:
    assert found({MANIFEST: signed("# \ufffd").replace("\ufffd".encode(), b"\xff")}) == [MANIFEST]


def test_a_record_whose_name_has_a_line_break_adds_no_line() -> None:
    name = f"records/x\n{'0' * 64}  forged.csv\n"
    told = pasts.chronicle("x")
    evil = replace(told, applies=(replace(told.applies[0], path=name),))
    made = dict(exported(evil, (), pasts.QUARTER))
    assert len(made[MANIFEST].splitlines()) == len(files()[MANIFEST].splitlines())
    assert found(made) == []
