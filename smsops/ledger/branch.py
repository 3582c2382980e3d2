"""The ledger as an orphan branch of the project's own git repository, one commit a write.

The local branch is the ledger; the remote's is a copy that others write to as well. Each is moved only from the commit
that was seen there to one that continues it: no write is ever lost, and no push is forced. Three rules keep them one
linear history:

1. Here is behind: it is moved forward. Here is ahead (a push failed): the next write pushes all of it.
2. Both went on: what only this clone has is made again on top of what the remote has.
3. Whoever finds that another was faster looks again and repeats, within a bound.

What is added because of what is there already (`add`) is made anew in that case, and goes to the remote before it is
here: it is either in the one history, behind what it rests on, or nowhere.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from smsops.errors import LedgerError, Unpushed
from smsops.git import GitError, Repository, attempts
from smsops.ledger.joining import Touch, holds, joined, touches
from smsops.ledger.shelf import Addition

_FILE = "100644"


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

    def add(self, make: Callable[[], Addition | None]) -> str:
        for last in attempts(self._sleep):
            self.refresh()
            with self._reading():
                self._listed()
            here = self._tip
            made = make()
            if made is None:
                break
            with self._writing(f"the file {made.path}"):
                entry = (_FILE, self._repository.blob(made.content), made.path)
                new = self._with(here, entry, made.message)
                if self._is_added(new, here, last=last):
                    self._look(self._settled(new))
                    return made.path
        return ""

    def _is_added(self, new: str, here: str | None, *, last: bool) -> bool:
        """Whether the branch was moved on from `here`: the remote's where there is one. False when another was faster.

        Raises GitError, and Unpushed.
        """
        try:
            if self._remote is None:
                self._repository.move(self._ref, new, here)
            else:
                self._repository.push(self._remote, f"{new}:{self._ref}")
        except GitError as error:
            if self._remote is not None and self._has_arrived(self._remote, new):
                return True
            if error.is_lost_race and not last:
                return False
            if self._remote is None:
                raise
            raise Unpushed(
                f"The ledger ({self.describe()}) could not be pushed to {self._remote}: {error.message}",
                hint="Nothing was kept, here or there. Run it again when the remote takes it.",
            ) from error
        return True

    def _has_arrived(self, remote: str, commit: str) -> bool:
        """Whether the remote has it, although a push of it failed: the answer was lost."""
        there = self._fetched(remote)
        return there is not None and holds(self._repository, there, commit)

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
            return () if tip is None else tuple(touches(self._repository, "--topo-order", tip))

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
        if there is None:
            return self._repository.tip(self._ref)
        return self._moved(lambda here: joined(self._repository, here, there))

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
