"""A plan reads the account while it reads the files: the same requests, the same words, the same exit codes."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from smsops.cli import ledgers
from smsops.cli.ahead import Ahead
from smsops.project import Account, Project
from smsops.providers.base import HeadStart
from smsops.providers.twilio.attempts import Early
from smsops.providers.twilio.headstart import PAGE, TwilioHeadStart
from smsops.sandbox.server import Sandbox
from tests.cli.door import ROOT, Run

LIST = "GET /v1/Services"


def asked(sandbox: Sandbox) -> Counter[str]:
    return Counter(f"{request.method} {request.path}" for request in sandbox.requests)


@pytest.fixture
def pinned(remote: Run, sandbox: Sandbox) -> Run:
    """Both channels applied, with their services in the files; nothing asked since."""
    assert remote("apply", "--yes", "--write-sids").code == 0
    sandbox.requests.clear()
    return remote


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the accounts that were begun before the plan."""
    names: list[str] = []
    real = Ahead._begin

    def noted(self: Ahead, account: Account, project: Project) -> HeadStart | None:
        start = real(self, account, project)
        names.extend([account.name] if start else [])
        return start

    monkeypatch.setattr(Ahead, "_begin", noted)
    return names


def test_a_plan_asks_for_each_pool_once(pinned: Run, sandbox: Sandbox, begun: list[str]) -> None:
    document = pinned("plan", "-o", "json").document
    assert document["changes"] == []
    assert document["accounts"][0]["api_calls"] == 3
    assert begun == ["us"]
    assert sorted(asked(sandbox).values()) == [1, 1, 1]
    assert asked(sandbox)[LIST] == 1


def test_what_an_apply_changed_meanwhile_is_no_drift(
    pinned: Run, project: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    sid = re.findall(r"MG\w{32}", (project / "channels" / "codes.yaml").read_text(encoding="utf-8"))[0]
    early: list[Early] = []
    real_ask, real_book = TwilioHeadStart._ask, ledgers.opened_book

    def asked_for(self: TwilioHeadStart, path: str) -> None:
        real_ask(self, path)
        early.append(self._begun[path, PAGE])

    def opened_late(*args: Any, **kwargs: Any) -> ledgers.Book:
        """The ledger, once the account has told how it was, and is as the ledger says."""
        assert all(one.result() for one in early)
        sandbox.console.update_service(sid, status_callback="https://hooks.example.com/status")
        return real_book(*args, **kwargs)

    sandbox.console.update_service(sid, status_callback="https://hooks.example.com/earlier")
    with monkeypatch.context() as patched:
        patched.setattr(TwilioHeadStart, "_ask", asked_for)
        patched.setattr(ledgers, "opened_book", opened_late)
        document = pinned("plan", "-o", "json").document
    assert (document["changes"], len(early)) == ([], 3)
    assert document["accounts"][0]["api_calls"] == len(sandbox.requests) == 6
    sandbox.console.update_service(sid, status_callback="https://hooks.example.com/later")
    (change,) = pinned("plan", "-o", "json").document["changes"]
    assert change["class"] == "drift"


def test_a_plan_of_one_channel_asks_for_its_pool_alone(pinned: Run, sandbox: Sandbox, begun: list[str]) -> None:
    assert pinned("plan", "codes").out.startswith("No changes. 1 channel unchanged.\n")
    assert begun == []
    assert sum(asked(sandbox).values()) == 2


def test_files_that_turn_out_invalid_end_the_run_as_ever(
    pinned: Run, project: Path, sandbox: Sandbox, begun: list[str]
) -> None:
    (project / "channels" / "zz.yaml").write_text("name: zz\n", encoding="utf-8")
    ran = pinned("plan")
    assert (ran.code, ran.out, begun) == (3, "", ["us"])
    assert ": The files are invalid: " in ran.err
    assert "zz.yaml" in ran.err
    assert all(request.method == "GET" for request in sandbox.requests)


def test_a_secret_that_a_program_gives_is_asked_for_once(
    pinned: Run, project: Path, server: Mapping[str, str], begun: list[str]
) -> None:
    script = project / "secret.py"
    script.write_text(f"open('runs', 'a').write('x'); print({server['US_TOKEN']!r})", encoding="utf-8")
    file = project / "smsops.yaml"
    command = f"{{command: [{shlex.quote(sys.executable)}, secret.py]}}"
    file.write_text(file.read_text(encoding="utf-8").replace("{env: US_TOKEN}", command), encoding="utf-8")
    assert pinned("plan").out == "No changes. 2 channels unchanged.\n"
    assert (begun, (project / "runs").read_text(encoding="utf-8")) == ([], "x")


def test_a_secret_that_is_missing_is_told_as_ever(
    pinned: Run, sandbox: Sandbox, begun: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("US_TOKEN")
    ran = pinned("plan")
    assert (ran.code, begun, len(sandbox.requests)) == (4, [], 0)
    assert "The environment variable US_TOKEN is not set." in ran.err


def test_credentials_that_are_refused_are_told_as_ever(pinned: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("US_TOKEN", "wrong")
    ran = pinned("plan")
    assert ran.code == 4
    assert "Account us: GET /v1/Services" in ran.err
    assert "Check US_TOKEN (env)." in ran.err


def test_the_pace_of_threads_is_as_before_afterwards(pinned: Run) -> None:
    before = sys.getswitchinterval()
    pinned("plan")
    assert sys.getswitchinterval() == before


def test_authorities_are_loaded_meanwhile_and_told_of_where_they_are_needed(
    pinned: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    assert pinned("plan").code == 0
    monkeypatch.setenv("SMSOPS_API_BASE_URL", "https://127.0.0.1:1")
    ran = pinned("plan")
    assert ran.code == 1
    assert "Check SSL_CERT_FILE." in ran.err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a pipe is what keeps the authorities from being loaded")
def test_a_run_ends_with_its_code_while_authorities_are_still_being_loaded(tmp_path: Path) -> None:
    # Going down beside that thread crashed the process now and then: so it must not go down, but end.
    os.mkfifo(tmp_path / "never.pem")
    script = "import atexit, sys, smsops.cli as c; atexit.register(print, 'down'); sys.exit(c.main())"
    environ = os.environ | {"SSL_CERT_FILE": "never.pem", "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(
        [sys.executable, "-c", script, "plan"], cwd=tmp_path, env=environ, capture_output=True, check=False
    )
    assert (ran.returncode, ran.stdout) == (64, b"")
    assert b"There is no smsops.yaml" in ran.stderr
