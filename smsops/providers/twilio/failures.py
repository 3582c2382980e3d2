"""Twilio's refusals in the engine's words: by error number, then HTTP status, never by text (twilio.md 4)."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping

from smsops.errors import Failure, ProviderError
from smsops.providers.base import Connection
from smsops.providers.twilio.answers import Answer, Outcome, as_json

MAX_MESSAGE = 300
"""Characters of a server's own words that are shown."""

_CREDENTIALS = (
    "Check three things: that the SID and the secret belong together, that they are of the region that is configured "
    "(keys and tokens are per region), and that a subaccount is not used with its parent's token, which the Messaging "
    "API does not accept."
)
_PERMISSION = "Give the API key read and write permission for Messaging services and phone numbers, or use another key."
_ACTIVE = "Check in Twilio's console that the account is active, and that the credentials may use Messaging."
_WAIT = "Wait a few minutes and run the command again; it does what is still to be done."

_CODES: Mapping[int, tuple[Failure, str]] = {
    20003: (Failure.AUTH, _CREDENTIALS),
    20005: (Failure.AUTH, _ACTIVE),
    20006: (Failure.AUTH, _ACTIVE),
    20008: (
        Failure.AUTH,
        "These are test credentials, which cannot use Messaging services. Use the account's live credentials, or "
        "--sandbox to try things out.",
    ),
    20010: (Failure.AUTH, _ACTIVE),
    20403: (Failure.AUTH, _ACTIVE),
    70051: (Failure.AUTH, _PERMISSION),
    20001: (Failure.INVALID, "Twilio's words name the parameter. Mend the key of the channel file that it comes from."),
    20002: (Failure.INVALID, "A friendly name has 1 to 64 characters."),
    20422: (Failure.INVALID, "Twilio's words name the parameter. Mend the key of the channel file that it comes from."),
    20423: (Failure.INVALID, "Check the SIDs in the files: each belongs to this account and region."),
    20404: (Failure.NOT_FOUND, "Check that it exists in this account and region."),
    20409: (
        Failure.BUSY,
        "The carriers are still registering or releasing the number, which can take a day. Run it again later.",
    ),
    20162: (Failure.BUSY, "Something else is changing the same service. " + _WAIT),
    21730: (Failure.BUSY, "Twilio is under maintenance. " + _WAIT),
    21712: (
        Failure.ELSEWHERE,
        "The number is in the pool of another messaging service. Run plan again to see which, and detach it there or "
        "let its channel give it up.",
    ),
    21714: (
        Failure.FULL,
        "The pool is full: 400 numbers unless Twilio's support raised it. Detach numbers, or spread the channel over "
        "two services.",
    ),
    30995: (
        Failure.FULL,
        "The account is at its limit of messaging services, 10,000 unless Twilio's support raised it.",
    ),
    21102: (Failure.FULL, "The account is at its limit of messaging services."),
    21715: (Failure.INVALID, "The number has neither SMS nor MMS. Choose one that has."),
    21421: (Failure.INVALID, "Check that the account owns the number."),
    21668: (Failure.INVALID, "Region ie1 takes no +1 numbers. Use a channel of an account in us1."),
    21669: (Failure.INVALID, "The number and the service must be of the same region."),
    21713: (Failure.INVALID, "Use one of the use cases that the channel schema lists."),
    21719: (Failure.INVALID, "The use case must agree with the A2P campaign that is registered on the service."),
    21609: (Failure.INVALID, "A status callback is an absolute http or https URL of at most 4,000 characters."),
    21402: (Failure.INVALID, "Check the URLs of the channel: Twilio does not take one of them."),
    21403: (Failure.INVALID, "A method is GET or POST."),
    21502: (Failure.INVALID, "Check the URLs of the channel: Twilio does not take one of them."),
    20426: (Failure.INVALID, "Twilio takes https only."),
    20429: (Failure.UNAVAILABLE, "Lower --concurrency, or see what else uses the account."),
    20500: (Failure.UNAVAILABLE, "See status.twilio.com, and run the command again."),
    20503: (Failure.UNAVAILABLE, "See status.twilio.com, and run the command again."),
}
"""Twilio error numbers whose meaning the engine, or a person, can use (twilio.md 4.3 to 4.5)."""

_STATUSES: Mapping[int, int] = {401: 20003, 403: 20403, 404: 20404, 429: 20429}
"""The error number that a status stands for when the answer names none that is known."""

