"""Messaging services as the store keeps them: rows, defaults, the fields a client may set, and their JSON."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

from smsops.sandbox.switches import ClearedUrl, Switches
from smsops.sandbox.wire import Refusal, invalid, iso_date

USE_CASES = {
    "notifications": ("Notices and alerts that a person expects.", "Notify my users."),
    "marketing": ("Offers and product news.", "Market my services."),
    "verification": ("One-time passcodes and identity checks.", "Verify my users' identity."),
    "discussion": ("Conversations between people.", "Discuss with my users."),
    "poll": ("Polls, surveys and votes.", "Poll my users."),
    "undeclared": ("No use case was declared.", "Undeclared."),
}
"""Name to description and purpose (twilio.md 2.1)."""

URL = re.compile(
    r"https?://(?:[^/?#@\s]*@)?([^/?#@:\s_\[\]]+|\[[0-9a-fA-F:.]+\])(?::[0-9]+)?(?:[/?#]\S*)?\Z", re.IGNORECASE
)
"""Absolute http or https, no underscore in the host (21609); user info, fragments and `{Token}` are legal (8.1)."""
URL_KEYS = ("inbound_request_url", "fallback_url", "status_callback")

_LINKS = {
    "phone_numbers": "PhoneNumbers",
    "short_codes": "ShortCodes",
    "alpha_senders": "AlphaSenders",
    "messages": "Messages",
    "us_app_to_person": "Compliance/Usa2p",
    "us_app_to_person_usecases": "Compliance/Usa2p/Usecases",
    "channel_senders": "ChannelSenders",
    "destination_alpha_senders": "DestinationAlphaSenders",
}


def defaults(friendly_name: str, switches: Switches) -> dict[str, Any]:
    """The fields of a service of which only the name was given (twilio.md 2.1, 13 item 10)."""
    return {
        "friendly_name": friendly_name,
        "inbound_request_url": None,
        "inbound_method": "POST",
        "fallback_url": None,
        "fallback_method": "POST",
        "status_callback": None,
        "sticky_sender": True,
        "mms_converter": True,
        "smart_encoding": switches.smart_encoding_default,
        "scan_message_content": "inherit",
        "fallback_to_long_code": True,
        "area_code_geomatch": True,
        "synchronous_validation": True,
        "validity_period": 36000,
        "usecase": switches.usecase_default,
        "us_app_to_person_registered": False,
        "use_inbound_webhook_on_number": switches.deferral_default,
    }


def parse(form: Mapping[str, str], switches: Switches) -> dict[str, Any]:
    """The fields that a form sets; unknown parameters are ignored. Raises Refusal for a bad value (13 item 9)."""
    return {key: reader(name, form[name], switches) for name, (key, reader) in _PARAMETERS.items() if name in form}


def known(fields: Mapping[str, object]) -> Mapping[str, object]:
    """The fields themselves. Raises LookupError for one that a messaging service does not have."""
    unknown = fields.keys() - defaults("", Switches()).keys()
    if unknown:
        raise LookupError(f"A messaging service has no {', '.join(sorted(unknown))}.")
    return fields


def url(name: str, value: str, switches: Switches) -> str:
    """A URL parameter; '' clears. Raises Refusal with the switched code."""
    if value and (len(value) > 4000 or not URL.match(value)):
        raise invalid(name, code=switches.bad_url_code)
    return value


def method(name: str, value: str, switches: Switches) -> str:
    if value.upper() not in ("GET", "POST"):
        raise invalid(name, code=switches.bad_method_code)
    return value.upper()


def name(parameter: str, value: str, switches: Switches) -> str:
    if not 1 <= len(value) <= 64:
        raise Refusal(400, 20002, f"{parameter} must have 1 to 64 characters")
    return value


def boolean(name: str, value: str, switches: Switches) -> bool:
    if value.lower() not in ("true", "false"):
        raise invalid(name)
    return value.lower() == "true"


def _validity(name: str, value: str, switches: Switches) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", value) or not 1 <= int(value) <= 36000:
        raise invalid(name, code=switches.bad_validity_code)
    return int(value)


def _use_case(name: str, value: str, switches: Switches) -> str:
    if value not in USE_CASES:
        raise Refusal(400, 21713, "Usecase is invalid")
    return value


def _scan(name: str, value: str, switches: Switches) -> str:
    if value not in ("inherit", "enable", "disable"):
        raise invalid(name)
    return value


_PARAMETERS: dict[str, tuple[str, Callable[[str, str, Switches], Any]]] = {
    "FriendlyName": ("friendly_name", name),
    "InboundRequestUrl": ("inbound_request_url", url),
    "InboundMethod": ("inbound_method", method),
    "FallbackUrl": ("fallback_url", url),
    "FallbackMethod": ("fallback_method", method),
    "StatusCallback": ("status_callback", url),
    "StickySender": ("sticky_sender", boolean),
    "MmsConverter": ("mms_converter", boolean),
    "SmartEncoding": ("smart_encoding", boolean),
    "ScanMessageContent": ("scan_message_content", _scan),
    "FallbackToLongCode": ("fallback_to_long_code", boolean),
    "AreaCodeGeomatch": ("area_code_geomatch", boolean),
    "ValidityPeriod": ("validity_period", _validity),
    "SynchronousValidation": ("synchronous_validation", boolean),
    "Usecase": ("usecase", _use_case),
    "UseInboundWebhookOnNumber": ("use_inbound_webhook_on_number", boolean),
}
"""Form parameter to response key and reader (twilio.md 2.1)."""


def insert(
    rows: sqlite3.Connection, *, sid: str, account_sid: str, fields: Mapping[str, Any], now: int, hidden: int
) -> None:
    """Add a service; one that exists under this SID, in any account, stays as it is."""
    rows.execute(
        "INSERT OR IGNORE INTO services (sid, account_sid, fields, created, updated, hidden) VALUES (?, ?, ?, ?, ?, ?)",
        (sid, account_sid, json.dumps(fields), now, now, hidden),
    )


def find(rows: sqlite3.Connection, sid: str, account_sid: str) -> sqlite3.Row | None:
    """The service of this account; another account's is not found (13 item 7)."""
    row: sqlite3.Row | None = rows.execute(
        "SELECT * FROM services WHERE sid = ? AND account_sid = ?", (sid, account_sid)
    ).fetchone()
    return row


