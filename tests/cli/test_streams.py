"""Streams that take nothing: a full disk, a reader that leaves, a stream that the caller closed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from smsops.sandbox.faults import Fault
from smsops.sandbox.server import Sandbox
from tests.cli.door import ROOT, Ran, Run

FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")


def shell(command: str, cwd: Path, env: Mapping[str, str] | None = None) -> Ran:
    """Run a line of bash, in which `smsops` is this one."""
    given = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **(env or {})}
    words = ["bash", "-c", f'smsops() {{ "{sys.executable}" -m smsops "$@"; }}; {command}']
    done = subprocess.run(words, cwd=cwd, env=given, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


@FULL
@pytest.mark.parametrize(
    "words",
    [
        "--help",
        "--version",
        "plan --help",
        "schema plan",
        "--sandbox plan",
        "--sandbox plan -o json",
    ],
)
def test_a_full_disk_is_an_error_and_no_traceback(words: str, project: Path) -> None:
    ran = shell(f"smsops {words} > /dev/full", project)
    assert ran.code == 1
    assert ran.err.splitlines() == [
        "error SMS102: stdout cannot be written: No space left on device.",
        "hint: Send the output somewhere else.",
    ]


@FULL
def test_an_error_is_told_also_when_its_document_cannot_be_written(project: Path) -> None:
    ran = shell("smsops show nobody -o json > /dev/full", project)
    assert ran.code == 3
    assert "There is no channel 'nobody'." in ran.err
    assert "stdout cannot be written" in ran.err
    assert "Traceback" not in ran.err


@FULL
def test_an_output_that_fails_takes_no_other_one_along(project: Path) -> None:
    ran = shell("smsops --sandbox plan -o text -o json=plan.json > /dev/full", project)
    assert ran.code == 1
    assert json.loads((project / "plan.json").read_text())["ok"] is True
    ran = shell("smsops --sandbox plan -o json=/dev/full -o text", project)
    assert ran.code == 1
    assert "Plan: create 2 services" in ran.out
    assert "error SMS102: /dev/full cannot be written: No space left on device.\n" in ran.err


@FULL
def test_an_apply_whose_plan_nobody_can_see_writes_nothing(project: Path, run: Run) -> None:
    assert shell("smsops --sandbox apply --yes > /dev/full", project).code == 1
    assert run("--sandbox", "plan", "-o", "json").document["summary"]["create"] == 2


@FULL
def test_an_apply_whose_results_cannot_be_printed_says_what_was_done(project: Path, run: Run) -> None:
    ran = shell("smsops --sandbox apply --yes -o json > /dev/full", project)
    assert ran.code == 1
    assert "No space left on device. Applied: 5 done. Read back: the accounts are as planned.\n" in ran.err
    assert "Traceback" not in ran.err
    assert run("--sandbox", "plan", "--detailed-exitcode").code == 0


@FULL
def test_the_exit_code_of_an_apply_is_kept_when_its_results_cannot_be_printed(
    project: Path, server: Mapping[str, str], sandbox: Sandbox
) -> None:
    sandbox.faults.add(Fault(method="POST", path="/PhoneNumbers$", status=400, code=21712, times=1))
    ran = shell("smsops apply --yes -o json > /dev/full", project, server)
    assert ran.code == 8
    assert "Not all was applied: " in ran.err


def test_a_reader_of_the_results_that_leaves_is_told_on_stderr(project: Path, run: Run) -> None:
    ran = shell("set -o pipefail; smsops --sandbox apply --yes -o json | true", project)
    assert ran.code == 1
    assert "stdout cannot be written: Broken pipe. Applied: 5 done." in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("options", ["", "-o json"])
def test_talk_that_nobody_hears_ends_no_apply(options: str, project: Path, run: Run) -> None:
    ran = shell(f"smsops -v --sandbox apply --yes {options} 2>&1 >out.txt | true; echo ${{PIPESTATUS[0]}}", project)
    assert ran.out == "0\n"
    assert ("Applied: 5 done." if not options else '"ok": true') in (project / "out.txt").read_text()
    assert run("--sandbox", "plan", "--detailed-exitcode").code == 0


APPLY = "-v --sandbox apply --yes"


@pytest.mark.parametrize(
    ("words", "closed"),
    [
        *((f"{APPLY} -o json", closed) for closed in (">&-", "2>&-", "<&- >&- 2>&-")),
        *((words, ">&- 2>&-") for words in ("--help", "list", APPLY)),
        ("list", "<&-"),
    ],
)
def test_a_closed_stream_leads_nowhere(words: str, closed: str, project: Path) -> None:
    ran = shell(f"smsops {words} {closed}", project)
    assert ran.code == 0
    assert "Traceback" not in ran.err
    assert bool(ran.out) == (">&-" not in closed.replace("2>&-", ""))


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-"])
def test_a_closed_stream_changes_no_failure(closed: str, project: Path) -> None:
    assert shell(f"smsops show nobody {closed}", project).code == 3
    assert shell(f"smsops --sandbox apply {closed}", project).code == 5


@FULL
def test_a_full_stderr_changes_no_exit_code(project: Path) -> None:
    assert shell("smsops show nobody 2> /dev/full", project).code == 3
    assert shell("smsops -v --sandbox plan 2> /dev/full", project).code == 0
