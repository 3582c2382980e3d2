"""A YAML text as its parser sees it: the value, and the place of everything. The only door to PyYAML.

PyYAML is used for its event stream alone, through libyaml where it is there. Two things speak against its higher
layers. `compose` and `load` call themselves once for each level, in C, so a few kilobytes of `[` end the process; and
both forget what a strict reader must see: anchors, aliases, explicit tags, a second document, a repeated key. The
event stream is flat and shows all of it, with marks. This module builds the value from it, stops at 64 levels, and
resolves plain scalars by the core schema of YAML 1.2, so that `NO`, `on`, `22:30`, `0123` and `+12065550101` stay text.
Keys are always text. An event costs about half a microsecond, so nothing is looked at twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml

from smsops.diagnostics import Finding, Severity
from smsops.files.document import Document, Kind, Marks, Path, Place, Span, quoted
from smsops.files.simple import CONSTANTS, NUMBER, number
from smsops.files.syntax import NO_BLANK, explain_syntax

MAX_DEPTH = 64
"""Levels of lists and mappings; a channel file has four."""
_MAX_FINDINGS = 100

_LIBYAML_GIVES_UP = "exceeded maximum nesting depth"
_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


def parsed(document: Document, start_from: str = "") -> tuple[object, Marks, list[Finding]]:
    """The value of the document's text, its places, and what is wrong with it as YAML.

    `start_from` is the hint for an empty file.
    """
    reading = _Reading(document, start_from)
    try:
        value = reading.read(_LOADER)
    except _TooDeepForLibyaml:
        reading = _Reading(document, start_from)
        value = reading.read(yaml.BaseLoader)
    return value, Marks(reading.keys, reading.values), reading.findings


class _Stop(Exception):
    """Reading cannot go on; the finding that says why is already there."""


class _TooDeepForLibyaml(Exception):
    """Newer versions of libyaml refuse more than 1,000 levels of brackets, and see them up to 1,024 characters before
    the events get there. The Python parser has no such limit, and so comes to ours, at the level that is too many."""


@dataclass(slots=True)
class _Reading:
    """One pass over the events of one document."""

    document: Document
    start_from: str = ""
    events: Any = None
    keys: dict[Path, Place] = field(default_factory=dict)
    values: dict[Path, Place] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    quote: tuple[Place, int] | None = None
    """Where the last quote opened that closes on a later line, and on which: most often it is two quotes."""
    fatal: bool = False
    """Something was found after which the value means nothing."""

    def read(self, parser: Any) -> object:
        loader = parser(self.document.text)
        self.events = loader.get_event
        value: object = None
        try:
            value = self._stream()
        except yaml.YAMLError as error:
            if getattr(error, "problem", None) == _LIBYAML_GIVES_UP:
                raise _TooDeepForLibyaml from error
            self.findings.append(explain_syntax(error, self.document, self.quote))
            self.fatal = True
        except _Stop:
            self.fatal = True
        finally:
            loader.dispose()
        return None if self.fatal else value

    def _stream(self) -> object:
        self.events()
        event = self.events()
        if isinstance(event, yaml.StreamEndEvent):
            self._refuse("SMS107", "The file is empty.", Place(1, 1), self.start_from)
            return None
        self._directives(event)
        value = self._node(self.events(), (), 0)
        self.events()
        event = self.events()
        if not isinstance(event, yaml.StreamEndEvent):
            self._second_document(event)
        if value is None and not self.fatal:
            message = "The file is empty: it holds no key."
            self._refuse("SMS107", message, Place(1, 1), self.start_from)
        return value

    def _directives(self, event: Any) -> None:
        if event.version or event.tags:
            hint = "Delete the line; files are always read as YAML 1.2."
            self._refuse("SMS113", "A line that begins with % is not allowed here.", _place(event), hint)

    def _second_document(self, event: Any) -> None:
        hint = "Move what follows `---` into a file of its own."
        self._refuse("SMS113", "The file holds more than one document.", _place(event), hint)

    def _refuse(self, code: str, message: str, place: Place, hint: str) -> None:
        self.fatal = True
        self._report(code, message, place, hint)
        if len(self.findings) >= _MAX_FINDINGS:
            raise _Stop

    def _report(self, code: str, message: str, place: Place, hint: str, severity: Severity = Severity.ERROR) -> None:
        self.findings.append(self.document.finding(code, message, place, hint=hint, severity=severity))

    def _node(self, event: Any, path: Path, depth: int) -> object:
        kind = type(event)
        if kind is yaml.ScalarEvent:
            start, end = event.start_mark, event.end_mark
            width = end.column - start.column if end.line == start.line else 1
            place = Place(start.line + 1, start.column + 1, width or 1)
            self.values[path] = place
            if event.anchor is not None or event.tag is not None:
                self._properties(event)
            if event.style:
                if end.line > start.line and event.style in "'\"":
                    self.quote = (place, end.line + 1)
                return event.value
            return self._plain(event.value, place)
        if kind is yaml.AliasEvent:
            self._alias(event)
            return None
        return self._collection(event, path, depth)

    def _plain(self, text: str, place: Place) -> object:
        if text in CONSTANTS:
            return CONSTANTS[text]
        first = text[0]
        if first == "+" and text[1:].isdecimal() and text.isascii():
            message = f"{quoted(text)} is read as text here, but many editors and programs read it as a number."
            self._report("SMS115", message, place, "`smsops fmt` puts it in quotes.", Severity.WARNING)
        elif (first in "-0123456789") and (match := NUMBER.fullmatch(text)):
            return number(text, whole=match[1] is None and match[2] is None)
        return text

    def _collection(self, event: Any, path: Path, depth: int) -> object:
        place = _place(event)
        self.values[path] = place
        if depth >= MAX_DEPTH:
            message = f"The file is nested more than {MAX_DEPTH} levels deep."
            self._refuse("SMS109", message, place, "Remove the extra brackets or list dashes.")
            raise _Stop
        if event.anchor is not None or event.tag is not None:
            self._properties(event)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path, depth)
        items: list[object] = []
        while type(event := self.events()) is not yaml.SequenceEndEvent:
            items.append(self._node(event, (*path, len(items)), depth + 1))
        return items

    def _mapping(self, path: Path, depth: int) -> dict[str, object]:
        found: dict[str, object] = {}
        while type(event := self.events()) is not yaml.MappingEndEvent:
            key = self._key(event, path, depth)
            inner = (*path, key)
            if key in found:
                self._duplicate(key, event, self.keys[inner])
                self._node(self.events(), (*path, "", key), depth + 1)
                continue
            self.keys[inner] = _place(event)
            found[key] = self._node(self.events(), inner, depth + 1)
        return found

    def _key(self, event: Any, path: Path, depth: int) -> str:
        if type(event) is yaml.ScalarEvent:
            if event.anchor is not None or event.tag is not None:
                self._properties(event)
            return str(event.value)
        if type(event) is yaml.AliasEvent:
            self._alias(event)
        else:
            hint = "A key is one word, followed by a colon."
            self._refuse("SMS114", "A list or a mapping stands where a key must be.", _place(event), hint)
            self._node(event, (*path, ""), depth + 1)
        return ""

    def _duplicate(self, key: str, event: Any, first: Place) -> None:
        hint = NO_BLANK if key.startswith("-") else "Keep one of the two."
        self._report("SMS110", f"The key {quoted(key)} is already on line {first.line}.", _place(event), hint)

    def _properties(self, event: Any) -> None:
        if event.anchor is not None:
            hint = "Write the value out where it is needed; put quotes around a text that begins with &."
            self._refuse("SMS111", f"The anchor {quoted('&' + event.anchor)} is not allowed.", _place(event), hint)
        if event.tag is not None:
            hint = "Remove it; put quotes around a text that begins with an exclamation mark."
            self._refuse(
                "SMS112",
                f"The tag {quoted(event.tag.replace('tag:yaml.org,2002:', '!!'))} is not allowed.",
                _place(event),
                hint,
            )

    def _alias(self, event: Any) -> None:
        hint = "Write the value out; put quotes around a text that begins with *."
        self._refuse("SMS111", f"The alias {quoted('*' + event.anchor)} is not allowed.", _place(event), hint)


def _place(event: Any) -> Place:
    start, end = event.start_mark, event.end_mark
    width = end.column - start.column if end.line == start.line else 1
    return Place(start.line + 1, start.column + 1, width or 1)


def spans_of(text: str) -> tuple[Span, ...]:
    """What stands where in the text of a file that was read without an error, in the order of the file."""
    kinds = {yaml.DocumentStartEvent: Kind.DOCUMENT, yaml.ScalarEvent: Kind.SCALAR}
    kinds |= {yaml.MappingStartEvent: Kind.MAPPING, yaml.SequenceStartEvent: Kind.SEQUENCE}
    kinds |= {yaml.MappingEndEvent: Kind.END, yaml.SequenceEndEvent: Kind.END}
    found: list[Span] = []
    opened: list[int] = []
    loader = _LOADER(text)
    while loader.check_event():
        event = loader.get_event()
        if kind := kinds.get(type(event)):
            style = "{" if getattr(event, "flow_style", None) else getattr(event, "style", None) or ""
            start, end = event.start_mark.index, event.end_mark.index
            if kind is Kind.END:
                if start == end:
                    start = end = found[-1].end  # without a bracket, it has the place of what follows
                begun = opened.pop()
                found[begun] = found[begun]._replace(end=end)
            elif kind in (Kind.MAPPING, Kind.SEQUENCE):
                opened.append(len(found))
            found.append(Span(kind=kind, start=start, end=end, style=style, value=getattr(event, "value", "")))
    loader.dispose()
    return tuple(found)
