"""Sets one value in the text of a channel file, and changes no other byte.

As in `edit`, nothing is printed anew and nothing here has to be right about YAML: where and how the value could go in
is a list of proposals, best first, and one counts only when the strict reader finds in the result the same values but
for that one, the same comments, and no finding that was not there before.
"""

from __future__ import annotations

import copy
import itertools
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from smsops.diagnostics import Severity
from smsops.files.document import Kind, Path, Span, written
from smsops.files.events import spans_of
from smsops.files.keys import Scalar
from smsops.files.outline import rank
from smsops.files.remarks import remarks_of
from smsops.files.scalars import in_quotes, pieces_of
from smsops.files.yamlfile import read_yaml

_BREAK = re.compile(r"\r\n|\r|\n")
_REST = re.compile(r"[ \t]*(?:#[^\r\n]*)?(\r\n|\r|\n|\Z)")
"""What may follow a value on its line, and the end of that line."""
_COLON = re.compile(r"[ \t]*:")
_NUMBER = "number"
_MARK = "\ufeff".encode()

Cut = tuple[int, int, str]
"""From one character to another, and what stands there instead."""


def with_value(data: bytes, path: Path, value: Scalar) -> bytes | None:
    """The file with the value at that path; None when it has errors of syntax or when nothing can be proved.

    A number in its short form becomes a mapping where something else than the number is set.
    """
    document, findings = read_yaml(data, "")
    if not isinstance(document.value, dict) or any(finding.severity is Severity.ERROR for finding in findings):
        return None
    try:
        wanted = facts(_wanted(document.value, path, value))
    except TypeError:
        return None
    if wanted == facts(document.value):
        return data
    text = document.text
    mark = _MARK if data.startswith(_MARK) else b""
    codes, remarks = Counter(finding.code for finding in findings), comments(text)
    for cuts in _Proposals(text).of(path, value):
        # A value with half a character becomes another text here, which the comparison refuses.
        changed = mark + cut(text, cuts).encode(errors="replace")
        after, found = read_yaml(changed, "")
        new = Counter(finding.code for finding in found) - codes
        if not new and facts(after.value) == wanted and comments(after.text) == remarks:
            return changed
    return None


def _wanted(before: object, path: Path, value: Scalar) -> object:
    """The value of the file as it is to be. Raises TypeError where something on the way has the wrong kind."""
    whole: Any = copy.deepcopy(before)
    inside = whole
    for part, following in itertools.pairwise(path):
        held = inside[part] if isinstance(part, int) else inside.get(part)
        if held is None:
            inside[part] = {}
        elif isinstance(part, int) and isinstance(held, str):
            if following == _NUMBER:
                inside[part] = value
                return whole
            inside[part] = {_NUMBER: held}
        elif not isinstance(held, dict | list):
            raise TypeError(f"a key cannot go into {held!r}")
        inside = inside[part]
    inside[path[-1]] = value
    return whole


def facts(value: object) -> str:
    """A value so that 1, 1.0 and true differ, as they do in the file."""
    return json.dumps(value, sort_keys=True)


def comments(text: str) -> Counter[str]:
    """The comments of a file, wherever they stand and however its lines end."""
    text = _BREAK.sub("\n", text)
    texts = [piece for span in spans_of(text) if span.kind is Kind.SCALAR for piece in pieces_of(text, span)]
    return Counter(remark.text for remark in remarks_of(text, texts).found if remark.text)


def cut(text: str, cuts: list[Cut]) -> str:
    """The text with all cuts made, which come in the order of their places."""
    for start, end, new in reversed(cuts):
        text = text[:start] + new + text[end:]
    return text


@dataclass(slots=True)
class _Node:
    """A value of the file, with what it holds."""

    span: Span
    key: Span | None = None
    """Where it stands in a mapping."""
    held: list[_Node] = field(default_factory=list)

    @property
    def is_flow(self) -> bool:
        return self.span.kind is not Kind.SCALAR and self.span.style == "{"

    def at(self, part: str | int) -> _Node | None:
        if isinstance(part, int):
            return self.held[part]
        return next((node for node in self.held if node.key and node.key.value == part), None)


def _tree(span: Span, spans: Iterator[Span], key: Span | None = None) -> _Node:
    node = _Node(span, key)
    if span.kind is not Kind.SCALAR:
        while (found := next(spans)).kind is not Kind.END:
            in_pairs = span.kind is Kind.MAPPING
            node.held.append(_tree(next(spans), spans, found) if in_pairs else _tree(found, spans))
    return node


