"""A plan that was saved: applied exactly as it was reviewed, on any machine, or not at all."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from smsops.changes import digest
from smsops.sandbox.faults import Fault, FaultKind
from smsops.sandbox.server import Sandbox
from tests.cli.clones import Team, built, commit, copied, git, records
from tests.cli.door import ROOT, started, write_project
from tests.cli.test_killed import text, when

A, B, C, D, E = (f"+1206555032{digit}" for digit in range(5))
Changed = tuple[Team, Path, Path]


@pytest.fixture
def team(sandbox: Sandbox, tmp_path: Path) -> Team:
    return Team(tmp_path, sandbox, (A, B, C, D, E))


def saved(team: Team, clone: Path, *argv: str, code: int = 0) -> Path:
    path = team.folder / "plan.json"
    assert team.run(clone, "plan", "--out", str(path), *argv).code == code
    return path


def change(team: Team) -> None:
    """A project that was applied, with a reviewed plan for a new webhook, a move and a new channel."""
    clone = team.start(a=text("a", A, B), b=text("b", C))
    team.ok(clone, "apply", "--yes")
    write_project(clone, a=text("a", A, host="two"), b=text("b", C, B), new=text("new", D))
    commit(clone, "the change")
    git(clone, "push", "-q", "origin", "HEAD:change")
    saved(team, clone)


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> Team:
    return built(tmp_path_factory.mktemp("reviewed"), (A, B, C, D, E), change)


@pytest.fixture
def changed(reviewed: Team, tmp_path: Path) -> Iterator[Changed]:
    """What `change` makes: its team, the clone, and the plan."""
    with copied(reviewed, tmp_path / "team") as team:
        yield team, team.folder / "first", team.folder / "plan.json"


def edit(team: Team, name: str, **fields: Any) -> None:
    team.sandbox.console.update_service(team.services()[name], **fields)


def test_a_plan_of_one_clone_is_applied_on_another_after_an_unrelated_merge(changed: Changed):
    team, clone, path = changed
    planned = json.loads(path.read_text())
    other = team.clone("other")
    git(other, "merge", "-q", "--squash", "origin/change")
    git(other, "commit", "-q", "-m", "the change, squashed")
    write_project(other, unrelated=text("unrelated", E))
    commit(other, "something else was merged meanwhile")
    assert team.plan(clone)["plan_id"] == planned["plan_id"]
    team.ok(other, "apply", str(path))
    assert team.pools() == {"a": {A}, "b": {C, B}, "new": {D}}, "and nothing of what was not reviewed"
    record = records(other)[-1]["data"]
    assert record["plan_id"] == planned["plan_id"]
    assert record["source"]["commit"] == planned["source"]["commit"]
    team.ok(other, "apply", "--yes")
    assert team.pools()["unrelated"] == {E}
    assert team.plan(other)["changes"] == []


def test_after_an_edit_of_a_touched_field_it_is_stale_with_both_values(changed: Changed):
    team, clone, path = changed
    edit(team, "a", inbound_request_url="https://stranger.example.com/")
    before = len(team.writes())
    ran = team.run(clone, "apply", str(path), "-o", "json")
    assert ran.code == 6
    (finding,) = ran.document["findings"]
    assert finding["code"] == "SMS511"
    sid = team.services()["a"]
    for part in (f"webhook_url of {sid}", "'https://one.example.com/in'", "'https://stranger.example.com/'"):
        assert part in finding["message"]
    assert len(team.writes()) == before
    assert records(clone)[-1]["data"]["ending"] == "stale"
    assert team.ok(clone, "show", str(path)).out.startswith("b (account us"), "a stale plan can still be read"


def test_after_an_edit_of_an_untouched_field_it_is_applied(changed: Changed):
    team, clone, path = changed
    edit(team, "a", validity_period=99, fallback_url="https://fallback.example.com/")
    team.sandbox.console.attach(team.services()["a"], E)
    team.ok(clone, "apply", str(path))
    assert team.pools() == {"a": {A, E}, "b": {C, B}, "new": {D}}


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda team: team.sandbox.console.detach(team.services()["a"], B), f"the pool of {B} was MG"),
        (lambda team: team.sandbox.console.attach(team.services()["b"], D), f"the pool of {D} was none"),
        (lambda team: team.sandbox.console.create_service(team.account_sid, "new"), "the service named 'new'"),
        (lambda team: team.sandbox.console.delete_service(team.services()["b"]), "was there when"),
    ],
    ids=["a number left", "a number came", "a namesake", "a service went"],
)
def test_whatever_a_change_rests_on_may_not_move(changed: Changed, spoil: Any, words: str):
    team, clone, path = changed
    spoil(team)
    before = len(team.writes())
    ran = team.run(clone, "apply", str(path))
    assert ran.code == 6
    assert words in ran.err
    assert len(team.writes()) == before


def test_any_flipped_byte_is_found(changed: Changed):
    team, clone, path = changed
    good = path.read_bytes()
    rng = random.Random(7)
    places = [0, 1, len(good) - 1, len(good) - 2, *rng.sample(range(len(good)), 12)]
    for place in places:
        bad = bytearray(good)
        bad[place] ^= 1
        path.write_bytes(bytes(bad))
        ran = team.run(clone, "apply", str(path), "-o", "json")
        assert ran.code == 6, place
        assert ran.document["error"]["code"] == "SMS513"
    path.write_bytes(good.replace(b"\n", b"\r\n"))
    assert team.run(clone, "apply", str(path)).code == 6
    path.write_bytes(good)
    team.ok(clone, "apply", str(path))


def test_an_expired_plan_is_not_applied_and_can_be_read(changed: Changed):
    team, clone, path = changed
    document = json.loads(path.read_text())
    del document["digest"]
    past = datetime.now(UTC) - timedelta(seconds=2)
    document["expires_at"] = past.isoformat(timespec="seconds").replace("+00:00", "Z")
    path.write_text(json.dumps({**document, "digest": digest(document)}, indent=2) + "\n")
    ran = team.run(clone, "apply", str(path), "-o", "json")
    assert (ran.code, ran.document["error"]["code"]) == (6, "SMS512")
    assert team.ok(clone, "show", str(path), "-o", "json").document["plan_id"] == document["plan_id"]


def test_a_plan_for_another_account_or_server_is_not_applied(changed: Changed):
    team, clone, path = changed
    config = (clone / "smsops.yaml").read_text()
    (clone / "smsops.yaml").write_text(config.replace(team.account_sid, "AC" + "9" * 32))
    ran = team.run(clone, "apply", str(path), "-o", "json")
    assert (ran.code, ran.document["error"]["code"]) == (6, "SMS514")
    (clone / "smsops.yaml").write_text(config)
    ran = team.run(clone, "--sandbox", "apply", str(path), "-o", "json")
    assert (ran.code, ran.document["error"]["code"]) == (6, "SMS514")


def test_a_second_apply_of_the_same_plan_writes_nothing(changed: Changed):
    team, clone, path = changed
    team.ok(clone, "apply", str(path))
    kept, writes = records(clone), len(team.writes())
    ran = team.ok(clone, "apply", str(path), "-o", "json")
    assert {result["status"] for result in ran.document["results"]} == {"already-done"}
    assert len(team.writes()) == writes
    assert records(clone) == kept


def test_an_old_plan_does_not_take_back_what_later_applies_recorded(changed: Changed):
    team, clone, path = changed
    team.ok(clone, "apply", str(path))
    write_project(clone, b=text("b", C, B).replace(f'"{C}"', f'{{number: "{C}", protected: true}}'))
    team.ok(clone, "apply", "--yes")
    team.ok(clone, "apply", str(path))
    assert records(clone)[-1]["data"]["inventory"]["b"]["guarded"] == [C]
    write_project(clone, b=text("b", B))
    assert team.run(clone, "apply", "--yes").code == 5


def test_a_number_that_was_protected_since_is_not_moved(changed: Changed):
    team, clone, path = changed
    git(clone, "checkout", "-q", "HEAD~1")
    write_project(clone, a=text("a", A, B).replace(f'"{B}"', f'{{number: "{B}", protected: true}}'))
    team.ok(clone, "apply", "--yes")
    ran = team.run(clone, "apply", str(path))
    assert ran.code == 6
    assert f"{B} was not protected when the plan was made, and is protected" in ran.err


def test_a_removal_needs_the_record_that_it_was_planned_with(team: Team):
    clone = team.start(a=text("a", A, B))
    team.ok(clone, "apply", "--yes")
    write_project(clone, a=text("a", A))
    path = saved(team, clone)
    git(clone, "push", "-q", "origin", "--delete", "smsops-ledger")
    git(clone, "update-ref", "-d", "refs/heads/smsops-ledger")
    ran = team.run(clone, "apply", str(path))
    assert ran.code == 6
    assert "in the ledger when the plan was made, and is not in it now" in ran.err
    assert team.pools() == {"a": {A, B}}


def test_a_killed_apply_of_a_saved_plan_is_finished_by_the_same_plan(changed: Changed):
    team, clone, path = changed
    for method, after in (("POST", True), ("DELETE", True)):
        team.sandbox.faults.add(Fault(kind=FaultKind.DELAY, method=method, after=after, seconds=600))
        with started("apply", str(path), "--concurrency", "1", cwd=clone, env=team.env) as running:
            when(lambda: not team.sandbox.faults.left)
            running.kill()
            running.wait()
        team.sandbox.faults.clear()
        when(lambda: any(asked.fault for asked in team.sandbox.requests))
    team.ok(clone, "apply", str(path))
    assert team.pools() == {"a": {A}, "b": {C, B}, "new": {D}}
    assert team.plan(clone)["changes"] == []
    team.ok(clone, "audit", "verify")


def test_what_a_saved_plan_may_not_be_combined_with(changed: Changed):
    team, clone, path = changed
    assert team.run(clone, "apply", str(path), "a").code == 64
    assert team.run(clone, "apply", str(path), "--allow", "limit").code == 64
    assert team.run(clone, "apply", "nothing.json").code == 64


def test_a_refused_plan_can_be_saved_and_read_and_is_refused(team: Team):
    clone = team.start(a=text("a", A, B), b=text("b", C))
    team.ok(clone, "apply", "--yes")
    edit(team, "a", inbound_request_url="https://stranger.example.com/")
    write_project(clone, a=text("a", A, B, host="two"))
    path = saved(team, clone, code=5)
    assert team.run(clone, "apply", str(path)).code == 5
    path = saved(team, clone, "--allow", "conflict")
    team.ok(clone, "apply", str(path))


def test_what_looks_like_a_login_is_in_no_plan_and_no_record_and_is_sent_all_the_same(team: Team):
    secret = "https://one.example.com/in?next=https://hunter2@two.example.com"
    clone = team.start(a=text("a", A).replace("https://one.example.com/in", secret))
    path = saved(team, clone)
    assert "hunter2" not in path.read_text()
    team.ok(clone, "apply", str(path))
    sid = team.services()["a"]
    assert (team.sandbox.console.service(sid) or {})["inbound_request_url"] == secret
    assert "hunter2" not in json.dumps(records(clone))
    assert team.plan(clone)["changes"] == []
    edit(team, "a", inbound_request_url=secret.replace("hunter2", "hunter3"))
    (change,) = team.plan(clone)["changes"]
    assert change["class"] == "drift"
    assert change["fields"][0]["before"] == change["fields"][0]["after"] == "https://one.example.com/****"
    said = team.ok(clone, "drift", "-o", "json").out
    assert "hunter" not in said
    path = saved(team, clone)
    write_project(clone, a=text("a", A))
    ran = team.run(clone, "apply", str(path))
    assert ran.code == 6
    assert "hunter" not in ran.out + ran.err


def test_saved_plans_and_records_are_as_their_schemas_say(changed: Changed):
    team, clone, path = changed
    plan_schema = json.loads((ROOT / "schemas" / "plan.schema.json").read_text())
    jsonschema.validate(json.loads(path.read_text()), plan_schema)
    edit(team, "a", inbound_request_url="https://stranger.example.com/")
    team.run(clone, "apply", str(path))
    team.ok(clone, "apply", "--yes", "--allow", "conflict")
    schema = json.loads((ROOT / "schemas" / "record.schema.json").read_text())
    found = records(clone)
    assert [record["data"]["ending"] for record in found] == ["applied", "stale", "applied"]
    for record in found:
        jsonschema.validate(record, schema)


def test_the_next_command_of_a_saved_plan_applies_it(team: Team):
    clone = team.start(a=text("a", A))
    said = team.run(clone, "plan", "--out", "reviewed").out
    assert said.endswith("Next: smsops apply ./reviewed\n")
    team.ok(clone, "apply", "./reviewed")


def test_a_saved_deletion_is_carried_out_once_and_only_on_the_pool_that_was_reviewed(team: Team):
    clone = team.start(a=text("a", A), b=text("b", C))
    team.ok(clone, "apply", "--yes")
    (clone / "channels" / "b.yaml").unlink()
    path = saved(team, clone, "--allow", "delete-service")
    sid = team.services()["b"]
    team.sandbox.console.attach(sid, E)
    ran = team.run(clone, "apply", str(path))
    assert ran.code == 6
    assert f"the pool of {sid} was without others when the plan was made, and is {E} now" in ran.err
    team.sandbox.console.detach(sid, E)
    team.ok(clone, "apply", str(path))
    assert team.pools() == {"a": {A}}
    ran = team.ok(clone, "apply", str(path), "-o", "json")
    assert {result["status"] for result in ran.document["results"]} == {"already-done"}


def test_a_namesake_that_came_after_the_plan_is_not_taken_for_ours(team: Team):
    clone = team.start(a=text("a", A))
    path = saved(team, clone)
    sid = team.sandbox.console.create_service(team.account_sid, "a")
    ran = team.run(clone, "apply", str(path))
    assert ran.code == 6
    assert f"the service named 'a' was none when the plan was made, and is {sid} now" in ran.err


def test_a_service_that_another_apply_made_is_not_taken_for_the_one_that_a_plan_was_to_make(team: Team):
    clone = team.start(a=text("a", A))
    team.ok(clone, "apply", "--yes")
    write_project(clone, new=text("new", D, E))
    commit(clone, "two numbers")
    plan = saved(team, clone)
    write_project(clone, new=text("new", D))
    commit(clone, "one number after all")
    team.ok(clone, "apply", "--yes")
    for _ in range(2):  # that it was refused once makes it no plan that was begun
        seen = len(team.writes())
        ran = team.run(clone, "apply", str(plan), "--yes", "-o", "json")
        assert (ran.code, len(team.writes())) == (6, seen)
        assert "service.create of new: the service was none when the plan was made" in ran.out
    write_project(clone, new=text("new", D, E))
    commit(clone, "two after all")
    team.ok(clone, "apply", "--yes")
    assert team.run(clone, "apply", str(plan), "--yes").code == 0  # all that it asks for is done


def test_a_plan_is_good_for_one_apply(changed: Changed):
    team, clone, path = changed
    team.ok(clone, "apply", str(path))
    write_project(clone, new=text("new", E))
    team.ok(clone, "apply", "--yes")
    assert team.pools()["new"] == {E}
    ran = team.run(clone, "apply", str(path))
    assert ran.code == 6
    assert "something that it did was undone since" in ran.err
    assert team.pools()["new"] == {E}


def killed_after(team: Team, clone: Path, method: str, *argv: str) -> None:
    """An apply that dies after the effect of its first such write."""
    team.sandbox.requests.clear()
    team.sandbox.faults.add(Fault(kind=FaultKind.DELAY, method=method, after=True, seconds=600))
    with started("apply", *argv, cwd=clone, env=team.env) as running:
        when(lambda: not team.sandbox.faults.left)
        running.kill()
        running.wait()
    team.sandbox.faults.clear()
    when(lambda: any(asked.fault for asked in team.sandbox.requests))


def test_what_another_run_left_in_doubt_is_not_settled_by_a_saved_plan(team: Team):
    clone = team.start(a=text("a", A), b=text("b", C))
    team.ok(clone, "apply", "--yes")
    write_project(clone, a=text("a", A, host="two"))
    path = saved(team, clone)
    guarded = text("b", C, D).replace(f'"{D}"', f'{{number: "{D}", protected: true}}')
    write_project(clone, a=text("a", A), b=guarded)
    killed_after(team, clone, "POST", "--yes")
    assert team.pools()["b"] == {C, D}
    team.ok(clone, "apply", str(path))
    write_project(clone, a=text("a", A, host="two"), b=text("b", C))
    assert team.ok(clone, "drift", "-o", "json").document["drift"] == [], "nobody but smsops was at work"
    ran = team.run(clone, "apply", "--yes", "-o", "json")
    assert ran.code == 5, "the protection was in the record of the run that died"
    assert team.pools()["b"] == {C, D}


def test_a_refused_apply_of_a_saved_plan_is_recorded(team: Team):
    clone = team.start(a=text("a", A, B))
    team.ok(clone, "apply", "--yes")
    edit(team, "a", inbound_request_url="https://stranger.example.com/")
    write_project(clone, a=text("a", A, B, host="two"))
    path = saved(team, clone, code=5)
    assert team.run(clone, "apply", str(path)).code == 5
    assert [record["data"]["ending"] for record in records(clone)] == ["applied", "refused"]


def test_the_command_after_a_refused_plan_makes_a_plan_that_may_be_applied(team: Team):
    clone = team.start(a=text("a", A, B))
    team.ok(clone, "apply", "--yes")
    edit(team, "a", inbound_request_url="https://stranger.example.com/")
    write_project(clone, a=text("a", A, B, host="two"))
    said = team.run(clone, "plan", "--out", "p.json").out
    assert "when this is meant: smsops plan --out p.json --allow conflict\n" in said
    assert team.run(clone, "plan", "--out", "p.json", "--allow", "conflict").out.endswith("Next: smsops apply p.json\n")
    team.ok(clone, "apply", "p.json")


@pytest.mark.parametrize(
    "words",
    [
        ("plan", "--out", "smsops.yaml"),
        ("plan", "--out", "channels/a.yaml"),
        ("plan", "--out", "channels/deeper/new.yml"),
        ("plan", "-o", "json=./channels/../smsops.YAML"),
        ("plan", "--bogus", "-o", "json=smsops.yaml"),
        ("validate", "-o", "html=channels/a.yaml"),
        ("fmt", "--check", "-o", "json=channels/a.yaml"),
        ("plan", "merge", "any.json", "--out", "channels/a.yaml"),
    ],
    ids=" ".join,
)
def test_no_output_takes_the_place_of_a_file_of_the_project(team: Team, words: tuple[str, ...]) -> None:
    clone = team.start(a=text("a", A))
    before = {path: path.read_bytes() for path in clone.rglob("*.yaml")}
    ran = team.run(clone, *words)
    assert ran.code == 64
    assert "--bogus" in words or "no output of smsops is YAML" in ran.err
    assert {path: path.read_bytes() for path in clone.rglob("*.yaml")} == before


@pytest.mark.parametrize("words", [("plan", "channels/a.yaml"), ("show", "channels/a.yaml"), ("apply", "a.yml")])
def test_a_file_where_a_name_is_wanted_is_told_apart_from_a_plan(team: Team, words: tuple[str, ...]) -> None:
    clone = team.start(a=text("a", A))
    ran = team.run(clone, *words)
    assert (ran.code, "a channel is called by its name" in ran.err, "Say a." in ran.err) == (64, True, True)


def test_a_saved_plan_is_told_with_its_id_and_shown_with_labels(team: Team) -> None:
    clone = team.start(a=text("a", A))
    planned = team.ok(clone, "plan", "--out", "p.json").out
    shown = team.ok(clone, "show", "p.json").out
    found = team.plan(clone)["plan_id"]
    assert f"Plan id: {found}, good until " in planned
    assert planned.startswith(shown)
    assert "Plan id" not in team.ok(clone, "plan").out
