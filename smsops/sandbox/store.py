"""The sandbox's state in SQLite: opening, sharing and closing the database, and one transaction at a time.

Two smsops processes may hold the same file at once (a plan in one, an apply in another), so the file is in WAL mode,
every write is one short `BEGIN IMMEDIATE` transaction, and a busy database is waited for. Inside a process one
connection serves all threads behind one lock: a read takes some tens of microseconds, less than a second connection.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from smsops.errors import SmsopsError
from smsops.sandbox.numbering import seeded

APPLICATION_ID = 0x534D534F
"""`SMSO`: marks a database as the sandbox's own."""
LAYOUT = 2
"""Version of the tables."""
BUSY_SECONDS = 10.0
"""How long a write waits for another process."""

_TABLES = """
CREATE TABLE accounts (
    sid TEXT PRIMARY KEY, friendly_name TEXT NOT NULL, token TEXT NOT NULL, status TEXT NOT NULL, type TEXT NOT NULL,
    owner_sid TEXT NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL);
CREATE TABLE keys (
    sid TEXT PRIMARY KEY, account_sid TEXT NOT NULL, secret TEXT NOT NULL, kind TEXT NOT NULL,
    permissions TEXT NOT NULL);
CREATE TABLE seen (account_sid TEXT, item TEXT, PRIMARY KEY (account_sid, item)) WITHOUT ROWID;
CREATE TABLE services (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, sid TEXT NOT NULL UNIQUE, account_sid TEXT NOT NULL, fields TEXT NOT NULL,
    created INTEGER NOT NULL, updated INTEGER NOT NULL, hidden INTEGER NOT NULL);
CREATE INDEX services_of_account ON services (account_sid, seq);
CREATE TABLE owned (
    sid TEXT PRIMARY KEY, kind TEXT NOT NULL, account_sid TEXT NOT NULL, value TEXT NOT NULL, country TEXT,
    type TEXT NOT NULL, capabilities TEXT NOT NULL, region TEXT NOT NULL, waiting INTEGER NOT NULL,
    fields TEXT NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL);
CREATE INDEX owned_of_account ON owned (account_sid, kind, sid);
CREATE INDEX owned_by_value ON owned (value);
CREATE TABLE members (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, sid TEXT NOT NULL UNIQUE, service_sid TEXT NOT NULL,
    account_sid TEXT NOT NULL, value TEXT NOT NULL, country TEXT, type TEXT NOT NULL, capabilities TEXT NOT NULL,
    created INTEGER NOT NULL, hidden INTEGER NOT NULL);
CREATE INDEX members_of_service ON members (service_sid, kind, seq);
CREATE TABLE filings (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, sid TEXT NOT NULL UNIQUE, account_sid TEXT NOT NULL,
    subject_sid TEXT NOT NULL, status TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE violations (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, method TEXT NOT NULL, path TEXT NOT NULL, account_sid TEXT NOT NULL,
    number TEXT NOT NULL);
CREATE TABLE events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, sid TEXT NOT NULL UNIQUE, account_sid TEXT NOT NULL,
    resource_sid TEXT NOT NULL, event_type TEXT NOT NULL, data TEXT NOT NULL, actor_sid TEXT NOT NULL,
    actor_type TEXT NOT NULL, source TEXT NOT NULL, source_ip TEXT NOT NULL, recorded INTEGER NOT NULL);
CREATE INDEX events_of_resource ON events (account_sid, resource_sid, seq);
CREATE TABLE conversations (sid TEXT PRIMARY KEY);
CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
"""

_NAMES = re.compile(r"CREATE (?:TABLE|INDEX) (\w+)")


class StoreError(SmsopsError):
    """The database cannot be used: it is damaged, foreign, held by another process, or there is no room."""

    code = "SMS407"

    def __init__(self, path: Path | None, reason: str, *, hint: str, busy: bool = False) -> None:
        super().__init__(f"The sandbox's database {path} cannot be used: {reason}.", hint=hint)
        self.busy = busy
        """Whether a repeat may help."""


