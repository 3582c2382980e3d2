"""The command line as a user meets it: a project on disk, and runs of it in this process or in one of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from smsops.git import Repository
from smsops.ledger.branch import Branch
from smsops.locks.hold import held

ROOT = Path(__file__).parents[2]
ACCOUNT = "AC000000000000000000000000000000a1"

PROJECT = f"""version: 1
accounts:
  us:
    provider: twilio
    account_sid: {ACCOUNT}
    auth_token: {{env: US_TOKEN}}
"""

TWO_ACCOUNTS = PROJECT + PROJECT[PROJECT.index("  us:") :].replace("us:", "uk:").replace("a1", "a2")

SUPPORT = """name: support
description: Patients write, we answer
provider: twilio
account: us
direction: inbound-and-outbound
webhook_url: https://hooks.example.com/in
status_callback_url: https://hooks.example.com/status
phone_numbers:
  - {number: "+12065550101", label: Front desk}
  - "+12065550102"
owner:
  team: care
"""

CODES = """name: codes
provider: twilio
account: us
direction: outbound
status_callback_url: https://hooks.example.com/status
phone_numbers:
  - "+12065550103"
"""


@dataclass(frozen=True, slots=True)
class Ran:
    """What one run left behind."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on stdout; fails when there is none, or anything beside it."""
        return json.loads(self.out)


Run = Callable[..., Ran]


def write_project(root: Path, *, project: str | None = None, **channels: str) -> Path:
    """A project folder; each keyword is a channel file, new or changed."""
    (root / "channels").mkdir(parents=True, exist_ok=True)
    if project or not (root / "smsops.yaml").exists():
        (root / "smsops.yaml").write_text(project or PROJECT, encoding="utf-8")
    for name, text in channels.items():
        (root / "channels" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return root


def git(root: Path, *words: str) -> str:
    done = subprocess.run(["git", "-C", str(root), *words], check=True, capture_output=True, text=True)
    return done.stdout.strip()


LEDGER = "smsops-ledger"


def records(root: Path, account: str = "us") -> list[Any]:
    """Every record of the account on the ledger's branch, oldest first."""
    shelf = Branch(Repository(root), LEDGER, None)
    return [json.loads(shelf.read(path)) for path in shelf.paths() if path.startswith(f"records/{account}/")]


@contextmanager
def at_work(root: Path, account: str = "us") -> Iterator[None]:
    """Another apply of the account is at work in this repository."""
    folder = Repository(root).common_dir() / "smsops" / "locks"
    with held(
        [account],
        folder=folder,
        repository=None,
        remote=None,
        actor="Bob",
        timeout_s=0,
        clock=lambda: datetime.now(UTC),
    ):
        yield


def process(*argv: str, cwd: Path, env: Mapping[str, str] | None = None) -> Ran:
    """Run `python -m smsops` as a process."""
    done = subprocess.run(
        [sys.executable, "-m", "smsops", *argv],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), **(env or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=120,
        check=False,
    )
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


OWN_TERMINAL = """
import fcntl, os, signal, sys, termios
signal.signal(signal.SIGINT, signal.default_int_handler)
if os.isatty(0):
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
sys.argv = ["smsops", *sys.argv[1:]]
from smsops.cli import main
sys.exit(main())
"""
"""Like a shell in the foreground: Ctrl-C is a signal, also when the tests themselves run in the background."""


@contextmanager
def started(
    *argv: str, cwd: Path, env: Mapping[str, str], stdin: int = subprocess.DEVNULL
) -> Iterator[subprocess.Popen[bytes]]:
    """A running command line, which is ended when the test gives up on it."""
    running = subprocess.Popen(
        [sys.executable, "-c", OWN_TERMINAL, *argv],
        cwd=cwd,
        env={**os.environ, **env, "PYTHONPATH": str(ROOT)},
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with running:
        guard = threading.Timer(60, running.kill)
        guard.start()
        try:
            yield running
        finally:
            guard.cancel()
            running.kill()


def until(running: subprocess.Popen[bytes], text: bytes) -> bytes:
    assert running.stderr is not None
    seen = b""
    while text not in seen:
        chunk = os.read(running.stderr.fileno(), 4096)
        assert chunk, seen
        seen += chunk
    return seen
