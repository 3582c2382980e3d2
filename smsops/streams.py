"""Long answers of git, read while git is still at work: the log of a range in one pass, and objects by one process.

Nothing here starts a process for a file or a commit.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import IO, NamedTuple

from smsops.git import GitError, Repository, cleaned

_CHUNK = 1 << 16
_PIPE = 1 << 20
"""Bytes that git may be ahead of its reader, where the system permits it: both work at the same time."""
_AHEAD = 25
"""Objects that are asked for before they are needed. Twice as many ids fit into the smallest pipe there is."""
GONE = "000000"
"""The mode of what is not there."""
_RAW = ("--raw", "--pretty=raw", "--parents", "--encoding=none", "--no-notes")
"""Commits come as they are kept, in the bytes that were written."""
_UNSET = ("--root", "--no-follow", "--no-decorate", "--no-abbrev-commit", "--no-show-signature", f"-O{os.devnull}")
"""Whatever somebody has set, log.showRoot and diff.orderFile among it, the answer is the same."""
_INDENT = b"    "
_FILES = b"\n\n:"
"""Before the first file of a commit. A header has no blank line, and a message has no line that is not indented."""
_MODULE = "160000"
"""Of a commit of another repository: as a file, it is not there."""


class Touch(NamedTuple):
    """What a commit did to one file, against its first parent."""

    path: str
    mode: str
    """`100644`, `120000` for a link, `GONE`."""
    blob: str


class Node(NamedTuple):
    """One commit of the graph."""

    id: str
    parents: tuple[str, ...]
    touches: tuple[Touch, ...]
    told: bytes = b""
    """The commit object as a log tells it: the message is indented, so that nothing in it can pass for a header."""

    @property
    def content(self) -> bytes:
        """The commit object as git keeps it, but for blank lines around the message."""
        head, gap, message = self.told.partition(b"\n\n")
        return head + gap + message.removeprefix(_INDENT).replace(b"\n" + _INDENT, b"\n")


@contextmanager
def log(
    repository: Repository, tip: str, suffixes: tuple[str, ...], *, below: bool = False
) -> Iterator[Iterator[Node]]:
    """Every commit that leads to `tip`, oldest first, with what it did to files with such names below the root.

    A merge is compared with its first parent. Paths are relative to the root of `repository`; `below` says that there
    is more around it, which git then passes over. Git is at work from the beginning of the block. Raises GitError.
    """
    words = ("log", "-z", "--reverse", *_RAW, "--no-abbrev", "--no-renames", "--diff-merges=first-parent", "--no-color")
    # Simplified history would leave the main line; with these two every commit is walked, whatever the path.
    whole = ("--full-history", "--sparse", "--relative")
    # A path, even one that holds everything, makes git look at each tree twice.
    limit = (".",) if below else ()
    with _running(repository, *words, *whole, *_UNSET, tip, "--", *limit) as git:
        yield _nodes(_split(git), suffixes)


@contextmanager
def main_line(repository: Repository, tip: str) -> Iterator[Iterator[tuple[int, str]]]:
    """The main line up to `tip`, newest first: when each commit was made, in seconds, and its id. Raises GitError."""
    with _running(repository, "rev-list", "--first-parent", "--timestamp", tip) as git:
        yield _stamped(git)


def _stamped(git: _Git) -> Iterator[tuple[int, str]]:
    for row in git.out:
        stamp, id = row.decode().split()
        yield int(stamp), id
    git.end()


def _widen(pipe: IO[bytes]) -> None:
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # more than this user may have
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE)


def _split(git: _Git) -> Iterator[bytes]:
    rest = b""
    while chunk := git.out.read(_CHUNK):
        *whole, rest = (rest + chunk).split(b"\0")
        yield from whole
    if rest:
        yield rest
    git.end()


def _nodes(parts: Iterator[bytes], suffixes: tuple[str, ...]) -> Iterator[Node]:
    """A commit starts with `commit ID PARENT…`, and its first file follows in the same part."""
    told = b""
    touches: list[Touch] = []
    for part in parts:
        if part.startswith(b"commit "):
            if told:
                yield _node(told, touches)
                touches = []
            told, _, part = part.partition(_FILES)  # noqa: PLW2901
        if part:
            path = os.fsdecode(next(parts))
            if path.lower().endswith(suffixes):
                _, mode, _, blob, _ = part.decode().split(" ")
                touches.append(Touch(path, GONE if mode == _MODULE else mode, blob))
    if told:
        yield _node(told, touches)


def _node(told: bytes, touches: list[Touch]) -> Node:
    first, _, rest = told.partition(b"\n")
    _, id, *parents = first.decode().split(" ")
    return Node(id, tuple(parents), tuple(touches), rest)


@dataclass(slots=True)
class Objects:
    """One `git cat-file --batch`: contents of objects, as many as are asked for."""

    git: _Git
    asked: deque[str] = field(default_factory=deque)
    """By `many`, and not answered yet."""
    answers: deque[bytes] = field(default_factory=deque)
    """To those before them, which were read to get at another."""

    def one(self, id: str) -> bytes:
        """Raises GitError."""
        while self.asked:
            self.answers.append(self._answer(self.asked.popleft()))
        self._write([id])
        return self._answer(id)

    def many(self, ids: Iterable[str]) -> Iterator[bytes]:
        """The contents in order. Raises GitError for an object that is not here.

        `ids` may ask for `one`, and may grow while the contents are read; only one such row is read at a time.
        """
        rest = iter(ids)
        asked = self._ask(islice(rest, _AHEAD))
        while asked:
            ahead = self._ask(islice(rest, _AHEAD))
            for _ in range(asked):
                yield self.answers.popleft() if self.answers else self._answer(self.asked.popleft())
            asked = ahead

    def _ask(self, ids: Iterable[str]) -> int:
        asked = list(ids)
        self._write(asked)
        self.asked += asked
        return len(asked)

    def _write(self, ids: list[str]) -> None:
        stdin = self.git.process.stdin
        assert stdin is not None
        with contextlib.suppress(OSError):  # git has gone: the reader finds out and says why
            stdin.write("".join([f"{id}\n" for id in ids]).encode())
            stdin.flush()

    def _answer(self, id: str) -> bytes:
        out = self.git.out
        head = out.readline().split()
        if len(head) != 3:
            raise GitError(
                f"The object {id} cannot be read: {b' '.join(head).decode('utf-8', 'replace') or 'no answer'}."
            )
        content = out.read(int(head[2]) + 1)
        if len(content) != int(head[2]) + 1:
            raise GitError(f"The object {id} cannot be read: the answer of git ends too early.")
        return content[:-1]


@contextmanager
def objects(repository: Repository) -> Iterator[Objects]:
    """The objects of a repository, for as long as the block runs."""
    with _running(repository, "cat-file", "--batch", stdin=subprocess.PIPE) as git:
        yield Objects(git)
        git.end()


@dataclass(slots=True)
class _Git:
    """A git at work."""

    process: subprocess.Popen[bytes]
    out: IO[bytes]
    said: IO[bytes]
    """What it writes to stderr."""
    name: str

    def end(self) -> None:
        """Let it end by itself. Raises GitError when it ended badly, in its words."""
        if self.process.stdin is not None:
            with contextlib.suppress(OSError):
                self.process.stdin.close()
        if status := self.process.wait():
            self.said.seek(0)
            raise GitError(
                cleaned(self.said.read()) or f"git {self.name} ended with exit code {status}.", status=status
            )


@contextmanager
def _running(repository: Repository, *words: str, stdin: int = subprocess.DEVNULL) -> Iterator[_Git]:
    """A git that is ended with the block, whatever it is about."""
    with tempfile.TemporaryFile() as said:
        try:
            process = repository.started(*words, stdin=stdin, stderr=said)
        except OSError as error:
            raise GitError(f"git cannot be run: {error.strerror or error}.") from error
        assert process.stdout is not None
        try:
            _widen(process.stdout)
            yield _Git(process, process.stdout, said, words[0])
        finally:
            if process.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    with contextlib.suppress(OSError):
                        stream.close()
