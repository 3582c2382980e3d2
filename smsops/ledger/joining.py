"""Two histories of the ledger's branch made one: what only this clone has is made again on what the remote has."""

from __future__ import annotations

from collections.abc import Iterator

from smsops.frozen import Frozen
from smsops.git import Repository


class Touch(Frozen):
    """What one commit of the ledger did to one file. A merge is listed against each of its parents."""

    commit: str
    status: str
    """A: added, M: modified, D: deleted, T: made a file of another type."""
    path: str
    mode: str
    blob: str
    """The content after it; all zeros when deleted."""


def joined(repository: Repository, here: str | None, there: str) -> str:
    """The tip of a history that holds both, and continues `there`. Raises GitError."""
    if here is None or here == there:
        return there
    counted = repository.run("rev-list", "--left-right", "--count", f"{here}...{there}").decode().split()
    match counted:
        case ["0", _]:
            return there
        case [_, "0"]:
            return here
    return _replayed(repository, here, there)


def holds(repository: Repository, tip: str, commit: str) -> bool:
    """Whether a commit is in the history of a tip. Raises GitError."""
    return repository.run("rev-list", "--count", commit, f"^{tip}").strip() == b"0"


def _replayed(repository: Repository, here: str, there: str) -> str:
    """The commits that only `here` has, made again on `there` with their messages, authors and dates."""
    differing = {path for _, _, path in _entries(repository, there, here)}
    for commit, entries in _own(repository, here, there).items():
        # What is the same on both sides in the end has arrived already, by another way.
        kept = [entry for entry in entries if entry[2] in differing]
        if kept:
            there = _again(repository, commit, repository.tree(there, kept), there)
    return there


def _own(repository: Repository, here: str, there: str) -> dict[str, list[tuple[str, str, str]]]:
    found: dict[str, list[tuple[str, str, str]]] = {}
    for touch in touches(repository, "--topo-order", "--no-merges", here, f"^{there}"):
        found.setdefault(touch.commit, []).append((touch.mode, touch.blob, touch.path))
    return found


def _again(repository: Repository, commit: str, tree: str, parent: str) -> str:
    head, _, message = repository.run("cat-file", "commit", commit).partition(b"\n\n")
    people = [line for line in head.split(b"\n") if line.startswith((b"author ", b"committer ", b"encoding "))]
    lines = [f"tree {tree}".encode(), f"parent {parent}".encode(), *people, b"", message]
    made = repository.run("hash-object", "-t", "commit", "-w", "--stdin", input=b"\n".join(lines))
    return made.decode().strip()


def touches(repository: Repository, *revisions: str) -> Iterator[Touch]:
    """What each of the commits did, oldest first. Raises GitError."""
    commits = repository.run("rev-list", "--reverse", *revisions)
    words = ("diff-tree", "--stdin", "--root", "-m", "-r", "-z", "--raw", "--no-renames")
    commit = ""
    parts = iter(repository.run(*words, input=commits).decode("utf-8", "surrogateescape").split("\0"))
    for part in parts:
        if part.startswith(":"):
            _, mode, _, blob, status = part.split(" ")
            yield Touch(commit=commit, status=status, path=next(parts), mode=mode, blob=blob)
        else:
            commit = part


def _entries(repository: Repository, before: str, after: str) -> list[tuple[str, str, str]]:
    listed = repository.run("diff-tree", "-r", "-z", "--raw", "--no-renames", before, after)
    parts = iter(listed.decode("utf-8", "surrogateescape").split("\0"))
    return [(part.split(" ")[1], part.split(" ")[3], next(parts)) for part in parts if part]
