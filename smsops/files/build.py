"""A checked document becomes a `Channel`: defaults and short forms are resolved here, once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from smsops.files.document import Document
from smsops.files.single import declared_numbers
from smsops.model import MESSAGING_FIELDS, UNMANAGED, Channel, Direction, Sender, ServiceSettings

NO_USE_CASE = "undeclared"
"""What a null `messaging.use_case` asks for: Twilio's own word for none (twilio.md 2.1)."""


def build_channel(document: Document) -> Channel:
    """The channel of a document that has no errors."""
    value: Mapping[str, Any] = document.value  # type: ignore[assignment]  # the schema says that it is a mapping
    direction = Direction(value["direction"])
    enabled = value.get("enabled", True)
    return Channel(
        name=value["name"],
        provider=value["provider"],
        account=value["account"],
        direction=direction,
        settings=_settings(value, receives=enabled and direction.receives),
        senders=tuple(_sender(entry) for entry in value["phone_numbers"]),
        service_sid=value.get("messaging_service_sid"),
        enabled=enabled,
        path=document.path,
        lines=_Lines(document),
        document=value,
    )


def _settings(value: Mapping[str, Any], *, receives: bool) -> ServiceSettings:
    """The table of contract 2.3: without inbound nothing is called, and a reply never reaches a number's own URL."""
    messaging: Mapping[str, Any] = value.get("messaging", {})
    settings = {name: messaging.get(name, UNMANAGED) for name in MESSAGING_FIELDS}
    if settings["use_case"] is None:
        settings["use_case"] = NO_USE_CASE
    if settings["validity_period"] is not UNMANAGED:
        settings["validity_period"] = int(settings["validity_period"])
    return ServiceSettings(
        friendly_name=value.get("friendly_name", value["name"]),
        webhook_url=(value.get("webhook_url") or "") if receives else "",
        webhook_method=value.get("webhook_method", "POST"),
        fallback_url=(value.get("fallback_url") or "") if receives else "",
        fallback_method=value.get("fallback_method", "POST"),
        status_callback_url=value.get("status_callback_url") or "",
        use_inbound_webhook_on_number=False,
        **settings,
    )


def _sender(entry: str | Mapping[str, Any]) -> Sender:
    if isinstance(entry, str):
        return Sender(number=entry)
    return Sender(
        number=entry["number"],
        label=entry.get("label"),
        flow=entry.get("flow"),
        protected=entry.get("protected", False),
    )


class _Lines(Mapping[str, int]):
    """Where each key and each number is, as `webhook_url`, `messaging.use_case` and `+12065550101`; looked for when
    it is asked, which is for few channels of a plan.
    """

    __slots__ = ("_document", "_found")

    def __init__(self, document: Document) -> None:
        self._document = document
        self._found: dict[str, int] | None = None

    def _lines(self) -> dict[str, int]:
        if self._found is None:
            self._found = _lines(self._document)
        return self._found

    def __getitem__(self, key: str) -> int:
        return self._lines()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._lines())

    def __len__(self) -> int:
        return len(self._lines())


def _lines(document: Document) -> dict[str, int]:
    lines = {".".join(map(str, path)): place.line for path, place in document.keys.items() if 0 < len(path) <= 2}
    for number, path in declared_numbers(document):
        lines.setdefault(number, document.place(path).line)
    return lines
