"""Senders as the store keeps them: what an account owns, and which pool each is in.

Phone numbers, short codes and channel senders are owned first and then join a pool; an alpha sender comes to be in one.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable
from typing import Any

from smsops.frozen import Frozen
from smsops.sandbox import numbering, services
from smsops.sandbox.numbering import Nature, nature, seeded
from smsops.sandbox.switches import Switches
from smsops.sandbox.wire import iso_date

HOME_REGION = "us1"
SAMPLE_REPLY_URL = "https://demo.twilio.com/welcome/sms/reply"
"""What a new number answers with until it is configured; the URL itself is a guess (twilio.md 1.5)."""


class Pool(Frozen):
    """One kind of pool: how its path, list, parameter and items are called (twilio.md 1.3)."""

    segment: str
    list_key: str
    value_key: str
    prefix: str
    """First two letters of its SIDs."""
    parameter: str
    service_key: str = "service_sid"
    owned: bool = True
    """Whether the account must own the sender before it joins."""
    limited: bool = False
    """Whether it counts towards the limit of 400."""


POOLS = {
    pool.segment: pool
    for pool in (
        Pool(segment="PhoneNumbers", list_key="phone_numbers", value_key="phone_number", prefix="PN",
             parameter="PhoneNumberSid", limited=True),
        Pool(segment="ShortCodes", list_key="short_codes", value_key="short_code", prefix="SC",
             parameter="ShortCodeSid", limited=True),
        Pool(segment="AlphaSenders", list_key="alpha_senders", value_key="alpha_sender", prefix="AI",
             parameter="AlphaSender", owned=False),
        Pool(segment="DestinationAlphaSenders", list_key="alpha_senders", value_key="alpha_sender", prefix="AI",
             parameter="AlphaSender", owned=False),
        Pool(segment="ChannelSenders", list_key="senders", value_key="sender", prefix="XE", parameter="Sid",
             service_key="messaging_service_sid"),
    )
}  # fmt: skip

_NUMBER_FIELDS: dict[str, Any] = {
    "beta": False, "origin": "twilio", "status": "in-use", "sms_application_sid": "", "sms_url": "",
    "sms_method": "POST", "sms_fallback_url": "", "sms_fallback_method": "POST", "status_callback": "",
    "status_callback_method": "POST", "voice_application_sid": "", "voice_url": None, "voice_method": "POST",
    "voice_fallback_url": None, "voice_fallback_method": "POST", "voice_caller_id_lookup": False,
    "voice_receive_mode": "voice", "trunk_sid": None, "address_sid": None, "address_requirements": "none",
    "identity_sid": None, "bundle_sid": None, "emergency_status": "Inactive", "emergency_address_sid": None,
    "emergency_address_status": "unregistered", "api_version": "2010-04-01",
}  # fmt: skip


def number_sid(account_sid: str, number: str) -> str:
    """The SID that a number of this account has in every sandbox."""
    return seeded("PN", account_sid, number)


def own_number(
    rows: sqlite3.Connection,
    switches: Switches,
    *,
    account_sid: str,
    number: str,
    now: int,
    sid: str | None = None,
    capabilities: Iterable[str] | None = None,
    region: str = HOME_REGION,
) -> str:
    """Give the account a phone number (E.164) and return its SID; one that it has stays as it is."""
    facts = nature(number)
    sid = sid or number_sid(account_sid, number)
    fields = {**_NUMBER_FIELDS, "friendly_name": numbering.friendly_name(number)}
    if switches.sample_reply:
        fields["sms_url"] = SAMPLE_REPLY_URL
    able = sorted(facts.capabilities if capabilities is None else capabilities)
    rows.execute(
        "INSERT OR IGNORE INTO owned VALUES (?, 'PhoneNumbers', ?, ?, ?, ?, ?, ?, 0, ?, ?, ?)",
        (sid, account_sid, number, facts.country, facts.type, json.dumps(able), region, json.dumps(fields), now, now),
    )
    return sid


def own_sender(rows: sqlite3.Connection, segment: str, *, account_sid: str, value: str, kind: str, now: int) -> str:
    """Give the account a short code or a channel sender and return its SID."""
    sid = seeded(POOLS[segment].prefix, account_sid, value)
    rows.execute(
        "INSERT OR IGNORE INTO owned VALUES (?, ?, ?, ?, 'US', ?, '[\"SMS\"]', ?, 0, '{}', ?, ?)",
        (sid, segment, account_sid, value, kind, HOME_REGION, now, now),
    )
    return sid


def holder(rows: sqlite3.Connection, sid: str) -> str | None:
    """The service whose pool the sender is in."""
    row = rows.execute("SELECT service_sid FROM members WHERE sid = ?", (sid,)).fetchone()
    return None if row is None else str(row[0])


def pool_size(rows: sqlite3.Connection, service_sid: str) -> int:
    """Numbers and short codes in the pool, which the limit counts."""
    query = "SELECT count(*) FROM members WHERE service_sid = ? AND kind IN ('PhoneNumbers', 'ShortCodes')"
    return int(rows.execute(query, (service_sid,)).fetchone()[0])


def join(
    rows: sqlite3.Connection, pool: Pool, owned: sqlite3.Row, service_sid: str, *, now: int, hidden: int
) -> sqlite3.Row:
    """Put an owned sender into a pool and return its row there."""
    return _insert(
        rows,
        (pool.segment, owned["sid"], service_sid, owned["account_sid"], owned["value"], owned["country"],
         owned["type"], owned["capabilities"], now, hidden),
    )  # fmt: skip


def join_alpha(
    rows: sqlite3.Connection, pool: Pool, service: sqlite3.Row, *, sid: str, value: str, country: str, now: int
) -> sqlite3.Row:
    """Put a new alpha sender into a pool; `country` is empty for the default one."""
    return _insert(
        rows,
        (pool.segment, sid, service["sid"], service["account_sid"], value, country, "alpha", '["SMS"]', now, 0),
    )


def _insert(rows: sqlite3.Connection, values: tuple[object, ...]) -> sqlite3.Row:
    row: sqlite3.Row = rows.execute(
        "INSERT INTO members (kind, sid, service_sid, account_sid, value, country, type, capabilities, created, hidden)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING *",
        values,
    ).fetchone()
    return row


def leave(rows: sqlite3.Connection, sid: str, switches: Switches) -> None:
    """Take a sender out of its pool; a US long code's carrier deregistration begins (twilio.md 4.1 rule 8)."""
    row = rows.execute("DELETE FROM members WHERE sid = ? RETURNING kind, value", (sid,)).fetchone()
    if row is not None and row["kind"] == "PhoneNumbers" and nature(row["value"]).us_long_code:
        rows.execute("UPDATE owned SET waiting = ? WHERE sid = ?", (switches.deregistration_calls, sid))


