"""`smsops.git`: which repository and remote are meant, and what is said when git refuses."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from smsops.git import GitError, Repository
from tests.ledger.repositories import git, make_repository


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_repository(tmp_path / "project")


def test_a_repository_is_found_from_a_folder_inside(root: Path) -> None:
    (root / "a").mkdir()
    assert Repository.find(root / "a") == Repository(root / "a")


def test_outside_a_repository_and_without_git_there_is_none(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Repository.find(tmp_path) is None
    monkeypatch.setenv("PATH", "")
    assert Repository.find(root) is None
    with pytest.raises(GitError, match="git cannot be run"):
        Repository(root).run("status")


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder to another user")
def test_a_repository_of_another_user_is_an_error(root: Path) -> None:
    os.chown(root, 12345, 12345)
    with pytest.raises(GitError, match="dubious ownership"):
        Repository.find(root)


def test_a_repository_that_is_broken_is_an_error(tmp_path: Path) -> None:
    (tmp_path / ".git").write_text("gitdir: elsewhere\n")
    with pytest.raises(GitError, match="not a git repository"):
        Repository.find(tmp_path)


def test_without_a_remote_there_is_none(root: Path) -> None:
    assert Repository(root).remote() is None


def test_origin_comes_first_and_the_only_remote_will_do(root: Path) -> None:
    git(root, "remote", "add", "up.stream", "https://example.com/a")
    assert Repository(root).remote() == "up.stream"
    git(root, "remote", "add", "origin", "https://example.com/b")
    assert Repository(root).remote() == "origin"


def test_among_several_remotes_none_is_guessed(root: Path) -> None:
    git(root, "remote", "add", "b", "https://example.com/b")
    git(root, "remote", "add", "a", "https://example.com/a")
    with pytest.raises(GitError, match="several remotes and none is called origin: a, b") as caught:
        Repository(root).remote()
    assert "git remote rename a origin" in caught.value.hint


def test_settings_that_cannot_be_read_are_an_error(root: Path) -> None:
    (root / ".git" / "config").write_text("[remote")
    with pytest.raises(GitError, match="bad config"):
        Repository(root).remote()


def test_credentials_in_an_address_are_masked(root: Path) -> None:
    git(root, "remote", "add", "origin", "ext::no://ada:s3cret@example.com/x")
    with pytest.raises(GitError) as caught:
        Repository(root).tip_at("http://ada:s3cret@127.0.0.1:1/x", "refs/heads/x")
    assert "127.0.0.1" in caught.value.message
    assert "s3cret" not in caught.value.message
    with pytest.raises(GitError) as caught:
        Repository(root).run("rev-parse", "--verify", "https://ada:s3@cret@example.com/x")
    assert "s3" not in caught.value.message


def test_what_git_says_is_one_printable_line(root: Path) -> None:
    with pytest.raises(GitError) as caught:
        Repository(root).run("cat-file", "-p", "a\x1b(31m\nb")
    assert caught.value.message.isprintable()
    assert caught.value.status == 128


def test_a_git_that_says_nothing_is_told_by_its_exit_code(root: Path) -> None:
    with pytest.raises(GitError, match="git config ended with exit code 1"):
        Repository(root).run("config", "no.such")


def test_a_remote_that_does_not_answer_is_given_up_with_all_its_programs(root: Path, tmp_path: Path) -> None:
    # The program named here also shows that the user's own ssh command is used.
    program = tmp_path / "ssh"
    program.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/id.new\nmv {tmp_path}/id.new {tmp_path}/id\nexec sleep 1000\n")
    program.chmod(0o755)
    git(root, "config", "core.sshCommand", str(program))
    git(root, "config", "ssh.variant", "simple")
    limit = 1.0
    while not (tmp_path / "id").exists():  # on a slow machine the program has not begun yet
        with pytest.raises(GitError, match="git ls-remote gave no answer for"):
            Repository(root).run("ls-remote", "ssh://example.com/x", timeout_s=limit)
        limit *= 2
    process = int((tmp_path / "id").read_text())
    while is_running(process):
        time.sleep(0.01)


def is_running(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def test_blobs_come_in_order_and_a_missing_one_is_an_error(root: Path) -> None:
    repository = Repository(root)
    contents = [b"", b"\n", b"x" * 100_000, b"a blob 3\n"]
    ids = [repository.blob(content) for content in contents]
    assert list(repository.blobs(ids * 400)) == contents * 400
    with pytest.raises(GitError, match="missing"):
        list(repository.blobs([ids[0], "0" * 40]))


def test_a_ref_is_told_from_one_that_only_ends_like_it(root: Path) -> None:
    repository = Repository(root)
    head = git(root, "rev-parse", "HEAD")
    git(root, "update-ref", "refs/heads/other/refs/heads/x", head)
    assert repository.tip_at(".", "refs/heads/x") is None
    assert repository.tip_at(".", "refs/heads/main") == head
    assert repository.tip("refs/heads/x") is None
