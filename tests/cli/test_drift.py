"""`smsops drift`: live against the ledger, who did it where Twilio tells, and nothing of what is only in git."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from smsops.frozen import replace
from smsops.sandbox.server import Sandbox
from tests.cli.clones import Team, commit, git
from tests.cli.door import write_project
from tests.cli.test_killed import text
from tests.ledger.repositories import refuse_pushes

A, B, C, D = (f"+1206555033{digit}" for digit in range(4))


@pytest.fixture
def team(sandbox: Sandbox, tmp_path: Path) -> Team:
    return Team(tmp_path, sandbox, (A, B, C, D))


def applied(team: Team) -> Path:
    clone = team.start(a=text("a", A, B), b=text("b", C))
    team.ok(clone, "apply", "--yes")
    return clone


def test_without_drift_it_says_so(team: Team):
    clone = applied(team)
    ran = team.ok(clone, "drift", "--detailed-exitcode")
    assert ran.out == "No drift.\n"


def test_a_commit_that_was_not_applied_is_no_drift(team: Team):
    clone = applied(team)
    write_project(clone, a=text("a", A, host="two"), new=text("new", D))
    (clone / "channels" / "b.yaml").unlink()
    commit(clone)
    assert team.ok(clone, "drift", "-o", "json").document["drift"] == []


def test_what_changed_is_told_with_who_changed_it(team: Team):
    clone = applied(team)
    console, services = team.sandbox.console, team.services()
    console.update_service(services["a"], inbound_request_url="https://stranger.example.com/")
    console.detach(services["a"], B)
    console.attach(services["b"], D)
    ran = team.run(clone, "drift", "--detailed-exitcode", "-o", "json")
    assert ran.code == 2
    drift = ran.document["drift"]
    assert [(d["channel"], d["what"], d["before"], d["after"]) for d in drift] == [
        ("a", "phone_numbers", B, None),
        ("a", "webhook_url", "https://one.example.com/in", "https://stranger.example.com/"),
        ("b", "phone_numbers", None, D),
    ]
    for one in drift:
        assert one["event"]["source"] == "web"
        assert one["event"]["actor"].startswith("user US")
    assert drift[1]["event"]["properties"]["inbound_request_url"] == {
        "before": "https://one.example.com/in",
        "after": "https://stranger.example.com/",
    }
    said = team.ok(clone, "drift").out
    assert "~ webhook_url: https://one.example.com/in → https://stranger.example.com/" in said
    assert "by user US" in said
    assert "through web" in said


def test_a_service_that_is_gone_is_told(team: Team):
    clone = applied(team)
    sid = team.services()["b"]
    team.sandbox.console.delete_service(sid)
    (one,) = team.ok(clone, "drift", "-o", "json").document["drift"]
    assert (one["channel"], one["what"], one["before"], one["after"]) == ("b", "service", sid, None)
    assert one["event"]["type"].endswith("deleted")


def test_who_did_it_is_optional(team: Team):
    clone = applied(team)
    team.sandbox.switches = replace(team.sandbox.switches, events_status=403)
    team.sandbox.console.update_service(team.services()["a"], validity_period=9, fallback_url="https://x.example.com/")
    ran = team.ok(clone, "drift", "-o", "json")
    (one,) = ran.document["drift"]
    assert (one["what"], one["event"]) == ("fallback_url", None), "a field that no channel sets is not looked at"
    assert ran.document["untold"][0].startswith("Account us: ")
    assert "Who did it is not known. Account us: " in team.ok(clone, "drift").out


def test_drift_only_reads(team: Team):
    clone = applied(team)
    team.sandbox.console.update_service(team.services()["a"], inbound_request_url="https://x.example.com/")
    team.sandbox.requests.clear()
    team.ok(clone, "drift")
    assert {asked.method for asked in team.sandbox.requests} == {"GET"}


def test_an_account_without_a_record_has_nothing_to_compare_with(team: Team):
    clone = team.start(a=text("a", A))
    ran = team.ok(clone, "drift", "--detailed-exitcode")
    assert ran.out == "Account us has no record yet: there is nothing to compare.\n\nNothing was compared.\n"


def kept(clone: Path) -> list[dict[str, Any]]:
    """What every kept check says, oldest first, as the remote has it."""
    git(clone, "fetch", "-q", "origin", "+smsops-ledger:seen")
    listed = git(clone, "ls-tree", "-r", "--name-only", "seen", "checks/").splitlines()
    return [json.loads(git(clone, "show", f"seen:{path}"))["data"] for path in listed]


def test_what_was_found_is_kept_once_and_again_when_it_is_another(team: Team):
    clone = applied(team)
    ran = team.ok(clone, "drift", "--record")
    assert ran.out == "No drift.\n"
    assert "Account us: kept as checks/us/" in ran.err
    assert "nothing was added" in team.ok(clone, "drift", "--record").err
    sid = team.services()["a"]
    team.sandbox.console.update_service(sid, inbound_request_url="https://ada:hunter2@x.example.com/")
    ran = team.run(team.clone("auditor"), "drift", "--record", "--detailed-exitcode", "-o", "json")
    assert (ran.code, len(ran.document["drift"])) == (2, 1)
    first, second = kept(clone)
    assert (first["account_sid"], first["actor"], first["found"]) == (team.account_sid, "Ann <ann@example.com>", [])
    (one,) = second["found"]
    assert (one["channel"], one["service_sid"], one["field"]) == ("a", sid, "webhook_url")
    assert (one["recorded"], one["live"]["masked"]) == ("https://one.example.com/in", "https://****@x.example.com/")
    assert "hunter2" not in json.dumps([first, second])
    team.ok(clone, "plan")  # checks guide no plan
    assert team.ok(clone, "audit", "verify", "-o", "json").document["checks"] == 2


def test_two_that_are_kept_at_the_same_moment_in_two_clones_are_one_chain(team: Team):
    one = applied(team)
    two = team.clone("two")
    git(two, "fetch", "-q", "origin", "smsops-ledger:smsops-ledger")
    git(two, "remote", "remove", "origin")
    team.ok(two, "drift", "--record")
    remote = team.folder / "remote.git"
    hook = remote / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    # While the remote takes the check of the first clone, that of the second arrives.
    hook.write_text(
        "#!/bin/sh\ntest -e overtaken && exit 0\ntouch overtaken\n"
        f"unset GIT_QUARANTINE_PATH $(git rev-parse --local-env-vars)\ngit -C {two} push -q {remote} smsops-ledger\n"
    )
    hook.chmod(0o755)
    team.sandbox.console.update_service(team.services()["a"], inbound_request_url="https://x.example.com/")
    assert "kept as checks/us/" in team.ok(one, "drift", "--record").err
    assert (remote / "overtaken").exists()
    assert [len(check["found"]) for check in kept(one)] == [0, 1]
    told = team.ok(team.clone("auditor"), "audit", "verify", "-o", "json").document
    assert (told["checks"], [f for f in told["findings"] if f["severity"] == "error"]) == (2, [])


def test_without_being_asked_it_keeps_nothing_and_what_nobody_can_find_is_not_kept(team: Team):
    clone = applied(team)
    team.ok(clone, "drift")
    assert kept(clone) == []
    refuse_pushes(team.folder / "remote.git")
    ran = team.run(clone, "drift", "--record", "-o", "json")
    assert (ran.code, ran.document["error"]["code"]) == (1, "SMS602")