def delete_service(rows: sqlite3.Connection, service_sid: str, switches: Switches) -> None:
    """Delete a service; by the switch its senders become free or stay bound to what is gone (13 item 17)."""
    if switches.delete_frees_numbers:
        for (sid,) in rows.execute("SELECT sid FROM members WHERE service_sid = ?", (service_sid,)).fetchall():
            leave(rows, sid, switches)
    services.delete(rows, service_sid)


def to_json(pool: Pool, row: sqlite3.Row, base_url: str, switches: Switches) -> dict[str, Any]:
    """One pool item (twilio.md 1.3, 2.1a)."""
    when = iso_date(row["created"])
    item: dict[str, Any] = {
        "sid": row["sid"],
        "account_sid": row["account_sid"],
        pool.service_key: row["service_sid"],
        "date_created": when,
        "date_updated": when,
        pool.value_key: row["value"],
    }
    match pool.segment:
        case "ChannelSenders":
            item |= {"sender_type": row["type"], "country_code": row["country"]}
        case "DestinationAlphaSenders":
            item |= {"iso_country_code": row["country"]}
        case "PhoneNumbers" | "ShortCodes":
            item |= {"country_code": row["country"]}
        case _:
            pass
    if pool.segment != "ChannelSenders":
        item["capabilities"] = [] if switches.empty_capabilities else json.loads(row["capabilities"])
    if switches.unknown_field:
        item["sending_window"] = {"beta": True}
    item["url"] = f"{base_url}/v1/Services/{row['service_sid']}/{pool.segment}/{row['sid']}"
    return item


def valid_alpha(value: str) -> bool:
    """At most 11 of the allowed characters, and not digits only (twilio.md 1.3)."""
    return bool(re.fullmatch(r"[A-Za-z0-9 \-+_&]{1,11}", value)) and not value.isdigit()


def facts(row: sqlite3.Row) -> Nature:
    """Country, type and capabilities of an owned number as the store has them."""
    return Nature(country=row["country"], type=row["type"], capabilities=tuple(json.loads(row["capabilities"])))
