"""The account's event log as values: Twilio's Monitor Events of the services and numbers that somebody asks about.

Nothing rests on the names of event types, which are not known for messaging services: an event says what changed by
its properties, or only that something happened. The log is a product of its own in the SDK, which is loaded when the
log is first read, so that a plan does not pay for it.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from typing import Any

from smsops.model import AccountEvent
from smsops.providers.twilio.client import pages
from smsops.providers.twilio.failures import garbled
from smsops.providers.twilio.routes import PAGE_SIZE


class EventLog:
    """The event log of one account. Threads may share it."""

    def __init__(self, client: Any, check: Callable[[Any], None]) -> None:
        self._client = client
        self._check = check
        """Raises ProviderError for an event of another account."""
        self._first_use = threading.Lock()

    def read(self, resource_sids: Sequence[str], *, since: str, concurrency: int) -> tuple[AccountEvent, ...]:
        """See `Reader.events`."""
        # The SDK imports and makes these when they are first used, which threads must not do side by side.
        with self._first_use:
            listed = self._client.monitor.v1.events
        asked = list(dict.fromkeys(resource_sids))
        workers = ThreadPoolExecutor(max_workers=max(1, concurrency))
        try:
            found = list(workers.map(partial(self._of, listed, _moment(since)), asked))
        finally:
            workers.shutdown(cancel_futures=True)
        return tuple(sorted((event for events in found for event in events), key=lambda event: event.at))

    def _of(self, listed: Any, start: datetime, resource_sid: str) -> list[AccountEvent]:
        """The events of one resource, oldest first."""
        page = partial(listed.page, resource_sid=resource_sid, start_date=start, page_size=PAGE_SIZE)
        events = [self._event(item, resource_sid) for item in pages(page)]
        # Twilio gives the newest first; events of one second stay in their order when they are sorted by time.
        return events[::-1]

    def _event(self, item: Any, resource_sid: str) -> AccountEvent:
        if item.account_sid is not None:
            self._check(item)
        return AccountEvent(
            at=_at(item.event_date),
            resource_sid=_text(item.resource_sid) or resource_sid,
            event_type=_text(item.event_type),
            actor=" ".join(part for part in (_text(item.actor_type), _text(item.actor_sid)) if part),
            source=_text(item.source),
            properties=_properties(item.event_data),
        )


def _properties(data: object) -> dict[str, tuple[str, str]]:
    """Before and after of each changed property, in either of the two forms that Twilio has for them."""
    changed = data.get("resource_properties", data) if isinstance(data, Mapping) else None
    if not isinstance(changed, Mapping):
        return {}
    return {
        _text(name): (_text(step.get("previous")), _text(step.get("updated")))
        for name, step in changed.items()
        if isinstance(step, Mapping) and step.keys() & {"previous", "updated"}
    }


def _text(value: object) -> str:
    """Any JSON value as text that can be written anywhere; raises ProviderError GARBLED where there is none."""
    if value is None:
        return ""
    if not isinstance(value, str):
        try:
            return json.dumps(value, sort_keys=True)
        except RecursionError:
            raise garbled("an event is nested too deeply") from None
    # A lone surrogate cannot be written to a file or a terminal.
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise garbled("an event holds what is not text")
    return value


def _at(value: object) -> str:
    """The time of an event; the SDK gives what it could not read as it came."""
    try:
        moment = value if isinstance(value, datetime) else _moment(str(value))
        return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"
    except (ValueError, OverflowError):
        raise garbled("an event comes without its time") from None


def _moment(text: str) -> datetime:
    """A time in ISO 8601, UTC where it names no zone. The SDK sends it without the part of a second, rounded down."""
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
