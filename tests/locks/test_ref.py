"""The lock ref in the remote: one winner, take-over, and what is never taken away."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest

from smsops.errors import LedgerError, LockHeld
from smsops.git import GitError, Repository
from smsops.locks.holder import this_machine
from smsops.locks.ref import LockRef, release
from tests.ledger.repositories import git, make_clone, make_remote, refuse_pushes
from tests.locks.holders import here, holder, process, said

NAME = "refs/smsops/lock/clinic"


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    return make_remote(tmp_path / "remote.git")


@pytest.fixture
def ref(remote: Path, tmp_path: Path) -> LockRef:
    return LockRef(Repository(make_clone(remote, tmp_path / "one")), "origin", "clinic")


@pytest.fixture
def other(remote: Path, tmp_path: Path) -> LockRef:
    return LockRef(Repository(make_clone(remote, tmp_path / "other")), "origin", "clinic")


def named(remote: Path) -> str:
    return git(remote, "for-each-ref", "--format=%(objectname)", NAME)


def answer_is_lost(remote: Path) -> Path:
    """From now on the remote does what a push says, and ends without an answer."""
    hook = remote / "hooks" / "post-update"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nkill -9 $PPID\n")
    hook.chmod(0o755)
    return hook


def test_the_second_is_told_who_holds_it(remote: Path, ref: LockRef, other: LockRef) -> None:
    mine = ref.take(holder())
    assert named(remote) == mine
    with pytest.raises(LockHeld, match="account clinic is at work: alice on build-7") as caught:
        other.take(here(nonce="other"))
    assert "2026-11-24T12:10:00Z" in caught.value.hint
    assert named(remote) == mine


def test_of_twenty_five_takers_one_wins_each_round(remote: Path, ref: LockRef, tmp_path: Path) -> None:
    root = ref.repository.root
    clones = [shutil.copytree(root, tmp_path / f"clone{number}") for number in range(25)]
    winners: list[str] = []
    others: list[BaseException] = []

    def take(clone: Path, start: threading.Barrier) -> None:
        start.wait()
        try:
            winners.append(LockRef(Repository(clone), "origin", "clinic").take(here(nonce=clone.name)))
        except BaseException as error:
            others.append(error)

    for _ in range(3):
        winners.clear()
        others.clear()
        start = threading.Barrier(len(clones))
        takers = [threading.Thread(target=take, args=(clone, start)) for clone in clones]
        for taker in takers:
            taker.start()
        for taker in takers:
            taker.join()
        assert winners == [named(remote)]
        assert [type(error) for error in others] == [LockHeld] * 24
        release(ref.repository, "origin", {NAME: winners[0]})
        assert named(remote) == ""


def test_an_expired_lock_is_taken_over_and_by_one_only(remote: Path, ref: LockRef, other: LockRef) -> None:
    ref.take(holder())
    late = holder(nonce="late", since="2026-11-24T12:10:00Z", expires="2026-11-24T12:20:00Z")
    theirs = other.take(late)
    assert named(remote) == theirs
    with pytest.raises(LockHeld):
        ref.take(holder(nonce="later", since="2026-11-24T12:10:01Z"))


def test_a_dead_holder_is_taken_over_at_once(remote: Path, ref: LockRef, tmp_path: Path) -> None:
    child = process(ref.repository.root, tmp_path / "locks", "clinic")
    assert said(child) == "held"
    with pytest.raises(LockHeld, match="bob"):
        ref.take(here())
    child.kill()
    child.communicate()
    assert ref.take(here()) == named(remote)


def test_a_dead_holder_elsewhere_is_waited_for(ref: LockRef, other: LockRef) -> None:
    ref.take(holder(machine=f"{this_machine()}2", pid=2**31 - 1))
    with pytest.raises(LockHeld):
        other.take(here(nonce="other"))


def test_a_lock_that_says_nothing_is_held_and_the_hint_removes_it(remote: Path, ref: LockRef) -> None:
    git(remote, "update-ref", NAME, git(remote, "rev-parse", "main"))
    with pytest.raises(LockHeld, match="does not say by whom") as caught:
        ref.take(here())
    git(ref.repository.root, *caught.value.hint.partition(": git ")[2].split())
    ref.take(here())


def test_a_lock_that_is_no_commit_is_held(remote: Path, ref: LockRef) -> None:
    git(remote, "update-ref", NAME, git(remote, "rev-parse", "main:file"))
    with pytest.raises(LockHeld, match="does not say by whom"):
        ref.take(here())


def test_a_lock_that_is_given_back_while_it_is_read_is_free(
    remote: Path, ref: LockRef, other: LockRef, tmp_path: Path
) -> None:
    ref.take(holder())
    # The first question is what the ref names; before the second, which is for its commit, the ref goes away.
    program = tmp_path / "upload-pack"
    program.write_text(
        f"#!/bin/sh\nif test -e '{tmp_path}/asked'; then git -C '{remote}' update-ref -d {NAME}; fi\n"
        f"touch '{tmp_path}/asked'\nexec git upload-pack \"$@\"\n"
    )
    program.chmod(0o755)
    git(other.repository.root, "config", "remote.origin.uploadpack", str(program))
    assert other.take(holder(nonce="other")) == named(remote)


def test_a_push_whose_answer_was_lost_has_taken_it(remote: Path, ref: LockRef) -> None:
    answer_is_lost(remote)
    mine = ref.take(here())
    assert named(remote) == mine
    assert ref.renew(mine, here(expires="2026-11-24T12:20:00Z")) == named(remote) != mine


def test_an_earlier_push_of_ours_that_arrived_late_is_ours(remote: Path, ref: LockRef) -> None:
    ref.take(here())
    assert ref.take(here(since="2026-11-24T12:00:05Z")) == named(remote)


def test_a_renewal_keeps_it_longer(ref: LockRef, other: LockRef) -> None:
    mine = ref.take(holder())
    assert ref.renew(mine, holder(expires="2026-11-24T12:20:00Z"))
    with pytest.raises(LockHeld):
        other.take(holder(nonce="other", since="2026-11-24T12:15:00Z"))


def test_a_renewal_does_not_take_back_what_another_took_over(remote: Path, ref: LockRef, other: LockRef) -> None:
    mine = ref.take(holder())
    theirs = other.take(holder(nonce="other", since="2026-11-24T12:15:00Z"))
    assert ref.renew(mine, holder(expires="2026-11-24T12:20:00Z")) is None
    assert named(remote) == theirs
    git(remote, "update-ref", "-d", NAME)
    assert ref.renew(mine, holder(expires="2026-11-24T12:20:00Z")) is None
    assert named(remote) == ""


def test_a_renewal_that_is_refused_is_no_loss_yet(remote: Path, ref: LockRef) -> None:
    mine = ref.take(holder())
    refuse_pushes(remote)
    with pytest.raises(GitError, match="not today"):
        ref.renew(mine, holder(expires="2026-11-24T12:20:00Z"))
    assert named(remote) == mine


def test_a_release_never_deletes_anothers_lock(remote: Path, ref: LockRef, other: LockRef) -> None:
    mine = ref.take(holder())
    theirs = other.take(holder(nonce="other", since="2026-11-24T12:15:00Z"))
    release(ref.repository, "origin", {NAME: mine})
    assert named(remote) == theirs
    release(other.repository, "origin", {NAME: theirs})
    assert named(remote) == ""


def test_one_release_gives_several_back_also_when_one_is_lost(remote: Path, ref: LockRef) -> None:
    west = LockRef(ref.repository, "origin", "west")
    commits = {NAME: ref.take(holder()), west.name: west.take(holder(account="west"))}
    git(remote, "update-ref", "-d", NAME)
    release(ref.repository, "origin", commits)
    assert git(remote, "for-each-ref", "refs/smsops") == ""


@pytest.mark.parametrize("broken", ["refused", "unreachable"])
def test_a_remote_that_takes_no_lock_is_an_error_in_gits_words(remote: Path, ref: LockRef, broken: str) -> None:
    if broken == "refused":
        refuse_pushes(remote, "refs/smsops/")
    else:
        remote.rename(remote.with_name("moved.git"))
    words = {"refused": "not today", "unreachable": "does not appear to be a git repository"}
    with pytest.raises(LedgerError, match=rf"{NAME}\) cannot be pushed to origin: .*{words[broken]}") as caught:
        ref.take(here())
    assert caught.value.code == "SMS602"


def test_a_clone_that_cannot_be_written_is_an_error(ref: LockRef) -> None:
    objects = ref.repository.root / ".git" / "objects"
    objects.rename(objects.with_name("away"))
    with pytest.raises(LedgerError, match="cannot be written") as caught:
        ref.take(here())
    assert caught.value.code == "SMS601"


def test_work_tree_index_and_head_stay_as_they_are(ref: LockRef, other: LockRef) -> None:
    ref.take(here())
    with pytest.raises(LockHeld):
        other.take(here(nonce="other"))
    for one in (ref, other):
        root = one.repository.root
        assert git(root, "status", "--porcelain") == ""
        assert git(root, "for-each-ref", "refs/smsops") == ""
        assert not (root / ".git" / "FETCH_HEAD").exists()
