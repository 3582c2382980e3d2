"""How the canonical layout writes one text of a channel file: in which quotes, and on which lines.

People chose their quotes, so most stay. Two rules add some: a phone number stands in double quotes, and so does a text
that is one here and that other YAML programs take for a switch, a number, a time or nothing. What they take is the
union of YAML 1.1 and the core schema of YAML 1.2.
"""

from __future__ import annotations

import re

from smsops.files.document import Span
from smsops.files.simple import reads_as_text
from smsops.frozen import Frozen

_MISREAD = re.compile(
    r"~|=|<<|null|y|n|yes|no|on|off|true|false"
    r"|[-+]?(?:0b[01_]+|0o[0-7_]+|0x[0-9a-f_]+)"
    r"|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?"  # base 60: 22:30 is 1350
    r"|[-+]?(?:\.[0-9_]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:e[-+]?[0-9]+)?"
    r"|[-+]?\.(?:inf|nan)"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[t\s].*)?"
    r"|(?:---|\.\.\.)(?:\s.*)?",  # in the first column, the edge of a document
    re.IGNORECASE,
)
_NUMBER_IN_SINGLE_QUOTES = re.compile(r"'(\+[0-9]+)'")
_BLOCKS = ("|", ">")
_BLOCK_HEAD = re.compile(r"[|>][-+1-9]*")
_UNWRITABLE = re.compile(r"[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


class Written(Frozen):
    """A text as it will stand in the file."""

    lines: tuple[str, ...]
    """The first follows the key or the dash; the others have no indentation yet."""
    is_block: bool = False
    """Its first line is only | or >, with what belongs to it."""
    keeps_blanks: bool = False
    """The blank lines below it belong to it."""


def written_key(text: str, span: Span) -> str:
    """A key on one line."""
    raw = text[span.start : span.end]
    if span.style in _BLOCKS or "\n" in raw:
        return in_quotes(span.value)
    return in_quotes(raw) if not span.style and (not raw or _MISREAD.fullmatch(raw)) else raw


def written_value(text: str, span: Span, *, is_number: bool) -> Written:
    """A value; `is_number` says that a phone number belongs there."""
    if span.style in _BLOCKS:
        return _block(text, span)
    lines = _unindented(text[span.start : span.end], double=span.style == '"')
    if len(lines) == 1:
        lines = (_on_one_line(lines[0], span, is_number=is_number),)
    return Written(lines=lines)


def _on_one_line(raw: str, span: Span, *, is_number: bool) -> str:
    if not span.style and reads_as_text(raw) and (is_number or _MISREAD.fullmatch(raw)):
        return in_quotes(raw)
    return _NUMBER_IN_SINGLE_QUOTES.sub(r'"\1"', raw) if is_number and span.style == "'" else raw


def in_quotes(text: str) -> str:
    """A text in double quotes, on one line."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + _UNWRITABLE.sub(lambda match: f"\\U{ord(match[0]):08x}", escaped) + '"'


def _unindented(raw: str, *, double: bool) -> tuple[str, ...]:
    """The lines without the blanks around them, which mean nothing there; a blank after a backslash does."""
    lines = []
    for line in raw.split("\n"):
        bare = line.rstrip(" \t")
        backslashes = len(bare) - len(bare.rstrip("\\"))
        lines.append(line[: len(bare) + backslashes % 2] if double else bare)
    return (lines[0], *(line.lstrip(" \t") for line in lines[1:]))


def pieces_of(text: str, span: Span) -> tuple[tuple[int, int], ...]:
    """Where a scalar's characters stand, from and to: a comment may follow | or > on its line.

    Blank lines below a block of text are only part of it when it keeps them.
    """
    head = _BLOCK_HEAD.match(text, span.start) if span.style in _BLOCKS else None
    if head is None:
        return ((span.start, span.end),)
    start, raw, body = _body(text, span)
    end = span.end if "+" in head[0] else start + sum(len(line) + 1 for line in raw[: len(body)]) - 1
    return (span.start, head.end()), (start - 1, end)


def _body(text: str, span: Span) -> tuple[int, list[str], list[str]]:
    """The lines of a block of text: where they begin, as they are, and without indentation and last blank lines."""
    line_end = text.find("\n", span.start, span.end)
    start = line_end + 1 if line_end >= 0 else span.end + 1
    raw = text[start : span.end].split("\n")
    # YAML finds the indentation by the first line with text, or is told; what the value still has of it tells us.
    depth = _indentation(raw) - _indentation(span.value.split("\n"))
    body = [line[depth:] for line in raw]
    while body and not body[-1]:
        body.pop()
    return start, raw, body


def _indentation(lines: list[str]) -> int:
    """Blanks before the first text; where there is none, in the longest line."""
    first = next((line for line in lines if line.strip(" ")), None)
    return len(first) - len(first.lstrip(" ")) if first is not None else max(map(len, lines))


def _block(text: str, span: Span) -> Written:
    """A text after | or >, as it is but for its indentation. What says how its end is read stays true."""
    head = text[span.start : pieces_of(text, span)[0][1]]
    _, _, body = _body(text, span)
    breaks = len(span.value) - len(span.value.rstrip("\n"))
    ends = head.strip("|>123456789")
    if body and not breaks:
        ends = "-"  # also of a file that ends without a line break, and gets one now
    if ends == "+":
        body += [""] * (breaks - bool(body))
    digit = "2" if next((line for line in body if line), "").startswith((" ", "\t")) else ""
    return Written(lines=(head[0] + digit + ends, *body), is_block=True, keeps_blanks=ends == "+")
