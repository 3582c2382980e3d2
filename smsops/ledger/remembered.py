"""The base as JSON inside a record, and back. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from smsops.masking import Kept, Sealed
from smsops.model import SETTINGS, Base, BaseChannel, Departed, Doubts

_SETTINGS = frozenset(SETTINGS)


def base_to_json(base: Base) -> dict[str, Any]:
    """The members of a record that the next plan rests on; no login is in them (`masking.Sealed`)."""
    doubts = base.doubts
    return {
        "inventory": {name: entry_to_json(channel) for name, channel in sorted(base.channels.items())},
        "departed": {
            sid: {"channel": one.channel, **entry_to_json(one.entry)} for sid, one in sorted(base.departed.items())
        },
        "creating": dict(sorted(base.creating.items())),
        "doubts": {
            "fields": [
                {"service_sid": sid, "name": name, "values": _sorted(map(kept_to_json, values))}
                for (sid, name), values in sorted(doubts.fields.items())
            ],
            "numbers": sorted(doubts.numbers),
            "guarded": sorted(doubts.guarded),
        },
    }


def entry_to_json(entry: BaseChannel) -> dict[str, Any]:
    return {
        "service_sid": entry.service_sid,
        "fields": {name: kept_to_json(value) for name, value in sorted(entry.fields.items())},
        "pool": sorted(entry.pool),
        "guarded": sorted(entry.guarded),
        "held_back": sorted(entry.held_back),
    }


def kept_to_json(value: Kept) -> Any:
    """A setting; one that holds a login is written masked, with its digest."""
    return {"masked": value.masked, "sha256": value.sha256} if isinstance(value, Sealed) else value


def _sorted(values: Iterable[Any]) -> list[Any]:
    return sorted(values, key=repr)


def base_from_json(data: Mapping[str, Any]) -> Base:
    """The base of a record's data. Raises KeyError, TypeError or AttributeError where a part is not as it must be."""
    doubts = data["doubts"]
    return Base(
        channels={_text(name): entry_from_json(entry) for name, entry in data["inventory"].items()},
        departed={
            _text(sid): Departed(channel=_text(entry["channel"]), entry=entry_from_json(entry))
            for sid, entry in data["departed"].items()
        },
        creating={_text(name): _text(friendly_name) for name, friendly_name in data["creating"].items()},
        doubts=Doubts(
            fields={
                (_text(one["service_sid"]), _text(one["name"])): frozenset(map(kept_from_json, one["values"]))
                for one in doubts["fields"]
            },
            numbers=texts(doubts["numbers"]),
            guarded=texts(doubts["guarded"]),
        ),
    )


def entry_from_json(entry: Mapping[str, Any]) -> BaseChannel:
    return BaseChannel(
        service_sid=_text(entry["service_sid"]),
        fields={_setting(name): kept_from_json(value) for name, value in entry["fields"].items()},
        pool=texts(entry["pool"]),
        guarded=texts(entry["guarded"]),
        held_back=texts(entry["held_back"]),
    )


def kept_from_json(value: object) -> Kept:
    if isinstance(value, dict):
        return Sealed(masked=_text(value["masked"]), sha256=_text(value["sha256"]))
    if value is None or isinstance(value, str | int | bool):
        return value
    raise TypeError(f"{value!r} is no setting")


def _setting(name: object) -> str:
    if name not in _SETTINGS:
        raise TypeError(f"{name!r} is no setting that this smsops knows")
    return str(name)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not text")
    return value


def texts(value: object) -> frozenset[str]:
    """A list of texts as a set. Raises TypeError."""
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is not a list")
    return frozenset(map(_text, value))
