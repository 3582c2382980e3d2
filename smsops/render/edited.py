"""What `set` did: the lines that changed, and what is worth knowing about them."""

from __future__ import annotations

from smsops.diagnostics import Finding, finding_to_json
from smsops.frozen import Frozen
from smsops.render.documents import document
from smsops.render.findings import findings_text
from smsops.render.laid_out import diff_text
from smsops.render.plain import clean


class Edited(Frozen):
    """One run."""

    path: str
    """Of the channel file, from the project's folder on."""
    diff: tuple[str, ...]
    """Lines of a unified difference; none when the value was there already."""
    findings: tuple[Finding, ...] = ()
    """Warnings about the value."""


def edited_text(edited: Edited, *, color: bool) -> str:
    changed = diff_text(edited.diff, color=color)
    listed = findings_text(edited.findings, color=color)
    return "\n".join(part for part in (changed or f"{clean(edited.path)} says that already.\n", listed) if part)


def edited_json(edited: Edited, *, color: bool) -> str:
    return document(
        path=edited.path,
        changed=bool(edited.diff),
        diff="".join(f"{line}\n" for line in edited.diff),
        findings=[finding_to_json(finding) for finding in edited.findings],
    )


EDITED = {"text": edited_text, "json": edited_json}
