"""What a check of the ledger and of git found: what is wrong first, then what is worth knowing, in groups."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from smsops.diagnostics import Finding, Severity, finding_to_json, has_errors
from smsops.frozen import Frozen
from smsops.render.documents import document
from smsops.render.plain import Paint, clean, counted, painted

_MOST = 3
"""Of warnings of one kind, how many are told one by one."""


class Verified(Frozen):
    """The result of `audit verify`."""

    findings: tuple[Finding, ...]
    """Errors first."""
    records: int
    accounts: int
    where: str
    """Which ledger."""
    checks: int = 0
    """Kept comparisons of an account with the ledger."""
    unseen: str = ""
    """Why git was not looked at, in a sentence."""

    @property
    def ok(self) -> bool:
        return not has_errors(self.findings)


def verified_text(checked: Verified, *, color: bool) -> str:
    parts = list(_findings(checked.findings, color=color))
    of = f"{counted(checked.records, 'record')} of {counted(checked.accounts, 'account')} in {clean(checked.where)}"
    kept = f" and {counted(checked.checks, 'check')}" if checked.checks else ""
    errors = sum(finding.severity is Severity.ERROR for finding in checked.findings)
    warned = len(checked.findings) - errors
    if errors:
        parts.append(f"{of}{kept}: {_counts(errors, warned)}. The first is the place to look.\n")
    else:
        told = f" {counted(warned, 'warning')}." if warned else ""
        parts.append(f"{of}{kept}: none altered, none missing, each with its end.{told}\n")
    if checked.unseen:
        parts.append(f"{clean(checked.unseen)}\n")
    return "\n".join(parts)


def _counts(errors: int, warned: int) -> str:
    return ", ".join([counted(errors, "error"), *([counted(warned, "warning")] if warned else [])])


def _findings(findings: tuple[Finding, ...], *, color: bool) -> Iterator[str]:
    for (severity, code), group in groupby(findings, key=lambda finding: (finding.severity, finding.code)):
        listed = list(group)
        shown = listed if severity is Severity.ERROR else listed[:_MOST]
        paint = Paint.ERROR if severity is Severity.ERROR else Paint.WARNING
        for finding in shown:
            head = painted(f"{severity} {code}:", paint, color=color)
            hint = f"hint: {clean(finding.hint)}\n" if finding.hint else ""
            yield f"{head} {clean(finding.message)}\n{hint}"
        if more := len(listed) - len(shown):
            yield f"{severity} {code}: {more:,} more like these; -o json lists all.\n"


def verified_json(checked: Verified, *, color: bool) -> str:
    return document(
        ok=checked.ok,
        records=checked.records,
        checks=checked.checks,
        accounts=checked.accounts,
        where=checked.where,
        unseen=checked.unseen or None,
        findings=[finding_to_json(finding) for finding in checked.findings],
    )


class Compared(Frozen):
    """The result of `audit verify DIR`: the files of an export against its manifest."""

    folder: str
    files: int
    findings: tuple[Finding, ...]


def compared_text(compared: Compared, *, color: bool) -> str:
    parts = list(_findings(compared.findings, color=color))
    verdict = counted(len(compared.findings), "error") if compared.findings else "every byte is as it was exported"
    parts.append(f"{counted(compared.files, 'file')} in {clean(compared.folder)}: {verdict}.\n")
    return "\n".join(parts)


def compared_json(compared: Compared, *, color: bool) -> str:
    return document(
        ok=not compared.findings,
        folder=compared.folder,
        files=compared.files,
        findings=[finding_to_json(finding) for finding in compared.findings],
    )


VERIFIED = {"text": verified_text, "json": verified_json}
COMPARED = {"text": compared_text, "json": compared_json}
