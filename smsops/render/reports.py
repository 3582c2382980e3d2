"""What each command tells a CI system: one word for scripts, one sentence when it failed, findings, and cases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from smsops.changes import Cause, Gate
from smsops.codes import CODES
from smsops.diagnostics import Finding, Location, Severity, has_errors
from smsops.errors import ExitCode, SmsopsError
from smsops.outcome import Status
from smsops.planned import Plan
from smsops.render.applied import Applied, applied_text
from smsops.render.applied import summary_text as applied_summary
from smsops.render.cases import change_cases, change_words, channel_cases, failure_case, file_cases, service_cases
from smsops.render.drawn import Drawn
from smsops.render.drift import Compared, drift_text
from smsops.render.findings import Checked, checked_text, counts_text, verdict_text
from smsops.render.markdown import (
    applied_markdown,
    checked_markdown,
    drift_markdown,
    failure_markdown,
    plan_markdown,
)
from smsops.render.plain import counted
from smsops.render.report import Report
from smsops.render.summary import unanswerable
from smsops.render.text import plan_text

_NOWHERE = Location(path="smsops.yaml")
"""Where a failure is shown that concerns no line of any file: CI systems drop what has no place."""
_APPLIED = {
    ExitCode.ERROR: "failed",
    ExitCode.AUTH: "failed",
    ExitCode.PARTIAL: "partial",
    ExitCode.REFUSED: "refused",
    ExitCode.INVALID: "invalid",
    ExitCode.INTERRUPTED: "interrupted",
}
_FAILED = {
    ExitCode.INVALID: "invalid",
    ExitCode.REFUSED: "refused",
    ExitCode.STALE: "stale",
    ExitCode.LOCKED: "locked",
    ExitCode.INTERRUPTED: "interrupted",
}


def checked_report(checked: Checked) -> Report:
    """`validate`: valid or invalid."""
    severities = Counter(finding.severity for finding in checked.findings)
    return Report(
        command="validate",
        result="valid" if checked.ok else "invalid",
        text=checked_text(checked, color=False),
        markdown=checked_markdown(checked, color=False),
        findings=checked.findings,
        cases=file_cases(checked.findings, checked.paths),
        counts={
            "files": checked.files,
            "channels": checked.channels,
            "errors": severities[Severity.ERROR],
            "warnings": severities[Severity.WARNING],
        },
        failure="" if checked.ok else verdict_text(checked),
    )


def plan_report(drawn: Drawn) -> Report:
    """`plan`: no-changes, changes, refused or invalid."""
    plan = drawn.plan
    return Report(
        command="plan",
        result=_planned(plan),
        text=plan_text(drawn, color=False),
        markdown=plan_markdown(drawn, color=False),
        findings=plan.findings,
        cases=channel_cases(drawn),
        changes=len(plan.changes),
        counts=plan.summary(),
        plan_id=plan.plan_id,
        failure=_refusal(plan),
    )


def _planned(plan: Plan) -> str:
    if unanswerable(plan):
        return "invalid"
    if plan.refused:
        return "refused"
    return "changes" if plan.changes else "no-changes"


def _refusal(plan: Plan) -> str:
    """Why a plan may not be applied, in a sentence; '' when it may."""
    if unanswerable(plan):
        return f"The account lacks what the files ask for: {counts_text(plan.findings)}."
    gates = {change.refused for change in plan.refused}
    if not gates:
        return ""
    are = "is" if len(plan.refused) == 1 else "are"
    named = ", ".join(gate for gate in Gate if gate in gates)
    return f"{counted(len(plan.refused), 'change')} {are} refused: {named}."


def applied_report(applied: Applied) -> Report:
    """`apply`: applied, no-changes, partial, failed, refused, invalid or interrupted. Changes are those done."""
    statuses = Counter(result.status for result in applied.results)
    done = "applied" if statuses[Status.DONE] else "no-changes"
    return Report(
        command="apply",
        result=_APPLIED.get(applied.exit_code, done),
        text=applied_text(applied, color=False),
        markdown=applied_markdown(applied, color=False),
        findings=(*applied.plan.findings, *_went_wrong(applied)),
        cases=change_cases(applied),
        changes=statuses[Status.DONE],
        counts=applied.plan.summary() | {str(status): statuses[status] for status in Status},
        plan_id=applied.plan.plan_id,
        failure=_shortfall(applied),
    )


def _shortfall(applied: Applied) -> str:
    """Why not all was applied, in a sentence; '' when all was."""
    if applied.exit_code is ExitCode.OK:
        return ""
    told = applied.error.message if applied.error else _refusal(applied.plan)
    return told or applied_summary(applied)


def _went_wrong(applied: Applied) -> Iterator[Finding]:
    """What failed at the account, each at the line that asked for it."""
    for result in applied.results:
        if result.error is not None:
            sentence = f"{change_words(result.change, applied)} of {result.change.channel}: {result.error.message}"
            where = _place(result.change.cause)
            yield Finding(code=result.error.code, message=sentence, hint=result.error.hint, location=where)
    for sentence in applied.differences:
        hint = "Plan again to see what is left."
        yield Finding(code="SMS507", message=sentence, hint=hint, location=_NOWHERE)
    if applied.error is not None:
        yield _finding(applied.error)


def _place(cause: Cause | None) -> Location:
    return Location(path=cause.path, line=cause.line) if cause else _NOWHERE


def drift_report(compared: Compared) -> Report:
    """`drift`: no-drift, drift or not-compared. What drifted is no finding: no line of a file is wrong."""
    drifted = {(one.account, one.service_sid) for one in compared.found}
    return Report(
        command="drift",
        result="drift" if compared.found else "no-drift" if compared.is_compared else "not-compared",
        text=drift_text(compared, color=False),
        markdown=drift_markdown(compared, color=False),
        findings=compared.warnings,
        cases=service_cases(compared),
        changes=len(compared.found),
        counts={
            "differences": len(compared.found),
            "drifted": len(drifted),
            "services": len(compared.services),
            "unrecorded": len(compared.unrecorded),
        },
    )


def failure_report(command: str, error: SmsopsError, findings: Iterable[Finding] = ()) -> Report:
    """Any command that ended early: failed, or what its exit code says. Its text is on stderr already."""
    given = tuple(findings)
    itself = () if has_errors(given) or error.code not in CODES else (_finding(error),)
    return Report(
        command=command,
        result=_FAILED.get(ExitCode(error.exit_code), "failed"),
        text="",
        markdown=failure_markdown(error, findings=given),
        findings=(*given, *itself),
        cases=(*file_cases(given), failure_case(command, error)),
        changes=None,
        failure=error.message,
    )


def _finding(error: SmsopsError) -> Finding:
    return Finding(code=error.code, message=error.message, hint=error.hint, location=_NOWHERE)
