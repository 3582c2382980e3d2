"""Reading the event log: as the sandbox writes it, as a hostile server may answer, and only when somebody asks."""

from __future__ import annotations

import itertools
import subprocess
import sys
import threading
from typing import Any

import pytest

from smsops.errors import Failure, ProviderError
from smsops.frozen import replace
from smsops.model import AccountEvent
from smsops.providers.base import Connection
from smsops.providers.twilio import events
from smsops.providers.twilio.client import Door
from smsops.providers.twilio.read import TwilioReader, open_reader
from smsops.providers.twilio.retry import RetryPolicy
from smsops.providers.twilio.routes import READS
from smsops.sandbox.accounts import KeyKind
from smsops.sandbox.events import CONSOLE_USER
from smsops.sandbox.server import Sandbox
from smsops.secrets.base import Secret
from tests.providers.scripted import ACCOUNT, OTHER, SECRET, SERVICE, SERVICES, Reply, Scripted, page, refusal

EVENTS = "/v1/Events"
SINCE = "2026-11-23T12:00:00.250000Z"
LONG_AGO = "2000-01-01T00:00:00Z"
OWNERS = itertools.count(0xE0)
HERE = "+12065550101"


def event(**fields: Any) -> dict[str, Any]:
    return {
        "account_sid": ACCOUNT,
        "actor_sid": "US" + "3" * 32,
        "actor_type": "user",
        "event_data": {"resource_properties": {"inbound_request_url": {"previous": "", "updated": "https://x.net"}}},
        "event_date": "2026-11-23T12:00:05Z",
        "event_type": "messaging-service.updated",
        "resource_sid": SERVICE,
        "sid": "AE" + "1" * 32,
        "source": "web",
        **fields,
    }


def only(server: Scripted, reader: TwilioReader, **fields: Any) -> AccountEvent:
    server.on("GET", EVENTS, page("events", event(**fields)))
    (found,) = reader.events([SERVICE], since=SINCE)
    return found


def refused(server: Scripted, reader: TwilioReader, answer: Reply) -> ProviderError:
    server.on("GET", EVENTS, answer)
    with pytest.raises(ProviderError) as raised:
        reader.events([SERVICE], since=SINCE)
    return raised.value


@pytest.fixture
def at_sandbox(sandbox: Sandbox) -> Connection:
    account = f"AC{next(OWNERS):032x}"
    given = sandbox.ensure_account(account, numbers=[HERE])
    return Connection(
        account_sid=account, username=given.username, password=Secret(given.password), base_url=sandbox.base_url
    )


def test_an_event_says_who_did_what_when(server: Scripted, reader: TwilioReader) -> None:
    assert only(server, reader) == AccountEvent(
        at="2026-11-23T12:00:05Z",
        resource_sid=SERVICE,
        event_type="messaging-service.updated",
        actor="user US" + "3" * 32,
        source="web",
        properties={"inbound_request_url": ("", "https://x.net")},
    )


def test_each_resource_is_asked_for_once_from_the_whole_second_on(server: Scripted, reader: TwilioReader) -> None:
    server.on("GET", EVENTS, page("events"))
    assert reader.events([SERVICE, OTHER, SERVICE], since=SINCE) == ()
    assert sorted(asked.query["ResourceSid"] for asked in server.asked) == [[SERVICE], [OTHER]]
    assert {(*asked.query["StartDate"], *asked.query["PageSize"]) for asked in server.asked} == {
        ("2026-11-23T12:00:00Z", "1000")
    }
    assert reader.api_calls == 2
    assert reader.events([], since=SINCE) == ()
    assert reader.api_calls == 2


@pytest.mark.parametrize("since", ["2026-11-23T12:00:00", "2026-11-23T14:00:00.9+02:00", "2026-11-23T12:00:00Z"])
def test_the_start_is_said_in_utc(since: str, server: Scripted, reader: TwilioReader) -> None:
    server.on("GET", EVENTS, page("events"))
    reader.events([SERVICE], since=since)
    assert server.asked[0].query["StartDate"] == ["2026-11-23T12:00:00Z"]


def test_events_come_in_order_of_time_from_all_pages(server: Scripted, reader: TwilioReader) -> None:
    following = f"{server.base_url}{EVENTS}?PageToken=2"
    times = ["2026-11-23T12:00:09Z", "2026-11-23T12:00:07Z", "2026-11-23T12:00:07Z", "2026-11-23T12:00:01Z"]
    newest_first = [event(event_date=at, event_type=f"number {n}") for n, at in enumerate(times)]
    server.on("GET", EVENTS, page("events", *newest_first[:2], following=following), page("events", *newest_first[2:]))
    assert [found.event_type for found in reader.events([SERVICE], since=SINCE)] == [
        "number 3", "number 2", "number 1", "number 0",
    ]  # fmt: skip


