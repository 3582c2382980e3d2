"""Drift that is open, and since when: from the kept checks. Pure.

A name in smsops.yaml may have stood for another account once, or for a server in the place of the provider. Checks of
those tell nothing of the account that bears the name now.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import NamedTuple

from smsops.history.recorded import Apply, Check, Diff, Drift

Key = tuple[str, str]
"""SID of an account, and the server that stands in for the provider."""


class Open(NamedTuple):
    """One difference that the last check of an account found."""

    check: Check
    """That last one."""
    found: Drift
    since: str
    """When the first check found it of those that found it without a break."""


def open_drift(checks: Iterable[Check], accounts: Mapping[str, Key]) -> Iterator[Open]:
    """What the last check of each account found."""
    mine = [check for check in checks if accounts.get(check.account) == (check.account_sid, check.server)]
    mine.sort(key=lambda check: (check.account, check.at))
    for _, group in groupby(mine, key=lambda check: check.account):
        since: dict[tuple[str, str, str | None], str] = {}
        for check in group:
            since = {_key(one): since.get(_key(one), check.at) for one in check.found}
        yield from (Open(check, one, since[_key(one)]) for one in check.found)


def accounts_of(applies: Iterable[Apply], project: Iterable[Diff]) -> dict[str, Key]:
    """Accounts by name as their last record has them, but for those that smsops.yaml does not name any more.

    `project` is what commits did to smsops.yaml; both are oldest first.
    """
    found = {apply.account: (apply.account_sid, apply.server) for apply in applies}
    last = {diff.field: diff.after for diff in project}
    return {name: key for name, key in found.items() if last.get(f"accounts.{name}.account_sid", "") is not None}


def _key(one: Drift) -> tuple[str, str, str | None]:
    """What is the same difference, whatever the value is by now; of numbers, each by itself."""
    return one.service_sid, one.field, number_of(one) or None


def number_of(one: Drift) -> str:
    """The number that left a pool or came into it; '' where a setting differs."""
    return (one.recorded or one.live or "") if one.field == "phone_numbers" else ""
