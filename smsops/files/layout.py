"""The canonical layout of a channel file: keys in one order, one indentation, numbers in quotes, every comment kept.

Nothing is decided here about what a file means, and a mistake here must not change it. So the result is read again by
the strict reader: it counts only when its value, its comments and its findings are those that were there before.

The layout in short. Keys stand in the order of `outline.ORDER`. A block is indented by two blanks, also a list under
its key. A mapping or a list in brackets keeps them when it stands on one line, and becomes a block when it does not.
There is one blank after a dash and a colon, none at the end of a line, at most one blank line between entries, and none
where a block begins. Lines end with LF, and so does the file; it has no byte order mark.
"""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from smsops.diagnostics import Severity
from smsops.errors import SmsopsError
from smsops.files.document import Kind, quoted
from smsops.files.events import spans_of
from smsops.files.outline import LONGEST_KEY, Entry, outline_of
from smsops.files.remarks import Remark, remarks_of
from smsops.files.scalars import Written, pieces_of
from smsops.files.yamlfile import MAX_BYTES, read_yaml

_STEP = "  "
_BREAK = re.compile(r"\r\n|\r")


def laid_out(data: bytes, path: str) -> bytes | None:
    """The file in the canonical layout, which one that is no mapping has already; None when it has errors of syntax.

    Raises SmsopsError when the layout would change what the file says, which is a defect, or would be too large; `path`
    is for that message.
    """
    document, findings = read_yaml(data, path)
    if any(finding.severity is Severity.ERROR for finding in findings):
        return None
    if not isinstance(document.value, dict):
        return data
    text = _BREAK.sub("\n", document.text)
    result = _drawn(text).encode()
    if len(result) > MAX_BYTES:
        message = f"{quoted(path)} stays as it is: its canonical layout is larger than {MAX_BYTES // 1024} KiB."
        raise SmsopsError(message, hint="Split it: one file holds one channel.", code="SMS104")
    after, found = read_yaml(result, path)
    new = Counter(finding.code for finding in found) - Counter(finding.code for finding in findings)
    if new or _facts(after.value) != _facts(document.value) or _comments(after.text) != _comments(text):
        message = f"{quoted(path)} stays as it is: in the canonical layout it would not say the same."
        raise SmsopsError(message, hint="This is a defect of smsops; please report it with the file.", code="defect")
    return result


def _facts(value: object) -> str:
    """A value so that 1, 1.0 and true differ, as they do in the file."""
    return json.dumps(value, sort_keys=True)


def _comments(text: str) -> Counter[str]:
    texts = [piece for span in spans_of(text) if span.kind is Kind.SCALAR for piece in pieces_of(text, span)]
    return Counter(remark.text for remark in remarks_of(text, texts).found if remark.text)


def _drawn(text: str) -> str:
    outline = outline_of(text)
    drawing = _Drawing()
    drawing.remarks(outline.head, "")
    drawing.root(outline.root)
    return "\n".join(drawing.lines) + "\n"


@dataclass(slots=True)
class _Drawing:
    """The lines of the new file so far."""

    lines: list[str] = field(default_factory=list)
    takes_blank: bool = False
    """Whether a blank line may come now: not at the head of the file or of a block, not after another, and not below a
    text that would take it for its own.
    """

    def remarks(self, remarks: Iterable[Remark], pad: str) -> None:
        for remark in remarks:
            if remark.text:
                self.lines.append(pad + remark.text)
            elif self.takes_blank:
                self.lines.append("")
            self.takes_blank = bool(remark.text)

    def root(self, root: Entry) -> None:
        self.remarks([*root.before, *root.beside[: None if root.entries else -1]], "")
        if root.written is not None:
            self.lines.append(root.written.lines[0] + _beside(root))
        for child in root.entries:
            self.entry(child, "")
        self.remarks(root.below, "")

    def entry(self, entry: Entry, pad: str, lead: str | None = None) -> None:
        """One entry at its depth. With a `lead`, its first line begins with that, and what is above is drawn."""
        if lead is None:
            self.remarks(_above(entry), pad)
            lead = pad
        head = f"{lead}{entry.key}:" if entry.key else f"{lead}-"
        if len(entry.key) > LONGEST_KEY:
            self.lines.append(f"{lead}? {entry.key}")
            head = f"{pad}:"
        deeper = pad + _STEP
        if entry.written is not None:
            self.text(entry.written, head, _beside(entry), deeper)
        elif entry.key:
            self.lines.append(head + _beside(entry))
            self.takes_blank = False
        for number, child in enumerate(entry.entries):
            self.entry(child, deeper, None if number or entry.key else f"{head} ")
        self.remarks(entry.below, deeper)

    def text(self, written: Written, head: str, beside: str, deeper: str) -> None:
        """A text behind a key or a dash, with the comment on its line."""
        first, *others = written.lines
        lines = [f"{head} {first}" if first else head]
        lines += [deeper + line if line else "" for line in others]
        lines[0 if written.is_block else -1] += beside
        self.lines += lines
        self.takes_blank = not written.keeps_blanks


def _beside(entry: Entry) -> str:
    return "".join(" " * remark.gap + remark.text for remark in entry.beside[-1:])


def _above(entry: Entry) -> list[Remark]:
    """What stands above an entry: also every comment on its line but the last, and above the first entry of an item,
    which begins on the item's line.
    """
    if entry.key or not entry.entries:
        return [*entry.before, *entry.beside[:-1]]
    inner = _above(entry.entries[0])
    return [*entry.before, *entry.beside, *itertools.dropwhile(lambda remark: not remark.text, inner)]
