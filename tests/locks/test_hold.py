"""Holding the locks of all accounts while an apply works."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from smsops.errors import LedgerError, LockHeld
from smsops.git import Repository
from smsops.locks.hold import Lease, held
from smsops.locks.ref import LockRef
from tests.ledger.repositories import git, make_clone, make_remote, refuse_pushes
from tests.locks.holders import NOW, holder, process, said, until

Hold = Callable[..., AbstractContextManager[Lease]]


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    return make_remote(tmp_path / "remote.git")


@pytest.fixture
def root(remote: Path, tmp_path: Path) -> Path:
    return make_clone(remote, tmp_path / "one")


@pytest.fixture
def other(remote: Path, tmp_path: Path) -> Path:
    return make_clone(remote, tmp_path / "other")


def holding(root: Path) -> Hold:
    return partial(
        held,
        folder=root / ".git" / "smsops",
        repository=Repository(root),
        remote="origin",
        actor="alice",
        timeout_s=0,
        clock=lambda: datetime.now(UTC),
    )


def refs(remote: Path) -> list[str]:
    listed = git(remote, "for-each-ref", "--format=%(refname) %(objectname)", "refs/smsops/lock")
    return [line.removeprefix("refs/smsops/lock/") for line in listed.splitlines()]


def is_other(remote: Path, before: list[str]) -> bool:
    return refs(remote) != before


def accounts(remote: Path) -> list[str]:
    return [line.split()[0] for line in refs(remote)]


def test_all_accounts_are_held_and_given_back(remote: Path, root: Path, other: Path) -> None:
    with holding(root)(["west", "clinic", "west"]) as lease:
        assert accounts(remote) == ["clinic", "west"]
        assert not lease.lost()
        with pytest.raises(LockHeld, match="account west is at work: alice"), holding(other)(["west"]):
            pass
        with holding(other)(["east"]):
            assert accounts(remote) == ["clinic", "east", "west"]
    assert refs(remote) == []
    with holding(other)(["west"]):
        pass


def test_in_one_clone_the_file_lock_comes_first(root: Path) -> None:
    with holding(root)(["clinic"]), pytest.raises(LockHeld), holding(root)(["clinic"], repository=None):
        pass


def test_without_a_remote_the_file_is_all(root: Path, remote: Path) -> None:
    with holding(root)(["clinic"], remote=None) as lease:
        assert refs(remote) == []
        assert not lease.lost()


def test_an_exception_gives_all_back(remote: Path, root: Path) -> None:
    with pytest.raises(ZeroDivisionError), holding(root)(["clinic"]):
        raise ZeroDivisionError
    assert refs(remote) == []
    with holding(root)(["clinic"]):
        pass


def test_what_was_taken_is_given_back_when_the_rest_is_held(remote: Path, root: Path, other: Path) -> None:
    with holding(other)(["west"]):
        with pytest.raises(LockHeld), holding(root)(["clinic", "west"]):
            pass
        assert accounts(remote) == ["west"]
        with holding(root)(["clinic"]):
            pass


def test_a_remote_that_refuses_locks_is_an_error_and_leaves_no_file_lock(remote: Path, root: Path) -> None:
    hook = refuse_pushes(remote, "refs/smsops/")
    with pytest.raises(LedgerError, match="not today"), holding(root)(["clinic"]):
        pass
    hook.unlink()
    with holding(root)(["clinic"]):
        pass


@pytest.mark.parametrize("same_clone", [True, False])
def test_who_waits_gets_it_after_the_release(root: Path, other: Path, same_clone: bool) -> None:
    clone = root if same_clone else other
    with holding(root)(["clinic"]):
        waiting = process(clone, clone / ".git" / "smsops", "clinic", timeout_s=3600)
    assert said(waiting) == "held"
    assert waiting.communicate("")[0] == "kept\n"


def test_who_waits_in_vain_is_told_in_the_end(root: Path, other: Path) -> None:
    with holding(root)(["clinic"]):
        started = time.monotonic()
        with pytest.raises(LockHeld), holding(other)(["clinic"], timeout_s=0.3):
            pass
        assert time.monotonic() - started >= 0.3


def test_two_accounts_in_opposite_order_do_not_wait_for_each_other_for_ever(
    remote: Path, root: Path, other: Path, tmp_path: Path
) -> None:
    workers = [
        process(clone, tmp_path / folder, *names, timeout_s=3600)
        for clone, folder in ((root, "a"), (root, "a"), (other, "b"))
        for names in (("clinic", "west"), ("west", "clinic"))
    ]
    for worker in workers:  # none of them holds what it got for longer than it takes to say so
        worker.stdin.close()
        worker.stdin = None
    assert [worker.communicate()[0] for worker in workers] == ["held\nkept\n"] * 6
    assert refs(remote) == []


def test_a_killed_holder_is_taken_over_at_once_with_all_accounts(root: Path, other: Path) -> None:
    child = process(other, other / ".git" / "smsops", "clinic", "west")
    assert said(child) == "held"
    child.kill()
    child.communicate()
    for clone in (root, other):
        with holding(clone)(["clinic", "west"]):
            pass


def test_renewal_keeps_it_past_its_first_end(remote: Path, root: Path, other: Path) -> None:
    clock = Clock()
    with holding(root)(["clinic"], clock=clock, duration_s=3) as lease:
        for _ in range(3):
            before = refs(remote)
            clock.now += timedelta(seconds=2)
            until(partial(is_other, remote, before))
        # The remote is told first, the lease a moment later.
        until(lambda: not lease.lost())
        with pytest.raises(LockHeld), holding(other)(["clinic"], clock=clock):
            pass
    assert refs(remote) == []


def test_a_lock_that_was_stolen_is_noticed_and_stays_the_thiefs(remote: Path, root: Path, other: Path) -> None:
    with holding(root)(["clinic"], clock=Clock(), duration_s=1) as lease:
        git(remote, "update-ref", "-d", "refs/smsops/lock/clinic")
        LockRef(Repository(other), "origin", "clinic").take(holder(nonce="thief"))
        until(lease.lost)
        stolen = refs(remote)
    assert refs(remote) == stolen != []


def test_a_lock_that_cannot_be_renewed_is_lost_when_it_expires(remote: Path, root: Path) -> None:
    clock = Clock()
    with holding(root)(["clinic"], clock=clock, duration_s=600) as lease:
        refuse_pushes(remote)
        clock.now += timedelta(seconds=599)
        assert not lease.lost()
        clock.now += timedelta(seconds=1)
        assert lease.lost()


def test_a_renewal_that_was_refused_is_tried_again(remote: Path, root: Path) -> None:
    clock = Clock()
    with holding(root)(["clinic"], clock=clock, duration_s=1) as lease:
        hook = refuse_pushes(remote)
        tried = remote / "tried"
        hook.write_text(f"#!/bin/sh\ntouch '{tried}'\nexit 1\n")
        clock.now += timedelta(seconds=1)
        until(tried.exists)
        assert lease.lost()
        hook.unlink()
        until(lambda: not lease.lost())


def test_a_release_that_hangs_holds_nobody_up_and_arrives_later(remote: Path, root: Path) -> None:
    gate = remote / "gate"
    with holding(root)(["clinic"]):
        hook = refuse_pushes(remote)
        hook.write_text(f"#!/bin/sh\nwhile ! test -e '{gate}'; do sleep 0.05; done\n")
    assert accounts(remote) == ["clinic"]
    gate.touch()
    until(lambda: refs(remote) == [])
