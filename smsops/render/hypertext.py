"""A page of HTML that needs nothing but itself: no script, no network, and the parts that its sections are made of.

Signs and words carry the meaning, colours repeat it. What the parts take as text is escaped here; what they take as
HTML is called `html`.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence

from smsops.render.escape import hypertext
from smsops.render.plain import Paint

_STYLE = """
:root { color-scheme: light dark; --text: #1f2328; --page: #fff; --line: #d1d9e0; --faint: #59636e;
  --add: #116329; --change: #7d4e00; --remove: #a40e26; --move: #0550ae }
@media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --page: #0d1117; --line: #3d444d; --faint: #9198a1;
  --add: #56d364; --change: #e3b341; --remove: #ff8182; --move: #79c0ff } }
body { color: var(--text); background: var(--page); font: 1rem/1.5 system-ui, sans-serif; margin: 0 }
main { max-width: 70rem; margin: 0 auto; padding: 1.5rem }
h1 { font-size: 1.4rem } h2 { font-size: 1.15rem; margin-top: 2rem }
code, pre, .steps { font-family: ui-monospace, monospace; font-size: .875rem }
code, td, li { overflow-wrap: anywhere }
pre { overflow-x: auto; border: 1px solid var(--line); padding: .75rem }
table { border-collapse: collapse } caption { text-align: left; color: var(--faint) }
th, td { border: 1px solid var(--line); padding: .25rem .6rem; text-align: left; vertical-align: top }
details { border: 1px solid var(--line); margin: .5rem 0; padding: .4rem .75rem } summary { cursor: pointer }
.steps { list-style: none; padding-left: .5rem } .below { padding-left: 2rem } .note { font-weight: bold }
.faint { color: var(--faint) } .add { color: var(--add) } .change { color: var(--change) }
.remove, .error { color: var(--remove) } .move { color: var(--move) } .warning { color: var(--change) }
@media print { main { max-width: none; padding: 0 } details, tr { break-inside: avoid } pre { white-space: pre-wrap } }
"""
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'"

_CLASSES = {
    Paint.ADD: "add",
    Paint.CHANGE: "change",
    Paint.REMOVE: "remove",
    Paint.MOVE: "move",
    Paint.ERROR: "error",
    Paint.WARNING: "warning",
    Paint.STRONG: "note",
    Paint.FAINT: "faint",
}


def document(title: str, html: str) -> str:
    """The whole page under its title, which is also its heading."""
    heading = hypertext(title)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{heading}</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n<h1>{heading}</h1>\n{html}</main>\n</body>\n</html>\n"
    )


def section(heading: str, html: str) -> str:
    """A section; nothing when it would be empty."""
    return f"<section>\n<h2>{hypertext(heading)}</h2>\n{html}</section>\n" if html else ""


def paragraphs(sentences: Iterable[str]) -> str:
    return "".join(f"<p>{hypertext(sentence)}</p>\n" for sentence in sentences)


def table(caption: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Rows under a header; the first cell of a row says what the row is about."""
    head = "".join(f'<th scope="col">{hypertext(cell)}</th>' for cell in header)
    body = "".join(
        f'<tr><th scope="row">{hypertext(row[0])}</th>'
        + "".join(f"<td>{hypertext(cell)}</td>" for cell in row[1:])
        + "</tr>\n"
        for row in rows
    )
    return (
        f"<table>\n<caption>{hypertext(caption)}</caption>\n"
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>\n"
    )


def block(text: str) -> str:
    """Text of several lines as it is printed."""
    return f"<pre>{chr(10).join(hypertext(line) for line in text.rstrip().split(chr(10)))}</pre>\n"


def item(text: str, paint: Paint, *, note: str = "", below: bool = False) -> str:
    """One item of `steps`, which starts with its sign."""
    marked = f' <span class="note">{hypertext(note.strip())}</span>' if note else ""
    return f'<li class="{_CLASSES[paint]}{" below" if below else ""}">{hypertext(text)}{marked}</li>\n'


def steps(html: Iterable[str]) -> str:
    """A list of items; nothing when there are none."""
    listed = "".join(html)
    return f'<ul class="steps">\n{listed}</ul>\n' if listed else ""


def details(summary: str, html: str) -> str:
    """A part that can be folded; it is open, so that it is searched and printed."""
    return f"<details open>\n<summary>{summary}</summary>\n{html}</details>\n"
