"""The auditor's commands as an auditor runs them: a team's project with a past, its ledger, and one that was forged."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from copy import copy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from smsops.codes.audit import AUDIT_CODES
from smsops.ledger.records import rendered, sealed_record, sha256_of
from smsops.sandbox.server import Sandbox
from tests.cli.clones import Team, commit, git
from tests.cli.door import PROJECT, Ran, write_project
from tests.cli.test_killed import text
from tests.history.objects import START, Line, Store

A, B, C = "+12065550351", "+12065550352", "+12065550353"
OWNER = "owner: {team: care}\n"


@pytest.fixture(scope="module")
def team(_running_sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Team:
    """Two channels, applied; a new host, merged and applied; an owner; a rename; a host that waits for its apply."""
    team = Team(tmp_path_factory.mktemp("team"), _running_sandbox, (A, B, C))
    clone = team.start(alpha=text("alpha", A) + OWNER, beta=text("beta", B) + OWNER)
    team.ok(clone, "apply", "--yes")
    write_project(clone, alpha=text("alpha", A, host="second") + OWNER)
    commit(clone, "Another host (#2)")
    team.ok(clone, "apply", "--yes")
    write_project(clone, beta=text("beta", B) + OWNER.replace("care", "cure"))
    commit(clone, "Another owner")
    (clone / "channels" / "beta.yaml").unlink()
    write_project(clone, gamma=text("gamma", B, C) + OWNER)
    commit(clone, "One goes, another comes")
    write_project(clone, alpha=text("alpha", A, host="third") + OWNER)
    commit(clone, "A third host")
    team.ok(clone, "drift", "--record")
    git(clone, "push", "-q", "origin", "main")
    return team


@pytest.fixture
def clone(team: Team) -> Path:
    return team.folder / "first"


@pytest.fixture
def own(team: Team, tmp_path: Path) -> Path:
    """A copy that a test may spoil; it has no remote."""
    copied = tmp_path / "own"
    shutil.copytree(team.folder / "first", copied)
    git(copied, "remote", "remove", "origin")
    return copied


def versions(ran: Ran) -> list[tuple[str, str, str]]:
    return [(v["channel"], v["kind"], v["standing"]) for v in ran.document["versions"]]


def test_history_tells_what_was_merged_and_what_went_live(team: Team, clone: Path):
    ran = team.ok(clone, "history", "alpha", "-o", "json")
    assert versions(ran) == [
        ("alpha", "changed", "waiting"),
        ("alpha", "changed", "live"),
        ("alpha", "created", "live"),
    ]
    second = ran.document["versions"][1]
    assert second["commit"]["request"] == "#2"
    assert second["commit"]["author"]["name"] == "Ann"
    assert [diff["field"] for diff in second["diffs"]] == ["webhook_url", "status_callback_url"]
    assert second["apply"]["at"] >= second["commit"]["merged_at"][:-1]
    assert second["apply"]["record"] in git(clone, "ls-tree", "-r", "--name-only", "smsops-ledger")


def test_history_of_all_channels_is_the_newest_first_and_in_every_format(team: Team, clone: Path):
    ran = team.ok(clone, "history", "-o", "json")
    assert [name for name, _, _ in versions(ran)] == ["alpha", "gamma", "beta", "beta", "alpha", "beta", "alpha"]
    assert "never live" not in team.ok(clone, "history").out
    assert team.ok(clone, "history", "-o", "csv").out.count("\r\n") > 20
    assert "### History of" in team.ok(clone, "history", "-o", "markdown").out


def test_blame_names_the_commit_that_set_each_key(team: Team, clone: Path):
    rows = team.ok(clone, "blame", "alpha", "-o", "json").document["rows"]
    told = {row["field"]: row["version"]["commit"]["subject"] for row in rows}
    assert (told["webhook_url"], told["owner.team"], told[A]) == ("A third host", "channels", "channels")
    assert "A third host" not in team.ok(clone, "blame", "alpha").out
    assert "who set what" in team.ok(clone, "blame", "alpha", "-o", "markdown").out


def test_a_channel_that_git_never_had_or_has_no_more_is_told_apart(team: Team, clone: Path):
    never = team.run(clone, "history", "alpa")
    assert (never.code, "Did you mean alpha?" in never.err) == (3, True)
    gone = team.run(clone, "blame", "beta")
    assert (gone.code, "left git" in gone.err) == (3, True)
    assert team.run(clone, "history", "channels/alpha.yaml").code == 64


def test_show_at_tells_what_was_merged_beside_what_was_applied(team: Team, clone: Path):
    at_head = team.ok(clone, "show", "alpha", "--at", "HEAD", "-o", "json").document
    assert at_head["applied"] is None
    assert at_head["merged"]["standing"] == "waiting"
    before = team.ok(clone, "show", "alpha", "--at", "HEAD~3", "-o", "json").document
    assert before["merged"]["standing"] == "live"
    assert not [row for row in before["rows"] if row["differs"]]
    now = team.ok(clone, "show", "alpha", "--at", "2999-01-01", "-o", "json").document
    assert [row["key"] for row in now["rows"] if row["differs"]] == ["webhook_url", "status_callback_url"]
    assert now["checked"]["differences"] == 0
    for form in ("text", "markdown", "csv"):
        assert "third" in team.ok(clone, "show", "alpha", "--at", "2999-01-01", "-o", form).out


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (("show", "alpha", "--at", "2001-01-01"), 1),
        (("show", "alpha", "--at", "2026-13-01"), 64),
        (("show", "alpha", "--at", "nosuch"), 64),
        (("show", "gamma", "--at", "HEAD~4"), 3),
        (("show", "alpha", "-o", "csv"), 64),
        (("audit", "log", "--since", "2026-02-01", "--until", "2026-01-01"), 64),
        (("audit", "log", "--since", "soon"), 64),
        (("audit", "sample", "--size", "0", "--seed", "x"), 64),
        (("audit", "sample", "--size", "5", "--seed", ""), 64),
        (("audit", "sample", "--size", "5", "--seed", " "), 64),
        (("audit", "verify", "nosuch"), 64),
    ],
)
def test_what_cannot_be_answered_is_said_in_words(team: Team, clone: Path, argv: tuple[str, ...], code: int):
    ran = team.run(clone, *argv)
    assert (ran.code, ran.err.startswith("error")) == (code, True), ran.err


SECRET = "Zk3vQ8pL1xWm7TnB2cYd5HsE"
BROKEN_RULES = (
    text("alpha", A, host="ann:sesame@odd").replace("direction:", "directoin:") + f"friendly_name: {SECRET}\n" + OWNER
)


@pytest.mark.parametrize("form", ["text", "json", "markdown", "csv"])
def test_a_file_that_breaks_a_rule_of_today_is_shown_and_what_history_hides_is_not(team: Team, own: Path, form: str):
    write_project(own, alpha=BROKEN_RULES)
    commit(own, "A rule is broken")
    ran = team.ok(own, "show", "alpha", "--at", "2999-01-01", "-o", form)
    shown = ran.out + ran.err
    assert "second" in shown, "what the record says was live"
    assert "directoin" in shown
    assert not [hidden for hidden in ("sesame", SECRET) if hidden in shown]
    hidden = team.ok(own, "history", "alpha", "-o", "csv").out
    assert not [word for word in ("sesame", SECRET) if word in hidden]
    if form == "json":
        codes = {(refusal["code"], refusal["path"]) for refusal in ran.document["refused"]}
        assert ("SMS201", "channels/alpha.yaml") in codes
        rows = {row["key"]: row for row in ran.document["rows"]}
        assert rows["webhook_url"]["merged"] == "https://****@odd.example.com/in"
        assert (rows["webhook_method"]["merged"], rows["webhook_method"]["differs"]) == (None, False)


def test_a_file_that_could_not_be_read_is_answered_for_by_the_version_before_it(team: Team, own: Path):
    last = git(own, "rev-parse", "HEAD")
    write_project(own, alpha="name: [")
    commit(own, "Broken")
    (own / "smsops.yaml").write_text((own / "smsops.yaml").read_text().replace("version: 1", "version: 2"))
    commit(own, "A project of another time")
    git(own, "checkout", "-q", "HEAD~2", "--", "smsops.yaml")
    commit(own, "And of this one")
    for at in ("HEAD~1", "2999-01-01"):
        told = team.ok(own, "show", "alpha", "--at", at, "-o", "json").document
        assert told["unreadable"]["shown_commit"] == last
        assert "https://third.example.com/in" in {row["merged"] for row in told["rows"]}
        assert "https://second.example.com/in" in {row["applied"] for row in told["rows"]} or at == "HEAD~1"
        refused = {one["path"] for one in told["refused"]}
        assert refused == {"channels/alpha.yaml", *(["smsops.yaml"] if at == "HEAD~1" else [])}


def test_a_link_to_another_file_is_answered_for_by_what_it_leads_to(team: Team, own: Path):
    (own / "alpha.yaml").write_text(text("alpha", A, host="linked") + OWNER)
    (own / "channels" / "alpha.yaml").unlink()
    (own / "channels" / "alpha.yaml").symlink_to("../alpha.yaml")
    commit(own, "A link")
    told = team.ok(own, "show", "alpha", "--at", "HEAD", "-o", "json").document
    assert (told["unreadable"], told["refused"]) == (None, [])
    assert "https://linked.example.com/in" in {row["merged"] for row in told["rows"]}


def test_a_revision_beside_the_main_line_is_answered_for_by_its_own_files(team: Team, own: Path):
    git(own, "checkout", "-q", "-b", "side", "HEAD~1")
    write_project(own, alpha=text("alpha", A, host="beside") + OWNER)
    commit(own, "Beside")
    git(own, "checkout", "-q", "main")
    told = team.ok(own, "show", "alpha", "--at", "side", "-o", "json").document
    assert (told["merged"], told["applied"], told["refused"]) == (None, None, [])
    assert "https://beside.example.com/in" in {row["merged"] for row in told["rows"]}
    assert team.run(own, "show", "beta", "--at", "side").code == 3
    git(own, "checkout", "-q", "side")
    git(own, "rm", "-q", "smsops.yaml")
    commit(own, "No project")
    git(own, "checkout", "-q", "main")
    told = team.ok(own, "show", "alpha", "--at", "side", "-o", "json").document
    assert told["refused"] == [{"code": "SMS101", "path": "smsops.yaml"}]


def test_a_period_before_the_first_commit_is_empty_and_no_error(team: Team, clone: Path, tmp_path: Path):
    early = ("--until", "2001-01-01")
    assert team.ok(clone, "audit", "log", *early, "-o", "json").document["items"] == []
    assert "0 items" in team.ok(clone, "audit", "sample", "--size", "3", "--seed", "x", *early).out
    team.ok(clone, "audit", "export", str(tmp_path / "q"), *early)
    assert (
        "# Head: none, the first commit is not before the end of the period." in (tmp_path / "q/MANIFEST").read_text()
    )
    assert team.ok(clone, "audit", "verify", str(tmp_path / "q")).out.endswith("as it was exported.\n")


def test_the_log_holds_changes_and_applies_and_a_sample_can_be_drawn_again(team: Team, clone: Path):
    whole = team.ok(clone, "audit", "log", "-o", "json").document
    assert [item["what"] for item in whole["items"]].count("apply") == 2
    assert whole["population"] == len(whole["items"]) == 7 + 1 + 2
    argv = ("audit", "sample", "--size", "4", "--seed", "2026", "-o", "json")
    drawn, again = (team.ok(clone, *argv).document for _ in range(2))
    assert drawn == again
    assert [item for item in whole["items"] if item in drawn["items"]] == drawn["items"]
    assert len(drawn["items"]) == 4
    assert "drawn with size 4" in team.ok(clone, *argv[:-2]).out
    assert team.ok(clone, "audit", "log", "-o", "csv").out.count("\r\n") == 11
    assert "| time |" in team.ok(clone, "audit", "log", "-o", "markdown").out


def test_what_is_wrong_in_smsops_yaml_today_hides_no_past_and_a_policy_that_is_wrong_judges_nothing(
    team: Team, own: Path, tmp_path: Path
):
    project = (own / "smsops.yaml").read_text()
    views = [
        *(("history", "alpha"), ("blame", "alpha"), ("show", "alpha", "--at", "HEAD"), ("audit", "log")),
        *(("audit", "sample", "--size", "2", "--seed", "s"), ("audit", "export", str(tmp_path / "export"))),
    ]
    judging = [("audit", "verify"), ("audit", "site", str(tmp_path / "site"))]

    def codes(text: str, asked: list[tuple[str, ...]]) -> set[int]:
        (own / "smsops.yaml").write_text(text)
        return {team.run(own, *argv).code for argv in asked}

    assert codes(re.sub("auth_token.*", "", project), views) == {0}
    ran = team.run(own, "history", "alpha")
    assert "error SMS214" in ran.err
    assert ran.err.endswith("The past is told all the same: git and the ledger hold it.\n")
    assert codes("version: 1\n", [("audit", "log")]) == {0}
    assert codes(project + "policy: {audit: {require_aproval: true}}\n", judging) == {3}
    for unreadable in ("accounts: [", "[a list]", "ledger: 5\n", "ledger: {branch: [a]}\n"):
        assert codes(unreadable, [("history", "alpha"), ("audit", "log")]) == {3}, unreadable


def test_commits_of_one_second_come_in_the_order_of_the_main_line_in_every_clone(team: Team, tmp_path: Path):
    line = Line(Store())
    line.commit("The project", {"smsops.yaml": PROJECT}, merged=START)
    ids = []
    for nth in range(7):
        channels = {"channels/alpha.yaml": text("alpha", A, host=f"h{nth}"), "channels/beta.yaml": text("beta", B)}
        ids.append(line.commit(f"Host {nth}", channels, merged=START + 5))
    root = line.store.write(tmp_path / "one", line.tip)
    git(tmp_path, "clone", "-q", str(root), "two")
    git(root, "checkout", "-q", "main", "--", ".")
    told = []
    for clone in (root, tmp_path / "two"):
        items = team.ok(clone, "audit", "log", "-o", "json").document["items"]
        assert [item["change"]["commit"]["id"] for item in items if item["channel"] == "alpha"] == ids
        assert [item["channel"] for item in items[:3]] == [None, "alpha", "beta"]
        drawn = team.ok(clone, "audit", "sample", "--size", "4", "--seed", "s", "-o", "json").document["items"]
        assert drawn == [item for item in items if item in drawn]
        team.ok(clone, "audit", "export", str(clone / "export"))
        told.append({f.name: f.read_bytes() for f in (clone / "export").iterdir()})
    assert told[0] == told[1]


def test_two_people_export_the_same_bytes_and_one_altered_byte_is_named(team: Team, clone: Path, tmp_path: Path):
    ada, bob = tmp_path / "ada", tmp_path / "bob"
    team.ok(clone, "audit", "export", str(ada), "--until", "2999-01-01")
    team.ok(team.clone("auditor"), "audit", "export", str(bob), "--until", "2999-01-01")
    assert {f.name: f.read_bytes() for f in ada.iterdir()} == {f.name: f.read_bytes() for f in bob.iterdir()}
    assert team.ok(clone, "audit", "verify", str(ada)).out.endswith("every byte is as it was exported.\n")
    content = bytearray((ada / "changes.csv").read_bytes())
    content[100] ^= 1
    (ada / "changes.csv").write_bytes(content)
    (ada / "calls.csv").unlink()
    ran = team.run(clone, "audit", "verify", str(ada), "-o", "json")
    assert ran.code == 1
    findings = [(finding["code"], finding["path"]) for finding in ran.document["findings"]]
    assert findings == [("SMS619", "calls.csv"), ("SMS619", "changes.csv")]
    again = team.run(clone, "audit", "export", str(ada))
    assert (again.code, "not empty" in again.err) == (64, True)


def test_an_export_of_a_period_stays_the_same_when_more_is_merged_and_applied(team: Team, own: Path, tmp_path: Path):
    at = git(own, "log", "-1", "--format=%cI")
    for name in ("before", "after"):
        team.ok(own, "audit", "export", str(tmp_path / name), "--until", at, "-q")
        write_project(own, alpha=text("alpha", A, host=f"later-{name}") + OWNER)
        commit(own, "Later")
    kept = [{f.name: f.read_bytes() for f in (tmp_path / name).iterdir()} for name in ("before", "after")]
    assert kept[0] == kept[1]


def test_an_export_is_the_same_wherever_the_machine_would_send_requests(team: Team, own: Path, tmp_path: Path):
    here, plain, elsewhere = team, copy(team), copy(team)
    plain.env = {name: value for name, value in team.env.items() if name != "SMSOPS_API_BASE_URL"}
    elsewhere.env = plain.env | {"SMSOPS_API_BASE_URL": "http://localhost:1"}
    until = git(own, "log", "-1", "--format=%cI")
    made = []
    for name, at in {"here": here, "plain": plain, "elsewhere": elsewhere}.items():
        ran = at.ok(own, "audit", "export", str(tmp_path / name), "--until", until)
        assert "Records of 127.0.0.1 say nothing of what is live" in ran.err
        made.append({f.name: f.read_bytes() for f in (tmp_path / name).iterdir()})
    assert made[0] == made[1] == made[2]

    def standings(*words: str) -> set[str]:
        items = plain.ok(own, "audit", "log", "-o", "json", *words).document["items"]
        return {item["change"]["standing"] for item in items if "change" in item}

    assert "live" not in standings()
    project = (own / "smsops.yaml").read_text()
    (own / "smsops.yaml").write_text(project + f"    api_base_url: {team.sandbox.base_url}\n")
    assert "live" not in standings(), "what is in no commit decides nothing"
    begin = datetime.now(UTC) + timedelta(days=1)
    with patch.dict(os.environ, {"GIT_COMMITTER_DATE": begin.isoformat()}):
        commit(own, "The server by which the account is reached")
    assert "live" in standings()
    assert "live" not in standings("--until", begin.isoformat(timespec="seconds"))


def found(team: Team, root: Path) -> list[dict[str, Any]]:
    findings = team.run(root, "audit", "verify", "-o", "json").document["findings"]
    assert isinstance(findings, list)
    return findings


def policy(root: Path, words: str) -> None:
    project = (root / "smsops.yaml").read_text()
    (root / "smsops.yaml").write_text(f"{project}policy:\n  audit: {{{words}}}\n")


def drop_the_owner(root: Path) -> None:
    write_project(root, alpha=text("alpha", A))
    commit(root)


def let_a_review_be_due(root: Path) -> None:
    write_project(root, alpha=text("alpha", A) + OWNER + "tags: {review_by: 2020-01-31}\n")
    commit(root)


def forge_a_record(root: Path) -> None:
    """A record with its own digest, as the next of its chain, that says what no file says."""
    git(root, "checkout", "-q", "smsops-ledger")
    path = sorted((root / "records" / "us").iterdir())[-1]
    last = path.read_bytes()
    record = json.loads(last)
    data = record["data"]
    data["previous"] = sha256_of(last)
    data["inventory"]["alpha"]["fields"]["webhook_url"] = "https://evil.example.com/in"
    (path.parent / "20991231T000000000000Z-0.json").write_bytes(rendered(sealed_record(record)))
    commit(root, "us: applied")
    git(root, "checkout", "-q", "main")


def forge_a_channel(root: Path) -> None:
    """A record that says that the account has a channel that no file ever declared."""
    forge_a_record(root)
    git(root, "checkout", "-q", "smsops-ledger")
    path = sorted((root / "records" / "us").iterdir())[-1]
    record = json.loads(path.read_bytes())
    inventory = record["data"]["inventory"]
    inventory["alpha"]["fields"]["webhook_url"] = "https://second.example.com/in"
    inventory["ghost"] = {**inventory["alpha"], "service_sid": f"MG{9:032x}", "pool": [C]}
    path.write_bytes(rendered(sealed_record(record)))
    git(root, "add", "-A")
    git(root, "commit", "-q", "--amend", "-m", "us: applied")
    git(root, "checkout", "-q", "main")


def begin_long_ago(root: Path) -> None:
    """As if the last merge, which waits for its apply, had been weeks ago."""
    tip = git(root, "cat-file", "commit", "HEAD")
    old = re.sub(r"^(committer .*>) .*$", r"\1 1700000000 +0000", tip, flags=re.MULTILINE)
    (root / ".tip").write_text(old + "\n")
    git(root, "update-ref", "refs/heads/main", git(root, "hash-object", "-t", "commit", "-w", ".tip"))


def spoil_a_signature(root: Path) -> None:
    tip = git(root, "cat-file", "commit", "HEAD")
    head, _, message = tip.partition("\n\n")
    signature = "gpgsig -----BEGIN SSH SIGNATURE-----\n AAAA\n -----END SSH SIGNATURE-----"
    (root / ".tip").write_text(f"{head}\n{signature}\n\n{message}\n")
    git(root, "update-ref", "refs/heads/main", git(root, "hash-object", "-t", "commit", "-w", ".tip"))


def do_nothing(root: Path) -> None:
    """It is so already."""


Arrange = Callable[[Path], None]
SCENES: dict[str, tuple[Arrange, str, str]] = {
    "SMS610": (do_nothing, "require_approval: true", "error"),
    "SMS611": (do_nothing, "require_approval: true", "error"),
    "SMS612": (do_nothing, "require_signature: true", "error"),
    "SMS615": (forge_a_record, "", "error"),
    "SMS616": (begin_long_ago, "pending_days: 2", "warning"),
    "SMS618": (let_a_review_be_due, "", "error"),
}
"""What raises each code through the command line; SMS613, 614 and 617 have tests of their own, and SMS619 above."""


@pytest.mark.parametrize("code", SCENES)
def test_verify_finds_what_should_not_be_so(team: Team, own: Path, code: str):
    arrange, words, severity = SCENES[code]
    arrange(own)
    policy(own, words)
    assert (code, severity) in [(finding["code"], finding["severity"]) for finding in found(team, own)]
    assert team.run(own, "audit", "verify").code == (1 if severity == "error" else 0)


def test_a_record_of_a_channel_that_git_never_had_is_told(team: Team, own: Path):
    forge_a_channel(own)
    (one,) = (finding for finding in found(team, own) if finding["code"] == "SMS615")
    assert (one["severity"], "as channel ghost" in one["message"]) == ("error", True)


def test_a_channel_below_a_link_to_a_folder_is_not_taken_for_one_that_git_never_had(sandbox: Sandbox, tmp_path: Path):
    other = Team(tmp_path, sandbox, (A, B))
    clone = other.start(alpha=text("alpha", A) + OWNER)
    (clone / "shared").mkdir()
    (clone / "shared" / "beta.yaml").write_text(text("beta", B) + OWNER)
    (clone / "channels" / "shared").symlink_to("../shared")
    commit(clone)
    assert "beta" in other.ok(clone, "apply", "--yes").out
    assert "SMS615" not in [finding["code"] for finding in found(other, clone)]


def test_without_a_policy_what_nobody_required_is_a_warning(team: Team, clone: Path):
    assert {(f["code"], f["severity"]) for f in found(team, clone)} == {
        (code, "warning") for code in ("SMS610", "SMS611", "SMS612")
    }
    assert "-o json lists all" in team.ok(clone, "audit", "verify").out


def test_an_owner_that_is_missing_is_told_with_the_numbers(team: Team, own: Path):
    drop_the_owner(own)
    (one,) = (finding for finding in found(team, own) if finding["code"] == "SMS618")
    assert A in one["message"]


def test_an_apply_of_what_is_in_no_commit_is_told(team: Team, sandbox: Sandbox, tmp_path: Path):
    other = Team(tmp_path, sandbox, (A,))
    clone = other.start(alpha=text("alpha", A) + OWNER)
    write_project(clone, alpha=text("alpha", A, host="unsaid") + OWNER)
    other.ok(clone, "apply", "--yes")
    assert "SMS614" in [finding["code"] for finding in found(other, clone)]


def test_a_signature_that_cannot_be_checked_is_not_called_good(team: Team, own: Path):
    spoil_a_signature(own)
    ran = team.ok(own, "history", "alpha", "-o", "json").document["versions"][0]["commit"]
    assert (ran["signature"], ran["verdict"]) == ("ssh", "unknown key")


def test_drift_stays_open_until_a_check_finds_none(team: Team, sandbox: Sandbox, tmp_path: Path):
    other = Team(tmp_path, sandbox, (A,))
    clone = other.start(alpha=text("alpha", A) + OWNER)
    other.ok(clone, "apply", "--yes")
    sandbox.console.update_service(other.services()["alpha"], inbound_request_url="https://elsewhere.example.com/")
    first = other.ok(clone, "drift", "--record")
    assert "kept as checks/us/" in first.err
    assert "nothing was added" in other.ok(clone, "drift", "--record").err
    (one,) = (finding for finding in found(other, clone) if finding["code"] == "SMS617")
    assert (one["severity"], "webhook_url" in one["message"]) == ("warning", True)
    moment = other.ok(clone, "show", "alpha", "--at", "2999-01-01")
    assert "https://elsewhere.example.com/" in moment.out
    other.ok(clone, "apply", "--yes")
    other.ok(clone, "drift", "--record")
    assert "SMS617" not in [finding["code"] for finding in found(other, clone)]


def test_every_code_of_an_audit_is_raised_here_or_among_the_rules():
    raised = {*SCENES, "SMS613", "SMS614", "SMS617", "SMS619"}
    assert raised == {code.code for code in AUDIT_CODES}
