"""The past of a period, from a ledger in which nothing was altered and nothing is missing."""

from __future__ import annotations

from smsops.audit.population import Period
from smsops.cli.audits.chain import require_whole
from smsops.cli.past import retold
from smsops.cli.terminal import Terminal
from smsops.history.values import Chronicle


def whole_past(terminal: Terminal, period: Period) -> Chronicle:
    """Raises LedgerError: a population with a gap is no population. And as `past.retold`."""
    found = retold(terminal, until=period.until, strict=True)
    require_whole(found.book)
    return found.chronicle
