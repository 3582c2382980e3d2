"""A checked document becomes a `Channel`: defaults and short forms are resolved here, once.

Also here: what a schema cannot say of one file, namely whether a URL is one that Twilio may call, and whether a number
stands in the list twice. These checks look at whatever has the right kind, so that they also speak about files in which
something else is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from smsops.diagnostics import Finding, Severity
from smsops.files.document import Document, Path, quoted
from smsops.files.urls import url_problem
from smsops.model import MESSAGING_FIELDS, UNMANAGED, Channel, Direction, Sender, ServiceSettings

URL_KEYS = ("webhook_url", "fallback_url", "status_callback_url")
NO_USE_CASE = "undeclared"
"""What a null `messaging.use_case` asks for: Twilio's own word for none (twilio.md 2.1)."""


def channel_findings(document: Document) -> Iterator[Finding]:
    """What is wrong in one file beyond its schema."""
    value = document.value
    if not isinstance(value, dict):
        return
    for key in URL_KEYS:
        url = value.get(key)
        if isinstance(url, str) and (problem := url_problem(url)):
            yield document.finding(problem.code, f"{key} {problem.message}", (key,), hint=problem.hint)
    if value.get("direction") == Direction.OUTBOUND:
        yield from _not_wired(document, value)
    yield from _declared_twice(document)


def _not_wired(document: Document, value: Mapping[str, object]) -> Iterator[Finding]:
    for key in ("webhook_url", "fallback_url"):
        if value.get(key) is not None:
            message = f"{key} is not used: with direction outbound replies are dropped."
            hint = f"Remove {key}, or change the direction to inbound-and-outbound."
            yield document.finding("SMS225", message, (key,), key=True, hint=hint, severity=Severity.WARNING)


def _declared_twice(document: Document) -> Iterator[Finding]:
    seen: dict[str, int] = {}
    for number, path in declared_numbers(document):
        line = document.place(path).line
        if number in seen:
            message = f"The number {quoted(number)} is already on line {seen[number]}."
            yield document.finding("SMS211", message, path, hint="Keep one of the two.")
        seen.setdefault(number, line)


def declared_numbers(document: Document) -> Iterator[tuple[str, Path]]:
    """The numbers of a file with their places, whether or not they are valid."""
    value = document.value
    entries = value.get("phone_numbers") if isinstance(value, dict) else None
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(entry, str):
            yield entry, ("phone_numbers", index)
        elif isinstance(entry, dict) and isinstance(entry.get("number"), str):
            yield entry["number"], ("phone_numbers", index, "number")


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
        lines=_lines(document),
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


def _lines(document: Document) -> dict[str, int]:
    """Where each key and each number is, as `webhook_url`, `messaging.use_case` and `+12065550101`."""
    lines = {".".join(map(str, path)): place.line for path, place in document.keys.items() if 0 < len(path) <= 2}
    for number, path in declared_numbers(document):
        lines.setdefault(number, document.place(path).line)
    return lines