THROTTLED = frozenset({20429})
CONFLICTS = frozenset({20409, 20162, 21730})
"""Refused now, and likely to be accepted a little later."""
ALREADY_IN_POOL = 21710
KNOWN = frozenset(_CODES) | THROTTLED | CONFLICTS | {ALREADY_IN_POOL}
"""Every error number that means something here; `numbers.py` says of each what it means to a person."""


def meaning(status: int, code: int | None) -> tuple[Failure, str]:
    """What an error answer means, and a hint."""
    known = _CODES.get(code or 0) or _CODES.get(_STATUSES.get(status, 0))
    if known:
        return known
    if status >= 500 or status == 408:
        return _CODES[20503]
    if 300 <= status <= 399:
        return (Failure.GARBLED, "Something between here and Twilio redirects requests; smsops does not follow.")
    return (Failure.INVALID, "")


class Mask:
    """Takes the account's secret, and everything that cannot be printed, out of a server's words."""

    def __init__(self, connection: Connection) -> None:
        secret = connection.password.reveal()
        pair = f"{connection.username}:{secret}".encode()
        forms = (base64.b64encode(pair).decode(), base64.b64encode(secret.encode()).decode().rstrip("="), secret)
        self._secrets = tuple(form for form in forms if form)

    def clean(self, text: object, limit: int = MAX_MESSAGE) -> str:
        """One line of printable text without the secret, without user info in URLs, and not longer than `limit`."""
        if not isinstance(text, str):
            return ""
        # Unprintable characters go first, so that a secret that is broken up by them is still found.
        line = "".join(character if character.isprintable() else " " * character.isspace() for character in text)
        for secret in self._secrets:
            line = line.replace(secret, "****")
        line = re.sub(r"://[^/\s@]*@", "://****@", " ".join(line.split()))
        return line if len(line) <= limit else line[: limit - 1] + "…"


def words_of(body: bytes | None) -> tuple[int | None, str]:
    """Error number and message of an error body: Twilio's own, RFC 9457, or neither (HTML, empty, cut off)."""
    content = as_json(body)
    if content is None:
        return (None, "")
    said = [content[key] for key in ("message", "title", "detail") if isinstance(content.get(key), str)]
    return (as_code(content.get("code")), ": ".join(str(part) for part in dict.fromkeys(said)))


def as_code(value: object) -> int | None:
    """A Twilio error number out of JSON or a header; None when it is none."""
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return int(text) if text.isascii() and text.isdigit() and 4 <= len(text) <= 9 else None


def error_of(request: str, outcome: Outcome, *, lost: bool, wrote: bool) -> ProviderError:
    """The error that a request ends in.

    `lost`: it must not be repeated. `wrote`: one of its attempts may have had its effect.
    """
    if not isinstance(outcome, Answer):
        return ProviderError(
            f"{request}: {outcome.reason}.",
            failure=Failure.LOST if lost else Failure.UNAVAILABLE,
            hint="Check the network, and try again.",
            wrote=wrote,
        )
    failure, hint = meaning(outcome.status, outcome.error_code)
    if outcome.ok:
        failure, hint = Failure.GARBLED, "Something between here and Twilio may have changed the answer. Try again."
        said = f"Twilio's answer ({outcome.status}) cannot be understood"
    else:
        number = f", error {outcome.error_code}" if outcome.error_code else ""
        said = f"Twilio answered {outcome.status}{number}"
        said += f": {outcome.message.rstrip('.')}" if outcome.message else ""
        if outcome.error_code in KNOWN:
            hint = f"{hint} smsops explain {outcome.error_code} says more.".lstrip()
    return ProviderError(
        f"{request}: {said}.",
        failure=Failure.LOST if lost else failure,
        status=outcome.status,
        provider_code=outcome.error_code,
        request_id=outcome.request_id,
        hint=hint,
        wrote=wrote,
    )


def garbled(reason: str, *, wrote: bool = False) -> ProviderError:
    """An answer that is well-formed and still makes no sense. `wrote`: it is the answer to a write."""
    return ProviderError(
        f"Twilio's answer cannot be understood: {reason}.",
        failure=Failure.GARBLED,
        hint="Something between here and Twilio may have changed it, or Twilio's API has. Nothing was decided on it.",
        wrote=wrote,
    )
