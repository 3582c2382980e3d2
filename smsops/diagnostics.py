"""Findings: what a user can mend in a file, as values with a place, a plain sentence and a stable code."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from smsops.frozen import Frozen


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


class Location(Frozen, order=True):
    """A place in a file: path relative to the project, line and column from 1, in characters."""

    path: str
    line: int = 1
    column: int = 1


class Finding(Frozen):
    """One problem. `excerpt` is the source line, already free of secrets; None when there is nothing to show."""

    code: str
    message: str
    location: Location
    severity: Severity = Severity.ERROR
    hint: str = ""
    excerpt: str | None = None
    width: int = 1
    """How many characters the caret underlines."""

    @property
    def sort_key(self) -> tuple[str, int, int, str, str]:
        """Findings are printed in the order of their places."""
        where = self.location
        return (where.path, where.line, where.column, self.code, self.message)


def has_errors(findings: tuple[Finding, ...]) -> bool:
    return any(finding.severity is Severity.ERROR for finding in findings)


def finding_to_json(finding: Finding) -> dict[str, Any]:
    """A finding as contract 3.2 writes it."""
    return {
        "code": finding.code,
        "severity": str(finding.severity),
        "message": finding.message,
        "hint": finding.hint,
        "path": finding.location.path,
        "line": finding.location.line,
        "column": finding.location.column,
    }
