"""What an existing channel file has to say so that it is as live: its own value, with what differs replaced.

What the file says beyond that stays: labels, flows, owners, keys that nobody manages. A key that would have to go away
becomes null, so that its line and the comments around it stay.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from smsops.adopting.found import Moved
from smsops.adopting.limits import direction_of
from smsops.masking import sealed
from smsops.model import MESSAGING_FIELDS, UNMANAGED, Channel, Direction, LiveService

_RECEIVING = ("webhook_url", "fallback_url")
_ALWAYS = ("friendly_name", "webhook_method", "fallback_method")


def target_of(channel: Channel, service: LiveService) -> dict[str, Any]:
    """The whole value of the file."""
    value: dict[str, Any] = dict(channel.document)
    settings = service.settings
    value["messaging_service_sid"] = service.sid
    for key in _ALWAYS:
        live = getattr(settings, key)
        if live != getattr(channel.settings, key):
            value[key] = live
    if settings.status_callback_url != channel.settings.status_callback_url:
        value["status_callback_url"] = settings.status_callback_url or None
    _route(value, channel, service)
    for key in MESSAGING_FIELDS:
        said, live = getattr(channel.settings, key), getattr(settings, key)
        if UNMANAGED not in (said, live) and said != live:
            value["messaging"] = {**value["messaging"], key: live}
    numbers = list(_numbers(channel, service))
    if numbers:
        value["phone_numbers"] = numbers
    return value


def _route(value: dict[str, Any], channel: Channel, service: LiveService) -> None:
    """Direction, switch and URLs of what comes in. A direction that says what is live stays."""
    settings = service.settings
    receives = bool(settings.webhook_url)
    keeps = channel.receives is receives and not (channel.direction.sends and not settings.status_callback_url)
    derived = direction_of(settings)
    if not keeps and derived is not None:
        value["direction"] = str(derived)
        if "enabled" in value and receives:
            value["enabled"] = True
    if receives:
        for key in _RECEIVING:
            if (value.get(key) or "") != getattr(settings, key):
                value[key] = getattr(settings, key) or None
    elif not keeps and derived is Direction.OUTBOUND:
        value.update({key: None for key in _RECEIVING if value.get(key) is not None})


def _numbers(channel: Channel, service: LiveService) -> Iterator[object]:
    """Entries whose number is in the pool as they are, then what is only in the pool."""
    pool = service.pool or {}
    for sender, entry in zip(channel.senders, channel.document["phone_numbers"], strict=True):  # type: ignore[call-overload]  # a list, as the schema says
        if sender.number in pool:
            yield entry
    yield from sorted(pool.keys() - channel.numbers)


def moved(channel: Channel, target: dict[str, Any]) -> Iterator[Moved]:
    """What the target says otherwise than the file, in the order of the target."""
    for key, after in target.items():
        before = channel.document.get(key)
        if key == "phone_numbers":
            continue
        if key == "messaging" and isinstance(before, dict):
            for name, value in after.items():
                if before.get(name) != value:
                    yield Moved(what=f"messaging.{name}", before=sealed(before.get(name)), after=sealed(value))
        elif before != after:
            yield Moved(what=key, before=sealed(before), after=sealed(after))  # type: ignore[arg-type]  # a scalar
    numbers = {entry if isinstance(entry, str) else entry["number"] for entry in target["phone_numbers"]}
    yield from (Moved(what="phone_numbers", before=None, after=new) for new in sorted(numbers - channel.numbers))
    yield from (Moved(what="phone_numbers", before=old, after=None) for old in sorted(channel.numbers - numbers))
