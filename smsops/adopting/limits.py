"""Why a live service cannot be said in a channel file.

What stands here has to be known before a file is composed: a login in a URL must never be in a file, not for a moment.
Everything else is found by the loader, which reads a composed file as it reads any other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from smsops.files.single import URL_KEYS
from smsops.files.urls import url_problem
from smsops.masking import masked
from smsops.model import Direction, LiveService, ServiceSettings

NO_DIRECTION = "It has neither a webhook nor a status callback, and every direction requires one of the two."
_KINDS = ("rcs:", "whatsapp:", "messenger:")


def obstacles(service: LiveService) -> Iterator[str]:
    """Every reason, as a sentence."""
    settings = service.settings
    if service.pool is None:
        yield "It is gone by now."
    elif not service.pool:
        yield "Its pool holds no phone number, and phone_numbers needs at least one."
    if settings.use_inbound_webhook_on_number is True:
        yield (
            "Its numbers' own webhooks answer (use_inbound_webhook_on_number is true), and a channel always sets that "
            "to false: whoever answers now would lose the replies."
        )
    elif settings.use_inbound_webhook_on_number is not False:
        yield "The account does not say whether its numbers' own webhooks answer (use_inbound_webhook_on_number)."
    yield from _of_urls(settings)
    if masked(settings.friendly_name) != settings.friendly_name:
        yield "Its friendly name looks like a URL with a user name or password, which no file may hold."


def _of_urls(settings: ServiceSettings) -> Iterator[str]:
    for key in URL_KEYS:
        url = getattr(settings, key)
        if isinstance(url, str) and url and (problem := url_problem(url)):
            yield f"{key} {problem.message}{' ' if problem.hint else ''}{problem.hint}"
    if not settings.webhook_url and settings.fallback_url:
        yield "It has a fallback URL and no webhook; without inbound a channel clears fallback_url."
    elif direction_of(settings) is None:
        yield NO_DIRECTION


def direction_of(settings: ServiceSettings) -> Direction | None:
    """The direction that says what is live; None where none does."""
    if settings.webhook_url:
        return Direction.INBOUND_AND_OUTBOUND if settings.status_callback_url else Direction.INBOUND
    return Direction.OUTBOUND if settings.status_callback_url else None


def senders_beside(senders: Sequence[str]) -> Iterator[str]:
    """Senders that are no phone numbers, each with its kind in words."""
    for sender in senders:
        if sender.startswith(_KINDS):
            yield f"channel sender {sender}"
        else:
            yield f"{'short code' if sender.isdigit() else 'alpha sender'} {sender}"
