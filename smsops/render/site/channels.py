"""A channel in full: as approved beside as live, what the last check found, and every version."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from smsops.history.entries import is_number
from smsops.history.recorded import Drift
from smsops.history.values import Past, Standing
from smsops.render.escape import hypertext
from smsops.render.persons import moment
from smsops.render.site.compared import Comparison, Row, receives, rows_of
from smsops.render.site.live import Live, broken, last_sent
from smsops.render.site.names import Links
from smsops.render.site.parts import names, paragraph, section, table, value, when, word
from smsops.render.site.timeline import versions

COLUMNS = ("channel", "account", "replies go to", "numbers", "last change", "standing")


def cells(past: Past, live: Live) -> tuple[str, ...]:
    """What the index says of a channel, under `COLUMNS`; not clean yet."""
    last = past.versions[-1].commit.merged_at[:10] if past.versions else ""
    numbers = sum(map(is_number, past.fields))
    return past.name, past.account, replies_to(past), f"{numbers:,}", last, standing(past, live)


def replies_to(past: Past) -> str:
    """The host that is called for a reply, or that replies are dropped."""
    if not past.fields:
        return ""
    if not receives(past.fields):
        return "dropped"
    try:
        return urlsplit(past.fields.get("webhook_url", "")).hostname or "nowhere"
    except ValueError:
        return "nowhere that can be read"


def standing(past: Past, live: Live) -> str:
    """The worst that is known of a channel, in a word or two."""
    if not past.exists:
        return "deleted"
    if broken(past):
        return "broken"
    version = last_sent(past)
    if version is None or version.standing is Standing.LIVE:
        return "drift" if live.drift and not live.is_older_check else "live" if version else "unknown"
    return str(version.standing)


def about(past: Past, live: Live) -> str:
    """The line under the heading of a channel."""
    there = "" if past.exists else "Deleted; git has it no more. "
    where = f"Account {past.account or 'unknown'}, file {past.path}."
    return f"<p>{word(standing(past, live))} {hypertext(there + where)}</p>\n"


def body(past: Past, live: Live, links: Links, *, level: int = 2) -> str:
    """Everything about a channel below its heading."""
    told = names(len(past.versions), "version")
    return section(
        "As approved against live", compared(past, live, links) + checked(live, links), level=level
    ) + section(f"Timeline: {told}", versions(reversed(past.versions), links, level=level + 1), level=level)


def compared(past: Past, live: Live, links: Links) -> str:
    """The file of today beside the last record, key by key."""
    said = source(past, live, links)
    found = rows_of(past, live.entry)
    if not found:
        return said
    header = ("key", "as approved", "as live", "comparison")
    marked = [nth for nth, row in enumerate(found) if row.comparison is Comparison.DIFFERS]
    return said + table("As approved against live", header, map(_cells, found), sides=True, marked=marked)


def source(past: Past, live: Live, links: Links) -> str:
    """Where the two sides come from."""
    if live.apply is None:
        return paragraph("No record says what the account has of it.")
    at = links.apply(live.apply.path, when(live.apply.at))
    if live.entry is None:
        return f"<p>The account has nothing of it, says its last record, {at}.</p>\n"
    return f"<p>As live is what the last record of the account says, {at}.</p>\n"


def _cells(row: Row) -> tuple[str, ...]:
    return hypertext(row.key), _shown(row, row.approved), _shown(row, row.live), word(row.comparison)


def _shown(row: Row, text: str | None) -> str:
    return "in the pool" if row.is_number and text is not None else value(text)


def checked(live: Live, links: Links) -> str:
    """What the last comparison of the account with the ledger found of the channel."""
    check = live.check
    if check is None:
        return paragraph("No check of the account against the ledger is kept.", quiet=True)
    older = " Something was applied since." if live.is_older_check else ""
    if not live.drift:
        return paragraph(f"At {moment(check.at)} a check found it as recorded.{older}")
    told = paragraph(f"At {moment(check.at)} a check by {check.actor} found it changed outside git.{older}")
    header = ("key", "as recorded", "as found", "comparison")
    rows = drift_rows(live.drift)
    caption = f"Found by the check of {moment(check.at)}"
    return told + table(caption, header, rows, sides=True, marked=range(len(live.drift)))


def drift_rows(found: tuple[Drift, ...]) -> Iterator[tuple[str, ...]]:
    for one in found:
        yield (
            hypertext(one.field),
            value(one.recorded),
            value(one.live),
            word(Comparison.DIFFERS),
        )
