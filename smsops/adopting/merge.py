"""Splices new values into the text of a channel file; every comment and every other character stays.

Where things stand is read off the events of the strict reader. A slice that is wrong does no harm: the result counts
only when the strict reader finds exactly the target in it, no new finding, and every comment that was there before.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from smsops.adopting.compose import scalar
from smsops.files.document import Kind, Path, Span
from smsops.files.events import spans_of
from smsops.files.outline import ORDER
from smsops.files.remarks import Remark, remarks_of
from smsops.files.scalars import in_quotes, pieces_of
from smsops.files.splice import Cut, comments, cut, facts
from smsops.files.yamlfile import read_yaml
from smsops.frozen import Frozen

_BREAK = re.compile(r"\r\n|\r|\n")
_REST = re.compile(r"[^\r\n]*(\r\n|\r|\n|\Z)")
_DASH = re.compile(r"([ \t]*)-[ \t]+")


class _Unclear(Exception):
    """The text is written in a way that nothing can be put into."""


def merged(data: bytes, was: Mapping[str, object], target: Mapping[str, object]) -> bytes | None:
    """The file with the target's values; None when it does not hold `was` any more, or when nothing can be proved."""
    document, findings = read_yaml(data, "")
    text = document.text
    if not isinstance(document.value, dict) or facts(document.value) != facts(was):
        return None
    try:
        edits = sorted(_Splicing(text=text, nodes=_nodes(text), newline=_newline(text)).edits(document.value, target))
    except _Unclear:
        return None
    changed = data[: len(data) - len(text.encode())] + cut(text, edits).encode()
    after, found = read_yaml(changed, "")
    new_codes = Counter(finding.code for finding in found) - Counter(finding.code for finding in findings)
    if new_codes or facts(after.value) != facts(target) or comments(after.text) != comments(text):
        return None
    return changed


def _newline(text: str) -> str:
    match = _BREAK.search(text)
    return match[0] if match else "\n"


def _remarks(text: str) -> list[Remark]:
    texts = [piece for span in spans_of(text) if span.kind is Kind.SCALAR for piece in pieces_of(text, span)]
    return [remark for remark in remarks_of(text, texts).found if remark.text]


@dataclass(slots=True)
class _Open:
    """A mapping or a list while it is read."""

    path: Path
    is_mapping: bool
    key: str | None = None
    count: int = 0

    def next_path(self, span: Span) -> Path | None:
        """The path of what comes; None when it is a key."""
        if not self.is_mapping:
            self.count += 1
            return (*self.path, self.count - 1)
        if self.key is None:
            self.key = span.value
            return None
        key, self.key = self.key, None
        return (*self.path, key)


def _nodes(text: str) -> dict[Path, Span]:
    """Where each value stands."""
    found: dict[Path, Span] = {}
    opened: list[_Open] = []
    for span in spans_of(text):
        if span.kind is Kind.END:
            opened.pop()
        elif span.kind is not Kind.DOCUMENT and (path := opened[-1].next_path(span) if opened else ()) is not None:
            found[path] = span
            if span.kind is not Kind.SCALAR:
                opened.append(_Open(path=path, is_mapping=span.kind is Kind.MAPPING))
    return found


class _Splicing(Frozen):
    """One file that is being spliced."""

    text: str
    nodes: Mapping[Path, Span]
    newline: str

    def edits(self, before: Mapping[str, object], target: Mapping[str, object]) -> Iterator[Cut]:
        """Raises _Unclear."""
        for key, value in target.items():
            said = before.get(key)
            if key not in before:
                continue
            if isinstance(value, list) and isinstance(said, list):
                yield from self._numbers(said, value)
            elif isinstance(value, dict) and isinstance(said, dict):
                for name in value:
                    if value[name] != said[name]:
                        yield self._replaced((key, name), value[name])
            elif value != said:
                yield self._replaced((key,), value)
        places: dict[int, list[str]] = {}
        for key in ORDER[()]:
            if key in target and key not in before:
                places.setdefault(self._anchor(key), []).append(f"{key}: {_scalar(target[key])}")
        for at, entries in places.items():
            yield self._inserted(at, entries)

    def _replaced(self, path: Path, value: object) -> Cut:
        span = self.nodes[path]
        if span.kind is not Kind.SCALAR or span.style in ("|", ">"):
            raise _Unclear
        new = _scalar(value)
        # An empty value has no length, and stands right behind its colon.
        blank = "" if span.start < span.end or self.text[span.start - 1 : span.start] in (" ", "\t") else " "
        return span.start, span.end, blank + new

    def _anchor(self, key: str) -> int:
        """The end of the closest value above which `key` may not stand, on one line."""
        for known in reversed(ORDER[()][: ORDER[()].index(key)]):
            span = self.nodes.get((known,))
            if span and span.kind is Kind.SCALAR and span.style not in ("|", ">") and span.start < span.end:
                return span.end
        raise _Unclear

    def _inserted(self, end: int, entries: list[str]) -> Cut:
        root = self.nodes[()]
        if root.style == "{":
            return end, end, "".join(f", {entry}" for entry in entries)
        indent = self.text[self._line(root.start) : root.start]
        return self._below(end, [indent + entry for entry in entries])

    def _below(self, end: int, lines: list[str]) -> Cut:
        """Lines below the one on which something ends."""
        rest = _REST.match(self.text, end)
        assert rest
        text = self.newline.join(lines)
        return rest.end(), rest.end(), text + self.newline if rest[1] else self.newline + text

    def _line(self, index: int) -> int:
        return max(self.text.rfind("\n", 0, index), self.text.rfind("\r", 0, index)) + 1

    def _numbers(self, before: list[object], target: list[object]) -> Iterator[Cut]:
        if before == target:
            return
        spans = [self.nodes["phone_numbers", index] for index in range(len(before))]
        added = [in_quotes(str(entry)) for entry in target if entry not in before]
        if self.nodes["phone_numbers",].style == "{":
            kept = [self.text[s.start : s.end] for s, entry in zip(spans, before, strict=True) if entry in target]
            yield spans[0].start, spans[-1].end, ", ".join([*kept, *added])
            return
        if added:
            dash = self.text[self._line(spans[-1].start) : spans[-1].start]
            yield self._below(spans[-1].end, [dash + number for number in added])
        for span, entry in zip(spans, before, strict=True):
            if entry not in target:
                yield self._removed(span)

    def _removed(self, span: Span) -> Cut:
        """An item without its lines; comments on them stay, on lines of their own."""
        start = self._line(span.start)
        dash = _DASH.fullmatch(self.text, start, span.start)
        rest = _REST.match(self.text, span.end)
        if dash is None or rest is None:
            raise _Unclear
        kept = [remark.text for remark in _remarks(self.text) if start <= remark.at < rest.end()]
        return start, rest.end(), "".join(f"{dash[1]}{comment}{self.newline}" for comment in kept)


def _scalar(value: object) -> str:
    if isinstance(value, list | dict):
        raise _Unclear
    return "null" if value is None else scalar(value)
