"""Where CI systems are told that a finding is: paths from the repository's root, and changed files first."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from smsops.cli.publishing import placed
from smsops.render.report import Report
from tests.cli.clones import commit, git, repository, with_user
from tests.cli.door import SUPPORT, Run, write_project
from tests.render.reported import obeyed, report

BROKEN = SUPPORT.replace("direction: inbound-and-outbound", "direction: both")


def named(name: str, text: str = BROKEN) -> str:
    """A channel file with numbers of its own."""
    return text.replace("name: support", f"name: {name}").replace("+1206555", f"+120655{ord(name) % 10}")


def told(run: Run, *argv: str) -> list[str]:
    """The files of the annotations, in their order."""
    ran = run(*argv, "-o", "github")
    assert ran.code == 3
    commands = [command for line in ran.out.splitlines() if (command := obeyed(line))]
    return [properties["file"] for _, properties, _ in commands]


def place(root: Path) -> Report:
    return placed(report(), root)


@pytest.fixture
def branch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone on a branch that breaks z.yaml, while a.yaml is broken on main already; it is the working directory.

    After the branch left it, main got another commit, on m.yaml.
    """
    upstream = repository(tmp_path / "upstream")
    write_project(upstream, a=named("a"), z=named("z", SUPPORT))
    commit(upstream)
    git(upstream, "switch", "-qc", "topic")
    write_project(upstream, z=named("z"))
    commit(upstream)
    git(upstream, "switch", "-q", "main")
    write_project(upstream, m=named("m"))
    commit(upstream)
    git(tmp_path, "clone", "-q", f"file://{upstream}", "clone")
    clone = tmp_path / "clone"
    git(clone, "switch", "-q", "topic")
    monkeypatch.chdir(clone)
    return clone


def merged(tmp_path: Path, depth: int) -> Path:
    """What GitHub checks out for a pull request: the merge of the branch into main, shallow, and no branch at all."""
    upstream = tmp_path / "upstream"
    git(upstream, "switch", "-qc", "merge", "main")
    git(upstream, "-c", "user.name=A", "-c", "user.email=a@b", "merge", "-q", "--no-ff", "-m", "merge", "topic")
    git(upstream, "update-ref", "refs/pull/1/merge", "HEAD")
    shallow = tmp_path / "shallow"
    git(tmp_path, "init", "-q", "-b", "main", "shallow")
    git(
        shallow, "fetch", "-q", f"--depth={depth}", f"file://{upstream}", "+refs/pull/1/merge:refs/remotes/pull/1/merge"
    )
    git(shallow, "checkout", "-q", "refs/remotes/pull/1/merge")
    return shallow


# --- paths -------------------------------------------------------------------------------------------------


