"""What the pages are put together from: sections, tables, facts and diffs.

What the parts take as text is escaped here; what they take as HTML is called `html`, or a cell.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence

from smsops.history.recorded import Diff
from smsops.render.escape import hypertext
from smsops.render.persons import moment

ABSENT = '<span class="dim">(not there)</span>'
EMPTY = '<span class="dim">(none)</span>'
_GOOD = frozenset(("applied", "done", "already-done", "live", "same", "kept"))
_POOR = frozenset(("partial", "failed", "interrupted", "abandoned", "broken", "differs", "without an end", "drift"))
_OPEN = frozenset(("waiting", "in part", "refused", "stale", "not-attempted", "error", "warning", "superseded"))


def when(at: str) -> str:
    """A time that is not broken over two lines."""
    return f'<span class="t">{hypertext(moment(at))}</span>'


def word(text: str) -> str:
    """A state in its own word; its colour only repeats it."""
    tone = "ok" if text in _GOOD else "bad" if text in _POOR else "warn" if text in _OPEN else "dim"
    return f'<b class="{tone}">{hypertext(text)}</b>'


def code(text: str) -> str:
    return f"<code>{hypertext(text)}</code>" if text else ABSENT


def section(heading: str, html: str, *, id: str = "", level: int = 2) -> str:
    """A section; nothing when it would be empty."""
    if not html:
        return ""
    named = f' id="{id}"' if id else ""
    return f"<section{named}>\n<h{level}>{hypertext(heading)}</h{level}>\n{html}</section>\n"


def paragraph(sentence: str, *, quiet: bool = False) -> str:
    tone = ' class="dim"' if quiet else ""
    return f"<p{tone}>{hypertext(sentence)}</p>\n"


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Names with what they are, as HTML; those without are left out."""
    listed = "".join(f"<dt>{hypertext(name)}</dt><dd>{html}</dd>\n" for name, html in pairs if html)
    return f'<dl class="facts">\n{listed}</dl>\n' if listed else ""


def table(
    caption: str,
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    noun: str = "",
    sides: bool = False,
    marked: Container[int] = (),
) -> str:
    """Rows of cells under a header; the first cell of a row says what the row is about.

    With a noun for its rows, the script lets them be filtered and sorted. A table that is wider than the screen is
    moved within its frame, which therefore takes the keyboard's focus. Two sides to compare are of one width. Rows that
    are marked stand on another ground; a word in them says why.
    """
    head = "".join(f'<th scope="col">{hypertext(cell)}</th>' for cell in header)
    mark = '<tr class="x">'
    body = "".join(
        f'{mark if nth in marked else "<tr>"}<th scope="row">{row[0]}</th>'
        + "".join(f"<td>{cell}</td>" for cell in row[1:])
        + "</tr>\n"
        for nth, row in enumerate(rows)
    )
    named = f' data-rows="{noun}"' if noun else ""
    label, look = hypertext(caption), ' class="sides"' if sides else ""
    return (
        f'<div class="frame" role="group" tabindex="0" aria-label="{label}">\n'
        f"<table{look}>\n<caption>{label}</caption>\n"
        f"<thead><tr>{head}</tr></thead>\n<tbody{named}>\n{body}</tbody>\n</table>\n</div>\n"
    )


def folded(summary: str, html: str) -> str:
    """A part that is closed at first; it opens without a script."""
    return f"<details>\n<summary>{hypertext(summary)}</summary>\n{html}</details>\n"


def items(html: Iterable[str]) -> str:
    listed = "".join(f"<li>{one}</li>\n" for one in html)
    return f"<ul>\n{listed}</ul>\n" if listed else ""


def diffs(found: Iterable[Diff]) -> str:
    """Old and new of each key, under a sign that says what became of it."""
    listed = "".join(f"<li>{_diff(diff)}</li>\n" for diff in found)
    return f'<ul class="diffs">\n{listed}</ul>\n' if listed else ""


def _diff(diff: Diff) -> str:
    name = hypertext(diff.field)
    if diff.before is None:
        return f'<b class="ok">+ {name}</b>' + ("" if diff.is_number else f" <ins>{value(diff.after)}</ins>")
    if diff.after is None:
        return f'<b class="bad">- {name}</b>' + ("" if diff.is_number else f" <del>{value(diff.before)}</del>")
    return f"<b>~ {name}</b> <del>{value(diff.before)}</del> → <ins>{value(diff.after)}</ins>"


def value(text: str | None) -> str:
    """What a key has; an empty text and a missing one are told apart."""
    return ABSENT if text is None else hypertext(text) or EMPTY


def names(count: int, noun: str, *, many: str = "") -> str:
    """`1 apply`, `2 applies`."""
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"
