"""A secret from a file: `{file: PATH}`, relative to the project."""

from __future__ import annotations

import stat
from pathlib import Path

from smsops.errors import SecretError

MAX_BYTES = 16 * 1024
"""No token comes near this; a larger file is the wrong file."""


def read(path: str, root: str) -> str:
    """The file's text without one trailing newline; raises SecretError, which never shows what the file holds."""
    content = _content(path, Path(root) / path if "\0" not in path else None)
    if len(content) > MAX_BYTES:
        raise SecretError(
            f"The secret file {path!r} is larger than {MAX_BYTES} bytes.",
            hint="Put the secret alone into the file.",
        )
    try:
        text = content.decode("ascii")
    except UnicodeDecodeError:
        raise SecretError(
            f"The secret file {path!r} is not plain text.", hint="Put the secret alone into the file, as ASCII text."
        ) from None
    text = text.removesuffix("\n").removesuffix("\r")
    if not text:
        raise SecretError(f"The secret file {path!r} is empty.", hint="Put the secret into the file.")
    return text


def _content(path: str, place: Path | None) -> bytes:
    reason = "the path holds a NUL character"
    if place is not None:
        try:
            # Checked before it is opened: opening a pipe that nobody writes to would wait for ever.
            if stat.S_ISREG(place.stat().st_mode):
                with place.open("rb") as handle:
                    return handle.read(MAX_BYTES + 1)
            reason = "it is not a regular file"
        except OSError as error:
            reason = (error.strerror or "it cannot be opened").lower()
    raise SecretError(
        f"The secret file {path!r} cannot be read: {reason}.",
        hint="The path is relative to the project's folder; check that the file exists and that you may read it.",
    )
