"""The difference of two texts of a file, for people: lines that may hold a secret are hidden."""

from __future__ import annotations

import difflib
from collections.abc import Iterator


def difference(before: str, after: str, path: str, *, around: int = 3) -> Iterator[str]:
    """A unified difference, with so many lines around. Its lines are hidden where excerpts of a finding would be
    (contract 9).
    """
    for line in difflib.unified_diff(_lines(before), _lines(after), path, path, n=around):
        yield line.removesuffix("\n")
        if not line.endswith("\n"):
            yield "\\ No newline at end of file"


def _lines(text: str) -> list[str]:
    from smsops.files.redact import redact_line  # only here: the help of a command needs no YAML

    lines = text.split("\n")
    shown = [redact_line(lines, number) for number in range(len(lines))]
    return [*(line + "\n" for line in shown[:-1]), *(line for line in shown[-1:] if line)]
