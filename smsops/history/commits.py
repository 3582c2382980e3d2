"""Commits as their objects have them, and the main line among all commits of a graph. Pure.

The main line is HEAD and its first parents. A commit there is when a change was merged: of a squash or a rebase it is
the change itself, of a merge commit what the branch brought.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache

from smsops.files.redact import redact
from smsops.history.values import Commit, Person, Signature
from smsops.masking import masked
from smsops.streams import Node

_REQUESTS = (
    re.compile(r"^Merge pull request (#\d{1,9})\b"),
    re.compile(r"\((#\d{1,9})\)$"),
    re.compile(r"^See merge request (?:[\w./-]*)(!\d{1,9})$", re.MULTILINE),
    re.compile(r"\((!\d{1,9})\)$"),
)
"""Where GitHub and GitLab write the number of a request, in the first line or, for GitLab, in the last."""
_SIGNATURES = {
    "-----BEGIN SSH SIGNATURE-----": Signature.SSH,
    "-----BEGIN PGP SIGNATURE-----": Signature.OPENPGP,
    "-----BEGIN PGP MESSAGE-----": Signature.OPENPGP,
    "-----BEGIN SIGNED MESSAGE-----": Signature.X509,
}
_HEAD = re.compile(rb"^author (.*)\ncommitter (.*)(?:\nencoding (.*))?", re.MULTILINE)
"""Git writes these three in this order, and whatever else there is before or after them."""
_SIGNED = re.compile(rb"^gpgsig(?:-sha256)? (.*)", re.MULTILINE)
_STAMP = re.compile(
    r"(?P<name>[^<]*)<(?P<email>[^>]*)>(?:.*>)?(?: *(?P<seconds>-?[0-9]{1,15}) [+-][0-9])?.*", re.DOTALL
)
"""As git reads it: the first address is the address, and a time that cannot be read spoils nothing else."""
_PLAIN_STAMP = re.compile(rb"([^<>]*<[^<>]*>) ([0-9]{1,15}) [+-][0-9]{4}")
"""The same of nearly all commits, and told from the time a person is one of few."""
_UTF_8 = "utf-8"
_DAY = 86_400
_EPOCH = date(1970, 1, 1).toordinal()


class Forked(Exception):
    """There are commits beside the main line."""


def straight(nodes: Iterable[Node]) -> Iterator[tuple[Node, tuple[Node, ...]]]:
    """The same as `arrived` where each commit follows the one before, as where changes are squashed or rebased: all of
    them are the main line then, and nobody has to ask which. Raises Forked for the first one that does not.
    """
    last: tuple[str, ...] = ()
    for node in nodes:
        if node.parents != last:
            raise Forked
        last = (node.id,)
        yield node, ()


def arrived(nodes: Iterator[Node], line: Sequence[str]) -> Iterator[tuple[Node, tuple[Node, ...]]]:
    """The commits of the main line, oldest first, each with those that it brought, of a merge, oldest first.

    `nodes` is read no further than is needed: mostly parents come first, unless a clock went back.
    """
    here: dict[str, tuple[int, Node]] = {}
    numbered = enumerate(nodes)
    brought = set(line)

    def met(id: str) -> tuple[int, Node] | None:
        if id in here:
            return here.pop(id)
        for one in numbered:
            if one[1].id == id:
                return one
            here[one[1].id] = one
        return None

    for id in line:
        if (found := met(id)) is None:
            continue
        if len(found[1].parents) < 2:
            yield found[1], ()
            continue
        side: list[tuple[int, Node]] = []
        waiting = list(found[1].parents[1:])
        while waiting:
            parent = waiting.pop()
            if parent not in brought and (one := met(parent)):
                brought.add(parent)
                side.append(one)
                waiting += one[1].parents
        yield found[1], tuple([node for _, node in sorted(side)])


def commit_of(id: str, content: bytes, side: tuple[Commit, ...] = ()) -> Commit:
    """A commit object, as `git cat-file` gives it. Whatever stands in it, it is a value: people forge these."""
    head, _, message = content.partition(b"\n\n")
    found = _HEAD.search(head)
    by, put_by, encoded = found.groups() if found else (b"", b"", None)
    encoding = encoded.decode("ascii", "replace") if encoded else _UTF_8
    author, authored_at = _person(by, encoding)
    committer, merged_at = (author, authored_at) if put_by == by else _person(put_by, encoding)
    signed = _SIGNED.search(head) if b"gpgsig" in head else None
    text = _decoded(message, encoding)
    subject = text.strip().partition("\n")[0].strip()
    return Commit(
        id=id,
        author=author,
        authored_at=authored_at,
        committer=committer,
        merged_at=merged_at,
        subject=redact(str(masked(subject))),  # people paste what they should not
        request=_request(subject, text),
        signature=_signature(signed[1]) if signed else Signature.NONE,
        brought=side,
    )


def _person(line: bytes, encoding: str) -> tuple[Person, str]:
    if encoding == _UTF_8 and (plain := _PLAIN_STAMP.fullmatch(line)):
        return _stamped(plain[1], encoding)[0], _time(int(plain[2]))
    return _stamped(line, encoding)


@lru_cache(maxsize=1 << 12)
def _stamped(line: bytes, encoding: str) -> tuple[Person, str]:
    """Most commits are by few people."""
    text = _decoded(line, encoding)
    match = _STAMP.fullmatch(text)
    if match is None:
        return Person(name=text, email=""), ""
    time = _time(int(match["seconds"])) if match["seconds"] else ""
    return Person(name=match["name"].strip(), email=match["email"]), time


@lru_cache(maxsize=1 << 10)
def _time(seconds: int) -> str:
    days, rest = divmod(seconds, _DAY)
    hours, rest = divmod(rest, 3600)
    day = _day(days)
    return f"{day}T{hours:02}:{rest // 60:02}:{rest % 60:02}Z" if day else ""


@lru_cache(maxsize=1 << 12)
def _day(days: int) -> str:
    try:
        return date.fromordinal(_EPOCH + days).isoformat()
    except (OverflowError, ValueError):
        return ""


def _decoded(raw: bytes, encoding: str) -> str:
    try:
        return raw.decode(encoding)
    except (LookupError, ValueError):  # no encoding, or one that was made to fail
        return raw.decode("utf-8", "replace")


def _request(subject: str, text: str) -> str:
    if "#" not in subject and "!" not in text:
        return ""
    for place, pattern in enumerate(_REQUESTS):
        if found := pattern.search(text.strip() if place == 2 else subject):
            return found[1]
    return ""


def _signature(line: bytes) -> Signature:
    # Git tells kinds apart by the first line, too; what it does not know it takes for OpenPGP.
    return _SIGNATURES.get(line.decode("ascii", "replace").strip(), Signature.OPENPGP)
