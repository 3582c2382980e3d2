"""Which files a command wrote."""

from __future__ import annotations

from smsops.frozen import Frozen
from smsops.render.documents import document
from smsops.render.plain import clean, counted, table


class Wrote(Frozen):
    """The files of an export or of a site."""

    folder: str
    files: tuple[tuple[str, int], ...]
    """Path and size in bytes."""
    items: int = 0
    """What they hold."""


def wrote_text(wrote: Wrote, *, color: bool) -> str:
    shown = [(name, f"{size:,}") for name, size in wrote.files[:20]]
    more = len(wrote.files) - len(shown)
    rest = f"… and {counted(more, 'file')} more\n" if more else ""
    total = f"{counted(wrote.items, 'item')} in {counted(len(wrote.files), 'file')} in {clean(wrote.folder)}.\n"
    return f"{table(('FILE', 'BYTES'), shown, color=color)}{rest}\n{total}"


def wrote_json(wrote: Wrote, *, color: bool) -> str:
    files = [{"name": name, "bytes": size} for name, size in wrote.files]
    return document(folder=wrote.folder, items=wrote.items, files=files)


WROTE = {"text": wrote_text, "json": wrote_json}
