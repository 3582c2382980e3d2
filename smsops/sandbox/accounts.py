"""Accounts, API keys and who a request comes from (twilio.md 5); also what `ensure_account` puts in place.

Tokens and SIDs of seeded things are derived from the account and the number, so every run and every process agree on
them.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import re
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from smsops.errors import SmsopsError
from smsops.frozen import Frozen
from smsops.sandbox import senders, services
from smsops.sandbox.numbering import E164, seeded
from smsops.sandbox.store import Store
from smsops.sandbox.switches import Switches
from smsops.sandbox.wire import Refusal


class KeyKind(StrEnum):
    MAIN = "main"
    STANDARD = "standard"
    """Everything but `/Accounts` and `/Keys`."""
    RESTRICTED = "restricted"
    """Only what its permissions list."""
    TEST = "test"
    """Test credentials: no messaging services, 403/20008."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """User name and password for HTTP Basic; loopback only, derived from the account, and no secret."""

    username: str
    password: str = field(repr=False)


class Identity(Frozen):
    """Whose credentials a request carries."""

    account_sid: str
    status: str
    """Of the account: active, suspended or closed."""
    key: KeyKind | None = None
    """None: the account's own SID and auth token."""
    permissions: tuple[str, ...] = ()
    """Regular expressions over `METHOD /path`, for a restricted key."""


def ensure_account(
    store: Store,
    switches: Switches,
    account_sid: str,
    *,
    api_key_sid: str | None = None,
    numbers: Iterable[str] = (),
    service_sids: Iterable[str] = (),
) -> Credentials:
    """Make the account, its numbers (E.164) and services, where it has never seen them; keep what is there.

    A number that was released, or a service that was deleted, does not come back. Raises SmsopsError on a malformed
    SID or number.
    """
    numbers, service_sids = tuple(numbers), tuple(service_sids)
    _check("account SID", [account_sid], r"AC[0-9a-fA-F]{32}")
    _check("API key SID", [api_key_sid] if api_key_sid else [], r"SK[0-9a-fA-F]{32}")
    _check("phone number", numbers, E164.pattern)
    _check("messaging service SID", service_sids, r"MG[0-9a-fA-F]{32}")
    now, token = store.now(), seeded("", "auth token", account_sid)
    with store.write() as rows:
        rows.execute(
            "INSERT OR IGNORE INTO accounts VALUES (?, ?, ?, 'active', 'Full', ?, ?, ?)",
            (account_sid, f"Sandbox {account_sid[-6:]}", token, account_sid, now, now),
        )
        for number in _unseen(rows, account_sid, numbers):
            senders.own_number(rows, switches, account_sid=account_sid, number=number, now=now)
        for sid in _unseen(rows, account_sid, service_sids):
            fields = services.defaults(f"service {sid}", switches)
            services.insert(rows, sid=sid, account_sid=account_sid, fields=fields, now=now, hidden=0)
    if api_key_sid:
        return add_key(store, account_sid, api_key_sid)
    return Credentials(username=account_sid, password=token)


def add_key(
    store: Store, account_sid: str, key_sid: str, *, kind: KeyKind = KeyKind.STANDARD, permissions: Iterable[str] = ()
) -> Credentials:
    """Give the account an API key, or test credentials (`key_sid` is then an account SID of its own)."""
    secret = seeded("", "key secret", key_sid)
    with store.write() as rows:
        rows.execute(
            "INSERT OR IGNORE INTO keys VALUES (?, ?, ?, ?, ?)",
            (key_sid, account_sid, secret, kind, json.dumps(list(permissions))),
        )
    return Credentials(username=key_sid, password=secret)


def identify(rows: sqlite3.Connection, authorization: str) -> Identity:
    """The owner of HTTP Basic credentials. Raises Refusal 401/20003 without or with wrong ones."""
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        raise _unauthorized("Authentication Error - No credentials provided")
    try:
        username, _, password = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise _unauthorized("Authenticate") from None
    row = rows.execute(
        "SELECT a.sid, a.status, k.secret, k.kind, k.permissions FROM keys k JOIN accounts a ON a.sid = k.account_sid"
        " WHERE k.sid = ?1 UNION ALL SELECT sid, status, token, NULL, '[]' FROM accounts WHERE sid = ?1",
        (username,),
    ).fetchone()
    if row is None:
        raise _unauthorized("Authentication Error - invalid username")
    if not hmac.compare_digest(row["secret"].encode(), password.encode()):
        raise _unauthorized("Authenticate")
    return Identity(
        account_sid=row["sid"],
        status=row["status"],
        key=None if row["kind"] is None else KeyKind(row["kind"]),
        permissions=tuple(json.loads(row["permissions"])),
    )


def admit(identity: Identity, switches: Switches, method: str, path: str) -> None:
    """Refuse an account that is not active, and a key without the permission (twilio.md 5, 13 item 6)."""
    if identity.status != "active":
        raise Refusal(switches.suspended_status, 20005, "Account not active")
    if identity.key is KeyKind.TEST:
        raise Refusal(403, 20008, "Resource not accessible with Test Account Credentials")
    if identity.key is KeyKind.RESTRICTED and not any(
        re.fullmatch(permission, f"{method} {path}") for permission in identity.permissions
    ):
        raise Refusal(switches.restricted_status, 70051, "Authorization Failed")


def reachable(rows: sqlite3.Connection, identity: Identity, switches: Switches, account_sid: str, path: str) -> None:
    """Refuse a core path of an account that is neither the credentials' own nor, by auth token, its child's."""
    if account_sid == identity.account_sid:
        return
    row = rows.execute("SELECT owner_sid FROM accounts WHERE sid = ?", (account_sid,)).fetchone()
    if row is not None and identity.key is None and row["owner_sid"] == identity.account_sid:
        return
    if switches.foreign_account_code == 20003:
        raise _unauthorized("Authenticate")
    raise Refusal(404, 20404, f"The requested resource {path} was not found")


def standard_keys_refused(identity: Identity) -> None:
    """Refuse `/Accounts` and `/Keys` to a standard key."""
    if identity.key is KeyKind.STANDARD:
        raise _unauthorized("Authenticate")


def _unauthorized(message: str) -> Refusal:
    return Refusal(401, 20003, message, detail="Your AccountSid or AuthToken was incorrect.")


def _unseen(rows: sqlite3.Connection, account_sid: str, items: Iterable[str]) -> list[str]:
    """Those that the account never had, noted as seen from now on."""
    statement = "INSERT OR IGNORE INTO seen VALUES (?, ?)"
    return [item for item in items if rows.execute(statement, (account_sid, item)).rowcount]


def _check(what: str, values: Iterable[str], pattern: str) -> None:
    for value in values:
        if not re.fullmatch(pattern, value):
            raise SmsopsError(
                f"The sandbox cannot take {value!r}: it is no {what}.",
                hint="Correct it in smsops.yaml or in the channel file.",
                code="SMS407",
            )
