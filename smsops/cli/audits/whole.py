"""The past of a period, from a ledger in which nothing was altered and nothing is missing."""

from __future__ import annotations

from smsops.audit.population import Period
from smsops.cli.audits.chain import require_whole
from smsops.cli.past import retold
from smsops.cli.terminal import Terminal
from smsops.history.values import Chronicle


def whole_past(terminal: Terminal, period: Period) -> Chronicle:
    """Raises LedgerError: a population with a gap is no population. And as `past.retold`."""
    found = retold(terminal, until=period.until, strict=True, portable=True)
    require_whole(found.book)
    told = found.chronicle
    elsewhere = sorted({apply.server or "the provider" for apply in told.applies if apply.path not in told.counting})
    if elsewhere:
        named = ", ".join(elsewhere)
        terminal.talk(f"Records of {named} say nothing of what is live: smsops.yaml names other servers in git.")
    return told
