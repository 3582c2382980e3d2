"""Values that hold a login: how they are shown, and how they are kept without being kept.

User info in a URL is masked in every output and record (contract 9). A comparison with what was recorded rests on a
digest of the true value.
"""

from __future__ import annotations

import re

from smsops.frozen import Frozen

Value = str | int | bool | None
"""One setting as it is; None where the provider gave no value."""


class Sealed(Frozen):
    """Stands for a value that holds a login."""

    masked: str
    sha256: str
    """`sha256:` over the true value."""


Kept = Value | Sealed
"""One setting as a record or a saved plan keeps it."""


def sealed(value: Kept) -> Kept:
    """The value as it may be kept: itself, or a seal where it holds a login."""
    if not isinstance(value, str) or "@" not in value:
        return value
    hidden = masked(value)
    if hidden == value or not isinstance(hidden, str):
        return value
    import hashlib  # only here: values rarely hold a login

    return Sealed(masked=hidden, sha256="sha256:" + hashlib.sha256(str(value).encode()).hexdigest())


_HOST = r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+"
_HOST_ONLY = re.compile(rf"{_HOST}(/[^@]*)?")
"""What stands before a query and can hold no user info: a host with dots, no port, and a path without an @."""
_HOST_FIRST = re.compile(rf"[A-Za-z][A-Za-z0-9+.-]*://{_HOST}(?=[/?#])")

_LIKE_A_LOGIN = re.compile(
    r"(?:[/\\]{2}|:[/\\])[^/\\?#\s]*@"  # user info where it belongs, in a nested URL too
    r"|[/\\][^/\\]*:[^@]*@"  # a password that holds a slash, a question mark or a hash
    r"|^[^\s/@?#:]+:[^\s@/\\][^\s@]*@"  # no scheme at all
)


def masked(value: Kept) -> Value:
    """A value for output: the user info of a URL is hidden (contract 9), everything else is as it is.

    Programs disagree on where user info ends when it holds a slash, a question mark or a hash. So all that may belong
    to it is hidden where anything looks like a login: rather too much than too little. What is left never reads as a
    host that it is not: somebody decides by it where messages go.
    """
    if isinstance(value, Sealed):
        return value.masked
    if not isinstance(value, str) or "@" not in value:
        return value
    before_query = re.split(r"[?#]", value.partition("//")[2], maxsplit=1)[0]
    doubtful = "//" in value and "@" in value.partition("//")[2] and not _HOST_ONLY.fullmatch(before_query)
    if not doubtful and not _LIKE_A_LOGIN.search(value):
        return value
    if host := _HOST_FIRST.match(value):
        return f"{host[0]}/****"
    head, _, tail = value.rpartition("@")
    start = re.match(r"[A-Za-z][A-Za-z0-9+.-]*:[/\\]+", head)
    before = head[start.end() :] if start else head
    # With a second @, or a character that may end the host, what follows the last @ may be no host at all.
    plain = not re.search(r"[@/\\?#]", before)
    return f"{start[0] if start else ''}****{f'@{tail}' if plain else ''}"
