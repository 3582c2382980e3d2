"""The lock of all clones: a ref in the remote, moved by compare-and-swap.

`refs/smsops/lock/<account>` names a commit without files and without a parent; its message is the holder. Every move is
a push that says what the ref named before, so that of any number of takers exactly one succeeds. A push whose answer
was lost is no failure: the ref itself tells what came of it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

from smsops.errors import LedgerError, LockHeld
from smsops.frozen import Frozen
from smsops.git import NETWORK_S, GitError, Repository, attempts
from smsops.locks.holder import Holder, is_dead


class LockRef(Frozen, kw_only=False):
    repository: Repository
    remote: str
    account: str

    @property
    def name(self) -> str:
        return f"refs/smsops/lock/{self.account}"

    def take(self, holder: Holder) -> str:
        """The commit that the ref names from now on. A lock that expired, or whose holder is dead, is taken over.

        Raises LockHeld, and LedgerError when the remote refuses for another reason.
        """
        try:
            mine = self._signed(holder)
        except GitError as error:
            raise LedgerError(
                f"The lock of account {self.account} cannot be written: {error.message}",
                hint="Make room or permissions in the repository's .git folder, and apply again.",
            ) from error
        try:
            return self._taken(mine, holder)
        except GitError as error:
            raise LedgerError(
                f"The lock of account {self.account} ({self.name}) cannot be pushed to {self.remote}: {error.message}",
                hint=f"Check the network and the permission to push to {self.remote}. Nothing was applied.",
                code="SMS602",
            ) from error

    def renew(self, mine: str, holder: Holder) -> str | None:
        """The commit that follows ours; None when the lock is no longer ours. Raises GitError when it is unclear."""
        new = self._signed(holder)
        try:
            self._swap(mine, new)
        except GitError:
            found = self._found()
            if found == mine:
                raise
            return new if found == new else None
        return new

    def _signed(self, holder: Holder) -> str:
        nothing = self.repository.run("hash-object", "-t", "tree", "-w", "--stdin", input=b"").decode().strip()
        return self.repository.commit(nothing, None, holder.to_json())

    def _swap(self, old: str | None, new: str) -> None:
        self.repository.push(self.remote, f"--force-with-lease={self.name}:{old or ''}", f"{new}:{self.name}")

    def _found(self) -> str | None:
        return self.repository.tip_at(self.remote, self.name)

    def _taken(self, mine: str, holder: Holder) -> str:
        seen: str | None = None
        for last in attempts(time.sleep):
            try:
                self._swap(seen, mine)
                break
            except GitError as error:
                found = self._found()
                if found == mine:
                    break
                if last or (found == seen and not error.is_lost_race):
                    raise
                if found is not None:
                    self._give_way(found, holder)
                seen = found
        return mine

    def _give_way(self, found: str, me: Holder) -> None:
        """Raises LockHeld, unless what was found there may be taken over."""
        try:
            other = self._read(found)
        except GitError:
            if self._found() != found:
                return  # it moved on while it was read; the next swap tells
            other = None
        if other is None:
            raise LockHeld(
                f"Account {self.account} is locked in {self.remote}, and the lock does not say by whom.",
                hint=f"When no apply is at work, remove it: git push {self.remote} --delete {self.name}",
            )
        # Our own nonce: an earlier push of ours arrived late.
        if other.nonce != me.nonce and other.expires > me.since and not is_dead(other):
            raise LockHeld(
                f"Another apply of account {self.account} is at work: {other.describe()}.",
                hint=f"Apply again later, or wait: --lock-timeout 600. It ends at {other.expires} unless renewed.",
            )

    def _read(self, commit: str) -> Holder | None:
        if not self.repository.knows(commit):
            self.repository.fetch(self.remote, self.name)
        body = self.repository.run("cat-file", "commit", commit).partition(b"\n\n")[2]
        return Holder.from_json(body.decode("utf-8", "replace"))


def release(repository: Repository, remote: str, commits: Mapping[str, str]) -> None:
    """Delete the refs that still name these commits: a lock that is another's by now stays. It never fails.

    What cannot be released expires, and a dead holder's lock is taken over.
    """
    leases = [f"--force-with-lease={name}:{commit}" for name, commit in commits.items()]
    try:
        repository.push(remote, *leases, *(f":{name}" for name in commits), timeout_s=NETWORK_S)
    except GitError:
        return
