"""Git, the account and the last record: who moved, told apart on the command line, with a real ledger in git."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from smsops.sandbox.server import Sandbox
from tests.cli.clones import Team, built, commit, copied, git, records
from tests.cli.door import write_project
from tests.cli.test_killed import text

A, B, C, D, E = (f"+1206555031{digit}" for digit in range(5))
REPORT = "policy:\n  drift: report\n"


@pytest.fixture
def team(sandbox: Sandbox, tmp_path: Path) -> Team:
    return Team(tmp_path, sandbox, (A, B, C, D, E))


def apply(team: Team, **channels: str) -> Path:
    """A clone with these channels, applied."""
    clone = team.start(**(channels or {"a": text("a", A, B), "b": text("b", C)}))
    team.ok(clone, "apply", "--yes")
    return clone


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Team:
    return built(tmp_path_factory.mktemp("once"), (A, B, C, D, E), apply)


@pytest.fixture
def applied(once: Team, tmp_path: Path) -> Iterator[tuple[Team, Path]]:
    """A team, and its clone with two channels, applied."""
    with copied(once, tmp_path / "team") as team:
        yield team, team.folder / "first"


def edit(team: Team, name: str, **fields: Any) -> None:
    team.sandbox.console.update_service(team.services()[name], **fields)


def webhook(team: Team, name: str) -> object:
    return (team.sandbox.console.service(team.services()[name]) or {})["inbound_request_url"]


def classes(document: Any) -> list[tuple[str, str, str]]:
    return [(c["channel"], c["action"], c["class"]) for c in document["changes"]]


def test_an_edit_in_the_console_is_drift_and_is_reverted(applied: tuple[Team, Path]):
    team, clone = applied
    edit(team, "a", inbound_request_url="https://stranger.example.com/")
    assert classes(team.plan(clone)) == [("a", "service.update", "drift")]
    said = team.run(clone, "plan").out
    assert "drift: changed in the account, not in git" in said
    assert "~ webhook_url: https://stranger.example.com/ → https://one.example.com/in" in said
    team.ok(clone, "apply", "--yes")
    assert webhook(team, "a") == "https://one.example.com/in"


def test_with_a_git_change_of_the_same_field_it_is_a_conflict_and_refused(applied: tuple[Team, Path]):
    team, clone = applied
    edit(team, "a", inbound_request_url="https://stranger.example.com/")
    write_project(clone, a=text("a", A, B, host="two"))
    commit(clone)
    planned = team.plan(clone)
    assert ("a", "service.update", "conflict") in classes(planned)
    refused = [c for c in planned["changes"] if c["refused"]]
    assert [(c["refused"], [f["field"] for f in c["fields"]]) for c in refused] == [("conflict", ["webhook_url"])]
    ran = team.run(clone, "apply", "--yes")
    assert ran.code == 5
    assert "SMS510" in ran.out
    assert webhook(team, "a") == "https://stranger.example.com/"
    assert records(clone)[-1]["data"]["ending"] == "refused"
    team.ok(clone, "apply", "--yes", "--allow", "conflict")
    assert webhook(team, "a") == "https://two.example.com/in"
    assert team.plan(clone)["changes"] == []


def test_the_same_value_on_both_sides_is_already_done_and_costs_no_call(applied: tuple[Team, Path]):
    team, clone = applied
    edit(team, "a", inbound_request_url="https://two.example.com/in", status_callback="https://two.example.com/status")
    write_project(clone, a=text("a", A, B, host="two"))
    commit(clone)
    planned = team.plan(clone)
    assert planned["changes"] == []
    assert [(d["channel"], d["what"], d["value"]) for d in planned["already_done"]] == [
        ("a", "status_callback_url", "https://two.example.com/status"),
        ("a", "webhook_url", "https://two.example.com/in"),
    ]
    assert "= a: webhook_url: https://two.example.com/in  already done" in team.run(clone, "plan").out
    team.sandbox.requests.clear()
    team.ok(clone, "apply", "--yes")
    assert team.writes() == []
    assert records(clone)[-1]["data"]["inventory"]["a"]["fields"]["webhook_url"] == "https://two.example.com/in"
    assert team.plan(clone)["already_done"] == []


def test_drift_and_intention_of_one_service_are_two_changes(applied: tuple[Team, Path]):
    team, clone = applied
    edit(team, "a", inbound_request_url="https://stranger.example.com/")
    write_project(clone, a=text("a", A, B).replace("one.example.com/status", "two.example.com/status"))
    assert sorted(classes(team.plan(clone))) == [("a", "service.update", "drift"), ("a", "service.update", "intended")]
    team.ok(clone, "apply", "--yes")
    assert team.plan(clone)["changes"] == []


def test_members_that_came_or_went_by_drift_are_told_and_reverted(applied: tuple[Team, Path]):
    team, clone = applied
    console, services = team.sandbox.console, team.services()
    console.detach(services["a"], B)
    console.attach(services["b"], D)
    assert sorted(classes(team.plan(clone))) == [("a", "number.attach", "drift"), ("b", "number.detach", "drift")]
    team.ok(clone, "apply", "--yes")
    assert team.pools() == {"a": {A, B}, "b": {C}}


def test_a_number_that_git_and_the_console_move_to_different_places_is_a_conflict(team: Team):
    clone = apply(team, a=text("a", A, B), b=text("b", C), c=text("c", D))
    console, services = team.sandbox.console, team.services()
    console.detach(services["a"], B)
    console.attach(services["c"], B)
    write_project(clone, a=text("a", A), b=text("b", C, B))
    planned = team.plan(clone)
    assert classes(planned) == [("b", "number.move", "conflict")]
    assert team.run(clone, "apply", "--yes").code == 5
    team.ok(clone, "apply", "--yes", "--allow", "conflict")
    assert team.pools() == {"a": {A}, "b": {C, B}, "c": {D}}


def test_a_service_that_was_deleted_in_the_console_is_drift_with_its_numbers(applied: tuple[Team, Path]):
    team, clone = applied
    team.sandbox.console.delete_service(team.services()["a"])
    assert classes(team.plan(clone)) == [
        ("a", "service.create", "drift"),
        ("a", "number.attach", "drift"),
        ("a", "number.attach", "drift"),
    ]
    team.ok(clone, "apply", "--yes")
    assert team.pools() == {"a": {A, B}, "b": {C}}


def test_with_the_policy_report_drift_is_told_and_left_alone(team: Team):
    team.more = REPORT
    clone = apply(team)
    console, services = team.sandbox.console, team.services()
    edit(team, "a", inbound_request_url="https://stranger.example.com/")
    console.attach(services["b"], D)
    write_project(clone, a=text("a", A, B).replace("one.example.com/status", "two.example.com/status"))
    planned = team.plan(clone)
    assert classes(planned) == [("a", "service.update", "intended")]
    assert [(h["action"], h["reason"]) for h in planned["held_back"]] == [
        ("service.update", "drift"),
        ("number.detach", "drift"),
    ]
    said = team.ok(clone, "apply", "--yes").out
    assert "Held back, drift (2 changes): the account changed it, and policy.drift is report." in said
    assert webhook(team, "a") == "https://stranger.example.com/"
    again = team.plan(clone)
    assert again["changes"] == []
    assert {h["reason"] for h in again["held_back"]} == {"drift"}, "it is still drift, not a number to prune"


def test_a_deleted_channel_is_held_back_until_each_kind_is_allowed(applied: tuple[Team, Path]):
    team, clone = applied
    (clone / "channels" / "b.yaml").unlink()
    commit(clone)
    planned = team.plan(clone)
    assert planned["changes"] == []
    assert [(h["action"], h["reason"]) for h in planned["held_back"]] == [
        ("number.detach", "prune"),
        ("service.delete", "delete-service"),
    ]
    team.ok(clone, "apply", "--yes")
    assert team.pools() == {"a": {A, B}, "b": {C}}
    team.ok(clone, "apply", "--yes", "--allow", "prune")
    assert team.pools() == {"a": {A, B}, "b": set()}
    team.ok(clone, "apply", "--yes", "--allow", "delete-service")
    assert team.pools() == {"a": {A, B}}


def test_with_a_lost_ledger_nothing_is_ever_removed(applied: tuple[Team, Path]):
    team, clone = applied
    console, services = team.sandbox.console, team.services()
    console.attach(services["a"], D)
    git(clone, "push", "-q", "origin", "--delete", "smsops-ledger")
    git(clone, "update-ref", "-d", "refs/heads/smsops-ledger")
    (clone / "channels" / "b.yaml").unlink()
    pinned = text("a", A, messaging_service_sid=services["a"])
    write_project(clone, a=pinned)
    commit(clone)
    planned = team.plan(clone)
    assert planned["changes"] == []
    assert [h["reason"] for h in planned["held_back"]] == ["prune", "prune"]
    team.ok(clone, "apply", "--yes", "--allow", "delete-service")
    assert team.pools()["b"] == {C}, "nobody remembers that b was ours"


@pytest.mark.parametrize("pinned", [True, False], ids=["by its SID", "by its record"])
def test_a_renamed_file_keeps_its_service(applied: tuple[Team, Path], pinned: bool):
    team, clone = applied
    sid = team.services()["b"]
    (clone / "channels" / "b.yaml").unlink()
    lines = {"messaging_service_sid": sid} if pinned else {}
    write_project(clone, renamed=text("renamed", C, **lines))
    commit(clone)
    planned = team.plan(clone)
    assert [(c["action"], c["service_sid"]) for c in planned["changes"]] == [("service.update", sid)]
    assert planned["held_back"] == []
    assert [f["code"] for f in planned["findings"]] == ([] if pinned else ["SMS515"])
    team.ok(clone, "apply", "--yes")
    assert team.services()["renamed"] == sid
    assert team.plan(clone)["findings"] == []


def test_removing_a_protected_number_takes_two_applies_also_in_one_commit(team: Team):
    protected = text("a", A, B).replace(f'"{B}"', f'{{number: "{B}", protected: true}}')
    clone = apply(team, a=protected)
    write_project(clone, a=text("a", A))
    commit(clone, "protection and number in one commit")
    ran = team.run(clone, "apply", "--yes", "-o", "json")
    assert ran.code == 5
    assert [c["refused"] for c in ran.document["plan"]["changes"]] == ["protected"]
    write_project(clone, a=text("a", A, B))
    team.ok(clone, "apply", "--yes")
    write_project(clone, a=text("a", A))
    team.ok(clone, "apply", "--yes")
    assert team.pools() == {"a": {A}}


def test_a_shallow_clone_of_one_branch_plans_with_the_right_base(applied: tuple[Team, Path]):
    team, first = applied
    for index in range(3):
        commit_something(first, index)
    git(first, "push", "-q", "origin", "main")
    edit(team, "a", inbound_request_url="https://stranger.example.com/")
    checkout = team.clone("ci", "--depth", "1", "--single-branch", "--branch", "main")
    git(checkout, "checkout", "-q", "--detach")
    assert classes(team.plan(checkout)) == [("a", "service.update", "drift")]
    team.ok(checkout, "apply", "--yes")
    assert team.plan(first)["changes"] == []
    assert len(records(first)) == 2


def commit_something(clone: Path, index: int) -> None:
    (clone / f"note-{index}.txt").write_text("a note")
    commit(clone)


def test_outside_git_it_says_what_it_cannot_do_and_goes_on(team: Team):
    team.remote = False
    clone = team.start(a=text("a", A, B))
    shutil.rmtree(clone / ".git")
    planned = team.plan(clone)
    assert [(f["code"], f["severity"]) for f in planned["findings"]] == [("SMS603", "warning")]
    team.ok(clone, "apply", "--yes", "--write-sids")
    team.sandbox.console.attach(team.services()["a"], C)
    planned = team.plan(clone)
    assert planned["changes"] == []
    assert [h["reason"] for h in planned["held_back"]] == ["prune"]
