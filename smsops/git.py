"""The one door to git: what is checked out, and the plumbing by which records and locks are kept.

Nothing here prompts, runs a program that the repository names, or touches the work tree, the index, HEAD or the stash.
A git at work is a session of its own: Ctrl-C does not end it halfway, and ssh finds no terminal to ask at.
"""

from __future__ import annotations

import contextlib
import os
import random
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import IO, NamedTuple

from smsops.errors import SmsopsError

LOCAL_S = 30.0
"""How long git may take on this disk."""
NETWORK_S = 60.0
"""How long a remote may take."""
_SOURCE_S = 10.0
"""A repository on a lost network disk must not hold a plan up."""
TRIES = 20
"""How often another may be faster."""
_BATCH = 1000
"""Blobs that are held in memory at once."""

_SETTINGS = (
    f"core.hooksPath={os.devnull}",
    "core.fsmonitor=false",
    "core.splitIndex=false",  # a temporary index leaves nothing in the repository
    "core.fsync=objects,reference",  # what was written outlasts a power failure
    "fetch.writeCommitGraph=false",
    "gc.auto=0",
    "i18n.commitEncoding=UTF-8",
    "maintenance.auto=false",
)
_FOREIGN = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_INDEX_FILE",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_QUARANTINE_PATH",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
)
"""What a hook sets for its own repository and index; which repository is meant follows from the folder alone."""
_NOBODY = {
    "GIT_AUTHOR_NAME": "smsops",
    "GIT_AUTHOR_EMAIL": "smsops@localhost",
    "GIT_COMMITTER_NAME": "smsops",
    "GIT_COMMITTER_EMAIL": "smsops@localhost",
}
_USER_INFO = re.compile(r"(?<=://)[^/\s]*@")
_LOST_RACE = re.compile(r"\[rejected\]|cannot lock ref|failed to update ref|incorrect old value|already exists")


class GitError(SmsopsError):
    """Git refused; the message is git's own words on one line, without credentials."""

    code = "SMS601"

    def __init__(self, said: str, *, hint: str = "", status: int | None = None) -> None:
        super().__init__(said, hint=hint)
        self.status = status
        """Git's exit code; None when it did not run to its end."""

    @property
    def is_lost_race(self) -> bool:
        """Whether the words are those of a ref that another process moves at this moment."""
        return _LOST_RACE.search(self.message) is not None


class Source(NamedTuple):
    """The commit that a plan was made from."""

    commit: str | None
    """None outside a repository, before its first commit, or without git."""
    dirty: bool
    """Whether files of the project differ from the commit, or may."""


def source(root: Path) -> Source:
    """The state of the repository that holds `root`, as far as it concerns the files below `root`. It never fails."""
    commit = _answer(root, "rev-parse", "--verify", "HEAD")
    status = _answer(root, "status", "--porcelain", "--", ".")
    inside = _answer(root, "rev-parse", "--is-inside-work-tree") is not None if status is None else True
    return Source(commit=commit, dirty=inside if status is None else bool(status))


def _answer(root: Path, *words: str) -> str | None:
    try:
        return Repository(root).run(*words, timeout_s=_SOURCE_S).decode("utf-8", "replace").strip()
    except GitError:
        return None


