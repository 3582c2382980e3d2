"""Who moved: git, the account, or both (contract 4). Pure.

Each setting of a service, and each place of a number, is looked at three times: as git wants it, as the account has it,
and as the last record left it.

    git    account                          what it is
    moved  stayed                           intended
    stayed moved                            drift
    moved  moved to something else          conflict
    moved  moved to the same                already done, no call

What the base does not know is intended. What an apply may have written that never told its end (`Doubts`) is no sign
that the account moved: a killed run is finished by the next, and not taken for a colleague.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cached_property

from smsops.changes import Class
from smsops.frozen import Frozen
from smsops.masking import Kept, Value, sealed
from smsops.model import Base, BaseChannel, Doubts


class Memory(Frozen, cached=True):
    """The base as one service or one number is looked up in it. Most plans need little of it."""

    base: Base

    @property
    def doubts(self) -> Doubts:
        return self.base.doubts

    @cached_property
    def services(self) -> Mapping[str, BaseChannel]:
        return self.base.services

    def entry(self, channel: str, sid: str) -> BaseChannel | None:
        """What the base says of a service that a channel is bound to, whichever channel it was for."""
        entry = self.base.channels.get(channel)
        return entry if entry and entry.service_sid == sid else self.services.get(sid)

    @cached_property
    def homes(self) -> Mapping[str, str]:
        """E.164 to the SID of the service whose pool held the number."""
        return {number: sid for sid, entry in self.services.items() for number in entry.pool}

    def bound(self, channel: str) -> str | None:
        """SID of the service that the channel had."""
        entry = self.base.channels.get(channel)
        return entry.service_sid if entry else None

    def of_create(self, channel: str, *, live: Collection[str]) -> Class:
        """Who moved a service that is to be created: one that was recorded and is not live went without smsops."""
        return Class.DRIFT if (sid := self.bound(channel)) is not None and sid not in live else Class.INTENDED

    def of_field(self, sid: str, name: str, *, desired: Value, live: Value) -> Class | None:
        """Who moved a setting that differs; None when live is as desired."""
        if live == desired:
            return None
        if not self.knows_field(sid, name) or self._as_recorded(sid, name, live):
            return Class.INTENDED
        return Class.DRIFT if self._recorded(sid, name) == sealed(desired) else Class.CONFLICT

    def knows_field(self, sid: str, name: str) -> bool:
        entry = self.services.get(sid)
        return entry is not None and name in entry.fields

    def of_arrival(self, number: str, *, into: str | None, held_by: str | None) -> Class:
        """Who moved a number that is to come into the pool of `into`, and is in that of `held_by` (None: in none).

        A number that somebody took out of its pool contradicts nobody who declares it elsewhere.
        """
        home = self.homes.get(number)
        if home is None or number in self.doubts.numbers:
            return Class.INTENDED
        if home == into:
            return Class.DRIFT
        return Class.INTENDED if held_by in (None, home) else Class.CONFLICT

    def of_departure(self, number: str, *, out_of: str) -> Class:
        """Who moved a number that no channel declares, and that is in the pool of `out_of`."""
        entry = self.services.get(out_of)
        known = entry is None or number in entry.pool | entry.held_back
        return Class.INTENDED if known or number in self.doubts.numbers else Class.DRIFT

    def _recorded(self, sid: str, name: str) -> Kept:
        return self.services[sid].fields[name]

    def _as_recorded(self, sid: str, name: str, live: Value) -> bool:
        kept = sealed(live)
        return kept == self._recorded(sid, name) or kept in self.doubts.fields.get((sid, name), ())
