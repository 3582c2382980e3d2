"""What each account had of each channel, by its last record and its last check. Pure.

A name in smsops.yaml may have stood for another account once, or for a server in the place of the provider. Only
records of the account that was written last under a name say what is live; those of the provider's own go before those
of a stand-in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from smsops.frozen import Frozen
from smsops.history.recorded import Apply, Check, Drift, Entry
from smsops.history.values import Chronicle, Kind, Past, Standing, Version

Key = tuple[str, str, str]
"""Name of an account, its SID, and the server that stands in for the provider."""


class Live(Frozen):
    """What is known of one channel in its account."""

    apply: Apply | None = None
    """The last record of the account."""
    entry: Entry | None = None
    """What that record says of the channel; None: that there is nothing of it."""
    check: Check | None = None
    """The last comparison of the account with the ledger."""
    drift: tuple[Drift, ...] = ()
    """What it found of this channel."""

    @property
    def is_older_check(self) -> bool:
        """Whether something was applied since the check."""
        return self.check is not None and self.apply is not None and self.check.at < self.apply.at


class Accounts:
    """The last record and the last check of every account."""

    def __init__(self, chronicle: Chronicle) -> None:
        keys: dict[str, Key] = {}
        kept: tuple[Apply | Check, ...] = (*chronicle.checks, *chronicle.applies)
        for one in kept:
            if not one.server or keys.get(one.account, ("", "", one.server))[2]:
                keys[one.account] = key_of(one)
        wrote = (one for one in chronicle.applies if one.ending and one.wrote)
        self.applies: Mapping[str, Apply] = {one.account: one for one in wrote if keys[one.account] == key_of(one)}
        self.checks: Mapping[str, Check] = {
            one.account: one for one in chronicle.checks if keys[one.account] == key_of(one)
        }
        self.names = sorted({*keys, *(past.account for past in chronicle.pasts if past.exists)})
        self._taken = frozenset((past.account, past.name) for past in chronicle.pasts if past.exists)

    def live(self, past: Past) -> Live:
        """What is known of a channel; of one that was deleted, nothing that belongs to another of its name."""
        apply, check = self.applies.get(past.account), self.checks.get(past.account)
        names = [name for name in _names(past) if name == past.name or (past.account, name) not in self._taken]
        if not past.exists:
            names = [name for name in names if (past.account, name) not in self._taken]
        entry = next((apply.inventory[name] for name in names if name in apply.inventory), None) if apply else None
        found = check.found if check else ()
        drift = tuple(one for one in found if (one.service_sid == entry.service_sid if entry else one.channel in names))
        return Live(apply=apply, entry=entry, check=check, drift=drift)


def _names(past: Past) -> list[str]:
    """Its names, the present one first: a rename may not have been applied yet."""
    return [past.name, *sorted(past.names - {past.name})]


def key_of(one: Apply | Check) -> Key:
    return one.account, one.account_sid, one.server


def last_sent(past: Past) -> Version | None:
    """The last version that asks something of the account; older ones are history, whatever became of them."""
    quiet = (Standing.NOTHING_TO_APPLY, Standing.UNKNOWN)
    return next((version for version in reversed(past.versions) if version.standing not in quiet), None)


def broken(past: Past) -> Version | None:
    """The version since which its file cannot be read; None when it can."""
    own = (version for version in reversed(past.versions) if version.kind is not Kind.PROJECT)
    last = next(own, None)
    return last if last is not None and past.exists and last.kind is Kind.BROKEN else None


def unsettled(applies: Iterable[Apply]) -> Iterator[Apply]:
    """Applies that have no end or a bad one, and after which none ended well; newest first."""
    well: set[Key] = set()
    for apply in reversed(tuple(applies)):
        if apply.ending == "applied":
            well.add(key_of(apply))
        elif not apply.ending or (apply.wrote and key_of(apply) not in well):
            yield apply