class Repository(NamedTuple):
    """The repository that holds the folder `root`. Every method raises GitError when git refuses."""

    root: Path

    @classmethod
    def find(cls, root: Path) -> Repository | None:
        """None outside a repository, and without git. Raises GitError for a repository that git refuses to open."""
        if shutil.which("git") is None:
            return None
        try:
            cls(root).run("rev-parse", "--git-dir")
        except GitError as error:
            if "not a git repository (or any" in error.message:
                return None
            raise
        return cls(root)

    def run(
        self,
        *words: str,
        input: bytes | None = None,
        env: Mapping[str, str] | None = None,
        timeout_s: float = LOCAL_S,
    ) -> bytes:
        """What git writes to its output."""
        status, out, said = self._ask(words, input, env, timeout_s)
        if status != 0:
            raise GitError(said or f"git {words[0]} ended with exit code {status}.", status=status)
        return out

    def _ask(
        self, words: tuple[str, ...], input: bytes | None, env: Mapping[str, str] | None, timeout_s: float
    ) -> tuple[int, bytes, str]:
        try:
            with self.started(
                *words, stdin=subprocess.DEVNULL if input is None else subprocess.PIPE, env=env
            ) as process:
                try:
                    out, err = process.communicate(input, timeout=timeout_s)
                except BaseException:
                    # The programs that git started keep its pipes open; the whole session has to go.
                    with contextlib.suppress(ProcessLookupError):
                        os.killpg(process.pid, signal.SIGKILL)
                    raise
        except subprocess.TimeoutExpired as error:
            raise GitError(f"git {words[0]} gave no answer for {timeout_s:g} s.") from error
        except OSError as error:
            raise GitError(f"git cannot be run: {error.strerror or error}.") from error
        return process.returncode, out, cleaned(err)

    def started(
        self, *words: str, stdin: int, stderr: int | IO[bytes] = subprocess.PIPE, env: Mapping[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        """A git at work. Raises OSError when there is none."""
        settings = [word for setting in _SETTINGS for word in ("-c", setting)]
        return subprocess.Popen(
            ["git", "-C", str(self.root), *settings, *words],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=stderr,
            env=_environment(env or {}),
            start_new_session=True,
        )

    def common_dir(self) -> Path:
        """The folder that all work trees of the repository share: `.git`."""
        told = os.fsdecode(self.run("rev-parse", "--git-common-dir").removesuffix(b"\n"))
        return (self.root / told).resolve()

    def remote(self) -> str | None:
        """`origin`, or else the only remote; None without one. Raises GitError when there are several others."""
        try:
            listed = self.run("config", "-z", "--name-only", "--get-regexp", r"^remote\..*\.url$").decode()
        except GitError as error:
            if error.status == 1:  # no such setting
                return None
            raise
        names = sorted({name.removeprefix("remote.").removesuffix(".url") for name in listed.split("\0") if name})
        if "origin" in names:
            return "origin"
        if len(names) > 1:
            raise GitError(
                f"The repository has several remotes and none is called origin: {', '.join(names)}.",
                hint=f"Name the one that holds the ledger: git remote rename {names[0]} origin",
            )
        return names[0]

    def tip(self, ref: str) -> str | None:
        """The object that a ref of this repository names. A ref that is there and damaged is an error, not None."""
        status, out, said = self._ask(("rev-parse", "--verify", "--quiet", ref), None, None, LOCAL_S)
        if status != 0 and said:
            raise GitError(said, status=status)
        return out.decode().strip() or None

    def knows(self, commit: str) -> bool:
        # By a word that fetches nothing: a partial clone would get the commit, and then its files one by one.
        words = ("rev-list", "--no-walk", "--missing=allow-any", commit)
        return self._ask(words, None, None, LOCAL_S)[1].decode().strip() == commit

    def tip_at(self, remote: str, ref: str) -> str | None:
        """The object that a ref of the remote names."""
        listed = self.run("ls-remote", remote, ref, timeout_s=NETWORK_S).decode()
        pairs = [line.split("\t") for line in listed.splitlines()]
        # The pattern also matches the end of a longer name.
        return next((commit for commit, name in pairs if name == ref), None)

    def fetch(self, remote: str, refspec: str) -> None:
        """Fetch this and nothing else, whole even into a partial or shallow clone."""
        quiet = ("--quiet", "--no-tags", "--no-prune", "--no-filter", "--no-recurse-submodules")
        self.run("fetch", *quiet, "--no-write-fetch-head", "--refmap=", remote, refspec, timeout_s=NETWORK_S)

    def push(self, remote: str, *words: str, timeout_s: float = NETWORK_S) -> None:
        """Push refspecs, after options such as `--force-with-lease=…`, and nothing else. Nothing is forced."""
        quiet = ("--quiet", "--no-verify", "--no-signed", "--no-follow-tags", "--recurse-submodules=no")
        options = [word for word in words if word.startswith("--")]
        refspecs = [word for word in words if not word.startswith("--")]
        self.run("push", *quiet, *options, remote, *refspecs, timeout_s=timeout_s)

    def blob(self, content: bytes) -> str:
        return self.run("hash-object", "-w", "--stdin", input=content).decode().strip()

    def blobs(self, ids: Iterable[str]) -> Iterator[bytes]:
        """The contents of many blobs, in order, by few processes."""
        rest = iter(ids)
        while batch := list(islice(rest, _BATCH)):
            out = self.run("cat-file", "--batch", input="".join(f"{one}\n" for one in batch).encode())
            at = 0
            for _ in batch:
                end = out.index(b"\n", at)
                head = out[at:end].decode()
                if not re.fullmatch(r"\w+ blob \d+", head):
                    raise GitError(f"An object cannot be read: {head}.")
                size = int(head.split()[2])
                yield out[end + 1 : end + 1 + size]
                at = end + 1 + size + 1

    def tree(self, base: str | None, entries: Iterable[tuple[str, str, str]]) -> str:
        """The tree of the commit `base` with these entries: mode, blob and path. Mode 0 takes the path away.

        The index is a file of its own in a folder of its own, so that the user's is not even read.
        """
        lines = "".join(f"{mode} {blob}\t{path}\0" for mode, blob, path in entries)
        try:
            with tempfile.TemporaryDirectory(prefix="smsops-") as folder:
                env = {"GIT_INDEX_FILE": f"{folder}/index"}
                if base is not None:
                    self.run("read-tree", base, env=env)
                self.run("update-index", "-z", "--index-info", input=lines.encode("utf-8", "surrogateescape"), env=env)
                return self.run("write-tree", env=env).decode().strip()
        except OSError as error:
            raise GitError(f"A temporary folder cannot be made: {error.strerror or error}.") from error

    def commit(self, tree: str, parent: str | None, message: str) -> str:
        """A commit by the user, or by `smsops` on a machine where git knows no user."""
        words = ("commit-tree", tree, *(("-p", parent) if parent else ()))
        try:
            return self.run(*words, input=message.encode()).decode().strip()
        except GitError:
            return self.run(*words, input=message.encode(), env=_NOBODY).decode().strip()

    def move(self, ref: str, new: str, old: str | None) -> None:
        """Let a ref of this repository name `new`, if it still names `old`; None: if it is not there."""
        self.run("update-ref", "-m", "smsops", ref, new, old or "0" * len(new))


def attempts(sleep: Callable[[float], None]) -> Iterator[bool]:
    """Whether this attempt is the last. They wait ever longer in between, each of those at work differently."""
    for number in range(1, TRIES):
        yield False
        sleep(random.uniform(0, min(2.0, 0.05 * 2**number)))
    yield True


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in _FOREIGN}
    fixed = {"GIT_NO_REPLACE_OBJECTS": "1", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    # Without a terminal ssh would open a window to ask; core.sshCommand stays in force, unlike with GIT_SSH_COMMAND.
    return {"SSH_ASKPASS_REQUIRE": "never", **kept, **fixed, **more}


def cleaned(err: bytes) -> str:
    """What git said, on one line and without credentials."""
    lines = (line.strip() for line in err.decode("utf-8", "replace").splitlines())
    said = " ".join(line for line in lines if line and not line.startswith("hint:"))
    return _USER_INFO.sub("****@", "".join(char if char.isprintable() else " " for char in said))[:1000]
