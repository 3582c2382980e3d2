"""`smsops rehearse`: the plan on a copy, by the real code over real HTTP; the account itself is only read."""

from __future__ import annotations

from pathlib import Path

import pytest

from smsops.sandbox.server import Sandbox
from tests.cli.clones import Team, records
from tests.cli.door import write_project
from tests.cli.test_killed import AFTER, BEFORE, A, B, C, D, E, F, text


@pytest.fixture
def team(sandbox: Sandbox, tmp_path: Path) -> Team:
    return Team(tmp_path, sandbox, (A, B, C, D, E, F))


def changed(team: Team) -> Path:
    clone = team.start(**BEFORE)
    team.ok(clone, "apply", "--yes")
    (clone / "channels" / "old.yaml").unlink()
    write_project(clone, **AFTER)
    return clone


def test_all_six_kinds_are_rehearsed_and_the_account_is_only_read(team: Team):
    clone = changed(team)
    before, kept = team.pools(), records(clone)
    team.sandbox.requests.clear()
    ran = team.ok(clone, "rehearse", "--allow", "delete-service", "-o", "json")
    (part,) = ran.document["accounts"]
    assert part["converges"] is True
    assert {result["status"] for result in part["results"]} == {"done"}
    assert len({result["action"] for result in part["results"]}) == 6
    assert part["api_calls"] > 8
    (move,) = (result for result in part["results"] if result["action"] == "number.move")
    assert move["off_air_s"] > 0
    assert team.writes() == []
    assert team.pools() == before
    assert records(clone) == kept


def test_it_tells_how_long_each_moved_number_is_away(team: Team):
    said = team.ok(changed(team), "rehearse", "--allow", "delete-service").out
    assert f"  → {B} to b: is in no pool for 0." in said
    assert "Rehearsed: it converges, a plan after it is empty. The account itself was only read." in said


def test_what_is_held_back_is_held_back_on_the_copy_too(team: Team):
    said = team.ok(changed(team), "rehearse").out
    assert "Held back, delete-service" in said
    assert "it converges" in said


def test_a_refused_plan_is_not_rehearsed(team: Team):
    clone = changed(team)
    team.sandbox.console.update_service(team.services()["a"], inbound_request_url="https://x.example.com/")
    ran = team.run(clone, "rehearse")
    assert ran.code == 5
    assert ran.out.endswith("Nothing was rehearsed: the plan may not be applied as it is.\n")


def test_without_changes_it_says_so(team: Team):
    clone = team.start(a=text("a", A))
    team.ok(clone, "apply", "--yes")
    said = team.ok(clone, "rehearse").out
    assert "No changes. 1 channel unchanged." in said
    assert "done on the copy" not in said
