"""The secret stays inside, whatever a server echoes and whatever fails."""

from __future__ import annotations

import base64
import logging
import subprocess
import sys
import traceback

import pytest

from smsops.errors import ProviderError
from smsops.model import Wanted
from smsops.providers.base import Connection
from smsops.providers.twilio.client import Door, sdk_client
from smsops.providers.twilio.read import TwilioReader
from smsops.providers.twilio.routes import READS
from tests.providers.scripted import (
    ACCOUNT,
    CUT,
    POOL,
    SECRET,
    SERVICE,
    SERVICES,
    Reply,
    Scripted,
    member,
    page,
    refusal,
    reply,
    service,
)

PAIR = base64.b64encode(f"{ACCOUNT}:{SECRET}".encode()).decode()


def echoes() -> list[Reply]:
    """Answers that give away whatever the request held."""
    everything = f"you sent {SECRET} as {PAIR}, \x1b[31mred\x1b[0m\nand https://anna:{SECRET}@hooks.example.com/x"
    return [
        refusal(400, 20001, everything),
        refusal(401, 20003, everything),
        reply(403, {"type": "t", "title": everything, "status": 403, "code": 70051, "detail": everything}),
        Reply(status=500, body=everything.encode()),
        Reply(status=400, body=b'{"code": 20001, "message": "x"}', headers={"Twilio-Request-Id": SECRET}),
        reply(200, {"services": [service(friendly_name=[SECRET])], "meta": {"key": "services"}}),
        reply(200, {"services": [service(sid=SECRET)], "meta": {"key": "services"}}),
        reply(200, {SECRET: PAIR}),
        page("services", following=f"https://{SECRET}.example.com/"),
        CUT,
    ]


@pytest.mark.parametrize("answer", echoes())
def test_no_error_gives_the_secret_away_even_when_the_server_echoes_it(
    answer: Reply, server: Scripted, reader: TwilioReader, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.on("GET", SERVICES, answer)
    with pytest.raises(ProviderError) as raised:
        reader.read(())
    chain: list[BaseException] = []
    error: BaseException | None = raised.value
    while error is not None:
        chain.append(error)
        error = error.__cause__ or error.__context__
    text = "".join(traceback.format_exception(raised.value)) + caplog.text
    text += "".join(repr((vars(part), part.args)) for part in chain)
    for form in (SECRET, PAIR, "Basic "):
        assert form not in text
    assert "\x1b" not in raised.value.message
    assert len(raised.value.message) < 500


def test_the_sdks_client_holds_no_secret(reader: TwilioReader, connection: Connection) -> None:
    client = sdk_client(connection, Door(reader.transport, READS))
    assert SECRET not in repr(vars(client))
    assert (client.password, client.account_sid) == (None, ACCOUNT)
    assert SECRET not in repr(reader) + repr(reader.transport) + repr(connection)


def test_an_error_keeps_no_frame_that_knows_the_authorization(server: Scripted, reader: TwilioReader) -> None:
    server.on("GET", SERVICES, CUT)
    with pytest.raises(ProviderError) as raised:
        reader.read(())
    trace = raised.value.__traceback__
    while trace is not None:
        held = {name: value for name, value in trace.tb_frame.f_locals.items() if isinstance(value, str | dict | tuple)}
        assert PAIR not in repr(held)
        trace = trace.tb_next
    assert raised.value.__cause__ is None


def test_long_words_of_a_server_are_cut(server: Scripted, reader: TwilioReader) -> None:
    server.on("GET", SERVICES, refusal(400, 20001, "word " * 100_000))
    with pytest.raises(ProviderError) as raised:
        reader.read(())
    assert len(raised.value.message) < 500
    assert "…" in raised.value.message


def test_nothing_is_logged_of_a_request(
    server: Scripted, reader: TwilioReader, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.on("GET", SERVICES, page("services", service(friendly_name="quiet-name")))
    server.on("GET", POOL, page("phone_numbers", member()))
    reader.read((Wanted(service_sid=SERVICE, friendly_name="orders", numbers=frozenset()),))
    assert len(server.asked) == 2
    assert [record.name for record in caplog.records if record.name.startswith(("twilio", "smsops"))] == []
    assert "quiet-name" not in caplog.text


def test_the_list_of_providers_imports_no_client_library() -> None:
    code = (
        "import sys; from smsops.providers import PROVIDERS; print(*PROVIDERS);"
        "assert not {'twilio', 'urllib3', 'requests', 'certifi'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "twilio\n"