def test_paths_are_those_of_the_repository(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write_project(repository(tmp_path) / "infra" / "sms", support=BROKEN)
    monkeypatch.chdir(root)
    assert told(run, "validate") == ["infra/sms/channels/support.yaml"]
    (one,) = json.loads(run("validate", "-o", "gitlab").out)
    assert one["location"]["path"] == "infra/sms/channels/support.yaml"
    assert '"uri": "infra/sms/channels/support.yaml"' in run("validate", "-o", "sarif").out
    monkeypatch.chdir(root / "channels")
    assert told(run, "validate") == ["infra/sms/channels/support.yaml"]
    monkeypatch.chdir(tmp_path)
    assert told(run, "validate", "-C", "infra/sms") == ["infra/sms/channels/support.yaml"]
    assert told(run, "validate", "--config", "infra/sms/smsops.yaml") == ["infra/sms/channels/support.yaml"]


def test_a_failure_without_a_line_is_at_the_project_file_of_the_repository(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(write_project(repository(tmp_path) / "sms", support=SUPPORT))
    assert told(run, "plan", "nobody") == ["sms/smsops.yaml"]


def test_a_project_at_the_root_or_in_no_repository_has_paths_of_its_own(project: Path, run: Run) -> None:
    write_project(project, support=BROKEN)
    assert told(run, "validate") == ["channels/support.yaml"]
    repository(project)
    assert told(run, "validate") == ["channels/support.yaml"]


@pytest.mark.parametrize("folder", ['in fra/ümläut "x"', "日本/sms ", "a\tb", "-C", " sms", "a\nb", "%0A,:"])
def test_a_folder_of_any_name_is_told_as_it_is(folder: str, tmp_path: Path) -> None:
    root = repository(tmp_path) / folder
    root.mkdir(parents=True)
    assert place(root).prefix == f"{folder}/"


def test_a_folder_that_is_no_text_is_told_as_far_as_it_is(tmp_path: Path) -> None:
    root = Path(os.fsdecode(os.fsencode(repository(tmp_path)) + b"/a\xff"))
    root.mkdir()
    assert place(root).prefix == "a\ufffd/"


def test_without_git_and_without_a_folder_a_report_is_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = repository(tmp_path) / "sms"
    assert placed(report(), None) == report()
    assert place(root) == report()  # there is no such folder
    root.mkdir()
    assert place(root).prefix == "sms/"
    monkeypatch.setenv("PATH", str(tmp_path))
    assert place(root) == report()


# --- changed files -----------------------------------------------------------------------------------------


def test_findings_of_changed_files_come_first(branch: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(run, "validate") == ["channels/a.yaml", "channels/z.yaml"]
    monkeypatch.setenv("GITHUB_BASE_REF", "main")
    assert told(run, "validate") == ["channels/z.yaml", "channels/a.yaml"]
    assert place(branch).changed == {"channels/z.yaml"}  # and not m.yaml, which main got later


def test_changed_files_of_a_project_in_a_subfolder_come_first(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = write_project(repository(tmp_path) / "sms", a=named("a"), z=named("z", SUPPORT))
    commit(tmp_path)
    git(tmp_path, "update-ref", "refs/remotes/origin/main", "HEAD")
    write_project(root, z=named("z"))
    (tmp_path / "outside.txt").write_text("changed, too")
    commit(tmp_path)
    monkeypatch.setenv("GITHUB_BASE_REF", "main")
    monkeypatch.chdir(root)
    git(tmp_path, "config", "diff.relative", "true")
    git(tmp_path, "config", "diff.orderFile", "missing")
    assert told(run, "validate") == ["sms/channels/z.yaml", "sms/channels/a.yaml"]
    assert place(root).changed == {"sms/channels/z.yaml", "outside.txt"}


def test_a_changed_file_of_any_name_is_known_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = {'a "quoted".yaml', "ümläut.yaml", "tab\there.yaml", "line\nbreak.yaml"}
    commit_empty(repository(tmp_path))
    git(tmp_path, "update-ref", "refs/remotes/origin/main", "HEAD")
    for name in names:
        (tmp_path / name).write_text("x")
    commit(tmp_path)
    monkeypatch.setenv("GITHUB_BASE_REF", "main")
    assert place(tmp_path).changed == names


def commit_empty(root: Path) -> None:
    git(root, "commit", "-q", "--allow-empty", "-m", "nothing")


def test_a_renamed_file_is_changed_under_both_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write_project(repository(tmp_path), a=named("a"))
    commit(root)
    git(root, "update-ref", "refs/remotes/origin/main", "HEAD")
    git(root, "mv", "channels/a.yaml", "channels/b.yaml")
    commit(root)
    monkeypatch.setenv("GITHUB_BASE_REF", "main")
    assert place(root).changed == {"channels/a.yaml", "channels/b.yaml"}


@pytest.mark.parametrize("depth", [2, 9])
def test_a_shallow_merge_checkout_starts_from_its_first_parent(
    depth: int, branch: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    shallow = merged(tmp_path, depth)
    monkeypatch.chdir(shallow)
    monkeypatch.setenv("GITHUB_BASE_REF", "main")
    assert told(run, "validate") == ["channels/z.yaml", "channels/a.yaml", "channels/m.yaml"]
    assert place(shallow).changed == {"channels/z.yaml"}


def test_a_checkout_that_holds_one_commit_knows_no_change(
    branch: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_BASE_REF", "main")
    assert place(merged(tmp_path, 1)).changed == frozenset()


def test_the_last_commit_of_a_branch_is_not_taken_for_all_of_it(branch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(branch, "update-ref", "-d", "refs/remotes/origin/main")
    monkeypatch.setenv("GITHUB_BASE_REF", "main")
    assert place(branch).changed == frozenset()


def test_a_base_that_shares_no_commit_with_the_checkout_is_passed_over(
    branch: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shallow = merged(tmp_path, 2)
    alone = git(with_user(shallow), "commit-tree", "HEAD^{tree}", "-m", "of another line")
    git(shallow, "update-ref", "refs/remotes/origin/main", alone)
    monkeypatch.setenv("GITHUB_BASE_REF", "main")
    assert place(shallow).changed == {"channels/z.yaml"}


def test_gitlab_names_the_commit_that_a_merge_request_starts_from(
    branch: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = git(branch, "merge-base", "origin/main", "HEAD")
    monkeypatch.setenv("CI_MERGE_REQUEST_DIFF_BASE_SHA", start)
    assert told(run, "validate") == ["channels/z.yaml", "channels/a.yaml"]
    assert place(branch).changed == {"channels/z.yaml"}


@pytest.mark.parametrize("variable", ["GITHUB_BASE_REF", "CI_MERGE_REQUEST_DIFF_BASE_SHA"])
@pytest.mark.parametrize(
    "base",
    [
        "--output=pwned",
        "main...HEAD",
        "main^{/x}",
        "HEAD~1",
        "nowhere",
        "../../heads/topic",
        "0" * 40,
        "-h",
        "main\n",
        " ",
    ],
)
def test_a_base_that_is_no_branch_or_commit_changes_nothing(
    base: str, variable: str, branch: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sorted(branch.rglob("*"))
    monkeypatch.setenv(variable, base)
    assert told(run, "validate") == ["channels/a.yaml", "channels/z.yaml"]
    assert place(branch).changed == frozenset()
    assert sorted(branch.rglob("*")) == before


def test_a_repository_without_a_commit_fails_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_BASE_REF", "main")
    assert place(repository(tmp_path)).changed == frozenset()
