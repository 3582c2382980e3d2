"""Drift that is open, and since when: from the kept checks. Pure.

An account is known by its name; the checks of another one that bore the name before, or of a server that stood in for
the provider then, tell nothing of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from smsops.history.recorded import Check, Drift


def open_drift(checks: Iterable[Check]) -> Iterator[tuple[Check, Drift, str]]:
    """What the last check of each account found, with the time of the first check that found it without a break."""
    for _, group in groupby(sorted(checks, key=lambda check: (check.account, check.at)), lambda check: check.account):
        of_name = list(group)
        last = of_name[-1]
        since: dict[tuple[str, str, str | None], str] = {}
        for check in of_name:
            if (check.account_sid, check.server) == (last.account_sid, last.server):
                since = {_key(one): since.get(_key(one), check.at) for one in check.found}
        yield from ((last, one, since[_key(one)]) for one in last.found)


def _key(one: Drift) -> tuple[str, str, str | None]:
    """What is the same difference, whatever the value is by now; of numbers, each by itself."""
    number = (one.recorded or one.live) if one.field == "phone_numbers" else None
    return one.service_sid, one.field, number
