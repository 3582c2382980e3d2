"""The frame of a page: its head, its policy, and the landmarks that every page has."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence

from smsops.render.escape import hypertext
from smsops.render.site.script import SCRIPT
from smsops.render.site.style import STYLE


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_digest(STYLE)}'; script-src 'sha256-{_digest(SCRIPT)}'; "
    "base-uri 'none'; form-action 'none'"
)
_FIND = (
    '<div class="find" role="search" hidden><div>\n'
    '<label for="find">Filter</label><input id="find" type="search" autocomplete="off" spellcheck="false">'
    '<span class="dim"><kbd>/</kbd> to get here</span><output for="find" aria-live="polite"></output>\n</div></div>\n'
)


def page(*, title: str, heading: str, under: str, parts: Sequence[tuple[str, str]], html: str, closing: str) -> str:
    """A whole page. `under` the heading stands HTML; `parts` are links for the navigation and their words."""
    links = "".join(f'<li><a href="{target}">{hypertext(words)}</a></li>\n' for target, words in parts)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{hypertext(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        '<a class="skip" href="#main">Skip to the content</a>\n'
        f"<header>\n<h1>{hypertext(heading)}</h1>\n{under}"
        f'<nav aria-label="On this page">\n<ul>\n{links}</ul>\n</nav>\n</header>\n{_FIND}'
        f'<main id="main" tabindex="-1">\n{html}</main>\n<footer>\n{closing}</footer>\n'
        f"<script>{SCRIPT}</script>\n</body>\n</html>\n"
    )
