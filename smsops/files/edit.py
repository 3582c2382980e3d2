"""Puts the SID of its messaging service into the text of a channel file, and changes no other byte.

The file belongs to people: nothing is printed anew, one slice goes in next to `direction`. Where it can go is a short
list of proposals, best first, and none of them has to be right about YAML: a proposal counts only when the strict
reader finds in the result what it found before, and exactly the new key.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from smsops.files.document import Document
from smsops.files.yamlfile import read_yaml

_KEY = "messaging_service_sid"
_BESIDE = "direction"
_BREAK = re.compile(r"\r\n|\r|\n")
_REST = re.compile(r"[ \t]*(?:#[^\r\n]*)?(\r\n|\r|\n|\Z)")
"""What may follow a value on its line, and the end of that line."""


def with_service_sid(data: bytes, sid: str) -> bytes | None:
    """The file with `messaging_service_sid: sid` in it; None when it has that key or when nothing can be proved."""
    document, findings = read_yaml(data, "")
    before = document.value
    if not isinstance(before, dict) or _KEY in before or not isinstance(before.get(_BESIDE), str):
        return None
    codes = [finding.code for finding in findings]
    for index, inserted in _proposals(document, f"{_KEY}: {sid}"):
        at = len(data) - len(document.text[index:].encode())
        # A SID with half a character becomes another text here, which the comparison refuses.
        changed = data[:at] + inserted.encode(errors="replace") + data[at:]
        after, found = read_yaml(changed, "")
        if after.value == {**before, _KEY: sid} and [finding.code for finding in found] == codes:
            return changed
    return None


def _proposals(document: Document, entry: str) -> Iterator[tuple[int, str]]:
    """Where in the text something could go, and what."""
    text = document.text
    starts = [0, *(match.end() for match in _BREAK.finditer(text))]
    root, key, value = document.values[()], document.keys[_BESIDE,], document.values[_BESIDE,]
    line = starts[key.line - 1]
    if text[starts[root.line - 1] + root.column - 1] == "{":
        yield line + key.column - 1, f"{entry}, "
        return
    match = _BREAK.search(text, line) or _BREAK.search(text)
    newline = match[0] if match else "\n"
    indented = " " * (root.column - 1) + entry
    rest = _REST.match(text, starts[value.line - 1] + value.column - 1 + value.width)
    if value.line == key.line and rest:
        yield rest.end(), indented + newline if rest[1] else newline + indented
    yield line, indented + newline
