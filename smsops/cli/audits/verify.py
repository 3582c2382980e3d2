"""`smsops audit verify`: whether records are whole, whether they say what git says, and what should not be so."""

from __future__ import annotations

from pathlib import Path

import click

from smsops.cli import group
from smsops.cli.audits.chain import chain_findings
from smsops.cli.ledgers import opened_book
from smsops.cli.project import Opened, opened_for_the_past
from smsops.cli.terminal import Terminal
from smsops.cli.usage import OPENED
from smsops.diagnostics import Finding
from smsops.errors import ExitCode, LedgerError, SmsopsError, UsageError
from smsops.git import Repository
from smsops.render.audit import COMPARED, VERIFIED, Compared, Verified
from smsops.render.export.manifest import MANIFEST, altered

_HELP = """Check the records of all applies, or the files of an export.

Records are checked against themselves and against git, an export against its MANIFEST.

No record may be altered or missing, and each must have its end: the records of an account are a chain, each tells
the SHA-256 of the one before it, and in a repository the history of the ledger's branch is checked too. What records
say must stand in the files of their commit. Then what an auditor should know: changes that nobody else approved or
signed, applies that were bound to no approved plan, what waits to be applied, drift that stays open, numbers without
an owner, reviews that are due. policy.audit in smsops.yaml says which of these are errors; the others are warnings."""


@group.command(
    "verify",
    renderers=VERIFIED,
    help=_HELP,
    examples=("smsops audit verify", "smsops audit verify q1  # the folder of an export"),
    exits=OPENED
    | {
        ExitCode.OK: "nothing wrong, warnings aside",
        ExitCode.ERROR: "something is wrong, or the history is not here",
        ExitCode.INVALID: "smsops.yaml is invalid, and with it perhaps its policy",
        ExitCode.USAGE: "wrong usage, no project, or DIR is no export",
    },
)
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
def command(terminal: Terminal, folder: Path | None) -> int:
    if folder is not None:
        return _export(terminal, folder)
    project = opened_for_the_past(terminal, valid=True)
    book = opened_book(project, sandbox=terminal.options.sandbox, strict=True)
    if book.warnings:
        first = book.warnings[0]
        raise LedgerError(first.message, hint=first.hint, code=first.code)
    shelf = book.ledger.shelf
    paths, checks = shelf.paths(), shelf.checks()
    terminal.progress(f"Reading {len(paths):,} records.")
    found = chain_findings(book)
    is_in_git = _is_in_git(project)
    if is_in_git:
        told = {finding.location.path for finding in found}
        # What is wrong with a record as such makes all else that it says doubtful.
        found += tuple(one for one in _rules(terminal) if one.location.path not in told)
    verified = Verified(
        findings=found,
        records=len(paths),
        checks=len(checks),
        accounts=len(book.accounts()),
        where=shelf.describe(),
        unseen="" if is_in_git else "There is no commit to hold the records against.",
    )
    terminal.emit(VERIFIED, verified)
    return ExitCode.OK if verified.ok else ExitCode.ERROR


def _is_in_git(project: Opened) -> bool:
    """Whether there is anything to hold records against. Raises GitError."""
    repository = Repository.find(project.root)
    return repository is not None and repository.tip("HEAD^{commit}") is not None


def _rules(terminal: Terminal) -> tuple[Finding, ...]:
    from smsops.cli.audits.findings import rule_findings  # only here: help needs no YAML
    from smsops.cli.past import retold
    from smsops.history.signatures import all_checked

    found = retold(terminal, strict=True, valid=True)
    return rule_findings(found, all_checked(found.chronicle, found.repository))


def _export(terminal: Terminal, folder: Path) -> int:
    try:
        content = (folder / MANIFEST).read_bytes()
        names = sorted(one.name for one in folder.iterdir())
    except FileNotFoundError as error:
        raise UsageError(f"{str(folder)!r} is no export: it has no {MANIFEST}.") from error
    except OSError as error:
        raise SmsopsError(f"{str(folder)!r} cannot be read: {error.strerror or error}.") from error
    findings = altered(content, names, lambda name: _bytes(folder / name))
    terminal.emit(COMPARED, Compared(folder=str(folder), files=len(names), findings=findings))
    return ExitCode.ERROR if findings else ExitCode.OK


def _bytes(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except OSError:
        return None
