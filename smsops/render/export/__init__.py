"""The files of an export: what happened in a period, for programs, spreadsheets and working papers.

The same past and the same period give the same bytes: nothing here asks for the time, the machine, or its keys.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from smsops.audit.population import Item, Period
from smsops.history.values import Chronicle
from smsops.planned import FORMAT_VERSION
from smsops.render.csv import csv_table
from smsops.render.export.manifest import MANIFEST, manifest
from smsops.render.export.sheets import Sheet, sheets
from smsops.render.export.workbook import workbook
from smsops.render.listed import item_to_json
from smsops.render.plain import clean

_VERDICTS = ("verdict", "signer")
"""What depends on the keys of a machine; the kind of a signature is in the commit itself."""


def exported(chronicle: Chronicle, items: Sequence[Item], period: Period) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each file; the manifest comes last."""
    about = _about(chronicle, period)
    tables = sheets(items)
    files = [
        ("applies.jsonl", _lines(item for item in items if item.what == "apply")),
        ("audit.xlsx", workbook(tables, about)),
        ("changes.jsonl", _lines(item for item in items if item.what != "apply")),
        *((f"{sheet.file}.csv", _csv(sheet)) for sheet in tables),
    ]
    files.sort()
    yield from files
    yield MANIFEST, manifest(files, about)


def _about(chronicle: Chronicle, period: Period) -> tuple[str, ...]:
    """What the export is of, a sentence a line."""
    last = clean(chronicle.applies[-1].path) if chronicle.applies else "none"
    head = f"commit {chronicle.head}, the last one before" if chronicle.head else "none, the first commit is not before"
    return (
        f"Period: from {period.since or 'the beginning'} to {period.until or 'the head'}, the end not included.",
        f"Head: {head} the end of the period.",
        f"Ledger: {len(chronicle.applies):,} records before the end of the period, the last one {last}.",
    )


def _csv(sheet: Sheet) -> bytes:
    return csv_table(sheet.columns, sheet.rows).encode()


def _lines(items: Iterable[Item]) -> bytes:
    return "".join(
        _line({"format_version": FORMAT_VERSION, **_portable(item_to_json(item))}) for item in items
    ).encode()


def _line(facts: dict[str, Any]) -> str:
    """One object in ASCII, in which no CI system finds a command (`plain.clean`): a `#` stands only inside texts."""
    text = json.dumps(facts, sort_keys=True, ensure_ascii=True)
    return text.replace("##", "#\\u0023") + "\n"


def _portable(value: Any) -> Any:
    """Without what another machine may see otherwise."""
    if isinstance(value, dict):
        return {key: _portable(inside) for key, inside in value.items() if key not in _VERDICTS}
    return [_portable(inside) for inside in value] if isinstance(value, list) else value
