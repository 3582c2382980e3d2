"""What becomes of a text that comes in on a number: the decision table of twilio.md 3.1, over the store.

Tests assert effects with it ("replies are dropped"), not fields.
"""

from __future__ import annotations

import json
import sqlite3
from enum import StrEnum

from smsops.frozen import Frozen
from smsops.sandbox.senders import SAMPLE_REPLY_URL

KEYWORDS = frozenset(
    {
        "STOP",
        "STOPALL",
        "UNSUBSCRIBE",
        "CANCEL",
        "END",
        "QUIT",
        "OPTOUT",
        "REVOKE",
        "START",
        "YES",
        "UNSTOP",
        "HELP",
        "INFO",
    }
)
"""Words that Twilio's default opt-out handling answers by itself on long codes, whoever else is called."""


class Effect(StrEnum):
    DROPPED = "dropped"
    """Not logged, not delivered."""
    SERVICE = "service"
    """The messaging service's webhook is called."""
    NUMBER = "number"
    """The number's own URL is called."""
    APPLICATION = "application"
    """The number's TwiML application is asked."""
    SAMPLE_REPLY = "sample-reply"
    """Twilio's sample message is sent back."""
    CONVERSATION = "conversation"
    """A Conversation takes it; no webhook sees it."""
    NOBODY = "nobody"
    """The number's own settings count, and they are empty."""


class Inbound(Frozen):
    """Who is called for a text, and who if that fails."""

    effect: Effect
    url: str = ""
    method: str = ""
    fallback_url: str = ""
    application_sid: str = ""
    keyword: bool = False
    """The text is an opt-out, opt-in or help word."""


def who_answers(rows: sqlite3.Connection, number: str, text: str = "", *, account_sid: str | None = None) -> Inbound:
    """Who is called for `text` on `number` (E.164). Raises LookupError when nobody owns the number."""
    owned = rows.execute(
        "SELECT * FROM owned WHERE value = ? AND kind = 'PhoneNumbers' AND account_sid = ifnull(?, account_sid)",
        (number, account_sid),
    ).fetchone()
    if owned is None:
        raise LookupError(f"No account of the sandbox owns {number}.")
    keyword = text.strip().upper() in KEYWORDS
    if rows.execute("SELECT 1 FROM conversations WHERE sid = ?", (owned["sid"],)).fetchone():
        return Inbound(effect=Effect.CONVERSATION, keyword=keyword)
    row = rows.execute(
        "SELECT s.fields FROM members m JOIN services s ON s.sid = m.service_sid WHERE m.sid = ?", (owned["sid"],)
    ).fetchone()
    service = None if row is None else json.loads(row["fields"])
    if service is None or service["use_inbound_webhook_on_number"]:
        return _number_answers(json.loads(owned["fields"]), keyword)
    if not service["inbound_request_url"]:
        return Inbound(effect=Effect.DROPPED, keyword=keyword)
    return Inbound(
        effect=Effect.SERVICE,
        url=service["inbound_request_url"],
        method=service["inbound_method"],
        fallback_url=service["fallback_url"] or "",
        keyword=keyword,
    )


def _number_answers(fields: dict[str, str], keyword: bool) -> Inbound:
    """The number's own settings: an application hides its URLs (twilio.md 1.5)."""
    if fields["sms_application_sid"]:
        return Inbound(effect=Effect.APPLICATION, application_sid=fields["sms_application_sid"], keyword=keyword)
    if not fields["sms_url"]:
        return Inbound(effect=Effect.NOBODY, keyword=keyword)
    return Inbound(
        effect=Effect.SAMPLE_REPLY if fields["sms_url"] == SAMPLE_REPLY_URL else Effect.NUMBER,
        url=fields["sms_url"],
        method=fields["sms_method"],
        fallback_url=fields["sms_fallback_url"],
        keyword=keyword,
    )