def test_the_older_form_of_changes_is_read_too(server: Scripted, reader: TwilioReader) -> None:
    changed = {"sticky_sender": {"previous": True, "updated": False}, "name": "a note", "usecase": {"updated": "poll"}}
    assert only(server, reader, event_data=changed).properties == {
        "sticky_sender": ("true", "false"),
        "usecase": ("", "poll"),
    }


@pytest.mark.parametrize("data", [None, "text", [1], {}, {"resource_properties": None}, {"resource_properties": [1]}])
def test_an_event_without_changes_is_one_all_the_same(data: object, server: Scripted, reader: TwilioReader) -> None:
    assert only(server, reader, event_data=data).properties == {}


def test_strange_values_become_text(server: Scripted, reader: TwilioReader) -> None:
    changed = {"a": {"previous": {"z": [1, "\ud800"], "b": None}, "updated": 1.5}, "c": {"previous": 7}}
    found = only(server, reader, event_data=changed, event_type=12, source=["web"], resource_sid=None)
    assert found.properties == {"a": (r'{"b": null, "z": [1, "\ud800"]}', "1.5"), "c": ("7", "")}
    assert (found.event_type, found.source, found.resource_sid) == ("12", '["web"]', SERVICE)


@pytest.mark.parametrize(
    ("kind", "sid", "actor"),
    [("account", ACCOUNT, f"account {ACCOUNT}"), (None, ACCOUNT, ACCOUNT), ("twilio-admin", None, "twilio-admin"),
     (None, None, "")],
)  # fmt: skip
def test_the_actor_is_named_as_far_as_it_is_known(
    kind: str | None, sid: str | None, actor: str, server: Scripted, reader: TwilioReader
) -> None:
    assert only(server, reader, actor_type=kind, actor_sid=sid).actor == actor


@pytest.mark.parametrize("at", ["2026-11-23T12:00:05.999Z", "2026-11-23T14:00:05+02:00", "2026-11-23 12:00:05"])
def test_other_ways_to_write_a_time_are_read(at: str, server: Scripted, reader: TwilioReader) -> None:
    assert only(server, reader, event_date=at).at == "2026-11-23T12:00:05Z"


