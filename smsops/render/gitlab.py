"""GitLab's code quality report (docs.gitlab.com, "Code Quality report format"): findings on a merge request's lines.

An error is a `blocker`: nothing is planned or applied before it is mended, or nothing more was. A warning is `minor`:
the run goes on. What lies between the two would claim a measure that smsops does not have.
"""

from __future__ import annotations

from smsops.diagnostics import Severity
from smsops.render.documents import dumped
from smsops.render.fingerprints import fingerprints
from smsops.render.plain import clean
from smsops.render.report import Report

_SEVERITIES = {Severity.ERROR: "blocker", Severity.WARNING: "minor"}


def code_quality(report: Report) -> str:
    """The findings as a JSON array; GitLab takes several of one fingerprint for one, so each has its own."""
    ordered = report.ordered()
    return dumped(
        [
            {
                "description": clean(f"{finding.message} {finding.hint}".rstrip()),
                "check_name": finding.code,
                "fingerprint": fingerprint,
                "severity": _SEVERITIES[finding.severity],
                "location": {"path": report.path(finding), "lines": {"begin": max(1, finding.location.line)}},
            }
            for finding, fingerprint in zip(ordered, fingerprints(report, ordered), strict=True)
        ]
    )
