"""What the parts of the report are called: file names for many files, and names of places within a single one.

A name of a channel or of an apply comes from git or from a ledger that many may push to. A file is called after it only
when it is as smsops writes such names; any other is cut to what is safe everywhere and told apart by its digest.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable

from smsops.frozen import Frozen, replace
from smsops.history.recorded import Apply
from smsops.history.values import Chronicle, Past
from smsops.render.escape import hypertext

_CHANNEL = re.compile(r"[a-z0-9][a-z0-9-]{0,62}", re.ASCII)
_APPLY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,149}", re.ASCII)
_DEVICES = re.compile(r"con|prn|aux|nul|(?:com|lpt)[0-9]", re.IGNORECASE)
"""What Windows takes for a device, whatever the suffix."""
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


class Links(Frozen):
    """Where a reader finds each channel and each apply."""

    pasts: tuple[str, ...]
    """In the order of the chronicle's."""
    applies: tuple[str, ...]
    by_name: dict[str, str]
    """Of channels, also by the names that they had."""
    by_path: dict[str, str]
    """Of applies, by record."""
    up: str = ""
    """The way from the page to the index."""

    def from_below(self) -> Links:
        """The same, seen from a page in a folder."""
        return replace(self, up="../")

    def channel(self, name: str) -> str:
        """The name, as a link where there is such a channel."""
        return self.to(self.by_name.get(name), hypertext(name))

    def apply(self, path: str, html: str) -> str:
        return self.to(self.by_path.get(path), html)

    def to(self, target: str | None, html: str) -> str:
        # What is linked to is named here, so it holds nothing that has to be escaped, nor quoted.
        if target is None:
            return html
        return f"<a href={target}>{html}</a>" if target[0] == "#" else f'<a href="{self.up}{target}">{html}</a>'


def links(chronicle: Chronicle, *, single_file: bool) -> Links:
    """Names for everything, no two alike, and the same for the same values."""
    if single_file:
        pasts = [f"#c{_short(nth)}" for nth in range(len(chronicle.pasts))]
        applies = [f"#a{_short(nth)}" for nth in range(len(chronicle.applies))]
    else:
        pasts = [f"channels/{name}.html" for name in _channel_files(chronicle.pasts)]
        applies = [f"applies/{name}.html" for name in _unique(map(_apply_file, chronicle.applies))]
    present = list(zip(chronicle.pasts, pasts, strict=True))
    by_name = {name: link for past, link in present for name in past.names}
    # A name belongs to the channel that bears it now, before one that bore it once.
    by_name |= {past.name: link for past, link in present}
    by_path = {apply.path: link for apply, link in zip(chronicle.applies, applies, strict=True)}
    return Links(pasts=tuple(pasts), applies=tuple(applies), by_name=by_name, by_path=by_path)


def _channel_files(pasts: tuple[Past, ...]) -> list[str]:
    """A channel that exists has the first claim on its name; an underscore is in no name that smsops takes."""
    order = sorted(range(len(pasts)), key=lambda nth: not pasts[nth].exists)
    named = _unique(_channel_file(pasts[nth]) for nth in order)
    found = dict(zip(order, named, strict=True))
    return [found[nth] for nth in range(len(pasts))]


def _channel_file(past: Past) -> str:
    return _safe(past.name, _CHANNEL.fullmatch) + ("" if past.exists else "_deleted")


def _apply_file(apply: Apply) -> str:
    return _safe(f"{apply.account}-{apply.key}", _APPLY.fullmatch)


def _safe(name: str, is_plain: Callable[[str], object]) -> str:
    if is_plain(name) and not _DEVICES.fullmatch(name):
        return name
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return "_".join([re.sub(r"[^a-z0-9]+", "-", name.lower(), flags=re.ASCII)[:40].strip("-"), digest]).strip("_")


def _unique(names: Iterable[str]) -> list[str]:
    """Names that differ also where a file system knows no upper case."""
    taken: set[str] = set()
    found = []
    for name in names:
        free, count = name, 1
        while free.lower() in taken:
            count += 1
            free = f"{name}_{count}"
        taken.add(free.lower())
        found.append(free)
    return found


def _short(number: int) -> str:
    text = ""
    while True:
        number, digit = divmod(number, len(_DIGITS))
        text = _DIGITS[digit] + text
        if not number:
            return text
