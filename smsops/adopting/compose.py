"""The text of a new channel file for a live service: what has to be said, and what is not at its default."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from smsops.adopting.limits import direction_of
from smsops.files.document import written
from smsops.files.layout import laid_out
from smsops.files.scalars import in_quotes
from smsops.frozen import Frozen
from smsops.model import MESSAGING_FIELDS, UNMANAGED, LiveService
from smsops.project import Account

_METHODS = ("webhook_method", "fallback_method")
_USUAL_METHOD = "POST"


class Style(Frozen):
    """How new files are written."""

    defaults: Mapping[str, object] = {}
    """What a setting under `messaging` is in a service that nobody configured, by its name."""
    everything: bool = False
    """Also what is at its default."""
    owner: str = ""
    """The team that answers for new channels; '' is none."""
    schema: str = ""
    """Where editors find the schema, from the file's folder on; '' is nowhere."""


def composed(name: str, service: LiveService, account: Account, style: Style) -> bytes:
    """The file in the canonical layout. Raises SmsopsError when it would not say what it should, which is a defect."""
    head = f"# yaml-language-server: $schema={style.schema}\n" if style.schema else ""
    lines = "".join(f"{key}: {scalar(value)}\n" for key, value in _entries(name, service, account, style))
    numbers = "".join(f"  - {in_quotes(number)}\n" for number in sorted(service.pool or {}))
    text = f"{head}{lines}phone_numbers:\n{numbers}"
    messaging = dict(_messaging(service, style))
    text += "".join(
        ["messaging:\n", *(f"  {key}: {scalar(value)}\n" for key, value in messaging.items())] if messaging else []
    )
    text += f"owner:\n  team: {scalar(style.owner)}\n" if style.owner else ""
    laid = laid_out(text.encode(), name)
    return text.encode() if laid is None else laid


def _entries(name: str, service: LiveService, account: Account, style: Style) -> Iterator[tuple[str, object]]:
    settings = service.settings
    direction = direction_of(settings)
    yield from (("name", name), ("provider", account.provider), ("account", account.name))
    yield from (("direction", str(direction)), ("messaging_service_sid", service.sid))
    if style.everything or settings.friendly_name != name:
        yield "friendly_name", settings.friendly_name
    for key in ("webhook_url", "webhook_method", "fallback_url", "fallback_method", "status_callback_url"):
        value = getattr(settings, key)
        if key in _METHODS:
            if style.everything or value != _USUAL_METHOD:
                yield key, value
        elif value:
            yield key, value


def _messaging(service: LiveService, style: Style) -> Iterator[tuple[str, object]]:
    for name in MESSAGING_FIELDS:
        value = getattr(service.settings, name)
        if value is not UNMANAGED and (style.everything or value != style.defaults.get(name, UNMANAGED)):
            yield name, value


def scalar(value: object) -> str:
    """A value on one line of YAML; quotes where plain text would be read as something else."""
    if not isinstance(value, str):
        return json.dumps(value)
    return value if written(value) == value and value == value.strip() else in_quotes(value)
