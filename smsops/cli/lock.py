"""One apply of a project at a time on this machine: two that plan side by side would create every service twice."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from smsops.errors import LedgerError, LockHeld


@contextmanager
def locked(root: Path) -> Iterator[None]:
    """Hold the project's lock from before the plan is drawn; the system frees it when the process ends, however.

    Raises LockHeld when another apply holds it, and LedgerError when `.smsops/` cannot be written.
    """
    folder = root / ".smsops"
    try:
        folder.mkdir(exist_ok=True)
        (folder / ".gitignore").write_text("*\n", encoding="utf-8")
        file = (folder / "apply.lock").open("a", encoding="utf-8")
    except OSError as error:
        raise LedgerError(
            f"The lock in .smsops/ cannot be taken: {error.strerror or error}.",
            hint="Make .smsops/ in the project writable.",
        ) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise LockHeld(
                "Another apply of this project is at work.", hint="Wait until it has ended, and apply again."
            ) from error
        yield
