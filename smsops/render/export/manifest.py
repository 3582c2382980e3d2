"""The manifest of an export: the SHA-256 of each file, in lines that `sha256sum -c MANIFEST` takes, and its own."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from smsops.diagnostics import Finding, Location

MANIFEST = "MANIFEST"
_FORMAT = "# smsops audit export, format 1.0"
_OWN = "# The lines above: "
_LINE = re.compile(r"(?P<sha256>[0-9a-f]{64})  (?P<name>[A-Za-z0-9][A-Za-z0-9.-]{0,99})")


def manifest(files: Iterable[tuple[str, bytes]], about: Sequence[str]) -> bytes:
    """The manifest of files by name; `about` says what they are of, a sentence a line."""
    head = [_FORMAT, *(f"# {line}" for line in about)]
    lines = [f"{_sha256(content)}  {name}" for name, content in sorted(files)]
    text = "".join(f"{line}\n" for line in [*head, *lines])
    return f"{text}{_OWN}{_sha256(text.encode())}\n".encode()


def altered(content: bytes, names: Iterable[str], read: Callable[[str], bytes | None]) -> tuple[Finding, ...]:
    """What of an export is not as it was written, by name; `names` are those of the files that are there.

    `read` gives a file's bytes, or None. No name that a manifest makes up is ever read.
    """
    text = content.decode("utf-8", "replace")
    *lines, own = text.splitlines(keepends=True) or [""]
    whole = "".join(lines)
    if (
        not text.startswith(_FORMAT)
        or own != f"{_OWN}{_sha256(whole.encode())}\n"
        or whole.encode() + own.encode() != content
    ):
        return (_finding(MANIFEST, "is not as it was written, so nothing can be held against it"),)
    listed: dict[str, str] = {}
    for line in whole.splitlines():
        match = _LINE.fullmatch(line)
        if match is not None and match["name"] not in (MANIFEST, *listed):
            listed[match["name"]] = match["sha256"]
        elif not line.startswith("#"):
            return (_finding(MANIFEST, "has a line that no export has, so nothing can be held against it"),)
    return tuple(_against(listed, sorted(names), read))


def _against(listed: dict[str, str], names: Sequence[str], read: Callable[[str], bytes | None]) -> Iterator[Finding]:
    for name, sha256 in sorted(listed.items()):
        content = read(name) if name in names else None
        if content is None:
            yield _finding(name, "is missing")
        elif _sha256(content) != sha256:
            yield _finding(name, "was altered: its bytes are not those that were exported")
    for name in names:
        if name not in listed and name != MANIFEST:
            yield _finding(name, "is not of this export: the manifest does not name it")


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _finding(name: str, sentence: str) -> Finding:
    return Finding(
        code="SMS619",
        message=f"{name} {sentence}.",
        location=Location(path=name),
        hint="Export the same period again, and compare.",
    )
