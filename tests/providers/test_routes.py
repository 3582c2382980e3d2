"""What may leave at all: the literal table, and nothing beside it."""

from __future__ import annotations

import ast
import threading
from pathlib import Path

import pytest

from smsops.changes import DeleteService
from smsops.errors import Failure, ProviderError
from smsops.providers.twilio.client import Door
from smsops.providers.twilio.read import TwilioReader
from smsops.providers.twilio.routes import EXAMINES, READS, WRITES, AfterLoss
from smsops.providers.twilio.write import TwilioWriter
from tests.providers import scripted
from tests.providers.calls import ALL, WHERE, Kind
from tests.providers.scripted import (
    ACCOUNT,
    INVENTORY,
    NUMBER,
    POOL,
    SERVICE,
    SERVICES,
    Scripted,
    page,
    reply,
    service,
)


@pytest.mark.parametrize("kind", [kind for kind in ALL if kind.change], ids=lambda kind: kind.name)
def test_the_reading_client_cannot_write(kind: Kind, server: Scripted, reader: TwilioReader) -> None:
    server.on(kind.method, kind.path, kind.good)
    door = Door(reader.transport, READS)
    with pytest.raises(ProviderError) as raised:
        door.request(kind.method, f"https://messaging.twilio.com{kind.path}", data={"FriendlyName": "x"})
    assert raised.value.failure is Failure.FORBIDDEN_REQUEST
    assert server.asked == []


FORBIDDEN = [
    ("DELETE", f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/IncomingPhoneNumbers/{NUMBER}.json"),
    ("POST", f"https://api.twilio.com{INVENTORY}"),
    ("POST", f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/IncomingPhoneNumbers/{NUMBER}.json"),
    ("GET", f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}.json"),
    ("POST", f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Messages.json"),
    ("DELETE", f"https://messaging.twilio.com{SERVICES}"),
    ("DELETE", f"https://messaging.twilio.com{POOL}"),
    ("PUT", f"https://messaging.twilio.com{SERVICES}/{SERVICE}"),
    ("PATCH", f"https://messaging.twilio.com{SERVICES}/{SERVICE}"),
    ("POST", f"https://messaging.twilio.com{SERVICES}/MG123"),
    ("POST", f"https://messaging.twilio.com{SERVICES}/{SERVICE}/../{SERVICE}"),
    ("POST", f"https://messaging.twilio.com{SERVICES}/{SERVICE}%2fPhoneNumbers"),
    ("POST", f"https://messaging.twilio.com{SERVICES}/{SERVICE}/"),
    ("POST", f"https://api.twilio.com{SERVICES}"),
    ("GET", f"https://accounts.twilio.com{SERVICES}"),
]


@pytest.mark.parametrize(("method", "url"), FORBIDDEN)
def test_the_writing_client_sends_only_what_the_table_lists(
    method: str, url: str, server: Scripted, reader: TwilioReader
) -> None:
    with pytest.raises(ProviderError) as raised:
        Door(reader.transport, WRITES).request(method, url)
    assert raised.value.failure is Failure.FORBIDDEN_REQUEST
    assert server.asked == []


def test_no_route_reaches_a_single_number_of_the_account() -> None:
    touching = [route for route in WRITES if "IncomingPhoneNumbers" in route.path.pattern]
    assert [route.method for route in touching] == ["GET"]
    assert [route.method for route in WRITES if route.after_loss is AfterLoss.LOOK] == ["POST"]
    assert all(route.method == "GET" for route in (*READS, *EXAMINES))


def test_a_malformed_sid_is_refused_before_it_goes_into_a_path(server: Scripted, writer: TwilioWriter) -> None:
    evil = DeleteService(service_sid="MG1/../../x", **WHERE)
    with pytest.raises(ProviderError) as raised:
        writer.execute(evil, service_sid=None)
    assert raised.value.failure is Failure.FORBIDDEN_REQUEST
    assert server.asked == []


def test_the_source_of_the_provider_names_no_call_that_buys_or_releases_a_number() -> None:
    room = Path(scripted.__file__).parents[2] / "smsops/providers/twilio"
    called = {
        node.attr
        for path in room.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
    }
    assert "incoming_phone_numbers" in called
    assert called.isdisjoint({"available_phone_numbers", "local", "toll_free", "mobile"})


def test_many_threads_share_the_client_and_every_answer_reaches_its_own(server: Scripted, reader: TwilioReader) -> None:
    sids = [f"MG{n:032x}" for n in range(40)]
    for sid in sids:
        server.on("GET", f"{SERVICES}/{sid}", reply(200, service(sid, friendly_name=sid)))
    seen: dict[str, object] = {}

    def look(sid: str) -> None:
        live = reader.read_back(sid, settings=True, pool=False, settled=lambda found: True)
        seen[sid] = live.settings.friendly_name if live else None

    threads = [threading.Thread(target=look, args=(sid,)) for sid in sids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert seen == {sid: sid for sid in sids}
    assert reader.api_calls == 40


class Overtaken(Door):
    """Stores its first count late: after the second, if a second can come between."""

    second = threading.Event()

    def __setattr__(self, name: str, value: object) -> None:
        if (name, value) == ("sent", 1):
            self.second.wait(0.2)
        super().__setattr__(name, value)
        if (name, value) == ("sent", 2):
            self.second.set()


def test_two_requests_at_once_count_as_two(server: Scripted, reader: TwilioReader) -> None:
    server.on("GET", SERVICES, page("services"))
    door = Overtaken(reader.transport, READS)
    asking = [threading.Thread(target=door.request, args=("GET", f"{server.base_url}{SERVICES}")) for _ in range(2)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join(30)
    assert door.sent == len(server.asked) == 2
