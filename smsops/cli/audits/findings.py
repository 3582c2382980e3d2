"""What the rules of an audit find in the past of the project."""

from __future__ import annotations

from datetime import UTC, datetime

from smsops.audit.rules import Case, audit_findings
from smsops.cli.past import Retold
from smsops.diagnostics import Finding
from smsops.history.values import Chronicle


def rule_findings(found: Retold, chronicle: Chronicle) -> tuple[Finding, ...]:
    """Errors first. `chronicle` is what was read, with its signatures checked."""
    case = Case(
        chronicle=chronicle,
        policy=found.project.project.policy.audit,
        now=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        line=frozenset(found.read.line),
        wanted=found.wants,
        counting=found.chronicle.counting,
    )
    return audit_findings(case)
