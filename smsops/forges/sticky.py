"""The one comment that stays: found by its marker, updated in place, and never written twice.

Anybody can paste the marker into a comment of theirs, so only our own comments count, and of these only those that
begin with it: a quotation does not. Where several do, the oldest is kept up to date and the others are left alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from smsops.forges.base import Action, Lost, Posted
from smsops.frozen import Frozen

_PAUSES = (1.0, 2.0)
"""Seconds before each look for a comment whose answer was lost; after the last one it is posted no more."""


class Comment(Frozen):
    """A comment of ours, as the forge has it."""

    number: int
    body: str
    url: str


class Thread(Protocol):
    """The comments of one change request."""

    def ours(self, marker: str) -> Comment | None:
        """Our oldest comment that begins with the marker."""
        ...

    def create(self, text: str) -> Comment:
        """Raises Lost when the comment may be there."""
        ...

    def update(self, number: int, text: str) -> Comment: ...


def stick(
    thread: Thread, marker: str, body: Callable[[str | None], str], *, sleep: Callable[[float], object]
) -> Posted:
    """Post the comment, or bring the earlier one up to date. Raises ForgeError."""
    before = thread.ours(marker)
    text = body(before.body if before else None)
    if before is None:
        return _created(thread, marker, text, sleep)
    return _updated(thread, before, text, Action.UNCHANGED)


def _created(thread: Thread, marker: str, text: str, sleep: Callable[[float], object]) -> Posted:
    for pause in _PAUSES:
        try:
            return Posted(url=thread.create(text).url, action=Action.CREATED)
        except Lost:
            sleep(pause)
            if found := thread.ours(marker):
                return _updated(thread, found, text, Action.CREATED)
    return Posted(url=thread.create(text).url, action=Action.CREATED)


def _updated(thread: Thread, before: Comment, text: str, same: Action) -> Posted:
    if _plain(before.body) == _plain(text):
        return Posted(url=before.url, action=same)
    return Posted(url=thread.update(before.number, text).url, action=Action.UPDATED)


def _plain(text: str) -> str:
    """Forges change line breaks and trim the ends."""
    return "\n".join(text.split("\r\n")).strip()
