"""Holders to write into locks, and processes that hold them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from smsops.frozen import replace
from smsops.locks.holder import Holder, began, this_machine

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

_HOLDER = Holder(
    account="clinic",
    actor="alice",
    host="build-7",
    machine="elsewhere",
    pid=4711,
    started="1",
    since="2026-11-24T12:00:00Z",
    expires="2026-11-24T12:10:00Z",
    nonce="n",
)

HOLDS = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from smsops.errors import SmsopsError
from smsops.git import Repository
from smsops.locks.hold import held

root, folder, remote, accounts, timeout = sys.argv[1:]
try:
    with held(
        accounts.split(","),
        folder=Path(folder),
        repository=Repository(Path(root)) if remote else None,
        remote=remote or None,
        actor="bob",
        timeout_s=float(timeout),
        clock=lambda: datetime.now(UTC),
    ) as lease:
        print("held", flush=True)
        sys.stdin.read()
        print("lost" if lease.lost() else "kept", flush=True)
except SmsopsError as error:
    print(error.code, flush=True)
"""


def holder(**other: Any) -> Holder:
    """Alive on another machine until 12:10, unless said otherwise."""
    return replace(_HOLDER, **other)


def here(**other: Any) -> Holder:
    """This process."""
    return holder(machine=this_machine(), pid=os.getpid(), started=began(os.getpid()), **other)


def process(
    root: Path, folder: Path, *accounts: str, remote: str = "origin", timeout_s: float = 0
) -> subprocess.Popen[str]:
    """A process that takes the locks, says `held`, holds them until its input ends, and says whether they were kept.

    It says the code of the error when it does not get them.
    """
    words = [str(root), str(folder), remote, ",".join(accounts), str(timeout_s)]
    return subprocess.Popen(
        [sys.executable, "-c", HOLDS, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def until(condition: Callable[[], object]) -> None:
    """Wait for something that has to happen; a test that waits in vain is ended from outside."""
    while not condition():
        time.sleep(0.01)
