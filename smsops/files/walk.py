"""Finds the channel files of a project and takes their bytes: the only walker of the channels folder.

Nothing is followed out of the project, and nothing is read that is not a regular file.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from typing import NamedTuple

from smsops.diagnostics import Finding
from smsops.files.document import Document, Place, quoted
from smsops.files.yamlfile import MAX_BYTES

SUFFIXES = (".yaml", ".yml")


class Entry(NamedTuple):
    """A file to read: `path` as people see it, `file` as the system does."""

    path: str
    file: str
    data: bytes | None = None
    """What it holds, where that is known without the system."""


def content(entry: Entry) -> bytes | Finding:
    """What the file holds, or why that cannot be told."""
    if entry.data is not None:
        return entry.data
    try:
        # A pipe or a device would block or never end, so the kind is looked at before the file is opened.
        found = os.stat(entry.file)
        if not stat.S_ISREG(found.st_mode):
            return _unreadable(entry.path, "The file is not a regular file.")
        return _bytes(entry.file, min(found.st_size, MAX_BYTES))
    except OSError as error:
        return _unreadable(entry.path, f"The file cannot be read: {_reason(error)}.")


def _bytes(file: str, size: int) -> bytes:
    """What a regular file holds, up to one byte more than is allowed. Without a file object: there are many files."""
    descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    try:
        data = os.read(descriptor, size + 1)
        # Not every file system knows how long a file is, and it may have grown.
        return data if len(data) <= size else data + os.read(descriptor, MAX_BYTES - size)
    finally:
        os.close(descriptor)


def channel_entries(root: str, folder: str, project: Document) -> tuple[list[Entry], list[Finding]]:
    """Channel files in the order of their paths, and findings for what cannot be looked into."""
    top = os.path.normpath(os.path.join(root, folder))
    if os.path.isabs(folder) or not _inside(os.path.realpath(top), os.path.realpath(root)):
        message, hint = "is outside the project", "Name a folder below smsops.yaml."
    elif not os.path.isdir(top):
        message, hint = "does not exist", "Create it, or name the right one in `channels:`."
    else:
        walk = _Walk(root)
        walk.down(top)
        walk.entries.sort()
        return walk.entries, walk.findings
    sentence = f"The channels folder {quoted(folder)} {message}."
    return [], [project.finding("SMS116", sentence, ("channels",), hint=hint)]


class _Walk:
    """What was found below the channels folder so far."""

    def __init__(self, root: str) -> None:
        self.entries: list[Entry] = []
        self.findings: list[Finding] = []
        self._root = root
        self._real_root = os.path.realpath(root)
        self._seen: set[tuple[int, int]] = set()
        """Folders by device and inode: a link to a folder of the project is followed once."""

    def down(self, top: str) -> None:
        waiting = [top]
        while waiting:
            folder = waiting.pop()
            try:
                waiting += self._folder(folder)
            except OSError as error:
                self._report(folder, f"The folder cannot be read: {_reason(error)}.", "Mend its permissions.")

    def _folder(self, folder: str) -> Iterator[str]:
        """Take the folder's channel files; its folders are still to be visited."""
        identity = os.stat(folder)
        if (identity.st_dev, identity.st_ino) in self._seen:
            return
        self._seen.add((identity.st_dev, identity.st_ino))
        shown = _shown(os.path.join(folder, ""), self._root)
        with os.scandir(folder) as scan:
            for entry in scan:
                name = entry.name
                is_channel = name.lower().endswith(SUFFIXES)
                if name.startswith(".") or not (is_channel or entry.is_dir()):
                    continue
                if entry.is_symlink() and not _inside(os.path.realpath(entry.path), self._real_root):
                    message = "The link leads out of the project and is not followed."
                    self._report(entry.path, message, "Copy what it points at.")
                elif not is_channel:
                    yield entry.path
                elif os.path.isdir(entry.path) if entry.is_symlink() else entry.is_dir():
                    message = "This is a folder with the name of a channel file."
                    self._report(entry.path, message, "Rename it; no file inside it is read.")
                else:
                    self.entries.append(Entry(shown + _text(name), entry.path))

    def _report(self, path: str, message: str, hint: str) -> None:
        document = Document(path=_shown(path, self._root))
        self.findings.append(document.finding("SMS103", message, Place(1, 1), hint=hint))


def _unreadable(path: str, message: str) -> Finding:
    hint = "Mend, remove or rename it."
    return Document(path=path).finding("SMS103", message, Place(1, 1), hint=hint)


def _reason(error: OSError) -> str:
    return (error.strerror or "unknown reason").lower()


def _inside(path: str, root: str) -> bool:
    return path == root or path.startswith(root.rstrip(os.sep) + os.sep)


def _shown(path: str, root: str) -> str:
    """A path relative to the project, with forward slashes."""
    return _text(path[len(root) :].lstrip(os.sep).replace(os.sep, "/"))


def _text(name: str) -> str:
    """A name of the system; bytes that are no UTF-8 are replaced."""
    return name if name.isascii() else name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
