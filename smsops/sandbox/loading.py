"""A copy of an account: services, pools and numbers as somebody has read them, with the very SIDs they have there.

A rehearsal runs against such a copy. It is no edit, so the event log does not tell of it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from smsops.frozen import Frozen
from smsops.sandbox import accounts, senders, services
from smsops.sandbox.accounts import Credentials
from smsops.sandbox.numbering import nature
from smsops.sandbox.senders import POOLS
from smsops.sandbox.store import Store
from smsops.sandbox.switches import Switches


class LoadedNumber(Frozen):
    """A phone number that the account owns."""

    sid: str
    sms: bool = True


class LoadedService(Frozen):
    """A messaging service of the account."""

    sid: str
    fields: Mapping[str, Any]
    """By Twilio's names, as in answers (`inbound_request_url`); what is not given has Twilio's default."""
    pool: Mapping[str, str] = {}
    """E.164 to number SID; every number in it is owned as well."""


def load_account(
    store: Store,
    switches: Switches,
    account_sid: str,
    *,
    services: Iterable[LoadedService],
    numbers: Mapping[str, LoadedNumber],
) -> Credentials:
    """Make the account as it is given, where the sandbox has never seen it.

    Raises SmsopsError on a malformed account SID, LookupError for a field that a messaging service does not have.
    """
    credentials, loaded = accounts.ensure_account(store, switches, account_sid), tuple(services)
    pooled = {number: LoadedNumber(sid=sid) for service in loaded for number, sid in service.pool.items()}
    with store.write() as rows:
        now = store.now()
        for number, facts in {**pooled, **numbers}.items():
            able = {*nature(number).capabilities, "SMS"} if facts.sms else {"Voice"}
            senders.own_number(
                rows, switches, account_sid=account_sid, number=number, now=now, sid=facts.sid, capabilities=able
            )
        for service in loaded:
            _load(rows, switches, account_sid, service, now)
    return credentials


def _load(rows: sqlite3.Connection, switches: Switches, account_sid: str, service: LoadedService, now: int) -> None:
    fields = {**services.defaults("", switches), **services.known(service.fields)}
    services.insert(rows, sid=service.sid, account_sid=account_sid, fields=fields, now=now, hidden=0)
    for number in service.pool:
        owned = rows.execute(
            "SELECT * FROM owned WHERE account_sid = ? AND value = ?", (account_sid, number)
        ).fetchone()
        # Two pools show a number that moved while they were read; it is in one.
        if senders.holder(rows, owned["sid"]) is None:
            senders.join(rows, POOLS["PhoneNumbers"], owned, service.sid, now=now, hidden=0)
