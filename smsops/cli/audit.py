"""`smsops audit`: what an auditor asks of the ledger."""

from __future__ import annotations

from smsops.cli import group
from smsops.cli.ledgers import opened_book
from smsops.cli.project import opened_for_credentials
from smsops.cli.terminal import Terminal
from smsops.errors import ExitCode, LedgerError
from smsops.git import GitError
from smsops.ledger.branch import Branch
from smsops.ledger.chain import verify, verify_history
from smsops.render.audit import VERIFIED, Verified

command = group.Section(name="audit", help="Check the ledger.")

_HELP = """Check that no record was altered or is missing, and that each has its end.

The records of an account are a chain: each tells the SHA-256 of the one before it. In a git repository the history of
the ledger's branch is checked too. Exit code 1 when anything is found."""


@group.command("verify", renderers=VERIFIED, help=_HELP)
def verify_command(terminal: Terminal) -> int:
    project = opened_for_credentials(terminal)
    book = opened_book(project, sandbox=terminal.options.sandbox, strict=True)
    if book.warnings:
        first = book.warnings[0]
        raise LedgerError(first.message, hint=first.hint, code=first.code)
    shelf = book.ledger.shelf
    paths = shelf.paths()
    terminal.progress(f"Reading {len(paths):,} records.")
    found = verify((path, shelf.read(path)) for path in paths)
    if isinstance(shelf, Branch) and book.repository is not None:
        try:
            told = {finding.location.path for finding in found}
            later = verify_history(shelf.history(), lambda ids: book.repository.blobs(ids) if book.repository else ())
        except GitError as error:
            raise LedgerError(f"The history of {shelf.describe()} cannot be read: {error.message}") from error
        found += tuple(finding for finding in later if finding.location.path not in told)
    checked = Verified(findings=found, records=len(paths), accounts=len(book.accounts()), where=shelf.describe())
    terminal.emit(VERIFIED, checked)
    return ExitCode.OK if checked.ok else ExitCode.ERROR


command.add_command(verify_command)
