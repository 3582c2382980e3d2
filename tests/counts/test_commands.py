"""What a whole command takes, counted: modules, files of the project, processes, requests, bytes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from smsops.sandbox.server import Sandbox
from tests.cli.conftest import committed
from tests.cli.door import CODES, PROJECT, ROOT, SUPPORT, write_project

FILES = ("smsops.yaml", "channels/codes.yaml", "channels/support.yaml")
"""All files of the project that a command has to read."""
NEVER = {
    "aiohttp",
    "deepdiff",
    "hypothesis",
    "jsonschema",
    "jsonschema_rs",
    "pkg_resources",
    "rich",
    "setuptools",
    "xlsxwriter",
}
"""Packages that none of these commands has a use for."""
OFFLINE = NEVER | {"http.server", "requests", "sqlite3", "ssl", "twilio", "urllib3"}
"""Packages that a command without network has no use for, too."""
ONLINE = NEVER | {"http.server", "sqlite3"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Most:
    """What a command may take at most."""

    argv: tuple[str, ...]
    modules: int
    """Those that Python itself does not start with."""
    printed: int
    """Bytes on both streams."""
    processes: int = 0
    without: frozenset[str] | set[str] = field(default_factory=lambda: OFFLINE)
    reads: tuple[str, ...] = FILES
    """Exactly these files of the project, each once."""
    requests: Mapping[str, int] = field(default_factory=dict)
    """Exactly these."""


COMMANDS = {
    "help": Most(argv=("--help",), modules=4, printed=3_500, reads=()),
    "version": Most(argv=("--version",), modules=4, printed=20, reads=()),
    "completion": Most(argv=("completion", "bash"), modules=110, printed=750, processes=1, reads=()),
    "validate a file": Most(argv=("validate", FILES[1]), modules=140, printed=30),
    "validate": Most(argv=("validate",), modules=140, printed=30),
    "apply": Most(
        argv=("apply", "--yes"),
        modules=570,
        printed=1_300,
        processes=25,
        without=ONLINE,
        requests={
            "GET Services": 1,
            "GET IncomingPhoneNumbers": 1,
            "POST Services": 2,
            "POST PhoneNumbers": 3,
            "GET MG": 2,
            "GET PhoneNumbers": 2,
        },
    ),
    "plan": Most(
        argv=("plan", "--detailed-exitcode"),
        modules=460,
        printed=40,
        processes=8,
        without=ONLINE,
        requests={"GET Services": 1, "GET PhoneNumbers": 2},
    ),
    "history": Most(argv=("history", "codes"), modules=190, printed=600, processes=12, reads=FILES[:1]),
}
"""In this order, in one project: the plan comes after the apply, and finds nothing to change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """What one run of a command took."""

    modules: frozenset[str]
    opened: Counter[str]
    started: tuple[str, ...]
    requests: Counter[str]
    printed: str


@pytest.fixture(scope="module")
def took(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Took]]:
    """Every command, run once."""
    folder = tmp_path_factory.mktemp("counts")
    root, report = folder / "project", folder / "report.json"
    account_sid = "AC" + "c0" * 16
    write_project(root, project=re.sub(r"AC\w{32}", account_sid, PROJECT), support=SUPPORT, codes=CODES)
    with pytest.MonkeyPatch.context() as monkeypatch, Sandbox(None) as sandbox:
        monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
        committed(root)
        given = sandbox.ensure_account(account_sid, numbers=["+12065550101", "+12065550102", "+12065550103"])
        monkeypatch.setenv("SMSOPS_API_BASE_URL", sandbox.base_url)
        monkeypatch.setenv("US_TOKEN", given.password)
        monkeypatch.setenv("PYTHONPATH", str(ROOT))
        yield {name: _run(most.argv, root, report, sandbox) for name, most in COMMANDS.items()}


def _run(argv: tuple[str, ...], root: Path, report: Path, sandbox: Sandbox) -> Took:
    sandbox.requests.clear()
    command = [sys.executable, str(Path(__file__).with_name("probe.py")), str(report), *argv]
    done = subprocess.run(
        command, cwd=root, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    printed = done.stdout.decode()
    assert done.returncode == 0, printed
    found: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    return Took(
        modules=frozenset(found["modules"]),
        opened=Counter(path for path in found["opened"] if not path.startswith((".git", ".smsops"))),
        started=tuple(found["started"]),
        requests=Counter(f"{request.method} {_last(request.path)}" for request in sandbox.requests),
        printed=printed,
    )


def _last(path: str) -> str:
    last = path.rpartition("/")[2].removesuffix(".json")
    return last[:2] if last.startswith(("MG", "PN")) else last


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_imports_nothing_that_it_has_no_use_for(took: Mapping[str, Took], name: str) -> None:
    most, modules = COMMANDS[name], took[name].modules
    assert modules & most.without == set()
    by_package = Counter(module.partition(".")[0] for module in modules)
    assert len(modules) <= most.modules, f"{len(modules)} modules, by package: {by_package.most_common(12)}"


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_opens_each_file_of_the_project_once_and_no_other(took: Mapping[str, Took], name: str) -> None:
    assert took[name].opened == Counter(COMMANDS[name].reads)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_starts_few_processes(took: Mapping[str, Took], name: str) -> None:
    started = took[name].started
    assert len(started) <= COMMANDS[name].processes, "\n".join(started)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_makes_exactly_the_requests_that_it_needs(took: Mapping[str, Took], name: str) -> None:
    assert took[name].requests == Counter(COMMANDS[name].requests)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_prints_no_more_than_somebody_reads(took: Mapping[str, Took], name: str) -> None:
    assert len(took[name].printed.encode()) <= COMMANDS[name].printed, took[name].printed
