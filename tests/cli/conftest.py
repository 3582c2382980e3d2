"""A project with two channels, and a run of the command line inside it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

import click
import pytest

from smsops.cli import COMMANDS
from smsops.cli.boundary import run as run_argv
from smsops.cli.group import Command, Section, root
from smsops.sandbox.server import Sandbox
from tests.cli.door import CODES, PROJECT, SUPPORT, Ran, Run, git, write_project


@pytest.fixture(autouse=True)
def _no_settings(_own_environment: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Git without anybody's settings."""
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a valid project; it is the working directory."""
    root = write_project(tmp_path / "project", support=SUPPORT, codes=CODES)
    monkeypatch.chdir(root)
    return root


def is_told(argv: tuple[str, ...], code: int) -> bool:
    """Whether the help of a command lists the code that it ended with."""
    spoken = [word for word in argv if word in COMMANDS]
    if not spoken:
        return True
    words = list(argv[argv.index(spoken[0]) :])
    command = root().resolve_command(click.Context(root()), words)[1]
    if isinstance(command, Section):
        inner = (command.get_command(click.Context(command), word) for word in words[1:])
        command = next((one for one in inner if one is not None), command)
    assert isinstance(command, Command | Section)
    return command.usage.exits is None or code in command.usage.codes()


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    """Run a command line in this process: everything but the interpreter's start."""

    def one(*argv: str) -> Ran:
        capfd.readouterr()
        code = run_argv(argv)
        streams = capfd.readouterr()
        assert is_told(argv, code), f"add the exit code {code} to the help of {' '.join(argv)}"
        return Ran(code, streams.out, streams.err)

    return one


def committed(root: Path) -> None:
    """Make the project a repository of a person's own, with one commit."""
    git(root, "init", "-q", "-b", "main")
    git(root, "config", "user.name", "Ada")
    git(root, "config", "user.email", "ada@example.com")
    git(root, "add", ".")
    git(root, "commit", "-qm", "first")


SERIAL = iter(range(1, 1000))


@pytest.fixture
def server(project: Path, sandbox: Sandbox) -> Mapping[str, str]:
    """The environment that sends the project, committed, to a fresh account of the running sandbox."""
    sid = f"ACc11{next(SERIAL):029x}"
    write_project(project, project=re.sub(r"AC\w{32}", sid, PROJECT))
    committed(project)
    given = sandbox.ensure_account(sid, numbers=["+12065550101", "+12065550102", "+12065550103"])
    return {"SMSOPS_API_BASE_URL": sandbox.base_url, "US_TOKEN": given.password, "ACCOUNT_SID": sid}


@pytest.fixture
def remote(run: Run, server: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs that go to the running sandbox."""
    for name, value in server.items():
        monkeypatch.setenv(name, value)
    return run
