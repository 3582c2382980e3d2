"""Whether the ledger is whole, for the commands of an auditor."""

from __future__ import annotations

from smsops.cli.ledgers import Book
from smsops.diagnostics import Finding
from smsops.errors import LedgerError
from smsops.git import GitError
from smsops.ledger.branch import Branch
from smsops.ledger.chain import verify, verify_history

_UNFINISHED = "SMS606"


def chain_findings(book: Book) -> tuple[Finding, ...]:
    """What is wrong with records and checks as such; the first is where to look first. Raises LedgerError."""
    shelf = book.ledger.shelf
    found = verify(shelf.read_all(sorted((*shelf.paths(), *shelf.checks()))))
    if not isinstance(shelf, Branch) or book.repository is None:
        return found
    repository = book.repository
    try:
        told = {finding.location.path for finding in found}
        later = verify_history(shelf.history(), repository.blobs)
    except GitError as error:
        raise LedgerError(f"The history of {shelf.describe()} cannot be read: {error.message}") from error
    return found + tuple(finding for finding in later if finding.location.path not in told)


def require_whole(book: Book) -> None:
    """Raises LedgerError for a ledger in which anything was altered or is missing: an export would pass it on as true.

    A record without an end is no such thing: the run may still be at work.
    """
    found = [finding for finding in chain_findings(book) if finding.code != _UNFINISHED]
    if found:
        raise LedgerError(
            f"The ledger is not whole: {found[0].message}", hint="Run smsops audit verify first.", code=found[0].code
        )
