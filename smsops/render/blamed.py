"""Who set each field and each number of a channel."""

from __future__ import annotations

from smsops.frozen import Frozen
from smsops.history.values import Version
from smsops.render.csv import csv_table
from smsops.render.documents import document
from smsops.render.escape import code
from smsops.render.past import version_to_json
from smsops.render.persons import live_at, moment
from smsops.render.plain import clean, table


class BlameRow(Frozen):
    """One key with its value, and the version that brought it."""

    field: str
    value: str
    version: Version

    @property
    def cells(self) -> tuple[str, ...]:
        """Key, value, commit, merged, author, request and live, as people read them."""
        commit = self.version.commit
        live = live_at(self.version)
        return (
            *(self.field, self.value, commit.id[:12], moment(commit.merged_at), str(commit.author), commit.request),
            moment(live) if live else str(self.version.standing),
        )


class Blamed(Frozen):
    """What `blame` shows."""

    channel: str
    rows: tuple[BlameRow, ...]


_HEADER = ("FIELD", "VALUE", "COMMIT", "MERGED", "AUTHOR", "REQUEST", "LIVE")
_SHOWN = 60
"""Characters of a value in a table."""


def blame_text(blamed: Blamed, *, color: bool) -> str:
    rows = ((field, _short(value), *rest) for row in blamed.rows for field, value, *rest in [row.cells])
    return table(_HEADER, rows, color=color)


def _short(value: str) -> str:
    shown = clean(value)
    return shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"


def blame_markdown(blamed: Blamed, *, color: bool) -> str:
    head = " | ".join(name.lower() for name in _HEADER)
    rows = "".join(f"| {' | '.join(code(cell, 200) for cell in row.cells)} |\n" for row in blamed.rows)
    return f"### {code(blamed.channel)}: who set what\n\n| {head} |\n|{'---|' * len(_HEADER)}\n{rows}"


def blame_csv(blamed: Blamed, *, color: bool) -> str:
    header = ("field", "value", "commit", "merged_at", "author", "request", "live_at")
    rows = (
        (row.field, row.value, c.id, c.merged_at, str(c.author), c.request, live_at(row.version))
        for row in blamed.rows
        for c in [row.version.commit]
    )
    return csv_table(header, rows)


def blame_json(blamed: Blamed, *, color: bool) -> str:
    rows = [
        {"field": row.field, "value": row.value, "version": {**version_to_json(row.version), "diffs": None}}
        for row in blamed.rows
    ]
    return document(channel=blamed.channel, rows=rows)


BLAME = {"text": blame_text, "json": blame_json, "markdown": blame_markdown, "csv": blame_csv}
