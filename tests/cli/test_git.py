"""What `smsops.git` says of a work tree, and that it runs nothing of the repository's own."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from smsops.git import Source, source


def git(root: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(root), "-c", "user.name=a", "-c", "user.email=a@example.com", *words],
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q")
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "file").write_text("one")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "first")
    return tmp_path


def test_a_clean_tree_is_its_commit(repository: Path) -> None:
    assert source(repository / "project") == Source(commit=git(repository, "rev-parse", "HEAD"), dirty=False)


def test_an_untracked_file_makes_the_tree_dirty(repository: Path) -> None:
    (repository / "project" / "new").write_text("")
    assert source(repository / "project").dirty is True


def test_a_change_beside_the_project_does_not_count(repository: Path) -> None:
    (repository / "elsewhere").write_text("")
    assert source(repository / "project").dirty is False


def test_outside_a_repository_nothing_is_known(tmp_path: Path) -> None:
    assert source(tmp_path) == Source(commit=None, dirty=False)


def test_a_program_named_by_the_repository_is_not_run(repository: Path) -> None:
    (repository / "hook").write_text("#!/bin/sh\ntouch ran\n")
    (repository / "hook").chmod(0o755)
    git(repository, "config", "core.fsmonitor", str(repository / "hook"))
    source(repository / "project")
    assert not list(repository.rglob("ran"))
