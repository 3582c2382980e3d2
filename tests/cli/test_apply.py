"""`apply` against the sandbox: who is asked, what is said of each change, and the exit codes."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from smsops.sandbox.faults import Fault, FaultKind
from smsops.sandbox.server import Sandbox
from tests.cli.door import (
    CODES,
    LEDGER,
    ROOT,
    TWO_ACCOUNTS,
    Run,
    at_work,
    process,
    records,
    started,
    until,
    write_project,
)


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
            asked = b"" if options else until(running, b"[y/N]")
            os.write(master, typed.encode())
            out, err = running.communicate()
    finally:
        os.close(master)
        os.close(slave)
    assert running.returncode == code, err
    assert options or b"Apply these 5 changes to account us?" in asked
    assert (b"5 done" in out) == (code == 0)


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


def test_when_every_change_fails_it_is_1(project: Path, remote: Run, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault(method="POST", path="/Services$", status=400, code=20001, times=None))
    ran = remote("apply", "--yes")
    assert ran.code == 1
    assert "failed        + codes: messaging service\n" in ran.out
    assert "status 400, Twilio error 20001, request RQ" in ran.out
    assert "not attempted + codes: number +12065550103\n" in ran.out
    assert ran.out.endswith("Nothing was written: 2 failed, 3 not attempted.\n")


def test_when_some_changes_fail_it_is_8_and_the_next_apply_finishes(
    project: Path, sandbox: Sandbox, remote: Run
) -> None:
    sandbox.faults.add(Fault(method="POST", path="/PhoneNumbers$", status=400, code=21712, times=1))
    ran = remote("apply", "--yes", "-o", "json")
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


def unwritable(project: Path, ledger: str, account: str) -> None:
    """An account without records, where none can be written: its folder is a link to nowhere."""
    records = project / ".smsops" / ledger / "records"
    records.mkdir(parents=True)
    (records / account).symlink_to("nowhere")


@pytest.mark.parametrize(
    ("account", "code", "statuses"),
    [("uk", 1, {"uk": "not-attempted", "us": "not-attempted"}), ("us", 8, {"uk": "done", "us": "not-attempted"})],
)
def test_what_is_not_attempted_for_the_sake_of_a_record_is_named(
    account: str, code: int, statuses: Mapping[str, str], project: Path, run: Run
) -> None:
    write_project(project, project=TWO_ACCOUNTS, codes=CODES.replace("account: us", "account: uk"))
    unwritable(project, "ledger", account)
    ran = run("--sandbox", "apply", "--yes", "-o", "json")
    assert ran.code == code
    assert ran.document["error"]["code"] == "SMS601"
    assert {result["account"]: result["status"] for result in ran.document["results"]} == statuses
    assert len(ran.document["results"]) == len(ran.document["plan"]["changes"]) == 5
    assert all(result["reason"] for result in ran.document["results"] if result["status"] == "not-attempted")


def test_a_record_that_cannot_be_opened_is_told_with_every_change_and_a_hint(project: Path, run: Run) -> None:
    unwritable(project, "ledger", "us")
    ran = run("--sandbox", "apply", "--yes")
    assert ran.code == 1
    assert ran.out.count("not attempted ") == 5
    assert re.search(r"error SMS601: The record records/us/\w+-\w+\.json cannot be written to \.smsops/ledger", ran.out)
    assert "\nhint: " in ran.out
    assert run("--sandbox", "plan", "-o", "json").document["summary"]["create"] == 2


def test_a_record_that_cannot_be_written_stops_before_the_first_write(
    project: Path, remote: Run, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("smsops.git.TRIES", 3)  # each after a longer wait; the branch stays held however many there are
    (project / ".git" / "refs" / "heads" / f"{LEDGER}.lock").touch()
    ran = remote("apply", "--yes", "-o", "json")
    assert ran.code == 1
    assert ran.document["error"]["code"] == "SMS601"
    assert sandbox.console.services(os.environ["ACCOUNT_SID"]) == ()


def test_a_lock_that_cannot_be_written_stops_before_anything_is_read(
    project: Path, remote: Run, sandbox: Sandbox
) -> None:
    (project / ".git" / "smsops").write_text("in the way")
    sandbox.requests.clear()
    ran = remote("apply", "--yes", "-o", "json")
    assert ran.code == 1
    assert ran.document["error"]["code"] == "SMS601"
    assert tuple(sandbox.requests) == ()


def test_accounts_are_applied_one_after_the_other_and_summed_up(project: Path, run: Run) -> None:
    write_project(project, project=TWO_ACCOUNTS, codes=CODES.replace("account: us", "account: uk"))
    ran = run("--sandbox", "apply", "--yes", "-o", "json")
    assert ran.code == 0
    assert [account["name"] for account in ran.document["plan"]["accounts"]] == ["uk", "us"]
    assert {result["account"] for result in ran.document["results"]} == {"uk", "us"}


def test_progress_counts_the_changes(project: Path, run: Run) -> None:
    ran = run("--sandbox", "apply", "--yes", "-v")
    assert "5 of 5 changes" in ran.err


def test_the_token_is_in_no_output(project: Path, server: Mapping[str, str], remote: Run, sandbox: Sandbox) -> None:
    for fault in (None, Fault(status=401, times=None), Fault(kind=FaultKind.HTML, status=400, times=None)):
        if fault:
            sandbox.faults.add(fault)
        for command in (("plan",), ("apply", "--yes")):
            ran = remote(*command, "-v", "-o", "json", "-o", "text=out")
            assert server["US_TOKEN"] not in ran.out + ran.err
        sandbox.faults.clear()
    files = [path for path in project.rglob("*") if path.is_file() and ".git" not in path.parts]
    written = "".join(path.read_text() for path in files) + json.dumps(records(project))
    assert "US_TOKEN" in written
    assert '"actor": "Ada <ada@example.com>"' in written
    assert server["US_TOKEN"] not in written


def test_a_second_apply_at_the_same_time_is_7_and_writes_nothing(project: Path, remote: Run, sandbox: Sandbox) -> None:
    sandbox.requests.clear()
    with at_work(project):
        ran = remote("apply", "--yes", "-o", "json")
        assert remote("plan").code == 0
    assert ran.code == 7
    assert ran.document["error"]["code"] == "SMS509"
    assert sandbox.requests.writes == ()
    assert remote("apply", "--yes").code == 0
