"""The ledger as a folder of record files in the project's `.smsops/`.

The state folder around it ignores itself, so that no record is committed by accident.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from smsops.errors import LedgerError
from smsops.ledger.shelf import Addition


class Folder:
    """Implements `ledger.shelf.Shelf`. `root` is created with the first record."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def refresh(self) -> None:
        """A folder has no remote, and is listed anew each time."""

    def paths(self) -> tuple[str, ...]:
        return self._below("records")

    def checks(self) -> tuple[str, ...]:
        return self._below("checks")

    def _below(self, folder: str) -> tuple[str, ...]:
        top = self._root / folder
        found = [f"{folder}/{account}/{name}" for account in _names(top) for name in _names(top / account)]
        return tuple(sorted(path for path in found if path.endswith(".json") and self._is_file(path)))

    def _is_file(self, path: str) -> bool:
        """A link or a device is no record, and could be read without an end."""
        file = self._root / path
        return file.is_file() and not file.is_symlink()

    def read_all(self, paths: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        return ((path, self.read(path)) for path in paths)

    def read(self, path: str) -> bytes:
        try:
            return (self._root / path).read_bytes()
        except OSError as error:
            raise LedgerError(
                f"The record {path} in {self.describe()} cannot be read: {error.strerror or error}.",
                hint="Restore the file. Without it smsops would not know what it applied before.",
            ) from error

    def write(self, path: str, content: bytes, message: str) -> None:
        file = self._root / path
        # Written beside and renamed, so that a reader or a crash never sees half a record.
        beside = file.with_name(f".{file.name}.tmp")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            self._root.with_name(".gitignore").write_text("*\n", encoding="utf-8")
            with beside.open("wb") as out:
                out.write(content)
                out.flush()
                os.fsync(out.fileno())
            beside.replace(file)
            _settle(file.parent)
        except OSError as error:
            raise LedgerError(
                f"The record {path} cannot be written to {self.describe()}: {error.strerror or error}.",
                hint="Make room or permissions in .smsops/ of the project, and apply again.",
            ) from error

    def add(self, make: Callable[[], Addition | None]) -> str:
        with self._alone():
            made = make()
            if made is None:
                return ""
            self.write(made.path, made.content, made.message)
            return made.path

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Wait for whoever adds to the folder; the system frees the lock when a process ends, however."""
        try:
            self._root.mkdir(parents=True, exist_ok=True)
            with (self._root / ".lock").open("ab") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                yield
        except OSError as error:
            raise LedgerError(
                f"{self.describe()} cannot be locked: {error.strerror or error}.",
                hint="Make room or permissions in .smsops/ of the project.",
            ) from error

    def describe(self) -> str:
        return f"{self._root.parent.name}/{self._root.name}"


def _names(folder: Path) -> list[str]:
    try:
        return [name for name in os.listdir(folder) if not name.startswith(".")]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise LedgerError(
            f"The records in {folder} cannot be listed: {error.strerror or error}.",
            hint="Mend .smsops/ in the project. Without it smsops would not know what it applied before.",
        ) from error


def _settle(folder: Path) -> None:
    """Let a rename outlast a power failure."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
