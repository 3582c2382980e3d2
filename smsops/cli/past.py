"""The past of the project for the commands that show it: git and the ledger, read once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from smsops.cli.group import suggestion
from smsops.cli.ledgers import SANDBOX, Book, opened_book, server_name
from smsops.cli.project import Opened, UnknownChannel, opened_for_the_past, require_no_channel_file
from smsops.cli.terminal import Terminal
from smsops.errors import LedgerError
from smsops.frozen import Frozen, replace
from smsops.git import GitError, Repository
from smsops.history.applies import apply_of
from smsops.history.begun import Begun, NoHistory
from smsops.history.checks import check_of
from smsops.history.chronicle import Counts, Wants, chronicle
from smsops.history.entries import Flat
from smsops.history.reading import Read
from smsops.history.recorded import Apply, Check
from smsops.history.values import Chronicle, Past
from smsops.ledger.nowhere import Nowhere
from smsops.ledger.records import parsed

_BASE_URL = "api_base_url"
"""Where an account's requests go, in smsops.yaml."""


class Retold(Frozen):
    """What a command has in hand after everything was read."""

    project: Opened
    repository: Repository
    book: Book
    chronicle: Chronicle
    read: Read
    wants: Wants


def retold(
    terminal: Terminal,
    *,
    only: str | None = None,
    until: str = "",
    strict: bool = False,
    portable: bool = False,
    valid: bool = False,
    ahead: Begun | None = None,
) -> Retold:
    """The past of the project, or of one channel under all its names; with `until`, as it was right before that time.

    What is live is told by the records of the servers that a run of today would ask; where it is to be `portable`, of
    those that smsops.yaml in git names, whatever this machine says. `valid` is for what judges by its policy. What was
    begun `ahead` is read on.

    Raises InvalidFiles, ProjectError, NoHistory, and LedgerError when the run is strict.
    """
    project = opened_for_the_past(terminal, valid=valid)
    repository = _repository(project.root)
    book = opened_book(project, sandbox=terminal.options.sandbox, strict=strict)
    for warning in book.warnings:
        terminal.talk(f"warning {warning.code}: {warning.message}")
    terminal.progress("Reading the ledger.")
    kept = _kept(book, until)
    terminal.progress("Reading git.")
    try:
        told, read, wants = chronicle(
            repository,
            project.project.path,
            applies=None if isinstance(book.ledger.shelf, Nowhere) else kept.applies,
            counts=_counts(project, book, portable=portable),
            only=only,
            until=until,
            ahead=ahead,
        )
    except GitError as error:
        raise _unreadable(error) from error
    whole = replace(
        told,
        checks=kept.checks,
        ledger=book.ledger.shelf.describe(),
        problems=kept.problems,
    )
    for problem in kept.problems:
        terminal.talk(f"warning SMS601: {problem}")
    return Retold(project=project, repository=repository, book=book, chronicle=whole, read=read, wants=wants)


def past_of(terminal: Terminal, name: str, ahead: Begun | None = None) -> tuple[Retold, Past]:
    """One channel, by a name that it has or had. Raises UnknownChannel, and as `retold`."""
    require_no_channel_file(name)
    found = retold(terminal, only=name, ahead=ahead)
    pasts = found.chronicle.pasts
    if not pasts:
        known = {past.name for past in retold(terminal).chronicle.pasts}
        raise UnknownChannel(
            f"Git never had a channel {name!r}.{suggestion(name, known)}", hint="smsops history shows all of them."
        )
    past = pasts[-1]
    if past.name != name:
        terminal.talk(f"{name} is called {past.name} now." if past.exists else f"{name} was last called {past.name}.")
    return found, past


def _repository(root: Path) -> Repository:
    try:
        repository = Repository.find(root)
    except GitError as error:
        raise _unreadable(error) from error
    if repository is None:
        raise NoHistory("The project is in no git repository, so it has no history.", hint="Run git init, and commit.")
    return repository


def _unreadable(error: GitError) -> NoHistory:
    return NoHistory(f"The history cannot be read: {error.message}", hint=error.hint or "Ask git: git fsck.")


class _Kept(Frozen, kw_only=False):
    applies: tuple[Apply, ...]
    checks: tuple[Check, ...]
    problems: tuple[str, ...]


def _kept(book: Book, until: str) -> _Kept:
    """Records and checks of all accounts that had ended by then, oldest first.

    One that cannot be read is told, and hides no other.
    """
    applies: list[Apply] = []
    checks: list[Check] = []
    problems: list[str] = []
    for path, content in _files(book):
        try:
            if path.startswith("checks/"):
                checks.append(check_of(path, content))
            else:
                applies.append(apply_of(path, parsed(content)))
        except ValueError as error:
            problems.append(f"{path} in {book.ledger.shelf.describe()} cannot be read: {error}.")
    if until:
        applies = [apply for apply in applies if apply.at < until]
        checks = [check for check in checks if check.at < until]
    applies.sort(key=lambda apply: (apply.started_at, apply.path))
    checks.sort(key=lambda check: (check.at, check.path))
    return _Kept(tuple(applies), tuple(checks), tuple(problems))


def _files(book: Book) -> Iterator[tuple[str, bytes]]:
    shelf = book.ledger.shelf
    try:
        yield from shelf.read_all((*shelf.paths(), *shelf.checks()))
    except LedgerError as error:
        if book.strict:
            raise
        book.warn(error.code, error.message, error.hint)


def _counts(project: Opened, book: Book, *, portable: bool) -> Counts:
    """Records of applies that went where one of today would go: not to a stand-in, when that is not in use."""
    usual = SANDBOX if book.sandbox else ""
    today = {name: book.server(account) or "" for name, account in project.project.accounts.items()}

    def counted(applies: Sequence[Apply], committed: Flat) -> Iterator[str]:
        servers = _committed_servers(committed) if portable and not book.sandbox else today
        return (apply.path for apply in applies if apply.server == servers.get(apply.account, usual))

    return counted


def _committed_servers(committed: Flat) -> dict[str, str]:
    """By account, the server that smsops.yaml names."""
    named = ((key.split("."), url) for key, url in committed.items())
    return {parts[1]: server_name(url) for parts, url in named if parts[0] == "accounts" and parts[2:] == [_BASE_URL]}