@dataclass(slots=True)
class _Proposals:
    """Where in a text a value could go, and how it could be written."""

    text: str
    root: _Node = field(init=False)
    is_json: bool = field(init=False)
    """The file is written as JSON is, so its new parts are, too."""
    newline: str = field(init=False)

    def __post_init__(self) -> None:
        spans = (span for span in spans_of(self.text) if span.kind is not Kind.DOCUMENT)
        self.root = _tree(next(spans), spans)
        first = self.root.held[0].key if self.root.held else None
        self.is_json = self.root.is_flow and first is not None and first.style == '"'
        found = _BREAK.search(self.text)
        self.newline = found[0] if found else "\n"

    def of(self, path: Path, value: Scalar) -> Iterator[list[Cut]]:
        node, depth = self.root, 0
        while depth < len(path) and node.span.kind is not Kind.SCALAR and (inner := node.at(path[depth])):
            node, depth = inner, depth + 1
        rest = path[depth:]
        is_sender = depth > 0 and isinstance(path[depth - 1], int)
        if not rest or (is_sender and rest == (_NUMBER,) and node.span.kind is Kind.SCALAR):
            yield from self._replaced(node, self._written(value, node.span.style))
        elif node.span.kind is Kind.SCALAR:
            number = f"{self._key(_NUMBER)}: {self._source(node.span)}, " if is_sender else ""
            texts = [self._in_line([str(part) for part in rest], text) for text in self._written(value)]
            yield from self._replaced(node, [f"{{{number}{text}}}" for text in texts])
        elif node.is_flow:
            yield from self._into_brackets(node, path[:depth], [str(part) for part in rest], value)
        else:
            yield from self._into_block(node, path[:depth], [str(part) for part in rest], value)

    def _written(self, value: Scalar, style: str = "") -> list[str]:
        """How a value can be written: in the quotes that stand there, where it is a text."""
        if not isinstance(value, str):
            return [written(value)]
        plain, double, single = written(value), in_quotes(value), "'" + value.replace("'", "''") + "'"
        if style == '"' or self.is_json:
            return [double]
        return [single, double] if style == "'" else [plain, double]

    def _replaced(self, node: _Node, texts: list[str]) -> Iterator[list[Cut]]:
        """One of the texts in place of a value that holds no others."""
        start, end = node.span.start, node.span.end
        for text in texts:
            if start == end:  # nothing, which has the place of what follows
                yield [(at := self._end(node), at, f" {text}")]
                yield [(at, at, f": {text}")]
                continue
            (_, head), *body = pieces_of(self.text, node.span)
            # A comment may follow | or >, and stays.
            yield [(start, head, text), *((first, last, "") for first, last in body)]

    def _into_brackets(self, parent: _Node, at: Path, keys: list[str], value: Scalar) -> Iterator[list[Cut]]:
        for text in self._written(value):
            entry = self._in_line(keys, text)
            if not parent.held:
                yield [(parent.span.start + 1, parent.span.start + 1, entry)]
            for node in self._nearest(parent, at, keys[0]):
                end = self._end(node)
                yield [(end, end, f", {entry}")]

    def _in_line(self, keys: list[str], text: str) -> str:
        names = [self._key(key) for key in keys]
        return ": {".join(names) + f": {text}" + "}" * (len(names) - 1)

    def _key(self, key: str) -> str:
        return in_quotes(key) if self.is_json else written(key)

    def _source(self, span: Span) -> str:
        return self.text[span.start : span.end]

    def _into_block(self, parent: _Node, at: Path, keys: list[str], value: Scalar) -> Iterator[list[Cut]]:
        for text in self._written(value):
            for node in self._nearest(parent, at, keys[0]):
                assert node.key
                pad = " " * (node.key.start - self._line(node.key.start))
                names = [f"{pad}{'  ' * depth}{written(key)}:" for depth, key in enumerate(keys)]
                entry = self.newline.join(names) + f" {text}"
                if rest := _REST.match(self.text, self._end(node)):
                    new = entry + self.newline if rest[1] else self.newline + entry
                    yield [(rest.end(), rest.end(), new)]
            first = parent.held[0].key
            assert first
            if not self.text[self._line(first.start) : first.start].strip(" "):
                yield [(self._line(first.start), self._line(first.start), entry + self.newline)]

    def _nearest(self, parent: _Node, at: Path, key: str) -> list[_Node]:
        """What stands in a mapping, first that after which the key belongs by the canonical order."""
        mine = rank(key, at)
        ranked = [(rank(node.key.value, at), node) for node in parent.held if node.key]
        before = sorted((pair for pair in ranked if pair[0] <= mine), key=lambda pair: pair[0])
        after = [node for their, node in ranked if their > mine]
        return [node for _, node in reversed(before)] + after

    def _end(self, node: _Node) -> int:
        """Where a value ends, without the blank lines and comments below it."""
        span = node.span
        if span.kind is Kind.SCALAR and span.start == span.end and node.key:
            key_end = pieces_of(self.text, node.key)[-1][1]
            colon = _COLON.match(self.text, key_end)
            return colon.end() if colon else key_end
        if span.kind is Kind.SCALAR:
            return pieces_of(self.text, span)[-1][1]
        return span.end if node.is_flow else self._end(node.held[-1])

    def _line(self, index: int) -> int:
        """Where the line of a place begins."""
        return max(self.text.rfind("\n", 0, index), self.text.rfind("\r", 0, index)) + 1
