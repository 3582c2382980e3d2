"""An account under test, and the changes to it in short words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from smsops.changes import (
    AttachNumber,
    Change,
    CreateService,
    DeleteService,
    DetachNumber,
    FieldDiff,
    MoveNumber,
    UpdateService,
)
from smsops.masking import Value
from smsops.model import LiveService, ServiceSettings, Wanted
from smsops.providers.base import Reader, Receipt, Writer

WHERE: dict[str, Any] = {"account": "test", "channel": "orders"}


class TestedAccount(Protocol):
    """A fresh account of the provider under test."""

    numbers: tuple[str, str, str]
    """E.164 of three owned numbers with SMS, in no pool."""

    def reader(self) -> Reader: ...

    def writer(self, reader: Reader) -> Writer: ...

    def with_wrong_secret(self) -> Reader: ...

    def lose_next(self, change: type[Change]) -> None:
        """Let the next request of this kind of change take effect and lose its answer."""

    def fail_next(self, change: type[Change]) -> None:
        """Let the next request of this kind of change be refused for good, without effect."""

    def requests(self) -> int:
        """Requests that the provider has received for this account."""

    def violations(self) -> int:
        """Requests that would have released or bought a number."""


def settled(seen: LiveService | None) -> bool:
    return True


def wanted(sid: str | None, *numbers: str, name: str = "orders") -> Wanted:
    return Wanted(service_sid=sid, friendly_name=name, numbers=frozenset(numbers))


def diff(name: str, after: Value) -> FieldDiff:
    return FieldDiff(name=name, field=name, before=None, after=after)


def create(name: str = "orders", **fields: Value) -> CreateService:
    always: dict[str, Value] = {
        "friendly_name": name,
        "webhook_url": "https://hooks.example.com/in?b=2&a=1#rc=2",
        "webhook_method": "POST",
        "fallback_url": "",
        "fallback_method": "POST",
        "status_callback_url": "https://hooks.example.com/status",
        "use_inbound_webhook_on_number": False,
    }
    return CreateService(fields=tuple(diff(*item) for item in {**always, **fields}.items()), **WHERE)


class Hands:
    """One reader and one writer, and the changes in short words."""

    def __init__(self, account: TestedAccount) -> None:
        self.reader = account.reader()
        self.writer = account.writer(self.reader)
        owned = account.reader().read((wanted(None, *account.numbers),)).numbers
        assert owned is not None
        self.sids = {number: owned[number].sid for number in account.numbers}
        self.numbers = account.numbers

    def create(self, name: str = "orders", **fields: Value) -> str:
        sid = self.writer.execute(create(name, **fields), service_sid=None).service_sid
        assert sid is not None
        return sid

    def update(self, sid: str, **fields: Value) -> Receipt:
        change = UpdateService(service_sid=sid, fields=tuple(diff(*item) for item in fields.items()), **WHERE)
        return self.writer.execute(change, service_sid=sid)

    def attach(self, sid: str, number: str) -> Receipt:
        change = AttachNumber(number=number, number_sid=self.sids[number], service_sid=sid, **WHERE)
        return self.writer.execute(change, service_sid=sid)

    def detach(self, sid: str, number: str) -> Receipt:
        change = DetachNumber(number=number, number_sid=self.sids[number], service_sid=sid, **WHERE)
        return self.writer.execute(change, service_sid=sid)

    def move(self, origin: str, sid: str, number: str) -> Receipt:
        change = MoveNumber(
            number=number,
            number_sid=self.sids[number],
            from_service_sid=origin,
            from_channel="else",
            service_sid=sid,
            **WHERE,
        )
        return self.writer.execute(change, service_sid=sid)

    def delete(self, sid: str) -> Receipt:
        return self.writer.execute(DeleteService(service_sid=sid, **WHERE), service_sid=sid)

    def any(self, kind: type[Change], sid: str) -> None:
        """One change of a kind: the second number is in the pool, the first is not."""
        carry_out: dict[type[Change], Callable[[], object]] = {
            CreateService: self.create,
            UpdateService: lambda: self.update(sid, webhook_url=""),
            AttachNumber: lambda: self.attach(sid, self.numbers[0]),
            DetachNumber: lambda: self.detach(sid, self.numbers[1]),
            DeleteService: lambda: self.delete(sid),
        }
        carry_out[kind]()

    def settings(self, sid: str) -> ServiceSettings:
        live = self.reader.read_back(sid, settings=True, pool=False, settled=settled)
        assert live is not None
        return live.settings

    def pool(self, sid: str) -> dict[str, str]:
        live = self.reader.read_back(sid, settings=False, pool=True, settled=settled)
        assert live is not None
        return dict(live.pool or {})
