"""Opening the ledger: a folder in the sandbox, a branch of the project's repository else, nothing outside of one."""

from __future__ import annotations

import getpass
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from smsops.cli.accounts import server_of
from smsops.cli.project import Opened
from smsops.diagnostics import Finding, Location, Severity
from smsops.errors import LedgerError
from smsops.git import GitError, Repository
from smsops.ledger.branch import Branch
from smsops.ledger.folder import Folder
from smsops.ledger.ledger import Ledger
from smsops.ledger.nowhere import Nowhere
from smsops.ledger.records import Run
from smsops.model import EMPTY_BASE, Base
from smsops.planned import Plan
from smsops.project import Account

SANDBOX = "sandbox"
"""The server's name in records and saved plans of the sandbox."""
_ACTORS = ("GITHUB_ACTOR", "GITLAB_USER_LOGIN", "BITBUCKET_STEP_TRIGGERER_UUID", "BUILD_USER_ID")
"""Where CI systems say who started a run."""


@dataclass(slots=True, kw_only=True)
class Book:
    """The ledger of one run, with where it is kept."""

    ledger: Ledger
    repository: Repository | None
    """None in the sandbox, and outside a repository."""
    remote: str | None
    sandbox: bool
    strict: bool
    """Whether what cannot be read ends the run; a plan only warns."""
    warnings: list[Finding] = field(default_factory=list)
    approval: Mapping[str, Any] | None = None
    """Of the plan that is applied, as a record keeps it, where that was asked for."""

    def base(self, account: Account) -> Base:
        """What the ledger remembers of an account. Raises LedgerError when the run is strict."""
        try:
            return self.ledger.base(account.name, account.account_sid, self.server(account))
        except LedgerError as error:
            self._or_warn(error)
            return EMPTY_BASE

    def accounts(self) -> tuple[str, ...]:
        """Names of the accounts that have records. Raises LedgerError when the run is strict."""
        try:
            return self.ledger.accounts()
        except LedgerError as error:
            self._or_warn(error)
            return ()

    def refresh(self) -> None:
        """Raises LedgerError when the run is strict."""
        try:
            self.ledger.shelf.refresh()
        except LedgerError as error:
            self._or_warn(error)

    def server(self, account: Account) -> str | None:
        """What stands in for the provider, as records name it; None is the provider's own."""
        if self.sandbox:
            return SANDBOX
        url = server_of(account)
        return None if url is None else server_name(url)

    def lock_folder(self, root: Path) -> Path:
        """Where locks are files: what all work trees of a repository share, or the project's own state folder."""
        if self.repository is None:
            return root / ".smsops" / "locks"
        try:
            return self.repository.common_dir() / "smsops" / "locks"
        except GitError as error:
            raise _unusable(error) from error

    def run_of(self, plan: Plan, account: Account, plan_id: str) -> Run:
        """Who applies, and from where."""
        author = _author(self.repository, plan.commit) if self.repository is not None and plan.commit else None
        return Run(
            plan_id=plan_id,
            actor=actor(self.repository),
            commit=plan.commit,
            author=author,
            dirty=plan.dirty,
            server=self.server(account),
            approval=self.approval,
        )

    def _or_warn(self, error: LedgerError) -> None:
        if self.strict:
            raise error
        hint = "The plan goes on without it: what git and what the account changed may be told apart wrongly."
        self.warn(error.code, error.message, hint)

    def warn(self, code: str, message: str, hint: str) -> None:
        """Note what the plan cannot rest on."""
        location = Location(path="smsops.yaml")
        finding = Finding(code=code, severity=Severity.WARNING, message=message, hint=hint, location=location)
        if finding not in self.warnings:
            self.warnings.append(finding)


def server_name(url: str) -> str:
    """What records call the server of an `api_base_url`: its host, for its port may change from run to run."""
    try:
        return urlsplit(url).hostname or url
    except ValueError:  # the provider refuses it, and says why
        return url


def opened_book(project: Opened, *, sandbox: bool, strict: bool) -> Book:
    """The ledger, looked at anew. Raises LedgerError when the run is strict and it cannot be read."""
    if sandbox:
        folder = Folder(project.root / ".smsops" / "ledger")
        return Book(ledger=Ledger(folder), repository=None, remote=None, sandbox=True, strict=strict)
    try:
        repository = Repository.find(project.root)
        remote = repository.remote() if repository else None
    except GitError as error:
        if strict:
            raise _unusable(error) from error
        book = _nowhere(strict=strict)
        book.warn("SMS601", f"The repository cannot be opened: {error.message}", error.hint)
        return book
    if repository is None:
        book = _nowhere(strict=strict)
        book.warn(
            "SMS603",
            "The project is in no git repository, so there is no ledger: no run knows what another did.",
            "Without it smsops cannot tell drift from a change of yours, finds a service only by its SID in the file, "
            "and removes nothing that it did not see. Run git init.",
        )
        return book
    branch = Branch(repository, project.project.ledger_branch, remote)
    book = Book(ledger=Ledger(branch), repository=repository, remote=remote, sandbox=False, strict=strict)
    book.refresh()
    return book


def _nowhere(*, strict: bool) -> Book:
    return Book(ledger=Ledger(Nowhere()), repository=None, remote=None, sandbox=False, strict=strict)


def _unusable(error: GitError) -> LedgerError:
    return LedgerError(f"The repository cannot be opened: {error.message}", hint=error.hint or "Ask git: git status.")


def actor(repository: Repository | None) -> str:
    """Who runs smsops: whom CI names, or git, or the machine."""
    for variable in _ACTORS:
        if os.environ.get(variable):
            return os.environ[variable]
    if repository is not None:
        name, email = (answer(repository, "config", f"user.{part}") for part in ("name", "email"))
        if name or email:
            return f"{name} <{email}>" if name and email else str(name or email)
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


def _author(repository: Repository, commit: str) -> str | None:
    """Name and address of a commit's author; None where the commit is not here, as in a shallow clone."""
    head = (answer(repository, "cat-file", "commit", commit) or "").partition("\n\n")[0]
    lines = (line for line in head.split("\n") if line.startswith("author "))
    # What follows the address is the time.
    return next((line.removeprefix("author ").rpartition("> ")[0] + ">" for line in lines), None)


def answer(repository: Repository, *words: str) -> str | None:
    """What git says on one question; None when it does not know."""
    try:
        return repository.run(*words).decode("utf-8", "replace").strip() or None
    except GitError:
        return None
