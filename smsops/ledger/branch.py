"""The ledger as an orphan branch of the project's own git repository, one commit a write.

The local branch is the ledger; the remote's is a copy that others write to as well. Each is moved only from the commit
that was seen there to one that continues it: no write is ever lost, and no push is forced. Three rules keep them one
linear history:

1. Here is behind: it is moved forward. Here is ahead (a push failed): the next write pushes all of it.
2. Both went on: what only this clone has is made again on top of what the remote has.
3. Whoever finds that another was faster looks again and repeats, within a bound.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from smsops.errors import LedgerError, Unpushed
from smsops.git import GitError, Repository, attempts

_FILE = "100644"


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """What one commit of the ledger did to one file. A merge is listed against each of its parents."""

    commit: str
    status: str
    """A: added, M: modified, D: deleted, T: made a file of another type."""
    path: str
    mode: str
    blob: str
    """The content after it; all zeros when deleted."""


class Branch:
    """Implements `ledger.shelf.Shelf`. Without a remote the ledger is this clone's alone."""

    def __init__(
        self,
        repository: Repository,
        name: str,
        remote: str | None,
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._repository = repository
        self._name = name
        self._ref = f"refs/heads/{name}"
        self._remote = remote
        self._sleep = sleep
        self._tip: str | None = None
        self._files: dict[str, str] | None = None
        """Blob by path, of every file of the ledger."""

    def describe(self) -> str:
        return f"branch {self._name}"

    def refresh(self) -> None:
        with self._reading():
            self._look(self._repository.tip(self._ref))
        if self._remote is None:
            return
        try:
            there = self._fetched(self._remote)
        except GitError as error:
            raise LedgerError(
                f"The ledger ({self.describe()}) cannot be fetched from {self._remote}: {error.message}",
                hint="Check the network and the permissions: others may have applied what is not known here.",
                code=Unpushed.code,
            ) from error
        with self._writing("what was fetched"):
            self._look(self._settled(there))

    def paths(self) -> tuple[str, ...]:
        return self._below("records/")

    def checks(self) -> tuple[str, ...]:
        return self._below("checks/")

    def read_all(self, paths: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        with self._reading():
            files = self._listed()
            yield from zip(paths, self._repository.blobs(files[path] for path in paths), strict=True)

    def read(self, path: str) -> bytes:
        with self._reading(path):
            if self._tip is None:
                self._look(self._repository.tip(self._ref))
            return self._repository.run("cat-file", "blob", f"{self._tip or self._ref}:{path}")

    def write(self, path: str, content: bytes, message: str) -> None:
        with self._writing(f"the record {path}"):
            entry = (_FILE, self._repository.blob(content), path)
            self._look(self._moved(lambda here: self._with(here, entry, message)))
        self.push()

    def push(self) -> None:
        """Push what is only here. Raises Unpushed."""
        if self._remote is None:
            return
        try:
            self._pushed(self._remote)
        except GitError as error:
            raise Unpushed(
                f"The ledger ({self.describe()}) could not be pushed to {self._remote}: {error.message}",
                hint=f"The record is kept in this clone. Push it: git push {self._remote} {self._name}",
            ) from error

    def history(self) -> tuple[Touch, ...]:
        """Everything that was ever done to a file of the branch, oldest first. Raises LedgerError."""
        with self._reading():
            tip = self._repository.tip(self._ref)
            return () if tip is None else tuple(self._touches("--topo-order", tip))

    def _look(self, tip: str | None) -> None:
        if tip is None or tip != self._tip:
            self._tip, self._files = tip, None

    def _below(self, folder: str) -> tuple[str, ...]:
        with self._reading():
            return tuple(sorted(path for path in self._listed() if path.startswith(folder)))

    def _listed(self) -> dict[str, str]:
        if self._files is None:
            self._look(self._repository.tip(self._ref))
            self._files = dict(self._entries_of(self._tip)) if self._tip else {}
        return self._files

    def _entries_of(self, tip: str) -> Iterator[tuple[str, str]]:
        listed = self._repository.run("ls-tree", "-r", "-z", "--full-tree", tip, "records/", "checks/")
        for line in listed.decode("utf-8", "surrogateescape").split("\0"):
            about, _, path = line.partition("\t")
            if path.endswith(".json") and path.count("/") == 2:
                yield path, about.split(" ")[2]

    def _with(self, here: str | None, entry: tuple[str, str, str], message: str) -> str:
        tree = self._repository.tree(here, [entry])
        return self._repository.commit(tree, here, message)

    def _moved(self, make: Callable[[str | None], str]) -> str:
        """Move the branch to what `make` builds on its tip; again when another process moved it meanwhile."""
        for last in attempts(self._sleep):
            here = self._repository.tip(self._ref)
            new = make(here)
            if new == here:
                break
            try:
                self._repository.move(self._ref, new, here)
                break
            except GitError:
                if last:
                    raise
        return new

    def _fetched(self, remote: str) -> str | None:
        """The tip of the remote's branch, with its history here; None when the remote has no such branch."""
        there = self._repository.tip_at(remote, self._ref)
        if there is None or self._repository.knows(there):
            return there
        copy = f"refs/remotes/{remote}/{self._name}"
        self._repository.fetch(remote, f"+{self._ref}:{copy}")
        return self._repository.tip(copy)

    def _settled(self, there: str | None) -> str | None:
        """The tip here once it holds all that is there, by the rules at the head of this file."""
        return self._repository.tip(self._ref) if there is None else self._moved(lambda here: self._joined(here, there))

    def _joined(self, here: str | None, there: str) -> str:
        if here is None or here == there:
            return there
        counted = self._repository.run("rev-list", "--left-right", "--count", f"{here}...{there}").decode().split()
        match counted:
            case ["0", _]:
                return there
            case [_, "0"]:
                return here
        return self._replayed(here, there)

    def _replayed(self, here: str, there: str) -> str:
        """The commits that only `here` has, made again on `there` with their messages, authors and dates."""
        differing = {path for _, _, path in self._entries(there, here)}
        for commit, entries in self._own(here, there).items():
            # What is the same on both sides in the end has arrived already, by another way.
            kept = [entry for entry in entries if entry[2] in differing]
            if kept:
                there = self._again(commit, self._repository.tree(there, kept), there)
        return there

    def _own(self, here: str, there: str) -> dict[str, list[tuple[str, str, str]]]:
        found: dict[str, list[tuple[str, str, str]]] = {}
        for touch in self._touches("--topo-order", "--no-merges", here, f"^{there}"):
            found.setdefault(touch.commit, []).append((touch.mode, touch.blob, touch.path))
        return found

    def _again(self, commit: str, tree: str, parent: str) -> str:
        head, _, message = self._repository.run("cat-file", "commit", commit).partition(b"\n\n")
        people = [line for line in head.split(b"\n") if line.startswith((b"author ", b"committer ", b"encoding "))]
        lines = [f"tree {tree}".encode(), f"parent {parent}".encode(), *people, b"", message]
        made = self._repository.run("hash-object", "-t", "commit", "-w", "--stdin", input=b"\n".join(lines))
        return made.decode().strip()

    def _touches(self, *revisions: str) -> Iterator[Touch]:
        commits = self._repository.run("rev-list", "--reverse", *revisions)
        words = ("diff-tree", "--stdin", "--root", "-m", "-r", "-z", "--raw", "--no-renames")
        commit = ""
        parts = iter(self._repository.run(*words, input=commits).decode("utf-8", "surrogateescape").split("\0"))
        for part in parts:
            if part.startswith(":"):
                _, mode, _, blob, status = part.split(" ")
                yield Touch(commit=commit, status=status, path=next(parts), mode=mode, blob=blob)
            else:
                commit = part

    def _entries(self, before: str, after: str) -> list[tuple[str, str, str]]:
        listed = self._repository.run("diff-tree", "-r", "-z", "--raw", "--no-renames", before, after)
        parts = iter(listed.decode("utf-8", "surrogateescape").split("\0"))
        return [(part.split(" ")[1], part.split(" ")[3], next(parts)) for part in parts if part]

    def _pushed(self, remote: str) -> None:
        for last in attempts(self._sleep):
            here = self._repository.tip(self._ref)
            if here is None:
                return
            try:
                self._repository.push(remote, f"{here}:{self._ref}")
                return
            except GitError as error:
                there = self._fetched(remote)
                settled = self._settled(there)
                self._look(settled)
                if settled == there:  # it arrived all the same, by another's push or with its answer lost
                    return
                refused = settled == here and not error.is_lost_race
                if refused or last:
                    raise

    @contextmanager
    def _reading(self, path: str = "") -> Iterator[None]:
        try:
            yield
        except GitError as error:
            what = f"The record {path} in {self.describe()}" if path else f"The ledger ({self.describe()})"
            raise LedgerError(
                f"{what} cannot be read: {error.message}",
                hint="Restore the branch. Without it smsops would not know what it applied before.",
            ) from error

    @contextmanager
    def _writing(self, what: str) -> Iterator[None]:
        try:
            yield
        except GitError as error:
            raise LedgerError(
                f"The ledger ({self.describe()}) cannot keep {what}: {error.message}",
                hint="Make room or permissions in the repository's .git folder, and apply again.",
            ) from error
