"""Strict YAML with positions: bytes become a `Document` and findings, never an exception.

What is simple is read by `simple`, and everything else by `events`, whose parser is imported for the first text that
needs it. A simple text has its places from there, too, as soon as one of them is asked for.
"""

from __future__ import annotations

import re
from functools import cache

from smsops.diagnostics import Finding
from smsops.files.document import Document, Marks, Place
from smsops.files.simple import simple_value

MAX_BYTES = 256 * 1024

_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_ASCII = re.compile("[^\t\n\r\x20-\x7e]")


@cache
def _forbidden() -> re.Pattern[str]:
    """Control characters, and line breaks that editors and YAML count differently (U+0085, U+2028, U+2029).

    Made when a text is not ASCII: it takes as long as to read ten files.
    """
    return re.compile("[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


def read_yaml(data: bytes, path: str, *, start_from: str = "") -> tuple[Document, tuple[Finding, ...]]:
    """Read one file's bytes; with a fatal finding the document's value is None, and nothing else need look at it.

    `start_from` is the hint for an empty file.
    """
    text, finding = _decoded(data, path)
    bad = None if finding else (_ASCII if text.isascii() else _forbidden()).search(text)
    if not (finding or bad) and (simple := simple_value(text)) is not None:
        return Document(path=path, text=text, value=simple, marks=_Marks(text)), ()
    document = Document(path=path, text=text)
    if bad is not None:
        message = f"The file holds the invisible character U+{ord(bad[0]):04X}."
        hint = "Delete it, or write it as an escape inside double quotes."
        finding = document.finding("SMS106", message, _place_of(text, bad.start()), hint=hint)
    if finding is not None:
        return document, (finding,)
    from smsops.files.events import parsed  # only here: most projects never need it

    value, marks, findings = parsed(document, start_from)
    return Document(path=path, text=text, value=value, marks=_Marks(text, marks)), tuple(findings)


class _Marks:
    """The places in a text. For a simple one they are found when they are asked for: of most files nothing is said."""

    __slots__ = ("_found", "_text")

    def __init__(self, text: str, found: Marks | None = None) -> None:
        self._text = text
        self._found = found

    def __call__(self) -> Marks:
        if self._found is None:
            from smsops.files.events import parsed

            _, self._found, _ = parsed(Document(path="", text=self._text))
        return self._found


def _decoded(data: bytes, path: str) -> tuple[str, Finding | None]:
    if len(data) > MAX_BYTES:
        document = Document(path=path)
        message = f"The file is larger than {MAX_BYTES // 1024} KiB."
        return "", document.finding("SMS104", message, Place(1, 1), hint="Split it: one file holds one channel.")
    if data.startswith(_UTF_16_MARKS) or b"\0\0" in (data[0:4:2], data[1:4:2]):
        document = Document(path=path)
        message = "The file is not UTF-8. This looks like UTF-16."
        return "", document.finding("SMS105", message, Place(1, 1), hint="Save the file as UTF-8.")
    try:
        return data.decode("utf-8").removeprefix("\ufeff"), None
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        found = Document(path=path, text=data.decode("utf-8", "replace"))
        message = f"The file is not UTF-8: byte 0x{data[error.start]:02X} does not fit."
        place = _place_of(before.removeprefix("\ufeff"), len(before))
        return "", found.finding("SMS105", message, place, hint="Save the file as UTF-8.")


def _place_of(text: str, index: int) -> Place:
    lines = re.split(r"\r\n|\r|\n", text[:index])
    return Place(len(lines), len(lines[-1]) + 1)
