"""The doors between text of others and a page: Markdown of GitHub and GitLab, and HTML.

Whatever files, Twilio, a forge or git gave is `clean` first, so it is one line without control characters and without
a change of reading order. Then it may stand in two places of a Markdown page and nowhere else.

In a line it stands in `<code>`, and every character that any Markdown could take for markup is a decimal character
reference. That is enough on both forges:

- A reference is text and never markup (CommonMark 2.5): it can open no emphasis, link, tag, table cell or fence. The
  colon, the dot and the at sign are references too, and without them no bare address becomes a link (GFM 6.9).
- Mentions, `#1`, `!1`, commit ids and emoji are looked for in the rendered page, and not inside `pre` and `code`
  (github/html-pipeline and GitLab's `ReferenceFilter`: both pass over text below these elements).
- GitLab's quick actions and the commands of bots are looked for in the source, at the start of a line. A line of ours
  never starts with text of others.

In a block it stands in a fence that is longer than any run of backticks inside, and no line there starts with a slash,
also not after blanks: GitLab's search for quick actions knows fences of three backticks only, and bots often none.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from smsops.render.plain import clean

_MARKUP = re.compile(r"[^A-Za-z0-9 ,/+()-]")
_TICKS = re.compile(r"`+")
LINE = 500
"""Characters of a line in a list: what is longer says how long it is."""


def clipped(text: object, most: int) -> str:
    """Clean text of at most `most` characters; what is longer is cut and says how long it is."""
    whole = clean(text)
    return whole if len(whole) <= most else f"{whole[:most]}… ({len(whole):,} characters)"


def code(text: object, most: int = 100) -> str:
    """Text of others for a line of Markdown, also in a table or in HTML."""
    return f"<code>{_MARKUP.sub(lambda found: f'&#{ord(found[0])};', clipped(text, most))}</code>"


def longest_run(line: str) -> int:
    """The longest run of backticks in a line."""
    return max((len(run) for run in _TICKS.findall(line)), default=0)


def guarded(line: str) -> str:
    """The line of a fence with a bar before a slash that it starts with; where there are blanks, in place of one."""
    if not line.lstrip(" ").startswith("/"):
        return line
    return f"|{line[1:]}" if line.startswith(" ") else f"| {line}"


def fence(lines: Iterable[str], info: str = "text") -> str:
    """Lines of others as a block of Markdown that none of them can end."""
    body = [guarded(clean(line)) for line in lines]
    ticks = "`" * max(3, 1 + max(map(longest_run, body), default=0))
    return "\n".join([f"{ticks}{info}", *body, ticks]) + "\n"


def hypertext(text: object) -> str:
    """Text of others for HTML, in an element or in a quoted attribute."""
    return html.escape(clean(text), quote=True)
