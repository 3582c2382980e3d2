"""Reports for the tests of each format, with text in every free field that some reader would obey."""

from __future__ import annotations

from typing import Any

from smsops.diagnostics import Finding, Location, Severity
from smsops.render.report import Report

HOSTILE = (
    "\x1b[31m::error::x\n::add-mask::y %0A::error::z\r##[add-mask]x ##vso[a] \u202e\x00\ufffe <script> ]]> &amp; [a](b)"
)
"""Escape codes, commands of CI systems, line breaks, markup of XML, HTML and Markdown, and what XML forbids."""


def finding(
    number: int = 1, *, path: str = "channels/a.yaml", severity: Severity = Severity.ERROR, **facts: Any
) -> Finding:
    given = {"code": "SMS204", "message": f"Number {number} is wrong.", "hint": "Mend it.", **facts}
    return Finding(location=Location(path=path, line=number, column=2), severity=severity, **given)


def report(*findings: Finding, **facts: Any) -> Report:
    given = {"command": "plan", "result": "changes", "text": "The text.\n", "markdown": "# The page\n", **facts}
    return Report(findings=findings, **given)


def obeyed(line: str) -> tuple[str, dict[str, str], str] | None:
    """A line as the runner takes it: name, properties and data; None when it is no command (ActionCommand.cs)."""
    line = line.lstrip()
    if not line.startswith("::") or "::" not in line[2:]:
        return None
    head, _, data = line[2:].partition("::")
    name, _, rest = head.partition(" ")
    pairs = [pair.split("=", 1) for pair in rest.split(",") if pair]
    return name, {key: _decoded(value, ":,") for key, value in pairs}, _decoded(data)


def _decoded(text: str, more: str = "") -> str:
    for char in [*"\r\n", *more, "%"]:
        text = text.replace(f"%{ord(char):02X}", char)
    return text
