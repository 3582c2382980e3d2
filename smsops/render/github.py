"""GitHub Actions: workflow commands for the log, the step's summary, and its outputs.

A line of the log that begins with `::error …::` becomes an annotation. Its data and its properties are percent-encoded
as the runner decodes them (actions/runner, ActionCommand.cs), and everything in them is `clean` first.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from smsops.diagnostics import Finding, Severity
from smsops.render.plain import clean, counted
from smsops.render.report import Report

MOST_ANNOTATIONS = 10
"""Of errors, and of warnings, that GitHub shows of one step; it drops the rest without a word."""
SUMMARY_BYTES = 1 << 20
"""What the summary of one step may take; GitHub shows nothing of a larger one."""


def workflow_commands(report: Report) -> str:
    """The text, then a workflow command for each finding: as many as GitHub shows, those in changed files first."""
    lines = [report.text] if report.text else []
    for severity in Severity:
        findings = [finding for finding in report.ordered() if finding.severity is severity]
        lines += [f"{line}\n" for line in _annotations(severity, findings, report)]
    return "".join(lines)


def _annotations(severity: Severity, findings: Sequence[Finding], report: Report) -> Iterator[str]:
    if not findings and severity is Severity.ERROR and report.failure:
        yield _command(severity, {"title": f"smsops {report.command}"}, report.failure)
    fit = len(findings) <= MOST_ANNOTATIONS
    for finding in findings if fit else findings[: MOST_ANNOTATIONS - 1]:
        where = finding.location
        properties = {
            "file": report.path(finding),
            "line": str(max(1, where.line)),
            "col": str(max(1, where.column)),
            "title": finding.code,
        }
        yield _command(severity, properties, f"{finding.message} {finding.hint}")
    if not fit:
        left = counted(len(findings) - MOST_ANNOTATIONS + 1, f"more {severity}")
        rest = f"There are {left}: GitHub shows {MOST_ANNOTATIONS} a step, and the log of this step has them all."
        yield _command(severity, {"title": f"smsops {report.command}"}, rest)


def _command(severity: Severity, properties: dict[str, str], message: str) -> str:
    told = ",".join(f"{name}={_escaped(clean(value), ':,')}" for name, value in properties.items())
    return f"::{severity} {told}::{_escaped(clean(message.strip()))}"


def _escaped(text: str, more: str = "") -> str:
    """The percent sign first, and what else ends a property or a line; clean text has no line breaks."""
    for char in "%" + more:
        text = text.replace(char, f"%{ord(char):02X}")
    return text


def step_summary(report: Report, room: int = SUMMARY_BYTES) -> str:
    """The Markdown of `GITHUB_STEP_SUMMARY`, in at most `room` bytes.

    What does not fit is not cut, which could leave a fence open: a sentence says where it is.
    """
    short = f"**smsops {report.command}: {report.result}.** The log of this step has the rest.\n"
    fitting = (text for text in (report.markdown, short) if len(text.encode("utf-8", "backslashreplace")) <= room)
    return next(fitting, "")


def step_outputs(report: Report) -> str:
    """The lines of `GITHUB_OUTPUT`, one a value: clean text has no line break that could begin another."""
    values = {
        "result": report.result,
        "changes": "" if report.changes is None else str(report.changes),
        "counts": json.dumps(dict(report.counts)),
        "plan_id": report.plan_id,
        "failure_reason": report.failure,
        **report.outputs,
    }
    return "".join(f"{name}={clean(value)}\n" for name, value in values.items())
