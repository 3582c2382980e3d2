"""What one run tells a CI system, whatever the command: every format for machines is drawn from this."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from smsops.diagnostics import Finding
from smsops.frozen import Frozen


class Verdict(StrEnum):
    """How one case ended, in the words of a test report."""

    PASSED = "passed"
    FAILED = "failed"
    """A person has to mend it: a finding, a refusal, drift."""
    ERROR = "error"
    """The run could not find out, or could not do it."""
    SKIPPED = "skipped"
    """It waits, or was not looked at."""


class Case(Frozen):
    """One thing that was looked at: a channel, or a file."""

    name: str
    group: str
    """The account of a channel; the folder of a file."""
    verdict: Verdict = Verdict.PASSED
    message: str = ""
    """One sentence; '' where all is well."""
    details: str = ""
    """Lines for people."""


class Report(Frozen):
    """One run."""

    command: str
    result: str
    """One word for scripts: `no-changes`, `changes`, `applied`, `refused`, `failed`, …"""
    text: str
    """The output for people, without colour."""
    markdown: str
    """The same for a page."""
    findings: tuple[Finding, ...] = ()
    cases: tuple[Case, ...] = ()
    changes: int | None = 0
    """None where nothing was found out: that is not the same as none."""
    counts: Mapping[str, int] = {}
    plan_id: str = ""
    failure: str = ""
    """Why the run failed, in one sentence; '' when it did not."""
    outputs: Mapping[str, str] = {}
    """What the step hands on besides, each on one line."""
    prefix: str = ""
    """The project's folder inside its repository, as `infra/sms/`: CI systems want paths from the repository's root."""
    changed: frozenset[str] = frozenset()
    """Files that the change under review touches, from the repository's root; what is found there is told first."""

    def path(self, finding: Finding) -> str:
        """The finding's file from the repository's root."""
        return self.prefix + finding.location.path

    def ordered(self) -> tuple[Finding, ...]:
        """Findings, those in changed files first, errors before warnings, then by place."""
        return tuple(
            sorted(self.findings, key=lambda f: (self.path(f) not in self.changed, f.severity != "error", f.sort_key))
        )
