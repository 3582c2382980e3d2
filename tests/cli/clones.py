"""A project in git as a team has it: a bare remote, clones of it, and one account of the running sandbox."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from copy import copy
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch

from smsops.cli.boundary import run as run_argv
from smsops.sandbox.server import Sandbox
from tests.cli.door import PROJECT, Ran, write_project

_serial = count(1)
NOBODYS = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
"""Git without the settings of whoever runs the tests."""


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *words],
        env={**os.environ, **NOBODYS},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, (words, done.stderr)
    return done.stdout.strip()


def repository(folder: Path) -> Path:
    """An empty repository with a user."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-q", "-b", "main")
    return with_user(folder)


def with_user(folder: Path, name: str = "Ann") -> Path:
    git(folder, "config", "user.name", name)
    git(folder, "config", "user.email", f"{name.lower()}@example.com")
    return folder


def commit(folder: Path, message: str = "a change") -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", message)


@dataclass(slots=True)
class Team:
    """One remote, its clones, and the account that they all apply to."""

    folder: Path
    sandbox: Sandbox
    numbers: tuple[str, ...]
    more: str = ""
    """What smsops.yaml holds besides."""
    remote: bool = True
    account_sid: str = field(init=False)
    env: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.account_sid = f"ACc12{next(_serial):029x}"
        given = self.sandbox.ensure_account(self.account_sid, numbers=self.numbers)
        self.env = {**NOBODYS, "SMSOPS_API_BASE_URL": self.sandbox.base_url, "US_TOKEN": given.password}

    def start(self, **channels: str) -> Path:
        """The first clone, with its files committed and pushed."""
        first = repository(self.folder / "first")
        text = re.sub(r"AC\w{32}", self.account_sid, PROJECT) + self.more
        write_project(first, project=text, **channels)
        commit(first, "channels")
        if self.remote:
            git(self.folder, "init", "-q", "--bare", "-b", "main", "remote.git")
            git(first, "remote", "add", "origin", str(self.folder / "remote.git"))
            git(first, "push", "-q", "origin", "main")
        return first

    def clone(self, name: str, *words: str) -> Path:
        git(self.folder, "clone", "-q", *words, f"file://{self.folder / 'remote.git'}", name)
        return with_user(self.folder / name, name.title())

    def run(self, clone: Path, *argv: str) -> Ran:
        """The command line, in this process."""
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
        with chdir(clone), patch.dict(os.environ, self.env), redirect_stdout(out), redirect_stderr(err):
            code = run_argv(argv)
        said = [stream.buffer.getvalue().decode() for stream in (out, err)]
        return Ran(code, *said)

    def ok(self, clone: Path, *argv: str) -> Ran:
        ran = self.run(clone, *argv)
        assert ran.code == 0, ran.out + ran.err
        return ran

    def plan(self, clone: Path, *argv: str) -> Any:
        return self.run(clone, "plan", "-o", "json", *argv).document

    def services(self) -> dict[str, str]:
        """SID by friendly name; fails when two bear one name."""
        console = self.sandbox.console
        found: dict[str, str] = {}
        for sid in console.services(self.account_sid):
            name = (console.service(sid) or {})["friendly_name"]
            assert name not in found, f"a second service {name}"
            found[name] = sid
        return found

    def pools(self) -> dict[str, set[str]]:
        return {name: set(self.sandbox.console.pool(sid)) for name, sid in self.services().items()}

    def writes(self) -> list[tuple[str, str]]:
        """Writes to the account so far that were asked for over HTTP."""
        return [
            (asked.method, asked.path)
            for asked in self.sandbox.requests
            if asked.account_sid == self.account_sid and asked.method != "GET"
        ]


def built(folder: Path, numbers: tuple[str, ...], build: Callable[[Team], object], *, remote: bool = True) -> Team:
    """A team whose account is a file beside its clones, so that tests may start from `copied` ones."""
    with Sandbox(folder / "sandbox.db") as sandbox:
        team = Team(folder, sandbox, numbers, remote=remote)
        build(team)
    return team


@contextmanager
def copied(team: Team, folder: Path) -> Iterator[Team]:
    """What `built` made once more: clones, their remote, and the account in a sandbox of its own."""
    shutil.copytree(team.folder, folder)
    for config in folder.glob("*/.git/config"):
        config.write_text(config.read_text().replace(str(team.folder), str(folder)))
    with Sandbox(folder / "sandbox.db") as sandbox:
        other = copy(team)
        other.folder, other.sandbox = folder, sandbox
        other.env = {**team.env, "SMSOPS_API_BASE_URL": sandbox.base_url}
        yield other


def records(clone: Path, ref: str = "smsops-ledger") -> list[dict[str, Any]]:
    """Every record of the ledger's branch, oldest first."""
    listed = git(clone, "ls-tree", "-r", "--name-only", ref, "records/").splitlines()
    return [json.loads(git(clone, "show", f"{ref}:{path}")) for path in listed]