def update(rows: sqlite3.Connection, sid: str, fields: Mapping[str, Any], now: int) -> None:
    """Set some fields, leave others; `date_updated` moves also within one second."""
    row = rows.execute("SELECT fields FROM services WHERE sid = ?", (sid,)).fetchone()
    rows.execute(
        "UPDATE services SET fields = ?, updated = max(?, updated + 1) WHERE sid = ?",
        (json.dumps({**json.loads(row["fields"]), **fields}), now, sid),
    )


def touch(rows: sqlite3.Connection, sid: str, now: int) -> None:
    rows.execute("UPDATE services SET updated = max(?, updated + 1) WHERE sid = ?", (now, sid))


def delete(rows: sqlite3.Connection, sid: str) -> None:
    """Remove the service alone; its pool is the senders' matter."""
    rows.execute("DELETE FROM services WHERE sid = ?", (sid,))
    rows.execute("DELETE FROM filings WHERE kind = 'usa2p' AND subject_sid = ?", (sid,))


def to_json(row: sqlite3.Row, base_url: str, switches: Switches) -> dict[str, Any]:
    """The answer about one service (twilio.md 2.1a)."""
    fields = json.loads(row["fields"])
    for key in URL_KEYS:
        if fields[key] == "" and switches.cleared_url is ClearedUrl.NULL:
            fields[key] = None
    where = f"{base_url}/v1/Services/{row['sid']}"
    answer = {
        "sid": row["sid"],
        "account_sid": row["account_sid"],
        **fields,
        "date_created": iso_date(row["created"]),
        "date_updated": iso_date(row["updated"]),
        "url": where,
        "links": {key: f"{where}/{part}" for key, part in _LINKS.items()},
    }
    if switches.unknown_field:
        answer["sending_window"] = {"beta": True}
    return answer
