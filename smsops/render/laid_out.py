"""What `fmt` did or would do: the files that change, and on demand the difference."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from smsops.diagnostics import Finding, finding_to_json, has_errors
from smsops.errors import SmsopsError
from smsops.frozen import Frozen
from smsops.render.documents import document, error_to_json
from smsops.render.findings import findings_text
from smsops.render.plain import Paint, clean, counted, painted

_PAINT = {"+": Paint.ADD, "-": Paint.REMOVE, "@": Paint.MOVE}


class LaidOut(Frozen):
    """One run of `fmt`."""

    files: int
    """Channel files that were looked at."""
    same: int = 0
    """Those that are laid out already."""
    changed: tuple[str, ...] = ()
    """Paths of those that were written, or would be."""
    findings: tuple[Finding, ...] = ()
    """Why other files could not be read."""
    errors: tuple[SmsopsError, ...] = ()
    """Why other files could not be laid out or written."""
    is_dry: bool = False
    """Nothing is written."""
    is_check: bool = False
    """A file that would change is a failure."""
    diff: tuple[str, ...] | None = None
    """Lines of a unified difference; None when nobody asked."""

    @property
    def ok(self) -> bool:
        return not (has_errors(self.findings) or self.errors or (self.is_check and self.changed))


def laid_out_text(laid: LaidOut, *, color: bool) -> str:
    """The differences or the paths, then what could not be read, then the counts."""
    paths = "".join(f"{clean(path)}\n" for path in laid.changed)
    listed = findings_text(laid.findings, color=color)
    blocks = [paths if laid.diff is None else diff_text(laid.diff, color=color), listed, f"{_counts(laid)}\n"]
    return ("\n" if listed else "").join(block for block in blocks if block)


def diff_text(lines: Iterable[str], *, color: bool) -> str:
    """The lines of a unified difference."""
    return "".join(f"{_painted(line, color=color)}\n" for line in lines)


def _painted(line: str, *, color: bool) -> str:
    paint = Paint.STRONG if line.startswith(("--- ", "+++ ")) else _PAINT.get(line[:1])
    return painted(clean(line), paint, color=color) if paint else clean(line)


def _counts(laid: LaidOut) -> str:
    """`2 files would change, 9 files are laid out already, 1 file stays as it is.`"""
    left = laid.files - len(laid.changed) - laid.same
    parts = [
        f"{counted(len(laid.changed), 'file')} {'would change' if laid.is_dry else 'changed'}" if laid.changed else "",
        f"{counted(laid.same, 'file')} {'is' if laid.same == 1 else 'are'} laid out already" if laid.same else "",
        f"{counted(left, 'file')} {'stays as it is' if left == 1 else 'stay as they are'}" if left else "",
    ]
    told = ", ".join(part for part in parts if part) or "There is no channel file"
    return f"{told}.{' Run smsops fmt.' if laid.is_check and laid.changed else ''}"


def laid_out_json(laid: LaidOut, *, color: bool) -> str:
    """`files` is their number and `changed` their paths; `diff` and `errors` are there when there are any."""
    facts: dict[str, Any] = {"files": laid.files, "changed": list(laid.changed)}
    if laid.diff is not None:
        facts["diff"] = "".join(f"{line}\n" for line in laid.diff)
    facts["findings"] = [finding_to_json(finding) for finding in laid.findings]
    if laid.errors:
        facts["errors"] = [error_to_json(error) for error in laid.errors]
    return document(ok=laid.ok, **facts)


LAID_OUT = {"text": laid_out_text, "json": laid_out_json}
