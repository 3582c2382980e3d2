"""The lock of one clone: a file that the system frees when the process ends, however.

The file stays: a lock on a file that was deleted meanwhile would lock nobody out.
"""

from __future__ import annotations

import errno
import fcntl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from smsops.errors import LedgerError, LockHeld
from smsops.locks.holder import Holder, is_dead


def lock_file(folder: Path, holder: Holder) -> IO[str]:
    """The open file; its lock lasts until `unlock_file`.

    Raises LockHeld, and LedgerError when the folder cannot be written.
    """
    with _writable(folder):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ".gitignore").write_text("*\n", encoding="utf-8")
        file = (folder / f"{holder.account}.lock").open("a+", encoding="utf-8", errors="replace")
    try:
        with _writable(folder):
            _take(file, holder.account)
            # Only now: until here the file names the one who holds it.
            file.truncate(0)
            file.write(holder.to_json())
            file.flush()
    except BaseException:
        file.close()
        raise
    return file


def unlock_file(file: IO[str]) -> None:
    """Give it back. It never fails: closing the file is what frees it."""
    with file, suppress(OSError):
        file.truncate(0)


def _take(file: IO[str], account: str) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
            raise
        file.seek(0)
        other = Holder.from_json(file.read())
        # It may have been taken and not yet signed; then it names the one before, or nobody.
        named = f": {other.describe()}" if other is not None and not is_dead(other) else ""
        raise LockHeld(
            f"Another apply of account {account} is at work{named}.",
            hint="Apply again when it has ended, or wait for it: --lock-timeout 600.",
        ) from error


@contextmanager
def _writable(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise LedgerError(
            f"The lock in {folder} cannot be taken: {error.strerror or error}.", hint=f"Make {folder} writable."
        ) from error
