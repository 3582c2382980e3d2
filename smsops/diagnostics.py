"""Findings: what a user can mend in a file, as values with a place, a plain sentence and a stable code."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Location:
    """A place in a file: path relative to the project, line and column from 1, in characters."""

    path: str
    line: int = 1
    column: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """An entry of the registry that `explain`, the docs and the tests share. A code never changes its meaning."""

    code: str
    title: str
    why: str
    """What goes wrong for people when this is ignored, and what to do: two to five sentences."""
    bad: str
    """An example that raises it: YAML, or a command and what the account holds."""
    good: str
    """The same, mended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorNumber:
    """One of a provider's own error numbers in our words, for `explain`."""

    number: int
    title: str
    meaning: str
    smsops: str
    """What smsops does about it by itself."""
    person: str
    """What is left to do for a person."""
    codes: tuple[str, ...] = ()
    """The codes of ours that it leads to: first that of the refusal itself; none where it counts as done."""
    link: str
    """The provider's own page about it."""


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
