"""What can go wrong with a ledger and with a saved plan, done to a project that was applied once."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from smsops.changes import digest
from smsops.git import Repository
from smsops.ledger.branch import Branch
from smsops.ledger.ledger import Ledger
from smsops.ledger.records import Run as Applying
from smsops.ledger.records import rendered, sealed_record
from smsops.model import EMPTY_BASE
from smsops.planned import AccountPlan
from tests.cli.door import LEDGER, git

PLAN = "reviewed.json"


def branch(root: Path) -> Branch:
    return Branch(Repository(root), LEDGER, None)


def expire(root: Path) -> None:
    document = json.loads((root / PLAN).read_text())
    del document["digest"]
    document["expires_at"] = "2026-01-01T00:00:00Z"
    (root / PLAN).write_text(json.dumps({**document, "digest": digest(document)}, indent=2) + "\n")


def flip_a_byte(root: Path) -> None:
    content = bytearray((root / PLAN).read_bytes())
    content[len(content) // 2] ^= 1
    (root / PLAN).write_bytes(bytes(content))


def lose_the_remote(root: Path) -> None:
    git(root, "remote", "add", "origin", str(root / "nowhere.git"))


def leave_git(root: Path) -> None:
    shutil.rmtree(root / ".git")


def forget_commits(root: Path) -> None:
    """What a shallow clone is: the tip's parents are not here."""
    git(root, "commit", "-q", "--allow-empty", "-m", "second")
    tip = git(root, "rev-parse", "HEAD")
    (root / ".git" / "shallow").write_text(f"{tip}\n")


def alter_a_record(root: Path) -> None:
    shelf = branch(root)
    path = shelf.paths()[0]
    shelf.write(path, shelf.read(path).replace(b"started", b"Started").replace(b"done", b"gone"), "a small correction")


def begin_and_die(root: Path, account_sid: str) -> None:
    plan = AccountPlan(account="us", account_sid=account_sid)
    Ledger(branch(root)).begin(plan, EMPTY_BASE, Applying(plan_id="sha256:0"), at="2026-12-31T00:00:00Z")


def another(root: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """A later record like the first, changed and with its own digest."""
    shelf = branch(root)
    record = json.loads(shelf.read(shelf.paths()[0]))
    change(record["data"])
    shelf.write("records/us/20991231T000000000000Z-0.json", rendered(sealed_record(record)), "another")


def fork(root: Path) -> None:
    another(root, lambda data: data.update(previous=None))


def lose_a_record(root: Path) -> None:
    another(root, lambda data: data.update(previous="sha256:" + "0" * 64))
