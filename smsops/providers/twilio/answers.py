"""What one attempt at a request ended in, as a value: an answer, or no answer and what that means."""

from __future__ import annotations

import json
from collections.abc import Mapping

from smsops.frozen import Frozen
from smsops.providers.twilio.routes import Product, Route

MAX_BODY = 32 * 1024 * 1024
"""Bytes; a page of 1,000 services is about 2 MB."""


class Reply(Frozen):
    """What came back, before anybody has looked into it."""

    status: int
    head: Mapping[str, str]
    """Headers by name in lower case."""
    body: bytes | None
    """None: cut off, too large, or wrongly compressed."""


class Answer(Frozen):
    """The server answered."""

    status: int
    body: bytes | None
    """None: cut off, too large, or wrongly compressed."""
    request_id: str | None = None
    """`Twilio-Request-Id`, free of secrets."""
    error_code: int | None = None
    """Twilio's own error number; None when the answer names none."""
    message: str = ""
    """What the server says of an error, free of secrets and control characters."""
    retry_after_s: float | None = None

    @property
    def ok(self) -> bool:
        return 200 <= self.status <= 299


class Unsent(Frozen):
    """No connection: the request certainly never reached the server."""

    reason: str
    final: bool = False
    """Whether another try cannot end better, as with a refused certificate."""


class Unanswered(Frozen):
    """The request was sent, or may have been, and no answer came: it may have had its effect."""

    reason: str


Outcome = Answer | Unsent | Unanswered


def untrusted(host: str) -> Unsent:
    """The host's certificate was refused."""
    return Unsent(
        reason=f"the certificate of {host} is not trusted; set SSL_CERT_FILE if your network has its own authority",
        final=True,
    )


def as_json(body: bytes | None) -> dict[str, object] | None:
    """The object that a body holds; None when it holds anything else."""
    if body is None:
        return None
    try:
        # A deeply nested body exhausts the parser's stack instead of being wrong JSON.
        parsed = json.loads(body.decode())
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, dict) else None


def text_for(route: Route, answer: Answer) -> str | None:
    """The text of a 2xx answer as the SDK can read it; None when the answer is garbled.

    An answer without a body says that it was done and no more (twilio.md 12.11), but for a read, which is nothing
    without one.
    """
    if route.method == "DELETE":
        return ""
    if not answer.body and answer.body is not None:
        return None if route.method == "GET" else "{}"
    content = as_json(answer.body)
    if content is None or answer.body is None:
        return None
    if route.key is None:
        return answer.body.decode() if isinstance(content.get("sid"), str) else None
    if route.product is not Product.API and "meta" not in content:
        return None
    return _page(route.key, content, answer.body)


def _page(key: str, content: dict[str, object], body: bytes) -> str | None:
    """The text of one page of a list; None when it has no such list, or no proper way to the next page."""
    items = content.get(key)
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        return None
    meta = content.get("meta", {})
    if not isinstance(meta, dict):
        return None
    following = meta.get("next_page_url") if "meta" in content else content.get("next_page_uri")
    if following is not None and not isinstance(following, str):
        return None
    if "meta" in content:
        return body.decode() if meta.get("key") == key else None
    # The SDK finds the items of a core list by leaving out the keys that it knows, and fails over a new one.
    return json.dumps({key: items, "next_page_uri": following})
