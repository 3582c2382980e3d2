"""Kill -9 at every single write of a plan that holds all six kinds of change: the next apply finishes the work."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from smsops.sandbox.faults import Fault, FaultKind
from smsops.sandbox.server import Sandbox
from tests.cli.clones import Team, commit, records
from tests.cli.door import started, write_project

A, B, C, D, E, F = (f"+1206555030{digit}" for digit in range(6))


def text(name: str, *numbers: str, host: str = "one", **lines: str) -> str:
    more = "".join(f"{key}: {value}\n" for key, value in lines.items())
    pool = "".join(f'  - "{number}"\n' for number in numbers)
    return (
        f"name: {name}\nprovider: twilio\naccount: us\ndirection: inbound-and-outbound\n"
        f"webhook_url: https://{host}.example.com/in\nstatus_callback_url: https://{host}.example.com/status\n"
        f"{more}phone_numbers:\n{pool}"
    )


BEFORE = {"a": text("a", A, B, C), "b": text("b", D), "old": text("old", F)}
AFTER = {"a": text("a", A, host="two"), "b": text("b", D, B), "new": text("new", E)}
APPLY = ("apply", "--yes", "--concurrency", "1", "--allow", "delete-service", "-o", "json")


def before(team: Team) -> Path:
    """An applied project with a commit on top that asks for all six kinds of change."""
    clone = team.start(**BEFORE)
    team.ok(clone, "apply", "--yes")
    (clone / "channels" / "old.yaml").unlink()
    write_project(clone, **AFTER)
    commit(clone)
    return clone


def when(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def whole_run(team: Team) -> list[tuple[str, str]]:
    """The writes of an undisturbed apply, in order."""
    clone = before(team)
    team.sandbox.requests.clear()
    ran = team.ok(clone, *APPLY)
    kinds = {result["action"] for result in ran.document["results"]}
    assert len(kinds) == 6, kinds
    return team.writes()


def assert_finished(team: Team, clone: Path) -> None:
    assert team.pools() == {"a": {A}, "b": {D, B}, "new": {E}}
    assert team.plan(clone)["changes"] == []
    assert team.plan(clone)["held_back"] == []
    assert team.sandbox.violations == ()
    assert [record["data"]["state"] for record in records(clone)] == ["finished"] * len(records(clone))
    team.ok(clone, "audit", "verify")


@pytest.mark.slow
@pytest.mark.parametrize("after", [False, True], ids=["before its effect", "after its effect"])
def test_killed_at_every_single_write_the_next_apply_finishes(sandbox: Sandbox, tmp_path: Path, after: bool):
    writes = whole_run(Team(tmp_path / "whole", sandbox, (A, B, C, D, E, F)))
    assert [method for method, _ in writes] == ["POST", "POST", "POST", "DELETE", "POST", "DELETE", "DELETE", "DELETE"]
    for index, (method, _) in enumerate(writes):
        team = Team(tmp_path / f"{index}", sandbox, (A, B, C, D, E, F))
        clone = before(team)
        sandbox.requests.clear()
        skip = sum(1 for earlier, _ in writes[:index] if earlier == method)
        if after:
            sandbox.faults.add(Fault(kind=FaultKind.DELAY, method=method, skip=skip, after=True, seconds=600))
        else:
            sandbox.faults.add(Fault(kind=FaultKind.RESET, method=method, skip=skip, times=None))
        with started(*APPLY, cwd=clone, env=team.env) as running:
            if after:
                when(lambda: not sandbox.faults.left)
            else:
                when(lambda: any(asked.fault for asked in sandbox.requests))
            running.kill()
            running.wait()
        sandbox.faults.clear()
        when(lambda: sum(1 for asked in sandbox.requests if asked.fault) > 0)
        assert records(clone)[-1]["data"]["state"] == "started"
        verified = team.run(clone, "audit", "verify", "-o", "json")
        errors = [finding for finding in verified.document["findings"] if finding["severity"] == "error"]
        assert [finding["code"] for finding in errors] == ["SMS606"]
        planned = team.plan(clone, "--allow", "delete-service")
        assert {change["class"] for change in planned["changes"]} <= {"intended"}, "a killed run is no colleague"
        team.ok(clone, *APPLY)
        assert_finished(team, clone)
        endings = [record["data"]["ending"] for record in records(clone)]
        assert endings[0] == "applied"
        assert endings[1] == "abandoned"
