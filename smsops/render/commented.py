"""What became of the one comment on a pull or merge request."""

from __future__ import annotations

from smsops.frozen import Frozen
from smsops.render.documents import document
from smsops.render.plain import clean

SAVED = "saved"
"""The action where the comment may not be posted and its Markdown is in a file."""


class Commented(Frozen):
    """The comment, or the file that stands for it."""

    action: str
    """`created`, `updated`, `unchanged`, or `saved`."""
    url: str | None = None
    path: str | None = None
    """The file, where the comment was not posted."""


def commented_text(commented: Commented, *, color: bool) -> str:
    if commented.action == SAVED:
        return f"Comment saved: {clean(commented.path)}\n"
    return f"Comment {commented.action}: {clean(commented.url)}\n"


def commented_json(commented: Commented, *, color: bool) -> str:
    return document(action=commented.action, url=commented.url, path=commented.path)


COMMENTED = {"text": commented_text, "json": commented_json}
