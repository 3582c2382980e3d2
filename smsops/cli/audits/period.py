"""The period that the commands of an auditor are about."""

from __future__ import annotations

from collections.abc import Callable

from smsops.audit.population import Period, parsed_time
from smsops.cli.options import option
from smsops.errors import UsageError


def period_options(function: Callable[..., int]) -> Callable[..., int]:
    """`--since` and `--until`."""
    until = option("--until", metavar="DATE", default="", help="Up to this date, its whole day included, or time.")
    since = option(
        "--since", metavar="DATE", default="", help="From this date or time on, UTC unless it says otherwise."
    )
    made: Callable[..., int] = since(until(function))
    return made


def period_of(since: str, until: str) -> Period:
    """Raises UsageError."""
    found = Period(
        since=parsed_time(since) if since else "",
        until=parsed_time(until, after_day=True) if until else "",
    )
    if found.until and found.since >= found.until:
        raise UsageError("--since must be before --until.")
    return found
