"""Writes files of the user whole or not at all: beside, to the disk, and then by one rename."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from smsops.errors import SmsopsError
from smsops.render.plain import clean


def replace_file(path: Path, data: bytes) -> None:
    """Put other content into a file, which keeps its mode and the name that links lead to.

    Raises SmsopsError: a file that nobody may write is not replaced, though its folder would allow that.
    """
    real = path.resolve()
    if not (os.access(real, os.W_OK) and real.stat().st_mode & 0o222):
        raise SmsopsError(f"{clean(path)} is read-only.", hint="Make it writable.", code="SMS102")
    with _beside(real, data) as written:
        shutil.copymode(real, written)
        written.replace(real)


def create_file(path: Path, data: bytes) -> None:
    """Write a file that is not there yet, with its folders. Raises FileExistsError, also for a link that leads nowhere,
    and SmsopsError.
    """
    with _beside(path, data) as written:
        try:
            os.link(written, path)  # a rename would replace what came there in the meantime
        except FileExistsError:
            raise
        except OSError:  # some file systems have no links
            if os.path.lexists(path):
                raise FileExistsError(os.fspath(path)) from None
            written.replace(path)


@contextlib.contextmanager
def _beside(path: Path, data: bytes) -> Iterator[Path]:
    """The data in a file beside the path, on the disk; whatever happens, nothing is left of it."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        yield beside
    except FileExistsError:
        if not os.path.lexists(path):  # what is in the way is a folder that was to be made
            raise _unwritable(path, f"{clean(path.parent)} is no folder") from None
        raise
    except OSError as error:
        raise _unwritable(path, error.strerror or str(error)) from error
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)


def _unwritable(path: Path, why: str) -> SmsopsError:
    return SmsopsError(f"{clean(path)} cannot be written: {why}.", code="SMS102", hint="Choose another folder.")
