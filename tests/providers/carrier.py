"""A second provider, for tests only: other keys, other ids, no SIDs, and a server that is a few values in memory.

It is registered as any provider is, by a line in each of two dicts. Nothing of the engine knows it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from smsops.changes import (
    AttachNumber,
    Change,
    CreateService,
    DeleteService,
    DetachNumber,
    MoveNumber,
    UpdateService,
)
from smsops.errors import Failure, ProviderError
from smsops.files.forms import FORMS, Form, Part
from smsops.frozen import field_names, replace
from smsops.model import (
    AccountEvent,
    Channel,
    LiveService,
    LiveState,
    OwnedNumber,
    ServiceSettings,
    Wanted,
    field_key,
)
from smsops.project import Account
from smsops.providers import PROVIDERS, Provider
from smsops.providers.base import Connection, Reader, Receipt, Writer
from smsops.steps import By, Step

PROJECT = """version: 1
accounts:
  north:
    provider: carrier
    customer: C-100
    api_url: https://carrier.example.com
    pass_phrase: {env: NORTH_PASS}
    environment: production
policy:
  max_removals: {count: 10}
"""
ALERTS = """name: alerts
provider: carrier
account: north
direction: inbound-and-outbound
sender_id: NORTH
webhook_url: https://hooks.example.com/in
status_callback_url: https://hooks.example.com/status
phone_numbers:
  - "+12065550101"
  - "+12065550102"
"""

FORM = Form(
    title="Carrier",
    channel=Part(
        properties={
            "sender_id": {
                "title": "Sender id",
                "description": "What people see as the sender.",
                "examples": ["NORTH"],
                "errorMessage": "sender_id must be 3 to 11 capital letters.",
                "type": "string",
                "pattern": "^[A-Z]{3,11}$",
            }
        },
        required=("account", "sender_id"),
        without=frozenset({"messaging_service_sid", "messaging"}),
    ),
    account=Part(
        properties={
            "customer": {"errorMessage": "customer must be C- and digits.", "type": "string", "pattern": "^C-[0-9]+$"},
            "api_url": {"errorMessage": "api_url must be an https URL.", "type": "string", "pattern": "^https://"},
            "pass_phrase": {"$ref": "#/definitions/secret"},
        },
        required=("customer", "api_url", "pass_phrase"),
        without=frozenset(
            {"account_sid", "auth_token", "api_key_sid", "api_key_secret", "region", "edge", "api_base_url"}
        ),
    ),
    identity="customer",
    secrets=("pass_phrase",),
    server="api_url",
)


@dataclass(slots=True)
class Server:
    """The carrier itself: routes with their settings and numbers."""

    pass_phrase: str
    owned: set[str] = field(default_factory=set)
    routes: dict[str, ServiceSettings] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    """The route of each number that has one."""
    writes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class CarrierReader:
    connection: Connection
    server: Server
    api_calls: int = 0

    def read(self, wanted: Sequence[Wanted]) -> LiveState:
        self._enter()
        services = {route: self._service(route) for route in self.server.routes}
        owned = {number: OwnedNumber(sid=_id(number), sms=True) for number in self.server.owned}
        return LiveState(account_sid=self.connection.account_sid, services=services, numbers=owned)

    def read_back(
        self, service_sid: str, *, settings: bool, pool: bool, settled: Callable[[LiveService | None], bool]
    ) -> LiveService | None:
        self._enter()
        return self._service(service_sid) if service_sid in self.server.routes else None

    def other_senders(self, service_sid: str) -> tuple[str, ...]:
        return ()

    def events(self, resource_sids: Sequence[str], *, since: str) -> tuple[AccountEvent, ...]:
        raise ProviderError("Carrier keeps no event log.", failure=Failure.NOT_FOUND)

    def _enter(self) -> None:
        self.api_calls += 1
        if self.connection.password.reveal() != self.server.pass_phrase:
            raise ProviderError("Carrier refuses the pass phrase.", failure=Failure.AUTH, status=401)

    def _service(self, route: str) -> LiveService:
        pool = {number: _id(number) for number, holder in self.server.numbers.items() if holder == route}
        return LiveService(sid=route, settings=self.server.routes[route], pool=pool)


@dataclass(slots=True)
class CarrierWriter:
    server: Server
    api_calls: int = 0

    def execute(self, change: Change, *, service_sid: str | None) -> Receipt:
        self.api_calls += 1
        self.server.writes.append(change.action)
        match change:
            case CreateService():
                service_sid = f"route{len(self.server.routes) + 1}"
                name = str(next(diff.after for diff in change.fields if diff.name == "friendly_name"))
                self.server.routes[service_sid] = replace(ServiceSettings(friendly_name=name), **_after(change))
            case UpdateService():
                self.server.routes[change.service_sid] = replace(
                    self.server.routes[change.service_sid], **_after(change)
                )
            case AttachNumber() | MoveNumber():
                assert service_sid is not None
                self.server.numbers[change.number] = service_sid
            case DetachNumber():
                del self.server.numbers[change.number]
            case DeleteService():
                del self.server.routes[change.service_sid]
        return Receipt(service_sid=service_sid, request_id=f"job-{len(self.server.writes)}")


def _after(change: CreateService | UpdateService) -> dict[str, Any]:
    return {diff.name: diff.after for diff in change.fields}


def _id(number: str) -> str:
    return f"line{number.removeprefix('+')}"


def _instructions(channel: Channel | None, account: Account | None) -> tuple[Step, ...]:
    url = channel.settings.webhook_url if channel else "the webhook"
    line = f"Have the desk call {url} for customer {account.account_sid if account else 'C-…'}."
    return (Step(by=By.YOU, title="Ask the carrier's desk", lines=(line,)),)


@contextmanager
def registered(server: Server) -> Iterator[None]:
    """The carrier is one of the providers, and all of it goes to this server."""

    def reader(connection: Connection) -> Reader:
        assert connection.base_url == "https://carrier.example.com"
        return CarrierReader(connection, server)

    def writer(_: Reader) -> Writer:
        return CarrierWriter(server)

    provider = Provider(
        name="carrier",
        title="Carrier",
        summary="A channel is a route of the carrier.",
        instructions=_instructions,
        open_reader=reader,
        open_writer=writer,
        properties=lambda: {field_key(name): name for name in field_names(ServiceSettings)},
    )
    with patch.dict(FORMS, {"carrier": FORM}), patch.dict(PROVIDERS, {"carrier": provider}):
        yield
