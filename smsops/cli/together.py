"""Writes several files of the project together: all of them, or none.

Every file is written beside its place and flushed to the disk first, which is where a disk is full or a folder cannot
be written. What is left then are renames, and a link of each old file by which it can be put back without room.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from smsops.errors import SmsopsError
from smsops.frozen import Frozen
from smsops.render.plain import clean


class Content(Frozen):
    """What a file is to hold."""

    after: bytes
    before: bytes | None
    """What it must hold now; None means that nothing may be there."""


@dataclass(slots=True)
class _Writing:
    """The files that were begun."""

    beside: dict[Path, Path] = field(default_factory=dict)
    """The new content of each, by its place."""
    kept: dict[Path, Path] = field(default_factory=dict)
    """A link of each old file."""
    done: list[Path] = field(default_factory=list)
    at: Path | None = None
    """The file that is being looked after."""

    def prepare(self, path: Path, content: Content) -> None:
        self.at = path
        if content.before is not None:
            if not (os.access(path, os.W_OK) and path.stat().st_mode & 0o222):
                raise _Refused("is read-only")
            if path.read_bytes() != content.before:
                raise _Refused("has changed meanwhile")
        beside = self.beside[path] = _temporary(path, "new")
        with beside.open("xb") as file:
            file.write(content.after)
            file.flush()
            os.fsync(file.fileno())
        if content.before is not None:
            shutil.copymode(path, beside)
            self.kept[path] = _temporary(path, "old")
            _kept(path, self.kept[path])

    def place(self, path: Path) -> None:
        self.at = path
        if path not in self.kept and os.path.lexists(path):
            raise _Refused("is there meanwhile")
        self.done.append(path)
        self.beside[path].replace(path)

    def undo(self) -> None:
        """Put back what can be put back. What cannot stays in `done`, and the link of its old content is kept."""
        for path in reversed(tuple(self.done)):
            with contextlib.suppress(OSError):
                if path in self.kept:
                    self.kept[path].replace(path)
                elif not self.beside[path].exists():  # else it never got to its place
                    path.unlink()
                self.done.remove(path)

    def clear(self, *, is_whole: bool) -> None:
        """Remove what was only needed on the way; an old content that was not put back is the only one there is."""
        needed = set() if is_whole else set(self.done)
        for file in (*self.beside.values(), *(kept for path, kept in self.kept.items() if path not in needed)):
            with contextlib.suppress(OSError):
                file.unlink()


class _Refused(Exception):
    """A file is not as it has to be."""


def write_together(contents: Mapping[Path, Content]) -> None:
    """Raises SmsopsError when not all can be written; then none is, also after an interruption."""
    writing, is_whole = _Writing(), False
    real = {path.resolve(): content for path, content in sorted(contents.items())}
    try:
        for path, content in real.items():
            writing.prepare(path, content)
        for path in real:
            writing.place(path)
        is_whole = True
    except BaseException as error:
        writing.undo()
        if isinstance(error, OSError | _Refused):
            raise _unwritten(writing, error) from error
        raise
    finally:
        writing.clear(is_whole=is_whole)


def _kept(path: Path, place: Path) -> None:
    try:
        os.link(path, place)
    except OSError:  # not every file system has links
        shutil.copy2(path, place)


def _temporary(path: Path, kind: str) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}.{kind}")


def _unwritten(writing: _Writing, error: OSError | _Refused) -> SmsopsError:
    why = f"cannot be written: {error.strerror or error}" if isinstance(error, OSError) else str(error)
    message = f"{clean(writing.at)} {why}."
    if not writing.done:
        return SmsopsError(f"{message} Nothing was written.", hint="Mend that, and run it again.", code="SMS102")
    left = ", ".join(clean(writing.kept.get(path, path)) for path in writing.done)
    hint = f"Look at these, which could not be put back: {left}. A name that ends in .old holds the content before."
    return SmsopsError(message, hint=hint, code="SMS102")
