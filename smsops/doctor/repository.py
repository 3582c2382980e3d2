"""Checks of git: whether there is a history, and whether the ledger can be read and kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from smsops.diagnostics import Finding
from smsops.doctor.checks import Check, State
from smsops.git import GitError, Repository


def repository_checks(root: Path) -> Iterator[Check]:
    """Of the repository that holds `root`."""
    try:
        repository = Repository.find(root)
    except GitError as error:
        yield _refused("git.repository", f"The repository cannot be opened: {error.message}", error)
        return
    if repository is None:
        yield Check(
            id="git.repository",
            state=State.WARNING,
            message="The project is in no git repository, so there is neither history nor ledger.",
            hint="Run git init, and commit.",
            code="SMS603",
        )
        return
    yield from _history(repository)
    yield _remote(repository)
    yield _identity(repository)


def ledger_check(where: str, troubles: Sequence[Finding], accounts: Sequence[str]) -> Check:
    """Of the ledger, which was looked at anew, at its remote as well. `accounts` are those that have records."""
    if troubles:
        first = troubles[0]
        return Check(id="git.ledger", state=State.PROBLEM, message=first.message, hint=first.hint, code=first.code)
    if not accounts:
        said = f"The ledger ({where}) can be reached, and holds no record yet."
    else:
        said = f"The ledger ({where}) can be reached; accounts with records: {', '.join(accounts)}."
    return Check(id="git.ledger", state=State.OK, message=said)


def _history(repository: Repository) -> Iterator[Check]:
    try:
        has_commit = repository.tip("HEAD^{commit}") is not None
        shallow = repository.run("rev-parse", "--is-shallow-repository").strip() == b"true"
    except GitError as error:
        yield _refused("git.repository", f"The repository cannot be read: {error.message}", error)
        return
    if not has_commit:
        yield Check(
            id="git.repository",
            state=State.WARNING,
            message="The repository has no commit yet.",
            hint="Commit the files.",
        )
        return
    yield Check(id="git.repository", state=State.OK, message="The project is in a git repository.")
    if shallow:
        yield Check(
            id="git.history",
            state=State.WARNING,
            message="This clone is shallow: plan and apply do without the rest; history, blame and audit do not.",
            hint="git fetch --unshallow gets the rest.",
        )
    else:
        yield Check(id="git.history", state=State.OK, message="The history is whole.")


def _remote(repository: Repository) -> Check:
    try:
        remote = repository.remote()
    except GitError as error:
        return _refused("git.remote", error.message, error)
    if remote is None:
        return Check(
            id="git.remote",
            state=State.WARNING,
            message="There is no remote: the ledger is this clone's alone, and locks hold in it alone.",
            hint="Add the shared repository: git remote add origin URL.",
        )
    return Check(id="git.remote", state=State.OK, message=f"The remote {remote} keeps the ledger.")


def _identity(repository: Repository) -> Check:
    try:
        repository.run("var", "GIT_COMMITTER_IDENT")
    except GitError:
        said = "git knows no user here, and needs none: records are committed as smsops."
        return Check(id="git.identity", state=State.OK, message=said)
    return Check(id="git.identity", state=State.OK, message="Records are committed in the name that git knows.")


def _refused(id: str, message: str, error: GitError) -> Check:
    return Check(
        id=id, state=State.PROBLEM, message=message, hint=error.hint or "Ask git: git status.", code=error.code
    )
