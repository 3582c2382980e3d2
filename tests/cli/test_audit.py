"""`smsops audit verify`: the first record that was altered, a missing one, one without an end."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from copy import copy
from pathlib import Path

import pytest

from smsops.ledger.records import rendered, sealed_record
from smsops.sandbox.server import Sandbox
from tests.cli.clones import Team, git
from tests.cli.door import CODES, SUPPORT, Run, write_project
from tests.cli.test_killed import text

A, B = "+12065550340", "+12065550341"


def history(team: Team, count: int = 4) -> tuple[Path, list[str]]:
    """A clone with so many records, and their paths."""
    clone = team.start(a=text("a", A))
    for index in range(count):
        write_project(clone, a=text("a", A, host=f"host-{index}"))
        team.ok(clone, "apply", "--yes")
    return clone, git(clone, "ls-tree", "-r", "--name-only", "smsops-ledger").splitlines()


def rewrite(clone: Path, path: str, change: Callable[[bytes], bytes | None], *, hide: bool) -> None:
    """Change one record by a commit of its own, or as if it had always been so."""
    work = clone.parent / "tampered"
    git(clone, "worktree", "add", "-q", str(work), "smsops-ledger")
    found = change((work / path).read_bytes())
    if found is None:
        (work / path).unlink()
    else:
        (work / path).write_bytes(found)
    git(work, "add", "-A")
    if hide:
        tree = git(work, "write-tree")
        orphan = git(work, "commit-tree", tree, "-m", "history, written anew")
        git(work, "reset", "-q", "--hard", orphan)
    else:
        git(work, "commit", "-q", "-m", "a small correction")
    git(work, "push", "-q", "--force", "origin", "HEAD:smsops-ledger")


def flipped(content: bytes) -> bytes:
    return content.replace(b'"tool_version"', b'"tool_versiom"')


def later(content: bytes) -> bytes:
    record = json.loads(content)
    record["data"]["actor"] = "somebody else"
    return (json.dumps(record, indent=2, sort_keys=True) + "\n").encode()


@pytest.fixture(scope="module")
def built(_running_sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Team:
    """A team with four records; each test spoils a copy of it."""
    team = Team(tmp_path_factory.mktemp("built"), _running_sandbox, (A, B))
    history(team)
    return team


@pytest.fixture
def team(built: Team, tmp_path: Path) -> Team:
    copied = copy(built)
    copied.folder = tmp_path / "team"
    shutil.copytree(built.folder, copied.folder)
    git(copied.folder / "first", "remote", "set-url", "origin", str(copied.folder / "remote.git"))
    return copied


def copied_history(team: Team) -> tuple[Path, list[str]]:
    """The clone of a copied team, and the paths of its records."""
    clone = team.folder / "first"
    return clone, git(clone, "ls-tree", "-r", "--name-only", "smsops-ledger").splitlines()


def findings(team: Team, clone: Path) -> list[tuple[str, str]]:
    ran = team.run(clone, "audit", "verify", "-o", "json")
    errors = [finding for finding in ran.document["findings"] if finding["severity"] == "error"]
    assert ran.code == (1 if errors else 0)
    return [(finding["code"], finding["path"]) for finding in errors]


def test_a_whole_ledger_is_said_to_be_whole(team: Team):
    clone, paths = copied_history(team)
    assert len(paths) == 4
    last = team.ok(clone, "audit", "verify").out.splitlines()[-1]
    assert last.startswith(
        "4 records of 1 account in branch smsops-ledger: none altered, none missing, each with its end. "
    )
    assert last.endswith(" warnings.")


@pytest.mark.parametrize("hide", [False, True], ids=["by a commit", "in a history written anew"])
@pytest.mark.parametrize("change", [flipped, later, lambda content: content + b" "], ids=["key", "value", "blank"])
@pytest.mark.parametrize("index", [0, 2, 3])
def test_the_record_whose_bytes_were_changed_is_named_first(
    team: Team, change: Callable[[bytes], bytes], index: int, hide: bool
):
    clone, paths = copied_history(team)
    rewrite(clone, paths[index], change, hide=hide)
    fresh = team.clone("auditor")
    assert findings(team, fresh)[0] == ("SMS604", paths[index])


@pytest.mark.parametrize("index", [0, 2])
def test_a_missing_record_is_noticed_by_the_one_after_it(team: Team, index: int):
    clone, paths = copied_history(team)
    rewrite(clone, paths[index], lambda content: None, hide=True)
    assert findings(team, team.clone("auditor")) == [("SMS605", paths[index + 1])]


def test_a_last_record_that_was_deleted_is_named_by_the_history(team: Team):
    clone, paths = copied_history(team)
    rewrite(clone, paths[3], lambda content: None, hide=False)
    ran = team.run(team.clone("auditor"), "audit", "verify")
    assert ran.code == 1
    assert f"error SMS605: The record {paths[3]} was deleted by commit " in ran.out


def test_a_record_that_was_altered_with_its_own_digest_is_named_by_the_history(team: Team):
    clone, paths = copied_history(team)

    def forged(content: bytes) -> bytes:
        record = json.loads(content)
        record["data"]["actor"] = "somebody else"
        return rendered(sealed_record(record))

    rewrite(clone, paths[3], forged, hide=False)
    assert findings(team, team.clone("auditor")) == [("SMS604", paths[3])]


def test_clones_without_a_remote_that_went_on_from_the_same_record_are_told(sandbox: Sandbox, tmp_path: Path):
    team = Team(tmp_path, sandbox, (A, B))
    clone, _ = history(team, 1)
    other = team.clone("other")
    git(other, "remote", "remove", "origin")
    git(other, "branch", "-q", "smsops-ledger", git(clone, "rev-parse", "smsops-ledger"))
    for each, host in ((clone, "x"), (other, "y")):
        write_project(each, a=text("a", A, host=host))
        team.ok(each, "apply", "--yes", "--allow", "conflict")
    git(other, "remote", "add", "origin", str(team.folder / "remote.git"))
    assert [code for code, _ in findings(team, other)] == ["SMS607"]


def test_outside_git_there_is_nothing_to_verify(project: Path, run: Run):
    ran = run("audit", "verify", "-o", "json")
    assert (ran.code, ran.document["error"]["code"]) == (1, "SMS603")


def test_the_sandbox_keeps_the_same_chain_in_a_folder(project: Path, run: Run):
    assert run("--sandbox", "apply", "--yes").code == 0
    write_project(project, support=SUPPORT.replace("com/in", "com/two"), codes=CODES)
    assert run("--sandbox", "apply", "--yes").code == 0
    assert run("--sandbox", "audit", "verify").out.startswith("2 records of 1 account in .smsops/ledger: none")
    first, _ = sorted((project / ".smsops" / "ledger" / "records" / "us").iterdir())
    first.unlink()
    ran = run("--sandbox", "audit", "verify", "-o", "json")
    assert (ran.code, ran.document["findings"][0]["code"]) == (1, "SMS605")
