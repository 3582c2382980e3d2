"""Taking the locks of all accounts of an apply, keeping them while it works, and giving them back.

All file locks come before all lock refs, each in the order of the accounts' names: two applies never wait for each
other in a circle.
"""

from __future__ import annotations

import os
import platform
import random
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Event, Lock, Thread
from typing import IO, TypeVar

from smsops.errors import LockHeld
from smsops.frozen import Frozen, replace
from smsops.git import GitError, Repository
from smsops.locks.file import lock_file, unlock_file
from smsops.locks.holder import Holder, began, moment, this_machine
from smsops.locks.ref import LockRef, release

DURATION_S = 600.0
"""How long a lock lasts that is not renewed."""
_RELEASE_S = 2.0
"""How long giving back may hold up the end of a run. A push that takes longer goes on by itself."""
_FILE_POLL_S = 0.1
_REF_POLL_S = 1.0

T = TypeVar("T")


class _Held(Frozen, kw_only=False):
    commit: str
    holder: Holder
    until: datetime


class Lease:
    """The lock refs of one apply. A thread renews them every third of their duration."""

    def __init__(self, clock: Callable[[], datetime], duration_s: float) -> None:
        self._clock = clock
        self._duration_s = duration_s
        self._held: dict[LockRef, _Held] = {}
        self._guard = Lock()
        self._gone = False
        self._ended = Event()
        self._thread = Thread(target=self._renew_all, name="smsops-locks", daemon=True)

    def lost(self) -> bool:
        """Whether another may be at work on one of the accounts: a lock was taken away, or could not be renewed."""
        with self._guard:
            return self._gone or any(held.until <= self._clock() for held in self._held.values())

    def _take(self, ref: LockRef, holder: Callable[[], Holder]) -> None:
        me = holder()
        commit = ref.take(me)
        with self._guard:
            self._held[ref] = _Held(commit, me, _end(me))
        if not self._thread.is_alive():
            self._thread.start()

    def _renew_all(self) -> None:
        pause = self._duration_s / 3
        while not self._ended.wait(pause):
            renewed = [self._renewed(ref) for ref in tuple(self._held)]
            # Tried again sooner after a failure, until the lock has expired.
            pause = self._duration_s / (3 if all(renewed) else 12)

    def _renewed(self, ref: LockRef) -> bool:
        """Whether it is known how it went."""
        held = self._held[ref]
        until = self._clock() + timedelta(seconds=self._duration_s)
        holder = replace(held.holder, expires=moment(until))
        try:
            commit = ref.renew(held.commit, holder)
        except GitError:
            return False
        with self._guard:
            if commit is None:
                self._gone = True
            else:
                self._held[ref] = _Held(commit, holder, _end(holder))
        return True

    def _give_back(self) -> None:
        if not self._held:
            return
        self._ended.set()
        started = time.monotonic()
        self._thread.join(_RELEASE_S)
        first = next(iter(self._held))
        commits = {ref.name: held.commit for ref, held in self._held.items()}
        # A thread, not a shorter time-out: a slow push should still arrive, and git outlives this process.
        giving = Thread(target=release, args=(first.repository, first.remote, commits), daemon=True)
        giving.start()
        giving.join(max(0.0, started + _RELEASE_S - time.monotonic()))


@contextmanager
def held(
    accounts: Sequence[str],
    *,
    folder: Path,
    repository: Repository | None,
    remote: str | None,
    actor: str,
    timeout_s: float,
    clock: Callable[[], datetime],
    duration_s: float = DURATION_S,
) -> Iterator[Lease]:
    """Hold the locks of the accounts: in `folder`, and in the remote where there is one.

    Waits up to `timeout_s` in all for locks that others hold. Raises LockHeld, and LedgerError when a lock cannot be
    written here (SMS601) or in the remote (SMS602).
    """
    names = sorted(set(accounts))
    deadline = time.monotonic() + timeout_s
    me = partial(_me, actor=actor, nonce=secrets.token_hex(16), clock=clock, duration_s=duration_s)
    lease = Lease(clock, duration_s)
    with ExitStack() as stack:
        for account in names:
            file = _wait(partial(_lock_file, folder, partial(me, account)), deadline, _FILE_POLL_S)
            stack.callback(unlock_file, file)
        if repository is not None and remote is not None:
            stack.callback(lease._give_back)
            for account in names:
                ref = LockRef(repository, remote, account)
                _wait(partial(lease._take, ref, partial(me, account)), deadline, _REF_POLL_S)
        yield lease


def _me(account: str, *, actor: str, nonce: str, clock: Callable[[], datetime], duration_s: float) -> Holder:
    now = clock()
    return Holder(
        account=account,
        actor=actor,
        host=platform.node(),
        machine=this_machine(),
        pid=os.getpid(),
        started=began(os.getpid()) or "",
        since=moment(now),
        expires=moment(now + timedelta(seconds=duration_s)),
        nonce=nonce,
    )


def _lock_file(folder: Path, holder: Callable[[], Holder]) -> IO[str]:
    return lock_file(folder, holder())


def _end(holder: Holder) -> datetime:
    return datetime.fromisoformat(holder.expires)


def _wait(take: Callable[[], T], deadline: float, poll_s: float) -> T:
    while True:
        try:
            return take()
        except LockHeld:
            left = deadline - time.monotonic()
            if left <= 0:
                raise
        time.sleep(min(left, poll_s * random.uniform(0.5, 1)))
