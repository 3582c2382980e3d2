"""Short ways to say a state in a test: `channel("a", "+1…")`, `service("MG1", "a", pool=[…])`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from smsops.model import (
    EMPTY_BASE,
    Base,
    Channel,
    DesiredState,
    Direction,
    LiveService,
    LiveState,
    OwnedNumber,
    Sender,
    ServiceSettings,
)

ACCOUNT_SID = "AC" + "1" * 32


def sid(prefix: str, name: str) -> str:
    """A readable SID: `sid("MG", "1")` ends in its name."""
    return prefix + name.encode().hex().rjust(32, "0")[-32:]


def settings(name: str, **fields: Any) -> ServiceSettings:
    return ServiceSettings(
        **{
            "friendly_name": name,
            "webhook_url": f"https://{name}.example.com/in",
            "status_callback_url": f"https://{name}.example.com/status",
            **fields,
        }
    )


def channel(name: str, *senders: str | Sender, service_sid: str | None = None, **fields: Any) -> Channel:
    return Channel(
        name=name,
        provider="twilio",
        account="us",
        direction=Direction.INBOUND_AND_OUTBOUND,
        settings=settings(name, **fields),
        senders=tuple(s if isinstance(s, Sender) else Sender(number=s) for s in senders),
        service_sid=service_sid,
        path=f"channels/{name}.yaml",
        lines={"name": 2, "webhook_url": 7, "phone_numbers": 9},
    )


def service(service_sid: str, name: str, *pool: str, **fields: Any) -> LiveService:
    return LiveService(
        sid=service_sid, settings=settings(name, **fields), pool={number: number_sid(number) for number in pool}
    )


def number_sid(number: str) -> str:
    return sid("PN", number)


def desired(*channels: Channel, selected: Iterable[str] | None = None) -> DesiredState:
    return DesiredState(
        account="us",
        account_sid=ACCOUNT_SID,
        channels=channels,
        selected=None if selected is None else frozenset(selected),
    )


def live(*services: LiveService, numbers: Iterable[str] = (), voice_only: Iterable[str] = ()) -> LiveState:
    owned = {number: OwnedNumber(sid=number_sid(number), sms=True) for number in numbers}
    owned |= {number: OwnedNumber(sid=number_sid(number), sms=False) for number in voice_only}
    return LiveState(account_sid=ACCOUNT_SID, services={s.sid: s for s in services}, numbers=owned)


NOTHING_RECORDED: Base = EMPTY_BASE
