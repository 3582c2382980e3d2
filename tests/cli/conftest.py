"""A project with two channels, and a run of the command line inside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from smsops.cli.boundary import run as run_argv
from tests.cli.door import CODES, SUPPORT, Ran, Run, write_project


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a valid project; it is the working directory."""
    root = write_project(tmp_path / "project", support=SUPPORT, codes=CODES)
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    """Run a command line in this process: everything but the interpreter's start."""

    def one(*argv: str) -> Ran:
        capfd.readouterr()
        code = run_argv(argv)
        streams = capfd.readouterr()
        return Ran(code, streams.out, streams.err)

    return one
