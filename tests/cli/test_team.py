"""Several people and machines at one account: who may write, and what becomes of the ledger when something fails."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from smsops.sandbox.faults import Fault, FaultKind
from smsops.sandbox.server import Sandbox
from tests.cli.clones import Team, commit, git, records
from tests.cli.door import ROOT, started, write_project
from tests.cli.test_killed import text, when

A, B, C = (f"+1206555035{digit}" for digit in range(3))
SERVICES = r"^/v1/Services$"


@pytest.fixture
def team(sandbox: Sandbox, tmp_path: Path) -> Iterator[Team]:
    yield Team(tmp_path, sandbox, (A, B, C))
    sandbox.faults.clear()


def together(team: Team, one: Path, other: Path, *argv: str) -> list[int]:
    """Two applies that are at work at the same time; the sandbox answers no create before both have begun."""
    team.sandbox.faults.add(Fault(kind=FaultKind.DELAY, method="POST", path=SERVICES, seconds=600))
    with ExitStack() as stack:
        first = stack.enter_context(started("apply", "--yes", *argv, cwd=one, env=team.env))
        when(lambda: not team.sandbox.faults.left)
        second = stack.enter_context(started("apply", "--yes", *argv, cwd=other, env=team.env))
        if not argv:
            second.wait()
        team.sandbox.faults.clear()
        for running in (first, second):
            running.communicate()
        return [first.returncode, second.returncode]


@pytest.mark.parametrize("where", ["in one clone", "in two work trees", "in two clones"])
def test_of_two_applies_that_start_together_exactly_one_writes(team: Team, where: str):
    one = team.start(a=text("a", A), b=text("b", B))
    other = one
    if where == "in two clones":
        other = team.clone("other")
    elif where == "in two work trees":
        git(one, "worktree", "add", "-q", str(team.folder / "other"), "HEAD")
        other = team.folder / "other"
    assert together(team, one, other) == [0, 7]
    assert team.pools() == {"a": {A}, "b": {B}}
    assert len(records(one)) == 1
    assert team.plan(other)["changes"] == []


def test_the_other_waits_when_it_is_told_to(team: Team):
    one = team.start(a=text("a", A), b=text("b", B))
    assert together(team, one, team.clone("other"), "--lock-timeout", "60") == [0, 0]
    assert team.pools() == {"a": {A}, "b": {B}}
    assert len(records(one)) == 1, "the second found nothing left to do"


def test_the_holder_of_the_lock_is_named(team: Team):
    one = team.start(a=text("a", A))
    other = team.clone("other")
    team.sandbox.faults.add(Fault(kind=FaultKind.DELAY, method="POST", path=SERVICES, seconds=600))
    with started("apply", "--yes", cwd=one, env=team.env) as running:
        when(lambda: not team.sandbox.faults.left)
        for clone in (one, other):
            ran = team.run(clone, "apply", "--yes", "-o", "json")
            assert (ran.code, ran.document["error"]["code"]) == (7, "SMS509")
            assert "Ann <ann@example.com> on " in ran.document["error"]["message"]
            assert f"(process {running.pid})" in ran.document["error"]["message"]
        running.kill()
        running.wait()
    team.sandbox.faults.clear()
    team.ok(other, "apply", "--yes")
    assert team.pools() == {"a": {A}}, "the lock of a process that died is free at once"


def refuse(team: Team, pattern: str) -> Path:
    """Let the remote refuse pushes of refs that match."""
    hook = team.folder / "remote.git" / "hooks" / "pre-receive"
    hook.write_text(
        f'#!/bin/sh\nwhile read old new ref; do case "$ref" in {pattern}) echo not today; exit 1;; esac; done\n'
    )
    hook.chmod(0o755)
    return hook


def test_a_remote_that_refuses_the_record_stops_the_apply_before_it_writes(team: Team):
    clone = team.start(a=text("a", A))
    refuse(team, "refs/heads/smsops-ledger")
    ran = team.run(clone, "apply", "--yes")
    assert ran.code == 1
    assert "error SMS602: The ledger (branch smsops-ledger) could not be pushed to origin:" in ran.out
    assert "not today" in ran.out
    assert team.services() == {}


def test_a_remote_that_refuses_the_last_push_loses_nothing(team: Team):
    clone = team.start(a=text("a", A))
    team.sandbox.faults.add(Fault(kind=FaultKind.DELAY, method="POST", path=SERVICES, seconds=600))
    with started("apply", "--yes", "-o", "json", cwd=clone, env=team.env) as running:
        when(lambda: not team.sandbox.faults.left)
        hook = refuse(team, "refs/heads/smsops-ledger")
        team.sandbox.faults.clear()
        out, _ = running.communicate()
    assert running.returncode == 8
    error = json.loads(out)["error"]
    assert error["code"] == "SMS602"
    assert "git push origin smsops-ledger" in error["hint"]
    assert records(clone)[-1]["data"]["ending"] == "applied", "the local ledger has it"
    hook.unlink()
    write_project(clone, a=text("a", A, host="two"))
    team.ok(clone, "apply", "--yes")
    fresh = team.clone("fresh")
    assert [record["data"]["ending"] for record in records(fresh, "origin/smsops-ledger")] == ["applied", "applied"]
    team.ok(fresh, "audit", "verify")


def test_a_remote_that_cannot_be_reached_stops_an_apply_and_is_a_warning_for_a_plan(team: Team):
    clone = team.start(a=text("a", A))
    team.ok(clone, "apply", "--yes")
    (team.folder / "remote.git").rename(team.folder / "gone.git")
    planned = team.plan(clone)
    assert planned["changes"] == []
    assert [(f["code"], f["severity"]) for f in planned["findings"]] == [("SMS602", "warning")]
    ran = team.run(clone, "apply", "--yes", "-o", "json")
    assert (ran.code, ran.document["error"]["code"]) == (1, "SMS602")


FULL = """
import resource, sys
from smsops.cli import main
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
sys.argv = ["smsops", "apply", "--yes", "-o", "json"]
sys.exit(main())
"""


def test_a_full_disk_is_said_plainly_before_anything_is_written(team: Team):
    clone = team.start(a=text("a", A))
    done = subprocess.run(
        [sys.executable, "-c", FULL.format(limit=0)],
        cwd=clone,
        env={**os.environ, **team.env, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert json.loads(done.stdout)["error"]["code"] == "SMS601"
    assert "cannot be taken: File too large" in done.stderr
    assert team.services() == {}


def test_a_disk_that_fills_up_during_the_apply_loses_nothing(team: Team):
    clone = team.start(a=text("a", A))
    team.sandbox.faults.add(Fault(kind=FaultKind.DELAY, method="POST", path=SERVICES, seconds=600))
    with started("apply", "--yes", "-o", "json", cwd=clone, env=team.env) as running:
        when(lambda: not team.sandbox.faults.left)
        resource.prlimit(running.pid, resource.RLIMIT_FSIZE, (0, 0))
        team.sandbox.faults.clear()
        out, _ = running.communicate()
    assert running.returncode == 8
    document = json.loads(out)
    assert document["error"]["code"] == "SMS601"
    assert {result["status"] for result in document["results"]} == {"done"}
    assert records(clone)[-1]["data"]["state"] == "started"
    assert team.plan(clone)["changes"] == [], "what was begun is known, so nothing is made twice"
    write_project(clone, a=text("a", A, B))
    team.ok(clone, "apply", "--yes")
    assert team.pools() == {"a": {A, B}}
    team.ok(clone, "audit", "verify")


def test_a_repository_that_cannot_be_written_stops_an_apply_and_not_a_plan(team: Team):
    clone = team.start(a=text("a", A))
    objects = clone / ".git" / "objects"
    git(clone, "repack", "-q", "-a", "-d")
    for folder in objects.iterdir():
        if len(folder.name) == 2:
            folder.rmdir()
    for index in range(256):
        (objects / f"{index:02x}").touch()  # no object can be added, also not by a superuser
    assert team.plan(clone)["summary"]["create"] == 1
    ran = team.run(clone, "apply", "--yes", "-o", "json")
    assert ran.code == 1
    assert ran.document["error"]["code"] == "SMS601"
    assert team.services() == {}


def of_the_user(clone: Path) -> tuple[str, str, bytes]:
    status = git(clone, "status", "--porcelain")
    return status, git(clone, "rev-parse", "HEAD"), (clone / ".git" / "index").read_bytes()


def test_the_work_tree_the_index_and_head_are_not_touched(team: Team):
    clone = team.start(a=text("a", A))
    (clone / "notes.txt").write_text("not committed")
    git(clone, "add", "notes.txt")
    (clone / "notes.txt").write_text("and changed again")
    before = (
        git(clone, "status", "--porcelain"),
        git(clone, "rev-parse", "HEAD"),
        (clone / ".git" / "index").read_bytes(),
    )
    team.ok(clone, "apply", "--yes")
    after = (
        git(clone, "status", "--porcelain"),
        git(clone, "rev-parse", "HEAD"),
        (clone / ".git" / "index").read_bytes(),
    )
    assert before == after


def test_accounts_are_recorded_one_by_one_and_verified_together(team: Team):
    clone = team.start(a=text("a", A))
    for index in range(3):
        write_project(clone, a=text("a", A, host=f"host-{index}"))
        commit(clone, f"change {index}")
        team.ok(clone, "apply", "--yes")
    found = records(clone)
    assert [record["data"]["source"]["author"] for record in found] == ["Ann <ann@example.com>"] * 3
    assert [record["data"]["actor"] for record in found] == ["Ann <ann@example.com>"] * 3
    assert found[0]["data"]["previous"] is None
    assert len({record["data"]["previous"] for record in found}) == 3
