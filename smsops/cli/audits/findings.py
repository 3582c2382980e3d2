"""What the rules of an audit find in the past of the project."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache

from smsops.audit.rules import Case, audit_findings
from smsops.cli.past import Retold
from smsops.diagnostics import Finding
from smsops.history.contents import Unsaid, Wanted
from smsops.history.elsewhere import may_have_more
from smsops.history.values import Chronicle


def rule_findings(found: Retold, chronicle: Chronicle) -> tuple[Finding, ...]:
    """Errors first. `chronicle` is what was read, with its signatures checked."""
    case = Case(
        chronicle=chronicle,
        policy=found.project.project.policy.audit,
        now=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        line=frozenset(found.read.line),
        wanted=_wanted(found),
        counting=found.chronicle.counting,
    )
    return audit_findings(case)


def _wanted(found: Retold) -> Callable[[str, str], Wanted | Unsaid]:
    """What git says of a channel at a commit; the tree is asked only where history knows no such channel."""
    hides = lru_cache(maxsize=None)(lambda commit: may_have_more(found.repository, found.project.project.path, commit))

    def wanted(commit: str, channel: str) -> Wanted | Unsaid:
        said = found.wants(commit, channel)
        return Unsaid.NOT_KNOWN if said is Unsaid.NO_CHANNEL and hides(commit) else said

    return wanted
