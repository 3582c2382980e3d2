"""The project's files as they were at a revision, written out for a while, so that they are read like today's."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from smsops.errors import SmsopsError, UsageError
from smsops.git import GitError, Repository

_ENTRY = re.compile(r"(?P<mode>[0-7]{6}) (?P<kind>\w+) (?P<blob>[0-9a-f]+)\t(?P<path>.+)", re.DOTALL)
_LINK = "120000"
_YAML = (".yaml", ".yml")


@contextmanager
def written_out(root: Path, revision: str) -> Iterator[Path]:
    """A folder with the YAML files that the project at `root` had at a revision.

    Raises UsageError when there is no repository, or the revision is not in it, and SmsopsError on a full disk.
    """
    repository = _repository(root)
    commit = _commit(repository, revision)
    with ExitStack() as stack:
        try:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="smsops-")))
            _write(repository, commit, folder)
        except OSError as error:
            raise SmsopsError(f"A temporary folder cannot be written: {error.strerror or error}.") from error
        yield folder


def commit_of_revision(root: Path, revision: str) -> str:
    """The id of the commit that a revision names. Raises UsageError."""
    return _commit(_repository(root), revision)


def _repository(root: Path) -> Repository:
    try:
        repository = Repository.find(root)
    except GitError as error:
        raise UsageError(f"The repository cannot be opened: {error.message}", hint=error.hint) from error
    if repository is None:
        raise UsageError("The project is in no git repository, so it has no revisions.", hint="Leave the revision out.")
    return repository


def _commit(repository: Repository, revision: str) -> str:
    words = ("rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}")
    try:
        return repository.run(*words).decode().strip()
    except GitError as error:
        raise UsageError(f"There is no revision {revision!r} here.", hint=_way_out(repository, revision)) from error


def _way_out(repository: Repository, revision: str) -> str:
    if ".." in revision:
        return "Give one revision, not a range."
    if repository.run("rev-parse", "--is-shallow-repository").strip() == b"true":
        return "This clone is shallow and holds few of them. Fetch the history: git fetch --unshallow"
    return "Name a commit, a branch or a tag: git log shows them."


def _write(repository: Repository, commit: str, folder: Path) -> None:
    """Only what the loader would read: a link keeps its target, and the loader follows none out of the folder."""
    try:
        listed = repository.run("ls-tree", "-r", "-z", commit, "--", ".")
        found = [match for line in os.fsdecode(listed).split("\0") if (match := _ENTRY.fullmatch(line))]
        files = [one for one in found if one["kind"] == "blob" and _is_ours(one["path"])]
        for one, content in zip(files, repository.blobs(one["blob"] for one in files), strict=True):
            place = folder / one["path"]
            place.parent.mkdir(parents=True, exist_ok=True)
            if one["mode"] == _LINK:
                place.symlink_to(os.fsdecode(content))
            else:
                place.write_bytes(content)
    except GitError as error:
        raise UsageError(f"The files of that revision cannot be read: {error.message}", hint=error.hint) from error


def _is_ours(path: str) -> bool:
    """Whether a file is YAML, and inside the folder: a forged tree can name any path."""
    return path.lower().endswith(_YAML) and not path.startswith("/") and ".." not in path.split("/")
