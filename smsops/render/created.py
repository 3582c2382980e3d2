"""What `new` wrote, and what is left to fill in."""

from __future__ import annotations

from smsops.diagnostics import Finding, finding_to_json, has_errors
from smsops.frozen import Frozen
from smsops.render.documents import document
from smsops.render.findings import findings_text
from smsops.render.plain import clean, counted


class Created(Frozen):
    """One run."""

    name: str
    """Of the channel."""
    path: str
    """Of its file, from the project's folder on."""
    findings: tuple[Finding, ...] = ()
    """The places that are still to be filled in, and warnings."""

    @property
    def complete(self) -> bool:
        return not has_errors(self.findings)


def created_text(created: Created, *, color: bool) -> str:
    path = clean(created.path)
    lines = [f"Written: {path}\n"]
    if created.findings:
        lines.append(findings_text(created.findings, color=color))
    if created.complete:
        lines.append(f"Next: smsops plan {clean(created.name)}\n")
    else:
        places = counted(len(created.findings), "place")
        lines.append(f"{places} to fill in. Next: edit {path}, then smsops validate\n")
    return "\n".join(lines)


def created_json(created: Created, *, color: bool) -> str:
    return document(
        path=created.path,
        complete=created.complete,
        findings=[finding_to_json(finding) for finding in created.findings],
    )


CREATED = {"text": created_text, "json": created_json}
