"""Comments and blank lines of a file, and where each belongs.

A comment can stand only where no text stands, so every # outside the texts begins one. A reading of the file passes the
comments in its order and takes each where it is passed: before a key or a dash, beside a value, or below a block that
ends. Whatever is taken once is written once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from smsops.frozen import Frozen

_FOUND = re.compile(r"^[ \t]*\n|#[^\n]*", re.MULTILINE)
_NO_TOKEN = re.compile(r"(?:\s+|#[^\n]*)*")
_CLOSING = re.compile(r"[ \t,:\]}]*")
"""What may stand between a value and the comment beside it."""
_GAP = 2
"""Blanks before a comment beside a value; people who line comments up write more."""


class Remark(Frozen):
    """A comment, or a blank line."""

    at: int
    column: int
    text: str = ""
    """From the # on, without blanks at the end; '' for a blank line."""
    is_alone: bool = True
    """Nothing else stands on its line."""
    gap: int = _GAP
    """Blanks before it, where something else stands on its line."""


@dataclass(slots=True)
class Remarks:
    """The comments and blank lines that were not taken yet, in the order of the file."""

    text: str
    found: list[Remark]
    taken: int = field(default=0)

    def until(self, index: int) -> list[Remark]:
        """Everything before a place."""
        return self._take(sum(1 for _ in self._before(index)))

    def beside(self, end: int) -> list[Remark]:
        """The comment that follows, on its line, what ends at `end`."""
        following = next(self._before(len(self.text)), None)
        is_beside = following and not following.is_alone and _CLOSING.fullmatch(self.text, end, following.at)
        return self._take(1) if is_beside else []

    def below(self, column: int, end: int) -> list[Remark]:
        """The comments below what ends at `end` that stand at `column` or deeper, and deeper than what follows."""
        following = self.token(end)
        at_least = max(column, self.column(following) + 1 if following < len(self.text) else 0)
        count = 0
        for number, remark in enumerate(self._before(following), start=1):
            if remark.text and remark.column < at_least:
                break
            count = number if remark.text else count
        return self._take(count)

    def token(self, end: int) -> int:
        """Where the next thing begins that is no comment, at `end` or after it."""
        match = _NO_TOKEN.match(self.text, end)
        return match.end() if match else end

    def column(self, index: int) -> int:
        return index - self.text.rfind("\n", 0, index) - 1

    def _before(self, index: int) -> Iterator[Remark]:
        for number in range(self.taken, len(self.found)):
            if self.found[number].at >= index:
                return
            yield self.found[number]

    def _take(self, count: int) -> list[Remark]:
        self.taken += count
        return self.found[self.taken - count : self.taken]


def remarks_of(text: str, texts: Iterable[tuple[int, int]]) -> Remarks:
    """All of a file; `texts` says where its scalars stand, from and to, in order."""
    found = []
    start = 0
    for begin, end in [*texts, (len(text), len(text))]:
        found += [_remark(text, match) for match in _FOUND.finditer(text, start, begin)]
        start = max(start, end)
    return Remarks(text=text, found=found)


def _remark(text: str, match: re.Match[str]) -> Remark:
    before = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
    gap = before[len(before.rstrip(" \t")) :]
    return Remark(
        at=match.start(),
        column=len(before),
        text=match[0].strip(),
        is_alone=gap == before,
        gap=max(len(gap), _GAP) if "\t" not in gap else _GAP,
    )
