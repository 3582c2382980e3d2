"""Every kind of call that the provider makes, and the short words in which tests speak of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from smsops.changes import AttachNumber, Change, CreateService, DeleteService, DetachNumber, FieldDiff, UpdateService
from smsops.errors import ProviderError
from smsops.masking import Value
from smsops.model import LiveService, Wanted
from smsops.providers.twilio.read import TwilioReader
from smsops.providers.twilio.write import TwilioWriter, open_writer
from tests.providers.scripted import (
    CUT,
    E164,
    HALF,
    HTML,
    INVENTORY,
    MEMBER,
    NUMBER,
    POOL,
    SERVICE,
    SERVICES,
    Reply,
    Scripted,
    inventory,
    member,
    page,
    refusal,
    reply,
    service,
)

WHERE: dict[str, Any] = {"account": "us", "channel": "orders"}


def diff(name: str, after: Value) -> FieldDiff:
    return FieldDiff(name=name, field=name, before=None, after=after)


def create(*fields: FieldDiff, name: str = "orders") -> CreateService:
    return CreateService(fields=(diff("friendly_name", name), *fields), **WHERE)


def failed(writer: TwilioWriter, change: Change, sid: str | None = SERVICE) -> ProviderError:
    with pytest.raises(ProviderError) as raised:
        writer.execute(change, service_sid=sid)
    return raised.value


def want(sid: str | None, *numbers: str, name: str = "orders") -> Wanted:
    return Wanted(service_sid=sid, friendly_name=name, numbers=frozenset(numbers))


def asked(server: Scripted) -> Counter[str]:
    return Counter(request.path for request in server.asked)


def once(seen: LiveService | None) -> bool:
    return True


NAME = FieldDiff(name="friendly_name", field="friendly_name", before=None, after="orders")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of call: how it is made, where it goes, and what a good answer is."""

    name: str
    method: str
    path: str
    good: Reply
    change: Change | None = None
    read: Callable[[TwilioReader], object] | None = None
    garbled_is_done: bool = False
    """A removal needs no body: any 2xx says that it is gone."""

    def call(self, reader: TwilioReader) -> object:
        if self.read:
            return self.read(reader)
        assert self.change is not None
        return open_writer(reader).execute(self.change, service_sid=SERVICE)


CREATE = Kind(
    name="create",
    method="POST",
    path=SERVICES,
    good=reply(201, service()),
    change=CreateService(fields=(NAME,), **WHERE),
)
REPEATABLE = [
    Kind(name="list", method="GET", path=SERVICES, good=page("services"), read=lambda r: r.read(())),
    Kind(
        name="fetch",
        method="GET",
        path=f"{SERVICES}/{SERVICE}",
        good=reply(200, service()),
        read=lambda r: r.read_back(SERVICE, settings=True, pool=False, settled=lambda seen: True),
    ),
    Kind(
        name="pool",
        method="GET",
        path=POOL,
        good=page("phone_numbers", member()),
        read=lambda r: r.read_back(SERVICE, settings=False, pool=True, settled=lambda seen: True),
    ),
    Kind(name="inventory", method="GET", path=INVENTORY, good=inventory(member()), read=lambda r: r._account.numbers()),
    Kind(
        name="update",
        method="POST",
        path=f"{SERVICES}/{SERVICE}",
        good=reply(200, service()),
        change=UpdateService(service_sid=SERVICE, fields=(NAME,), **WHERE),
    ),
    Kind(
        name="attach",
        method="POST",
        path=POOL,
        good=reply(201, member()),
        change=AttachNumber(number=E164, number_sid=NUMBER, service_sid=SERVICE, **WHERE),
    ),
    Kind(
        name="detach",
        method="DELETE",
        path=MEMBER,
        good=reply(204),
        change=DetachNumber(number=E164, number_sid=NUMBER, service_sid=SERVICE, **WHERE),
        garbled_is_done=True,
    ),
    Kind(
        name="delete",
        method="DELETE",
        path=f"{SERVICES}/{SERVICE}",
        good=reply(204),
        change=DeleteService(service_sid=SERVICE, **WHERE),
        garbled_is_done=True,
    ),
]
ALL = [CREATE, *REPEATABLE]

PASSING = {
    "500": refusal(500, 20500),
    "503": refusal(503, 20503),
    "502 with HTML": Reply(status=502, body=b"<h1>Bad gateway</h1>"),
    "cut connection": CUT,
    "garbage": HTML,
    "half a body": HALF,
    "an array": reply(200, [1, 2]),
    "a body that is not text": Reply(body=b'{"sid": "\xff\xfe"}'),
    "deep nesting": Reply(body=b'{"a":' * 100_000),
    "empty body": Reply(),
}


def named(kinds: list[Kind]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("kind", kinds, ids=[kind.name for kind in kinds])
