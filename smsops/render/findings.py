"""Findings for people: place, severity, code and message, the source line with a caret, and the hint (contract 3.2)."""

from __future__ import annotations

from collections.abc import Iterable

from smsops.diagnostics import Finding, Severity, finding_to_json
from smsops.frozen import Frozen
from smsops.render.plain import Paint, clean, cleaned_characters, counted, painted, width

_PAINT = {Severity.ERROR: Paint.ERROR, Severity.WARNING: Paint.WARNING}
_EXCERPT = 200
"""Characters of a source line that are shown; a longer line is cut around the caret."""


class Checked(Frozen):
    """What `validate` found."""

    findings: tuple[Finding, ...]
    files: int
    """Files read."""
    channels: int
    """Channels without errors."""
    paths: tuple[str, ...] = ()
    """The files that findings are shown of, also those without any."""

    @property
    def ok(self) -> bool:
        return not any(finding.severity is Severity.ERROR for finding in self.findings)


def findings_text(findings: Iterable[Finding], *, color: bool) -> str:
    """Every finding, sorted by place, with a blank line between them; empty when there are none."""
    ordered = sorted(findings, key=lambda finding: finding.sort_key)
    return "\n".join(finding_text(finding, color=color) for finding in ordered)


def finding_text(finding: Finding, *, color: bool) -> str:
    """One finding on lines of its own."""
    where = finding.location
    paint = _PAINT[finding.severity]
    label = painted(f"{finding.severity} {finding.code}:", paint, color=color)
    lines = [f"{clean(where.path)}:{where.line}:{where.column}: {label} {clean(finding.message)}"]
    if finding.excerpt is not None:
        source, caret = _excerpt(finding.excerpt, where.column, finding.width)
        lines += [f"    {source}", "    " + painted(caret, paint, color=color)]
    if finding.hint:
        lines.append(f"    hint: {clean(finding.hint)}")
    return "\n".join(lines) + "\n"


def _excerpt(line: str, column: int, size: int) -> tuple[str, str]:
    """The source line, and a caret line under it that stays aligned with what is shown."""
    start = column - 1
    cut = max(0, start - _EXCERPT // 2)
    shown = line[cut : cut + _EXCERPT].replace("\t", " ").rstrip()
    front = "..." if cut else ""
    characters = cleaned_characters(shown)
    before, marked = characters[: start - cut], characters[start - cut : start - cut + size]
    caret = "^" * max(1, width("".join(marked)))
    return front + "".join(characters), " " * (len(front) + width("".join(before))) + caret


def counts_text(findings: Iterable[Finding]) -> str:
    """`2 errors, 1 warning`."""
    severities = [finding.severity for finding in findings]
    counts = [(severities.count(severity), str(severity)) for severity in Severity]
    return ", ".join(counted(number, noun) for number, noun in counts if number)


def checked_text(checked: Checked, *, color: bool) -> str:
    """The findings, then one line that says whether the files are valid."""
    listed = findings_text(checked.findings, color=color)
    gap = "\n" if listed else ""
    return f"{listed}{gap}{verdict_text(checked)}\n"


def verdict_text(checked: Checked) -> str:
    """Whether the files are valid, in one line."""
    files = counted(checked.files, "file")
    if not checked.ok:
        return f"{counts_text(checked.findings)} in {files}."
    are = "is" if checked.channels == 1 else "are"
    warned = f" {counts_text(checked.findings)}." if checked.findings else ""
    return f"{counted(checked.channels, 'channel')} {are} valid.{warned}"


def checked_json(checked: Checked, *, color: bool) -> str:
    """The document of contract 3.2."""
    from smsops.render.documents import document  # only here: most runs print text

    ordered = sorted(checked.findings, key=lambda finding: finding.sort_key)
    return document(ok=checked.ok, files=checked.files, findings=[finding_to_json(finding) for finding in ordered])
