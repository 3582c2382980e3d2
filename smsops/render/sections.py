"""Markdown pages of bounded size, made of sections: room is given out from the top, and what is left out is counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from smsops.diagnostics import Finding
from smsops.frozen import Frozen
from smsops.render.cutting import LIMIT, fitted, size
from smsops.render.escape import LINE, clipped
from smsops.render.findings import counts_text, finding_text
from smsops.render.plain import counted

FRAME = 250
"""Bytes that a section may need beside its fence: heading, fold, and the count of what is left out."""


class Section(Frozen):
    """A heading and a fence."""

    heading: str
    """Ours, and short."""
    items: Sequence[Sequence[str]]
    """Each a few clean lines that stand or fall together."""
    noun: str
    """What one item is."""
    info: str = "text"
    folded: bool = False


def section_text(section: Section, room: int) -> str:
    """The section with as many of its first items as fit into `room`, besides its frame; nothing without items."""
    if not section.items:
        return ""
    text, shown = fitted(section.items, room, section.info)
    more = len(section.items) - shown
    rest = f"{counted(more, section.noun)} not shown here.\n\n" if more else ""
    if section.folded:
        return f"<details><summary>{section.heading}</summary>\n\n{text}\n{rest}</details>\n\n"
    return f"### {section.heading}\n\n{text}\n{rest}"


def page(head: str, sections: Sequence[Section], end: str = "") -> str:
    """A page of at most LIMIT bytes; `head` and `end` are short."""
    room = LIMIT - size(head) - size(end) - FRAME * len(sections)
    parts = [head]
    for section in sections:
        parts.append(section_text(section, room))
        room = min(room, room - size(parts[-1]) + FRAME)
    return "".join([*parts, end])


def findings_section(findings: Iterable[Finding]) -> Section:
    """Findings as they are printed, errors first."""
    ordered = sorted(findings, key=lambda finding: (finding.severity != "error", finding.sort_key))
    return Section(
        heading=f"Findings: {counts_text(ordered)}", items=[list(_lines(one)) for one in ordered], noun="finding"
    )


def _lines(finding: Finding) -> Iterator[str]:
    """Lines of bounded length, and a blank one below them."""
    for line in finding_text(finding, color=False).split("\n"):
        yield clipped(line, LINE)
