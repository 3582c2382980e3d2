"""`apply` against the sandbox: who is asked, what is said of each change, and the exit codes."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from smsops.sandbox.faults import Fault, FaultKind
from smsops.sandbox.server import Sandbox
from tests.cli.door import CODES, PROJECT, ROOT, Run, process, write_project

SERIAL = iter(range(1, 1000))


@pytest.fixture
def server(project: Path, sandbox: Sandbox) -> Mapping[str, str]:
    """The environment that sends the project to a fresh account of the running sandbox."""
    sid = f"ACc11{next(SERIAL):029x}"
    write_project(project, project=re.sub(r"AC\w{32}", sid, PROJECT))
    given = sandbox.ensure_account(sid, numbers=["+12065550101", "+12065550102", "+12065550103"])
    return {"SMSOPS_API_BASE_URL": sandbox.base_url, "US_TOKEN": given.password, "ACCOUNT_SID": sid}


@pytest.fixture
def remote(run: Run, server: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs that go to the running sandbox."""
    for name, value in server.items():
        monkeypatch.setenv(name, value)
    return run


def test_yes_applies_and_says_what_was_done(project: Path) -> None:
    ran = process("--sandbox", "apply", "--yes", cwd=project)
    assert ran.code == 0
    assert ran.out.startswith("codes (account us, new service)\n")
    assert "done          + support: number +12065550101 (Front desk)\n" in ran.out
    assert "messaging_service_sid" not in ran.out, "the sandbox's SIDs belong in no file"
    assert ran.out.endswith("Applied: 5 done. Read back: the accounts are as planned.\n")
    assert ran.err == ""


def test_a_new_service_comes_with_the_line_that_pins_it(remote: Run) -> None:
    ran = remote("apply", "--yes")
    assert ran.code == 0
    assert re.search(r"  channels/codes\.yaml: messaging_service_sid: MG[0-9a-f]{32}\n", ran.out)


def test_progress_on_a_terminal_is_one_line_that_leaves_nothing_behind(project: Path) -> None:
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "smsops", "--sandbox", "apply", "--yes"]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm"}
    with os.fdopen(master, "rb", buffering=0) as screen:
        done = subprocess.run(command, cwd=project, env=env, check=False, stdout=subprocess.PIPE, stderr=slave)
        os.close(slave)
        seen = b""
        with contextlib.suppress(OSError):  # the terminal's other end is gone
            while chunk := screen.read(4096):
                seen += chunk
    assert done.returncode == 0
    assert b"5 of 5 changes" in seen
    assert b"\n" not in seen
    assert seen.endswith(b"\r\x1b[K")


def test_the_document_has_plan_results_and_differences(project: Path, run: Run) -> None:
    ran = run("--sandbox", "apply", "--yes", "-o", "json")
    document = ran.document
    assert ran.code == 0
    assert list(document) == ["format_version", "ok", "plan", "results", "differences"]
    assert document["ok"] is True
    assert [result["status"] for result in document["results"]] == ["done"] * 5
    assert all(result["request_id"] for result in document["results"])
    assert document["results"][0]["service_sid"].startswith("MG")
    assert document["plan"]["summary"]["create"] == 2
    assert "codes (account us, new service)" in ran.err


def test_nothing_to_do_is_said_and_needs_no_yes(project: Path, run: Run) -> None:
    run("--sandbox", "apply", "--yes")
    ran = run("--sandbox", "apply")
    assert (ran.code, ran.out) == (0, "No changes. 2 channels unchanged.\n\nNothing to apply.\n")


def test_without_a_terminal_apply_needs_yes(project: Path, run: Run) -> None:
    ran = process("--sandbox", "apply", "-o", "json", cwd=project)
    assert ran.code == 5
    assert ran.document["error"]["code"] == "SMS506"
    assert "--yes" in ran.err
    assert run("--sandbox", "plan", "--detailed-exitcode").code == 2


@pytest.mark.parametrize(
    ("typed", "options", "code"),
    [("y\n", (), 0), ("n\n", (), 5), ("\n", (), 5), ("\x04", (), 5), ("", ("--no-input",), 5), ("\x03", (), 130)],
)
def test_a_terminal_is_asked(typed: str, options: tuple[str, ...], code: int, project: Path) -> None:
    master, slave = pty.openpty()
    try:
        with started("--sandbox", "apply", *options, cwd=project, env={}, stdin=slave) as running:
            asked = b"" if options else _until(running, b"[y/N]")
            os.write(master, typed.encode())
            out, err = running.communicate()
    finally:
        os.close(master)
        os.close(slave)
    assert running.returncode == code, err
    assert options or b"Apply these 5 changes to account us?" in asked
    assert (b"5 done" in out) == (code == 0)


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


def _until(running: subprocess.Popen[bytes], text: bytes) -> bytes:
    assert running.stderr is not None
    seen = b""
    while text not in seen:
        chunk = os.read(running.stderr.fileno(), 4096)
        assert chunk, seen
        seen += chunk
    return seen


