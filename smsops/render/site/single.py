"""The whole report in one file: every channel and every apply is a part of a list that opens without a script."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from smsops.diagnostics import Finding
from smsops.history.recorded import Apply
from smsops.history.values import Chronicle, Past
from smsops.render.escape import hypertext
from smsops.render.site import applies, channels, short
from smsops.render.site.index import after_applies, before_channels
from smsops.render.site.live import Accounts, Live
from smsops.render.site.names import Links
from smsops.render.site.parts import section
from smsops.render.site.usual import usual

CHUNK = 100
"""Rows that a browser lays out together, when they come near to what is seen."""
LARGE = 5_000
"""Versions and calls from which on they are written in short."""


_TONES = {
    **dict.fromkeys(("broken", "drift", "interrupted", "abandoned", "partial", applies.NO_END), " class=bad"),
    **dict.fromkeys(("waiting", "in part", "refused", "stale"), " class=warn"),
}
"""Classes of the words that need attention."""


def body(chronicle: Chronicle, findings: Sequence[Finding], accounts: Accounts, links: Links) -> str:
    channel, apply, legend, left_out = _in_short(chronicle, links) if is_large(chronicle) else _in_full(links)
    listed = (
        _row(target, channels.cells(past, live), channel(past, live))
        for past, target in zip(chronicle.pasts, links.pasts, strict=True)
        for live in [accounts.live(past)]
    )
    ran = (
        _row(target, applies.cells(one), apply(one))
        for one, target in reversed(tuple(zip(chronicle.applies, links.applies, strict=True)))
    )
    return (
        before_channels(chronicle, findings, accounts, links)
        + section("Channels", legend + _list("chan", "channels", channels.COLUMNS, listed), id="channels")
        + section("Applies", left_out + _list("appl", "applies", applies.COLUMNS, ran), id="applies")
        + after_applies(chronicle)
    )


def is_large(chronicle: Chronicle) -> bool:
    versions = sum(len(past.versions) for past in chronicle.pasts)
    return versions + sum(len(apply.calls) for apply in chronicle.applies) > LARGE


_Drawn = tuple[Callable[[Past, Live], str], Callable[[Apply], str], str, str]
"""How a channel and an apply are drawn, and what stands above the lists of them."""


def _in_full(links: Links) -> _Drawn:
    return (
        lambda past, live: channels.about(past, live) + channels.body(past, live, links, level=3),
        lambda apply: applies.body(apply, links, level=3),
        "",
        "",
    )


def _in_short(chronicle: Chronicle, links: Links) -> _Drawn:
    usually = usual(chronicle)
    return (
        lambda past, live: short.channel(past, live, links, usually),
        lambda apply: short.apply(apply, links),
        short.legend(usually),
        short.LEFT_OUT,
    )


def _list(name: str, noun: str, columns: Sequence[str], rows: Iterator[str]) -> str:
    head = "".join(f"<span>{hypertext(column)}</span>" for column in columns)
    parts = list(rows)
    chunks = "".join(f"<div>{''.join(parts[at : at + CHUNK])}</div>\n" for at in range(0, len(parts), CHUNK))
    return f'<div class="{name} head">{head}</div>\n<div class="{name} rows" data-rows="{noun}">\n{chunks}</div>\n'


def _row(target: str, cells: Sequence[str], html: str) -> str:
    first, *rest = map(hypertext, cells)
    told = "".join(f"<i{_TONES.get(cell, '')}>{cell}</i>" for cell in rest)
    return f"<details id={target[1:]}><summary><b>{first}</b>{told}</summary>\n{html}</details>\n"
