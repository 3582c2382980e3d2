"""A channel's name from a friendly name, which may be anything: other letters, nothing at all, the same as another."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Set

_LONGEST = 63
_OTHER = re.compile(r"[^a-z0-9]+")


def slug(text: str) -> str:
    """What a name may hold of a text: letters without their accents, digits, and hyphens; '' when nothing is left."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(char for char in plain if not unicodedata.combining(char))
    return _OTHER.sub("-", letters).strip("-")[:_LONGEST].rstrip("-")


def free_name(friendly_name: str, sid: str, taken: Set[str]) -> str:
    """A name that nobody has. Where the plain one is taken, as much of the SID follows as makes it the only one."""
    digits = sid.removeprefix("MG").lower()
    plain = slug(friendly_name)
    if plain and plain not in taken:
        return plain
    stem = plain or "service"
    for size in range(6, len(digits)):
        name = f"{stem[: _LONGEST - size - 1].rstrip('-')}-{digits[-size:]}"
        if name not in taken:
            return name
    return digits
