"""Where reading the past begins: with git at work, before anything else is made ready.

Git takes longest, and Python has much to import before it can make use of what git tells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import takewhile
from typing import NamedTuple

from smsops.errors import ExitCode, SmsopsError
from smsops.git import Repository
from smsops.streams import Node, log, main_line

SUFFIXES = (".yaml", ".yml")
"""Of files that may be channels."""


class NoHistory(SmsopsError):
    """The repository does not hold the past of the project, or not all of it."""

    exit_code = ExitCode.ERROR
    code = "SMS608"


class Begun(NamedTuple):
    """What git tells of all commits up to one, while it tells it."""

    repository: Repository
    nodes: Iterator[Node]
    """As `streams.log`: to be read once."""
    line: Callable[[], tuple[str, ...]]
    """Asks for the main line, oldest first, which takes git a walk of its own. Raises GitError."""


@contextmanager
def begun(repository: Repository, tip: str = "") -> Iterator[Begun]:
    """Git at work, up to HEAD or to `tip`.

    Raises NoHistory for a shallow clone and one without a commit, and GitError.
    """
    shallow, below = _standing(repository)
    tip = tip or _head(repository, shallow=shallow)

    def line() -> tuple[str, ...]:
        with main_line(repository, tip) as newest_first:
            return tuple([id for _, id in newest_first][::-1])

    with log(repository, tip, SUFFIXES, below=below) as nodes:
        yield Begun(repository=repository, nodes=nodes, line=line)


def _standing(repository: Repository) -> tuple[bool, bool]:
    """Whether the clone is shallow, and whether the root is a folder in it and not its top."""
    shallow, prefix = repository.run("rev-parse", "--is-shallow-repository", "--show-prefix").split(b"\n", 1)
    return shallow == b"true", bool(prefix.strip())


def head(repository: Repository) -> str:
    """The commit that is checked out. Raises NoHistory for a shallow clone and one without a commit, and GitError."""
    return _head(repository, shallow=_standing(repository)[0])


def _head(repository: Repository, *, shallow: bool) -> str:
    if shallow:
        raise NoHistory(
            "This clone is shallow: it does not hold the whole history.",
            hint="Fetch it: git fetch --unshallow. In a pipeline, check out with fetch-depth: 0, or GIT_DEPTH: 0.",
        )
    tip = repository.tip("HEAD^{commit}")
    if tip is None:
        raise NoHistory("The repository has no commit yet, so there is no history.", hint="Commit the project.")
    return tip


def commit_by(repository: Repository, tip: str, at: str) -> str:
    """The commit of the main line that was the last one at a time.

    Raises NoHistory where there was none, and GitError.
    """
    if commit := last_by(repository, tip, at):
        return commit
    raise NoHistory(f"At {at} the repository had no commit.", hint="smsops history shows when it began.")


def last_by(repository: Repository, tip: str, at: str) -> str:
    """That commit, or ''. Raises GitError.

    Whoever commits chooses the time. A commit that lies after later ones in the line is never taken for an earlier one:
    a date that goes back would change what is told of the past.
    """
    seconds = int(datetime.fromisoformat(at).timestamp())
    with main_line(repository, tip) as line:
        early = takewhile(lambda pair: pair[0] <= seconds, [*line][::-1])
        return [id for _, id in [(0, ""), *early]][-1]
