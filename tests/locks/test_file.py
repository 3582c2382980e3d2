"""The file lock of one clone."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from smsops.errors import LedgerError, LockHeld
from smsops.locks.file import lock_file, unlock_file
from tests.locks.holders import here, holder, process, said


def test_the_second_is_told_who_holds_it(tmp_path: Path) -> None:
    file = lock_file(tmp_path / "a" / "locks", here())
    with pytest.raises(LockHeld, match="account clinic is at work: alice on build-7") as caught:
        lock_file(tmp_path / "a" / "locks", here())
    assert caught.value.code == "SMS509"
    unlock_file(file)
    unlock_file(lock_file(tmp_path / "a" / "locks", here()))


def test_another_account_is_free(tmp_path: Path) -> None:
    files = [lock_file(tmp_path, here(account=account)) for account in ("clinic", "west")]
    for file in files:
        unlock_file(file)
    assert {path.name for path in tmp_path.iterdir() if path.suffix == ".lock"} == {"clinic.lock", "west.lock"}


@pytest.mark.parametrize("content", ["", "no holder", holder(machine=here().machine, pid=2**31 - 1).to_json()])
def test_a_file_that_names_nobody_alive_names_nobody(tmp_path: Path, content: str) -> None:
    file = lock_file(tmp_path, here())
    (tmp_path / "clinic.lock").write_text(content)
    with pytest.raises(LockHeld, match=r"account clinic is at work\.$"):
        lock_file(tmp_path, here())
    unlock_file(file)


def test_a_process_that_was_killed_leaves_a_free_lock(tmp_path: Path) -> None:
    child = process(tmp_path, tmp_path / "locks", "clinic", remote="")
    assert said(child) == "held"
    with pytest.raises(LockHeld, match="bob on "):
        lock_file(tmp_path / "locks", here())
    child.kill()
    child.communicate()
    unlock_file(lock_file(tmp_path / "locks", here()))


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "locks").write_text("a file where the folder should be")
    with pytest.raises(LedgerError, match="cannot be taken: File exists") as caught:
        lock_file(tmp_path / "locks", here())
    assert caught.value.code == "SMS601"


def test_a_file_system_without_locks_is_an_error_and_not_a_held_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def flock(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", flock)
    with pytest.raises(LedgerError, match="No locks available"):
        lock_file(tmp_path, here())
