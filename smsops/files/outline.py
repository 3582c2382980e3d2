"""A channel file as a tree that holds everything a person wrote: texts as they are written, and comments where they
belong. The canonical order is established here, while each comment goes with its entry.

A list or a mapping in brackets that stands on one line is one text. Over several lines it is read as a block.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from smsops.files.document import Kind, Path, Span
from smsops.files.events import spans_of
from smsops.files.remarks import Remark, Remarks, remarks_of
from smsops.files.scalars import Written, pieces_of, written_key, written_value
from smsops.frozen import Frozen

_TOP = (
    *("name", "description", "provider", "account", "enabled", "direction", "messaging_service_sid", "friendly_name"),
    *("webhook_url", "webhook_method", "fallback_url", "fallback_method", "status_callback_url"),
    *("phone_numbers", "messaging", "experience_flow", "contact_hours", "compliance", "owner", "tags"),
)
_SENDER = ("number", "label", "flow", "protected")
_MESSAGING = ("use_case", "area_code_geomatch", "sticky_sender", "smart_encoding", "mms_converter", "validity_period")
_COMPLIANCE = (
    *("sender_type", "registration", "opt_in_keywords", "opt_out_keywords", "help_keywords"),
    *("opt_in_message", "opt_out_message", "help_message"),
)
ORDER: dict[Path, tuple[str, ...]] = {
    (): _TOP,
    ("phone_numbers", 0): _SENDER,
    ("messaging",): _MESSAGING,
    ("contact_hours",): ("timezone", "start", "end", "days"),
    ("compliance",): _COMPLIANCE,
    ("owner",): ("team", "email", "cost_center"),
}
"""The keys of each mapping in their order, by its path; 0 stands for every item of a list. Other keys follow as they
are, and a mapping that is not here keeps its order.
"""
_NUMBERS = (("phone_numbers", 0), ("phone_numbers", 0, "number"))
_MODELINE = "# yaml-language-server:"
LONGEST_KEY = 1_000
"""Characters of a key that stands before its colon; YAML has a longer one begin with a question mark."""


@dataclass(slots=True, kw_only=True)
class Entry:
    """One key with its value, one item of a list, or the whole file; filled while it is read."""

    name: str = ""
    key: str = ""
    """As it is written; '' for an item."""
    before: list[Remark] = field(default_factory=list)
    """On lines of their own above it."""
    beside: list[Remark] = field(default_factory=list)
    """On its line."""
    below: list[Remark] = field(default_factory=list)
    """Below what it holds, and as deep: comments that are indented deeper than the entry, and than what comes next."""
    written: Written | None = None
    """Its text; None when it holds entries."""
    entries: list[Entry] = field(default_factory=list)


class Outline(Frozen):
    """One file."""

    head: tuple[Remark, ...]
    """Stays at the head, whatever comes first: comments above a blank line, the line for editors, and `---`."""
    root: Entry


def outline_of(text: str) -> Outline:
    """The outline of a text that the strict reader takes without an error; its lines end with LF."""
    spans = spans_of(text)
    texts = [piece for span in spans if span.kind is Kind.SCALAR for piece in pieces_of(text, span)]
    return _Reading(text, iter(spans), remarks_of(text, texts)).outline()


@dataclass(slots=True)
class _Reading:
    """One pass over the spans and the remarks of one file."""

    text: str
    spans: Iterator[Span]
    remarks: Remarks
    end: int = 0
    """Where what was read last ends."""

    def outline(self) -> Outline:
        marker, span = next(self.spans), next(self.spans)
        head: list[Remark] = []
        if marker.end > marker.start:
            head += self.remarks.until(marker.start)
            shown = "".join(" " * remark.gap + remark.text for remark in self.remarks.beside(marker.end))
            head.append(Remark(at=marker.start, column=0, text=f"---{shown}"))
        above = self.remarks.until(span.start)
        edge = max((number for number, remark in enumerate(above, start=1) if _ends_head(remark)), default=0)
        root = Entry()
        self._fill(root, span, (), column=None, opening=above[edge:])
        root.below += _without_last_blanks(self.remarks.until(len(self.text)))
        return Outline(head=(*head, *above[:edge]), root=root)

    def _fill(self, entry: Entry, span: Span, path: Path, *, column: int | None, opening: list[Remark]) -> None:
        """Read what stands after the entry's key or dash.

        `column` is its own, which decides what below belongs to it; None where brackets or the end of the file decide.
        `opening` are remarks above what it holds.
        """
        if span.start == span.end and not self.text.endswith(":", self.end, span.start):
            span = span._replace(start=self.end, end=self.end)  # nothing, which has the place of what follows
        gap = self.remarks.until(span.start)
        entry.beside += [remark for remark in gap if not remark.is_alone]
        opening = opening + [remark for remark in gap if remark.is_alone]
        if span.kind is Kind.SCALAR:
            pieces = pieces_of(self.text, span)
            entry.written = written_value(self.text, span, is_number=_form(path) in _NUMBERS)
            entry.beside += self.remarks.beside(pieces[0][1])
            self.end = pieces[-1][1]
        elif span.style and "\n" not in self.text[span.start : span.end]:
            entry.written = Written(lines=(self._in_line(span, path),))
        else:
            self._block(entry, span, path, opening)
        if span.style == "{":
            self.end = span.end
            entry.beside += self.remarks.beside(span.end)
        if entry.written is not None:
            entry.before += [remark for remark in opening if remark.text]
        if column is not None and not (entry.written and entry.written.is_block):
            entry.below += self.remarks.below(column + 1, self.end)

    def _block(self, entry: Entry, span: Span, path: Path, opening: list[Remark]) -> None:
        """Read the entries of a mapping or a list."""
        in_brackets, in_pairs = span.style == "{", span.kind is Kind.MAPPING
        column = None if in_brackets else self.remarks.column(span.start)
        self.end = span.start + in_brackets
        if in_brackets:
            entry.beside += self.remarks.beside(self.end)
        while (found := next(self.spans)).kind is not Kind.END:
            start = found.start if in_brackets or in_pairs else self.remarks.token(self.end)
            child = Entry(before=opening + self.remarks.until(start))
            inside: Path = (*path, len(entry.entries))
            self.end = start if in_brackets else start + 1
            if in_pairs:
                child.name, child.key = found.value, written_key(self.text, found)
                self.end = pieces_of(self.text, found)[-1][1]
                inside, found = (*path, found.value), next(self.spans)
            self._fill(child, found, inside, column=column, opening=[])
            entry.entries.append(child)
            opening = []
        if in_brackets:
            entry.below += _without_last_blanks(self.remarks.until(found.start))
        if not entry.entries:
            entry.written = Written(lines=("{}" if in_pairs else "[]",))
        entry.entries.sort(key=lambda child: rank(child.name, path))

    def _in_line(self, span: Span, path: Path) -> str:
        """A mapping or a list in brackets on one line."""
        parts: list[tuple[str, str]] = []
        while (found := next(self.spans)).kind is not Kind.END:
            if span.kind is Kind.SEQUENCE:
                parts.append(("", self._inner(found, (*path, len(parts)))))
                continue
            key, value = written_key(self.text, found), self._inner(next(self.spans), (*path, found.value))
            explicit, colon = ("? ", " : ") if len(key) > LONGEST_KEY else ("", ": ")
            parts.append((found.value, f"{explicit}{key}{colon if value else ''}{value}"))
        parts.sort(key=lambda part: rank(part[0], path))
        inside = ", ".join(text for _, text in parts)
        return f"{{{inside}}}" if span.kind is Kind.MAPPING else f"[{inside}]"

    def _inner(self, span: Span, path: Path) -> str:
        if span.kind is not Kind.SCALAR:
            return self._in_line(span, path)
        return written_value(self.text, span, is_number=_form(path) in _NUMBERS).lines[0]


def _form(path: Path) -> Path:
    return tuple(0 if isinstance(part, int) else part for part in path)


def rank(name: str, path: Path) -> int:
    """Where a key comes among its neighbours; those that are not known come last, as they are."""
    known = ORDER.get(_form(path), ())
    return known.index(name) if name in known else len(known)


def _ends_head(remark: Remark) -> bool:
    return not remark.text or remark.text.startswith(_MODELINE)


def _without_last_blanks(remarks: list[Remark]) -> list[Remark]:
    count = max((number for number, remark in enumerate(remarks, start=1) if remark.text), default=0)
    return remarks[:count]
