"""The one door to git: what is checked out, and whether it differs from its commit. Nothing here fails or prompts."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

_SECONDS = 10
"""How long git may take; a repository on a lost network disk must not hold a plan up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The commit that a plan was made from."""

    commit: str | None
    """None outside a repository, before its first commit, or without git."""
    dirty: bool
    """Whether files of the project differ from the commit, or may."""


def source(root: Path) -> Source:
    """The state of the repository that holds `root`, as far as it concerns the files below `root`."""
    commit = _git(root, "rev-parse", "--verify", "HEAD")
    status = _git(root, "status", "--porcelain", "--", ".")
    inside = _git(root, "rev-parse", "--is-inside-work-tree") is not None if status is None else True
    return Source(commit=commit, dirty=inside if status is None else bool(status))


def _git(root: Path, *words: str) -> str | None:
    """What git says, or None when it says nothing useful. The repository's own programs (fsmonitor) are not run."""
    try:
        done = subprocess.run(
            ["git", "-C", str(root), "-c", "core.fsmonitor=false", *words],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=_SECONDS,
            env={**os.environ, "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"},
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else None
