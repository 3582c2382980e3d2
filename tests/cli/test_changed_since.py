"""`--changed-since`: only what really asks for something else, whatever the diff of the files says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from smsops.errors import SmsopsError
from smsops.revisions import written_out
from tests.cli.clones import Team, commit, git
from tests.cli.conftest import committed
from tests.cli.door import CODES, PROJECT, SUPPORT, TWO_ACCOUNTS, Run, write_project

NUMBERS = ("+12065550101", "+12065550102", "+12065550103")


@pytest.fixture
def first(project: Path) -> Path:
    (project / ".gitignore").write_text("*.json\n.smsops/\n")
    committed(project)
    return project


def looked_at(run: Run, revision: str = "HEAD") -> set[str]:
    """The channels that a plan would act on; before the first apply these are all that it looks at."""
    document = run("--sandbox", "plan", "--changed-since", revision, "-o", "json").document
    assert document["partial"] is True
    return {change["channel"] for change in document["changes"]}


@pytest.mark.parametrize(
    "edit",
    [
        lambda text: text.replace("Patients write, we answer", "Other words"),
        lambda text: "# a comment\n" + text,
        lambda text: text.replace("label: Front desk", "label: Back office"),
        lambda text: text.replace("owner:\n  team: care\n", "owner:\n  team: others\n"),
        lambda text: text.replace('  - "+12065550102"\n', "").replace(
            "phone_numbers:\n", 'phone_numbers:\n  - "+12065550102"\n'
        ),
        lambda text: text.replace("webhook_url: ", "webhook_method: POST\nwebhook_url: "),
        lambda text: text.replace("webhook_url: ", "friendly_name: support\nwebhook_url: "),
    ],
    ids=["description", "comment", "label", "owner", "order", "a default said", "the name said"],
)
def test_what_changes_nothing_at_the_provider_is_not_looked_at(
    first: Path, run: Run, edit: Callable[[str], str]
) -> None:
    assert edit(SUPPORT) != SUPPORT
    write_project(first, support=edit(SUPPORT))
    assert looked_at(run) == set()
    commit(first)
    assert looked_at(run, "HEAD~1") == set()


@pytest.mark.parametrize(
    "edit",
    [
        lambda text: text.replace("com/in", "com/elsewhere"),
        lambda text: text.replace('  - "+12065550102"\n', ""),
        lambda text: text.replace('  - "+12065550102"\n', '  - {number: "+12065550102", protected: true}\n'),
        lambda text: text.replace("label: Front desk", "flow: confirm"),
        lambda text: text.replace("inbound-and-outbound", "outbound"),
        lambda text: text + "enabled: false\n",
        lambda text: text + "messaging: {validity_period: 60}\n",
        lambda text: text + f"messaging_service_sid: MG{'1' * 32}\n",
        lambda text: text + "friendly_name: another\n",
    ],
    ids=["url", "number", "protection", "flow", "direction", "enabled", "setting", "pin", "name"],
)
def test_what_changes_something_is_looked_at_alone(first: Path, run: Run, edit: Callable[[str], str]) -> None:
    assert edit(SUPPORT) != SUPPORT
    write_project(first, support=edit(SUPPORT))
    assert looked_at(run) == {"support"}
    commit(first)
    assert looked_at(run) == set()
    assert looked_at(run, "HEAD~1") == {"support"}


def test_a_moved_file_is_the_same_channel(first: Path, run: Run) -> None:
    (first / "channels" / "care").mkdir()
    (first / "channels" / "support.yaml").rename(first / "channels" / "care" / "support.yaml")
    assert looked_at(run) == set()


@pytest.mark.parametrize(
    "policy",
    ["policy: {drift: report}\n", "policy: {max_removals: {count: 5}}\n", "policy: {max_removals: {percent: 5}}\n"],
)
def test_a_policy_that_plans_are_judged_by_concerns_every_channel(first: Path, run: Run, policy: str) -> None:
    write_project(first, project=PROJECT + policy)
    assert looked_at(run) == {"support", "codes"}


def test_a_policy_that_only_checks_files_concerns_none(first: Path, run: Run) -> None:
    write_project(first, project=PROJECT + 'policy: {webhook_hosts: ["*.example.com"]}\n')
    assert looked_at(run) == set()


def test_another_account_concerns_its_channels(first: Path, run: Run) -> None:
    write_project(first, project=TWO_ACCOUNTS)
    assert looked_at(run) == set()
    write_project(first, codes=CODES.replace("account: us", "account: uk"))
    assert looked_at(run) == {"codes"}


def test_what_was_invalid_then_is_looked_at_now(first: Path, run: Run) -> None:
    write_project(first, codes=CODES.replace("direction: outbound", "direction: both"))
    commit(first)
    write_project(first, codes=CODES)
    assert looked_at(run) == {"codes"}


@pytest.mark.parametrize("project", ["version: 7\n", None], ids=["invalid", "none"])
def test_without_a_valid_project_then_everything_is_looked_at(tmp_path: Path, run: Run, project: str | None) -> None:
    root = tmp_path / "project"
    root.mkdir()
    if project:
        (root / "smsops.yaml").write_text(project)
    (root / "README.md").write_text("nothing yet\n")
    committed(root)
    write_project(root, project=PROJECT, codes=CODES)
    ran = run("-C", str(root), "--sandbox", "plan", "--changed-since", "HEAD", "-o", "json")
    assert {change["channel"] for change in ran.document["changes"]} == {"codes"}


def test_a_project_in_a_folder_of_its_repository_is_compared_with_itself(tmp_path: Path, run: Run) -> None:
    root = write_project(tmp_path / "repo" / "infra" / "sms", support=SUPPORT, codes=CODES)
    committed(tmp_path / "repo")
    write_project(root, codes=CODES.replace("com/status", "com/other"))
    ran = run("-C", str(root), "--sandbox", "plan", "--changed-since", "main", "-o", "json")
    assert {change["channel"] for change in ran.document["changes"]} == {"codes"}


def test_the_text_says_what_was_looked_at_and_how_to_go_on(first: Path, run: Run) -> None:
    write_project(first, codes=CODES.replace("com/status", "com/other"))
    ran = run("--sandbox", "plan", "--changed-since", "main")
    assert "This plan is partial: it looked only at what changed since main." in ran.out
    assert "Next: smsops --sandbox plan --out plan.json --changed-since main" in ran.out
    ran = run("--sandbox", "plan", "--changed-since", "main", "--out", "plan.json")
    assert "Next: smsops --sandbox apply plan.json" in ran.out
    assert "Applied: 2 done." in run("--sandbox", "apply", "plan.json").out


def test_a_deleted_file_is_looked_at(tmp_path: Path, sandbox: object) -> None:
    team = Team(tmp_path, sandbox, NUMBERS)  # type: ignore[arg-type]
    first = team.start(support=SUPPORT, codes=CODES)
    team.ok(first, "apply", "--yes")
    (first / "channels" / "codes.yaml").unlink()
    commit(first, "codes goes")
    document = team.plan(first, "--changed-since", "HEAD~1")
    assert {held["channel"] for held in document["held_back"]} == {"codes"}
    assert team.plan(first, "--changed-since", "HEAD")["held_back"] == []
    whole = team.plan(first)
    assert [one["action"] for one in whole["held_back"]] == [one["action"] for one in document["held_back"]]


@pytest.mark.parametrize("broken", ["smsops.yaml", "channels/codes.yaml"])
def test_what_left_since_a_revision_that_cannot_be_read_is_looked_at(
    tmp_path: Path, sandbox: object, broken: str
) -> None:
    team = Team(tmp_path, sandbox, NUMBERS)  # type: ignore[arg-type]
    first = team.start(support=SUPPORT, codes=CODES)
    team.ok(first, "apply", "--yes")
    sound = (first / broken).read_text()
    (first / broken).write_text("a: [")
    commit(first, "broken")
    (first / broken).write_text(sound)
    (first / "channels" / "codes.yaml").unlink()
    commit(first, "mended, and codes goes")
    document = team.plan(first, "--changed-since", "HEAD~1")
    assert {held["channel"] for held in document["held_back"]} == {"codes"}


def test_the_matrix_takes_only_what_changed(first: Path, run: Run) -> None:
    write_project(first, codes=CODES.replace("com/status", "com/other"))
    (job,) = run("--sandbox", "matrix", "--changed-since", "main", "-o", "json").document["include"]
    assert job == {"shard": "1/1", "accounts": "us", "requests": 2}
    git(first, "checkout", "-q", "--", ".")
    (job,) = run("--sandbox", "matrix", "--changed-since", "main", "-o", "json").document["include"]
    assert job == {"shard": "1/1", "accounts": "", "requests": 0}


@pytest.mark.parametrize("revision", ["nowhere", "--all", "-n", "HEAD:smsops.yaml", "", "HEAD^{tree}"])
def test_what_is_no_revision_is_wrong_usage(first: Path, run: Run, revision: str) -> None:
    ran = run("--sandbox", "plan", f"--changed-since={revision}")
    assert ran.code == 64
    assert "There is no revision" in ran.err
    assert "git log shows them" in ran.err


def test_a_range_is_no_revision_and_a_shallow_clone_is_told_apart(first: Path, run: Run, tmp_path: Path) -> None:
    assert "Give one revision, not a range." in run("--sandbox", "plan", "--changed-since", "main..HEAD").err
    (first / "README.md").write_text("words\n")
    commit(first, "another")
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{first}", "shallow")
    ran = run("-C", str(tmp_path / "shallow"), "--sandbox", "plan", "--changed-since", "HEAD~1")
    assert (ran.code, "git fetch --unshallow" in ran.err) == (64, True)


def test_channels_are_not_named_beside_it(first: Path, run: Run) -> None:
    ran = run("--sandbox", "plan", "--changed-since", "HEAD", "codes")
    assert (ran.code, "name none beside it" in ran.err) == (64, True)


def test_outside_a_repository_there_are_no_revisions(project: Path, run: Run) -> None:
    ran = run("--sandbox", "plan", "--changed-since", "HEAD")
    assert (ran.code, "in no git repository" in ran.err) == (64, True)


def test_a_linked_file_of_then_is_read_like_one_of_today(first: Path, run: Run) -> None:
    (first / "channels" / "codes.yaml").rename(first / "codes.txt")
    (first / "shared").mkdir()
    (first / "codes.txt").rename(first / "shared" / "codes.yaml")
    (first / "channels" / "codes.yaml").symlink_to("../shared/codes.yaml")
    commit(first)
    assert run("validate").code == 0
    assert looked_at(run) == set()
    assert looked_at(run, "HEAD~1") == set()


def test_a_forged_tree_writes_nothing_outside(first: Path, run: Run, tmp_path: Path) -> None:
    """Git refuses to check such a tree out; whoever writes trees by hand can still name it."""
    blob = git(first, "hash-object", "-w", "smsops.yaml")
    entry = b"100644 ../escaped.yaml\0" + bytes.fromhex(blob)
    (tmp_path / "tree").write_bytes(entry)
    tree = git(first, "hash-object", "-t", "tree", "--literally", "-w", str(tmp_path / "tree"))
    made = git(first, "commit-tree", tree, "-m", "forged")
    ran = run("--sandbox", "plan", "--changed-since", made, "-o", "json")
    assert {change["channel"] for change in ran.document["changes"]} == {"support", "codes"}


def test_a_full_disk_is_said(first: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    with pytest.raises(SmsopsError, match="A temporary folder cannot be written"), written_out(first, "HEAD"):
        pass