@pytest.mark.parametrize(
    "fields",
    [{"event_date": None}, {"event_date": "yesterday"}, {"event_date": 7}, {"event_date": "0001-01-01T00:00:00+05:00"},
     {"event_type": "\ud800"}, {"source": "\udfff"}, {"actor_sid": "US\ud800"},
     {"event_data": {"\ud800": {"previous": "", "updated": ""}}}, {"event_data": {"a": {"updated": "\ud800"}}}],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(fields: dict[str, Any], server: Scripted, reader: TwilioReader) -> None:
    assert refused(server, reader, page("events", event(**fields))).failure is Failure.GARBLED


def test_a_value_that_is_nested_too_deeply_is_refused() -> None:
    nested: list[object] = []
    for _ in range(200_000):
        nested = [nested]
    with pytest.raises(ProviderError, match="nested") as raised:
        events._text(nested)
    assert raised.value.failure is Failure.GARBLED


def test_the_event_of_another_account_is_refused(server: Scripted, reader: TwilioReader) -> None:
    strange = event(account_sid="AC" + "9" * 32)
    assert refused(server, reader, page("events", strange)).failure is Failure.WRONG_ACCOUNT
    assert only(server, reader, account_sid=None).resource_sid == SERVICE


@pytest.mark.parametrize("answer", [page("alerts"), Reply(body=b'{"events": []}'), Reply(body=b"<html>")])
def test_another_list_than_the_log_is_refused(answer: Reply, server: Scripted, reader: TwilioReader) -> None:
    assert refused(server, reader, answer).failure is Failure.GARBLED


def test_a_page_link_to_another_place_is_refused(server: Scripted, reader: TwilioReader) -> None:
    for link in ("https://evil.example.com/v1/Events", "https://messaging.twilio.com/v1/Events", "/v1/Events?Page=1"):
        error = refused(server, reader, page("events", following=link))
        assert error.failure is Failure.FORBIDDEN_REQUEST
    assert len(server.asked) == 3


def test_a_page_link_to_the_logs_real_host_stays_on_the_base(server: Scripted, reader: TwilioReader) -> None:
    link = f"https://monitor.twilio.com{EVENTS}?PageToken=2"
    server.on("GET", EVENTS, page("events", event(), following=link), page("events", event()))
    assert len(reader.events([SERVICE], since=SINCE)) == server.calls("GET", EVENTS) == 2


def test_only_the_list_itself_may_be_asked_for(server: Scripted, reader: TwilioReader) -> None:
    for method, url in (
        ("GET", f"https://monitor.twilio.com{EVENTS}/AE{'1' * 32}"),
        ("GET", "https://monitor.twilio.com/v1/Alerts"),
        ("POST", f"https://monitor.twilio.com{EVENTS}"),
        ("GET", f"https://monitor.twilio.com{SERVICES}"),
    ):
        with pytest.raises(ProviderError) as raised:
            Door(reader.transport, READS).request(method, url)
        assert raised.value.failure is Failure.FORBIDDEN_REQUEST
    assert server.asked == []


@pytest.mark.parametrize(
    ("region", "edge", "host"), [(None, None, "monitor.twilio.com"), ("ie1", "dublin", "monitor.dublin.ie1.twilio.com")]
)
def test_the_log_has_a_host_of_its_own_at_twilio(
    region: str | None, edge: str | None, host: str, proxy: Scripted, policy: RetryPolicy
) -> None:
    there = Connection(account_sid=ACCOUNT, username=ACCOUNT, password=Secret(SECRET), region=region, edge=edge)
    with pytest.raises(ProviderError, match="proxy"):
        open_reader(there, policy=policy).events([SERVICE], since=SINCE)
    assert {asked.path for asked in proxy.asked} == {f"{host}:443"}


def test_many_threads_may_read_the_log_of_one_reader(server: Scripted, reader: TwilioReader) -> None:
    server.on("GET", EVENTS, page("events", event()))
    found: list[int] = []
    asking = [
        threading.Thread(target=lambda: found.append(len(reader.events([SERVICE, OTHER], since=SINCE))))
        for _ in range(8)
    ]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join(30)
    assert found == [2] * 8


def test_a_plan_does_not_load_the_log() -> None:
    script = (
        "import sys\n"
        "from smsops.providers.base import Connection\n"
        "from smsops.providers.twilio.read import open_reader\n"
        "from smsops.secrets.base import Secret\n"
        f"open_reader(Connection(account_sid={ACCOUNT!r}, username={ACCOUNT!r}, password=Secret('x')))\n"
        "print([name for name in sys.modules if name.startswith('twilio.rest.monitor')])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_edits_in_the_console_are_told_with_their_user(
    sandbox: Sandbox, at_sandbox: Connection, policy: RetryPolicy
) -> None:
    sid = sandbox.console.create_service(at_sandbox.account_sid, "orders", inbound_request_url="https://a.net/in")
    sandbox.console.attach(sid, HERE)
    sandbox.console.update_service(sid, inbound_request_url="https://b.net/in", validity_period=60)
    told = open_reader(at_sandbox, policy=policy).events([sid, "MG" + "0" * 32], since=LONG_AGO)
    assert [found.properties for found in told] == [
        {},
        {"phone_number": ("", HERE)},
        {"inbound_request_url": ("https://a.net/in", "https://b.net/in"), "validity_period": ("36000", "60")},
    ]
    assert {(found.resource_sid, found.actor, found.source) for found in told} == {(sid, f"user {CONSOLE_USER}", "web")}


def test_credentials_without_the_right_are_said_to_be(
    sandbox: Sandbox, at_sandbox: Connection, policy: RetryPolicy
) -> None:
    reader = open_reader(at_sandbox, policy=policy)
    sandbox.switches = replace(sandbox.switches, events_status=403)
    with pytest.raises(ProviderError) as raised:
        reader.events([SERVICE], since=LONG_AGO)
    assert (raised.value.failure, raised.value.status, raised.value.provider_code) == (Failure.AUTH, 403, 20403)
    assert reader.read(()).account_sid == at_sandbox.account_sid
    sandbox.switches = replace(sandbox.switches, events_status=200)
    key = sandbox.add_key(at_sandbox.account_sid, "SK" + "d" * 32, kind=KeyKind.RESTRICTED, permissions=["GET /v1/S.*"])
    restricted = replace(at_sandbox, username=key.username, password=Secret(key.password))
    with pytest.raises(ProviderError) as raised:
        open_reader(restricted, policy=policy).events([SERVICE], since=LONG_AGO)
    assert raised.value.provider_code == 70051


def test_an_account_without_a_log_says_so(server: Scripted, reader: TwilioReader) -> None:
    assert refused(server, reader, refusal(404, 20404)).failure is Failure.NOT_FOUND
