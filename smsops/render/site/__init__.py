"""The report for auditors as pages that need no network and, to be read, no script.

Many files: a front page, a page per channel, a page per apply. Or a single one that holds all of it. Either is a
function of the values alone: the same past gives the same bytes, and nothing here asks for the time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from smsops.diagnostics import Finding
from smsops.history.values import Chronicle
from smsops.render.site import applies, channels, index, single
from smsops.render.site.live import Accounts
from smsops.render.site.names import links
from smsops.render.site.page import page

INDEX = "index.html"


def pages(
    chronicle: Chronicle, *, title: str, attention: Sequence[Finding], single_file: bool
) -> Iterator[tuple[str, str]]:
    """Relative path and text of each page. The paths are safe in any file system, and no two are alike."""
    places, accounts = links(chronicle, single_file=single_file), Accounts(chronicle)
    body = (single if single_file else index).body
    yield (
        INDEX,
        page(
            title=title,
            heading=title,
            under=index.under(chronicle),
            parts=index.PARTS,
            html=body(chronicle, attention, accounts, places),
            closing=index.closing(),
        ),
    )
    if single_file:
        return
    below = places.from_below()
    back = ((f"../{INDEX}#channels", "All channels"), (f"../{INDEX}#applies", "All applies"))
    for past, path in zip(chronicle.pasts, places.pasts, strict=True):
        live = accounts.live(past)
        yield (
            path,
            page(
                title=f"{past.name}: {title}",
                heading=past.name,
                under=channels.about(past, live),
                parts=back,
                html=channels.body(past, live, below),
                closing=index.closing(),
            ),
        )
    for apply, path in zip(chronicle.applies, places.applies, strict=True):
        heading = index.title_of(apply)
        yield (
            path,
            page(
                title=f"{heading}: {title}",
                heading=heading,
                under=applies.about(apply),
                parts=back,
                html=applies.body(apply, below),
                closing=index.closing(),
            ),
        )