class Store:
    """One open database. Every method raises StoreError when the file cannot be used."""

    def __init__(self, path: Path | None, *, seed: str | None = None) -> None:
        self.damage: StoreError | None = None
        """What made a read or a write fail for good."""
        self._lock = threading.RLock()
        self._seed = seed
        self._path = path
        try:
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
            self._rows = sqlite3.connect(
                ":memory:" if path is None else path,
                timeout=BUSY_SECONDS,
                isolation_level=None,
                check_same_thread=False,
            )
        except (sqlite3.Error, OSError) as error:
            raise _unusable(path, str(error)) from error
        self._rows.row_factory = sqlite3.Row
        try:
            self._prepare(path)
            with self.read() as rows:
                self._check(rows)
        except StoreError:
            self._rows.close()
            raise

    def _prepare(self, path: Path | None) -> None:
        with self.write() as rows:  # takes the file's lock, so two processes do not both make the tables
            ours = rows.execute("PRAGMA application_id").fetchone()[0]
            empty = rows.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
            if empty and ours == 0:
                for statement in _TABLES.split(";"):
                    rows.execute(statement)
                rows.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                rows.execute(f"PRAGMA user_version = {LAYOUT}")
            elif ours != APPLICATION_ID:
                raise _unusable(path, "it belongs to another program")
            elif rows.execute("PRAGMA user_version").fetchone()[0] != LAYOUT:
                raise _unusable(path, "another version of smsops made it")
        if path is not None:
            with self.read() as rows:
                rows.execute("PRAGMA journal_mode = WAL")
                rows.execute("PRAGMA synchronous = NORMAL")

    def _check(self, rows: sqlite3.Connection) -> None:
        """Find damage now: later it would look like a fault of Twilio's."""
        there = {row["name"] for row in rows.execute("SELECT name FROM sqlite_master")}
        if missing := sorted(set(_NAMES.findall(_TABLES)) - there):
            raise _unusable(self._path, f"it lacks {', '.join(missing)}")
        found = rows.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise _unusable(self._path, "it is damaged")

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """The connection, for queries."""
        with self._lock, self._translated():
            yield self._rows

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction: committed at the end, rolled back on any exception."""
        with self._lock, self._translated():
            self._rows.execute("BEGIN IMMEDIATE")
            try:
                yield self._rows
                self._rows.execute("COMMIT")
            finally:
                if self._rows.in_transaction:  # after some failures SQLite has rolled it back already
                    self._rows.execute("ROLLBACK")

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, json.JSONDecodeError) as error:
            failure = _failure(self._path, error)
            if not failure.busy:
                self.damage = failure
            raise failure from error

    def now(self) -> int:
        """Seconds since 1970, for the dates in answers."""
        return int(time.time())

    def new_sid(self, prefix: str) -> str:
        """An SID nobody has yet: random, or the next of the seed's sequence, which each prefix has for itself. Call it
        inside `write`.
        """
        if self._seed is None:
            return prefix + os.urandom(16).hex()
        row = self._rows.execute(
            "INSERT INTO counters VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value",
            (prefix,),
        ).fetchone()
        return seeded(prefix, self._seed, str(row[0]))

    def close(self) -> None:
        with self._lock:
            self._rows.close()


def reset(path: Path) -> bool:
    """Delete the database with its side files; False when there was none. Raises SmsopsError when it cannot."""
    found = False
    for name in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        try:
            name.unlink()
            found = True
        except FileNotFoundError:
            continue
        except OSError as error:
            raise SmsopsError(
                f"The sandbox's database {name} cannot be deleted: {error.strerror}.",
                hint="Stop the smsops that uses it, or delete the file by hand.",
                code="SMS407",
            ) from error
    return found


def _failure(path: Path | None, error: Exception) -> StoreError:
    """What an error of SQLite means. The low byte of its number is the kind (sqlite.org/rescode.html)."""
    kind = getattr(error, "sqlite_errorcode", None)
    kind = None if kind is None else kind & 0xFF
    if kind in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        hint = "Wait until the other smsops that uses it has ended, and try again."
        return StoreError(path, str(error), hint=hint, busy=True)
    if kind in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN):
        return StoreError(path, str(error), hint="Make room, or make .smsops/ in the project writable.")
    return _unusable(path, str(error))


def _unusable(path: Path | None, reason: str) -> StoreError:
    hint = "Run `smsops sandbox reset` to delete it; the sandbox then starts afresh."
    return StoreError(path, reason, hint=hint)
