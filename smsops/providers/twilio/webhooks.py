"""A call of a webhook as Twilio would make it, signed, about a message that never was (twilio.md 8.3).

Everything in it says so: the SID is of no message, the text names smsops, and the other end is +15005550006, the number
that Twilio keeps for tests. The SDK signs, as it checks for those who receive.
"""

from __future__ import annotations

from urllib.parse import urldefrag, urlencode, urlsplit

from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

from smsops.providers.examining import Event, MadeUp, Occasion
from smsops.secrets.base import Secret

_NOBODY = "+15005550006"
_SID = "SM00000000000000000000000000000000"
_TEXT = "A test of this webhook by smsops doctor. No message was sent; please ignore it."


def made_up(occasion: Occasion, secret: Secret) -> MadeUp:
    """The request, signed with the secret. With GET the parameters are in the URL, as everything signed is then."""
    fields = _fields(occasion)
    url = urldefrag(occasion.url).url  # connection overrides are for Twilio, and no part of the signature
    form = urlencode(fields)
    headers = {"User-Agent": "TwilioProxy/1.1 (smsops doctor)"}
    validator = RequestValidator(secret.reveal())
    if occasion.method == "GET":
        url = f"{url}{'&' if urlsplit(url).query else '?'}{form}"
        return MadeUp(
            url=url, method="GET", headers={**headers, "X-Twilio-Signature": validator.compute_signature(url, {})}
        )
    headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
    headers["X-Twilio-Signature"] = validator.compute_signature(url, fields)
    return MadeUp(url=url, method="POST", headers=headers, body=form.encode())


def _fields(occasion: Occasion) -> dict[str, str]:
    fields = {
        "AccountSid": occasion.account_sid,
        "ApiVersion": "2010-04-01",
        "MessageSid": _SID,
        "SmsSid": _SID,
        "SmsopsProbe": "doctor",
    }
    if occasion.event is Event.STATUS:
        return {**fields, "From": occasion.number, "To": _NOBODY, "MessageStatus": "sent", "SmsStatus": "sent"}
    return {**fields, "From": _NOBODY, "To": occasion.number, "Body": _TEXT, "NumMedia": "0", "NumSegments": "1"}