def test_a_refused_plan_is_5_and_writes_nothing(project: Path, remote: Run, sandbox: Sandbox) -> None:
    sid = os.environ["ACCOUNT_SID"]
    sandbox.console.create_service(sid, "support")
    before = len(sandbox.console.services(sid))
    ran = remote("apply", "--yes", "-o", "json")
    assert ran.code == 5
    assert ran.document["ok"] is False
    assert ran.document["results"] == []
    assert "error SMS504" in ran.err
    assert len(sandbox.console.services(sid)) == before
    text = remote("apply", "--yes")
    assert (text.code, text.out.endswith("Nothing was applied.\n")) == (5, True)


def test_a_number_that_is_not_owned_is_3_and_writes_nothing(project: Path, remote: Run, sandbox: Sandbox) -> None:
    write_project(project, codes=CODES.replace("0103", "0199"))
    ran = remote("apply", "--yes", "-o", "json")
    assert ran.code == 3
    assert [finding["code"] for finding in ran.document["plan"]["findings"]] == ["SMS402"]
    assert sandbox.console.services(os.environ["ACCOUNT_SID"]) == ()


def test_when_every_change_fails_it_is_1(project: Path, server: Mapping[str, str], sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault(method="POST", path="/Services$", status=400, code=20001, times=None))
    ran = process("apply", "--yes", cwd=project, env=server)
    assert ran.code == 1
    assert "failed        + codes: messaging service\n" in ran.out
    assert "status 400, Twilio error 20001, request RQ" in ran.out
    assert "not attempted + codes: number +12065550103\n" in ran.out
    assert ran.out.endswith("Not all was applied: 2 failed, 3 not attempted. Run apply again to finish.\n")


def test_when_some_changes_fail_it_is_8_and_the_next_apply_finishes(
    project: Path, server: Mapping[str, str], sandbox: Sandbox, remote: Run
) -> None:
    sandbox.faults.add(Fault(method="POST", path="/PhoneNumbers$", status=400, code=21712, times=1))
    ran = process("apply", "--yes", "-o", "json", cwd=project, env=server)
    assert ran.code == 8
    assert ran.document["ok"] is False
    failed = [result for result in ran.document["results"] if result["status"] == "failed"]
    assert [result["error"]["provider_code"] for result in failed] == [21712]
    assert remote("apply", "--yes").code == 0
    assert remote("plan", "--detailed-exitcode").code == 0


def test_refused_credentials_while_applying_are_4(project: Path, remote: Run, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault(method="POST", path="/Services$", status=401, code=20003, times=None))
    ran = remote("apply", "--yes", "-o", "json")
    assert ran.code == 4
    assert {result["status"] for result in ran.document["results"]} == {"failed", "not-attempted"}


def test_a_record_that_cannot_be_written_stops_before_the_first_write(
    project: Path, remote: Run, sandbox: Sandbox
) -> None:
    (project / ".smsops").write_text("in the way")
    ran = remote("apply", "--yes", "-o", "json")
    assert ran.code == 1
    assert ran.document["error"]["code"] == "SMS601"
    assert sandbox.console.services(os.environ["ACCOUNT_SID"]) == ()


def test_an_interrupted_plan_is_130(project: Path, server: Mapping[str, str], sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault(kind=FaultKind.DELAY, method="GET", path="/Services", seconds=600, times=None))
    with started("plan", "-v", "-o", "json", cwd=project, env=server) as running:
        _until(running, b"Reading account us.")
        running.send_signal(signal.SIGINT)
        out, _ = running.communicate()
    assert running.returncode == 130
    assert b'"message": "The run was interrupted."' in out


def test_accounts_are_applied_one_after_the_other_and_summed_up(project: Path, run: Run) -> None:
    second = PROJECT + PROJECT[PROJECT.index("  us:") :].replace("us:", "uk:").replace("a1", "a2")
    write_project(project, project=second, codes=CODES.replace("account: us", "account: uk"))
    ran = run("--sandbox", "apply", "--yes", "-o", "json")
    assert ran.code == 0
    assert [account["name"] for account in ran.document["plan"]["accounts"]] == ["uk", "us"]
    assert {result["account"] for result in ran.document["results"]} == {"uk", "us"}


def test_progress_counts_the_changes(project: Path, run: Run) -> None:
    ran = run("--sandbox", "apply", "--yes", "-v")
    assert "5 of 5 changes" in ran.err


def test_the_token_is_in_no_output(project: Path, server: Mapping[str, str], sandbox: Sandbox) -> None:
    for fault in (None, Fault(status=401, times=None), Fault(kind=FaultKind.HTML, status=400, times=None)):
        if fault:
            sandbox.faults.add(fault)
        for command in (("plan",), ("apply", "--yes")):
            ran = process(*command, "-v", "-o", "json", "-o", "text=out", cwd=project, env=server)
            assert server["US_TOKEN"] not in ran.out + ran.err
        sandbox.faults.clear()
    written = "".join(path.read_text() for path in project.rglob("*") if path.is_file())
    assert "US_TOKEN" in written
    assert server["US_TOKEN"] not in written
