"""Real repositories, remotes and clones to keep a ledger in."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

LEDGER = "smsops-ledger"
HEAD_REF = f"refs/heads/{LEDGER}"


def git(root: Path, *words: str) -> str:
    person = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
    done = subprocess.run(["git", "-C", str(root), *person, *words], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def make_repository(root: Path) -> Path:
    """A work tree with one commit on `main`."""
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    (root / "file").write_text("one\n")
    git(root, "add", ".")
    git(root, "commit", "-qm", "first")
    return root


def make_remote(root: Path) -> Path:
    """A bare repository with one commit on `main`."""
    source = make_repository(root.with_name(f"{root.name}-source"))
    subprocess.run(["git", "clone", "-q", "--bare", str(source), str(root)], check=True)
    return root


def make_clone(remote: Path, root: Path, *options: str) -> Path:
    subprocess.run(["git", "clone", "-q", *options, f"file://{remote}", str(root)], check=True)
    return root


def refuse_pushes(remote: Path, to: str = "refs/") -> Path:
    """A hook of the remote that refuses whatever begins with `to`; deleting the file allows it again."""
    hook = remote / "hooks" / "update"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f'#!/bin/sh\ncase "$1" in {to}*) echo "not today" >&2; exit 1;; esac\n')
    hook.chmod(0o755)
    return hook


def without_settings(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """Git as on a machine that was never set up: no user, no system-wide and no personal settings."""
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
