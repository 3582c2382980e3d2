"""What a check of the ledger found: the first record that is wrong stands first."""

from __future__ import annotations

from dataclasses import dataclass

from smsops.diagnostics import Finding, finding_to_json
from smsops.render.documents import document
from smsops.render.plain import Paint, clean, counted, painted


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """The result of `audit verify`."""

    findings: tuple[Finding, ...]
    records: int
    accounts: int
    where: str
    """Which ledger."""

    @property
    def ok(self) -> bool:
        return not self.findings


def verified_text(checked: Verified, *, color: bool) -> str:
    parts = [_finding(finding, color=color) for finding in checked.findings]
    of = f"{counted(checked.records, 'record')} of {counted(checked.accounts, 'account')} in {clean(checked.where)}"
    if checked.ok:
        parts.append(f"{of}: none altered, none missing, each with its end.\n")
    else:
        parts.append(f"{of}: {counted(len(checked.findings), 'finding')}. The first is the place to look.\n")
    return "\n".join(parts)


def _finding(finding: Finding, *, color: bool) -> str:
    head = painted(f"error {finding.code}:", Paint.ERROR, color=color)
    return f"{head} {clean(finding.message)}\nhint: {clean(finding.hint)}\n"


def verified_json(checked: Verified, *, color: bool) -> str:
    return document(
        ok=checked.ok,
        records=checked.records,
        accounts=checked.accounts,
        where=checked.where,
        findings=[finding_to_json(finding) for finding in checked.findings],
    )


VERIFIED = {"text": verified_text, "json": verified_json}
