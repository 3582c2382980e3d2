"""Kill -9 at every single write of a plan that holds all six kinds of change: the next apply finishes the work."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from smsops.sandbox.faults import Fault, FaultKind
from tests.cli.clones import Team, built, commit, copied, records
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


def before(team: Team) -> None:
    """An applied project with a commit on top that asks for all six kinds of change."""
    clone = team.start(**BEFORE)
    team.ok(clone, "apply", "--yes")
    (clone / "channels" / "old.yaml").unlink()
    write_project(clone, **AFTER)
    commit(clone)


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Team:
    """The project and its account before the apply; every apply that is killed starts from a copy."""
    return built(tmp_path_factory.mktemp("asking"), (A, B, C, D, E, F), before)


def when(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.fixture(scope="module")
def asking_alone(tmp_path_factory: pytest.TempPathFactory) -> Team:
    """The same without a remote."""
    return built(tmp_path_factory.mktemp("alone"), (A, B, C, D, E, F), before, remote=False)


@pytest.fixture(scope="module")
def writes(asking: Team, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str]]:
    """The writes of an undisturbed apply, in order."""
    with copied(asking, tmp_path_factory.mktemp("whole") / "team") as team:
        ran = team.ok(team.folder / "first", *APPLY)
        kinds = {result["action"] for result in ran.document["results"]}
        assert len(kinds) == 6, kinds
        return team.writes()


def assert_finished(team: Team, clone: Path) -> None:
    assert team.pools() == {"a": {A}, "b": {D, B}, "new": {E}}
    planned = team.plan(clone)
    assert (planned["changes"], planned["held_back"]) == ([], [])
    assert team.sandbox.violations == ()
    kept = [record["data"] for record in records(clone)]
    assert [data["state"] for data in kept] == ["finished"] * len(kept)
    assert [data["ending"] for data in kept[:2]] == ["applied", "abandoned"]
    team.ok(clone, "audit", "verify")


@pytest.mark.slow
@pytest.mark.parametrize("after", [False, True], ids=["before its effect", "after its effect, without a remote"])
def test_killed_at_every_single_write_the_next_apply_finishes(
    asking: Team, asking_alone: Team, writes: list[tuple[str, str]], tmp_path: Path, after: bool
):
    """After one write and before the next, the account and the ledger are the same: so each is tried with a remote and
    without one.
    """
    assert [method for method, _ in writes] == ["POST", "POST", "POST", "DELETE", "POST", "DELETE", "DELETE", "DELETE"]
    for index, (method, _) in enumerate(writes):
        skip = sum(1 for earlier, _ in writes[:index] if earlier == method)
        with copied(asking_alone if after else asking, tmp_path / f"{index}") as team:
            assert_killed_and_finished(team, method, skip, after=after)


def assert_killed_and_finished(team: Team, method: str, skip: int, *, after: bool) -> None:
    """Kill an apply at its write of that method after so many others; the next one finishes the work."""
    clone, sandbox = team.folder / "first", team.sandbox
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
