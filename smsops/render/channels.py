"""Channels as the files declare them: the list, and one channel with the place that each part comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from smsops.masking import masked
from smsops.model import SETTINGS, Channel, Sender, Unmanaged, field_key
from smsops.render.documents import document
from smsops.render.plain import Paint, clean, counted, painted, table, width
from smsops.render.text import host_of, routing, shown

_BUILT = (
    "name",
    "description",
    "provider",
    "account",
    "direction",
    "enabled",
    "messaging_service_sid",
    "phone_numbers",
    "messaging",
    *SETTINGS,
)
"""Keys that have a row of their own; every other key is declared only: validated, shown, never sent."""


def replies(channel: Channel) -> str:
    """Where replies end up, in few words."""
    return f"go to {host_of(channel.settings.webhook_url)}" if channel.receives else "dropped"


def list_text(channels: Sequence[Channel], *, color: bool) -> str:
    """A row a channel, and their number."""
    rows = [(c.name, c.account, c.direction, str(len(c.senders)), replies(c)) for c in channels]
    if not rows:
        return "No channels.\n"
    return table(("NAME", "ACCOUNT", "DIRECTION", "NUMBERS", "REPLIES"), rows, color=color)


def list_json(channels: Sequence[Channel], *, color: bool) -> str:
    return document(
        channels=[
            {
                **_head(channel),
                "numbers": len(channel.senders),
                "replies": replies(channel),
            }
            for channel in channels
        ]
    )


def _head(channel: Channel) -> dict[str, Any]:
    return {
        "name": channel.name,
        "provider": channel.provider,
        "account": channel.account,
        "direction": str(channel.direction),
        "enabled": channel.enabled,
        "messaging_service_sid": channel.service_sid,
        "path": channel.path,
    }


def show_text(channel: Channel, *, color: bool) -> str:
    """The desired state of one channel: each setting with its place, the numbers, and what is only declared."""
    about = f"(account {clean(channel.account)}, {channel.direction})"
    parts = [f"{painted(clean(channel.name), Paint.STRONG, color=color)} {about}\n{routing(channel)}\n"]
    for title, rows in (
        (f"Settings, from {clean(channel.path)}", list(_setting_rows(channel))),
        (counted(len(channel.senders), "number"), [_sender_row(channel, sender) for sender in channel.senders]),
        ("Declared only, never sent", list(_declared_rows(channel))),
    ):
        if rows:
            parts.append(f"{painted(title, Paint.STRONG, color=color)}\n{aligned(rows)}")
    return "\n".join(parts)


Row = tuple[str, str, str]
"""Key, value, place."""


def aligned(rows: Sequence[Row]) -> str:
    """Rows in three columns; everything in them is clean."""
    keys = max(width(key) for key, _, _ in rows)
    values = min(72, max(width(value) for _, value, _ in rows))
    return "".join(
        f"  {key}{' ' * (keys - width(key))}  {value}{' ' * (values - width(value))}  {place}".rstrip() + "\n"
        for key, value, place in rows
    )


def _setting_rows(channel: Channel) -> Iterator[Row]:
    yield "enabled", shown(channel.enabled), _place(channel, "enabled")
    sid = channel.service_sid
    yield "messaging_service_sid", clean(sid or "(not pinned)"), _place(channel, "messaging_service_sid") if sid else ""
    for key, value in _settings(channel):
        if isinstance(value, Unmanaged):
            yield key, "(unmanaged)", ""
        else:
            yield key, shown(value), _place(channel, key)


def _settings(channel: Channel) -> Iterator[tuple[str, str | int | bool | Unmanaged]]:
    for name in SETTINGS:
        yield field_key(name), getattr(channel.settings, name)


def _sender_row(channel: Channel, sender: Sender) -> Row:
    facts = [
        sender.label,
        f"flow {sender.flow}" if sender.flow else None,
        "protected" if sender.protected else None,
    ]
    return sender.number, clean(", ".join(fact for fact in facts if fact)), _place(channel, sender.number)


def _declared_rows(channel: Channel) -> Iterator[Row]:
    for key, value in _flat(_declared(channel)):
        yield clean(key), clean(value), _place(channel, key, key.split(".")[0])


def _declared(channel: Channel) -> dict[str, object]:
    declared = {key: value for key, value in channel.document.items() if key not in _BUILT}
    if "description" in channel.document:
        declared = {"description": channel.document["description"], **declared}
    return declared


def _flat(values: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        elif isinstance(value, list | tuple):
            yield f"{prefix}{key}", ", ".join(map(str, value))
        else:
            yield f"{prefix}{key}", shown(value) if isinstance(value, bool | None) else str(value)


def _place(channel: Channel, *keys: str) -> str:
    line = _line(channel, *keys)
    return "default" if line is None else f"{clean(channel.path)}:{line}"


def _line(channel: Channel, *keys: str) -> int | None:
    return next((channel.lines[key] for key in keys if key in channel.lines), None)


def show_json(channel: Channel, *, color: bool) -> str:
    settings = {
        key: {
            "value": None if isinstance(value, Unmanaged) else masked(value),
            "managed": not isinstance(value, Unmanaged),
            "line": _line(channel, key),
        }
        for key, value in _settings(channel)
    }
    senders = [
        {
            "number": sender.number,
            "label": sender.label,
            "flow": sender.flow,
            "protected": sender.protected,
            "line": _line(channel, sender.number),
        }
        for sender in channel.senders
    ]
    facts = {"replies": replies(channel), "settings": settings, "phone_numbers": senders}
    return document(channel={**_head(channel), **facts, "declared": _declared(channel)})


LIST = {"text": list_text, "json": list_json}
SHOW = {"text": show_text, "json": show_json}
