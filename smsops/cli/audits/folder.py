"""A folder that a command fills with files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from smsops.errors import SmsopsError, UsageError


def written(folder: Path, files: Iterable[tuple[str, bytes]]) -> tuple[tuple[str, int], ...]:
    """Write files by their path below a folder that is new or empty; path and size of each.

    Raises UsageError where the folder holds anything, and SmsopsError where it cannot be written.
    """
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise UsageError(f"{str(folder)!r} is not empty.", hint="Name a new folder: nothing is overwritten.")
        found = []
        for name, content in files:
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
            found.append((name, len(content)))
        return tuple(found)
    except OSError as error:
        raise SmsopsError(f"{str(folder)!r} cannot be written: {error.strerror or error}.") from error
