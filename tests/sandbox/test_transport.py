"""What goes over the wire: headers, keep-alive, framing, hosts, and a client that misbehaves."""

from __future__ import annotations

import re
import socket
import sqlite3
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from smsops.errors import SmsopsError
from smsops.frozen import replace
from smsops.sandbox.server import Sandbox
from smsops.sandbox.traffic import KEPT, Asked
from tests.sandbox.caller import Caller
from tests.sandbox.conftest import ACCOUNT, P1


def spoken(box: Sandbox, text: bytes) -> bytes:
    """Everything that the sandbox says to raw bytes, until it hangs up."""
    address = urlsplit(box.base_url)
    with socket.create_connection((address.hostname, address.port), timeout=30) as connection:
        connection.sendall(text)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while part := connection.recv(65536):
            answer += part
    return answer


def test_every_answer_carries_twilios_headers(caller: Caller) -> None:
    replies = [caller.call("GET", "/v1/Services"), caller.call("GET", "/v1/Services/MG0")]
    for reply in replies:
        assert re.fullmatch(r"RQ[0-9a-f]{32}", reply.headers["Twilio-Request-Id"])
        assert reply.headers["Twilio-Concurrent-Requests"] == "1"
        assert float(reply.headers["Twilio-Request-Duration"]) >= 0
        assert reply.headers["Content-Type"] == "application/json"
        assert (reply.headers["X-Home-Region"], reply.headers["X-Powered-By"]) == ("us1", "AT-5000")
        assert (reply.headers["X-Api-Domain"], reply.headers["X-Shenanigans"]) == ("messaging.twilio.com", "none")
    assert replies[0].headers["Twilio-Request-Id"] != replies[1].headers["Twilio-Request-Id"]
    core = caller.call("GET", f"/2010-04-01/Accounts/{ACCOUNT}.json")
    assert core.headers["X-Api-Domain"] == "api.twilio.com"


def test_an_error_names_its_code_in_body_and_header(caller: Caller) -> None:
    reply = caller.call("GET", "/v1/Services/MG0")
    assert reply.headers["X-Twilio-Error-Code"] == "20404"
    assert reply.body == {
        "code": 20404,
        "message": "The requested resource /Services/MG0 was not found",
        "more_info": "https://www.twilio.com/docs/errors/20404",
        "status": 404,
    }


def test_one_connection_serves_many_requests(box: Sandbox, caller: Caller) -> None:
    line = f"GET /v1/Services HTTP/1.1\r\nHost: localhost\r\nAuthorization: {caller.headers['Authorization']}\r\n\r\n"
    assert spoken(box, line.encode() * 3).count(b"HTTP/1.1 200 OK") == 3


@pytest.mark.parametrize("host", ["evil.example.com", "127.0.0.1.evil.example.com", "localhost.evil.example.com", ""])
def test_a_foreign_host_name_is_turned_away(box: Sandbox, caller: Caller, host: str) -> None:
    reply = caller.send("GET", "/v1/Services", Host=host)
    assert reply.error == (403, 20403)
    assert caller.send("GET", "/_sandbox/requests", Host=host).error == (403, 20403)
    assert len(box.requests) == 0


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:80", "127.0.0.1", "127.1.2.3:9", "[::1]:8080"])
def test_every_loopback_name_is_welcome(caller: Caller, host: str) -> None:
    assert caller.send("GET", "/v1/Services", Host=host).status == 200


@pytest.mark.parametrize(
    ("head", "status"),
    [
        ("Content-Length: x", 411),
        ("Content-Length: -1", 411),
        ("Content-Length: ²", 411),
        ("Transfer-Encoding: chunked", 411),
        ("Content-Length: 99999999", 413),
    ],
)
def test_a_body_that_cannot_be_read_ends_the_connection(box: Sandbox, head: str, status: int) -> None:
    answer = spoken(box, f"POST /v1/Services HTTP/1.1\r\nHost: localhost\r\n{head}\r\n\r\n".encode())
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert len(box.requests) == 0


@pytest.mark.parametrize(
    "text", [b"", b"\r\n", b"nonsense\r\n\r\n", b"GET\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc"]
)
def test_noise_does_no_harm(box: Sandbox, caller: Caller, text: bytes) -> None:
    spoken(box, text)
    assert caller.call("GET", "/v1/Services").status == 200


def test_a_client_that_leaves_in_the_middle_of_its_body_has_asked_nothing(box: Sandbox, caller: Caller) -> None:
    spoken(box, b"POST /v1/Services HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nFriendly")
    assert len(box.requests) == 0
    assert caller.names() == []


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "//",
        "/v1",
        "/v1/",
        "/v1/Services/",
        "/v1/Services/%00",
        "/v1/Services/%ff%fe",
        "/v1/Services/..%2f..",
        "/%",
        "/v1/Services/MG0/PhoneNumbers/",
        "/v2/Services",
        "/2010-04-01",
        "/2010-04-01/.json",
        "/2010-04-01/Accounts/.json",
    ],
)
def test_an_odd_path_is_not_found(caller: Caller, target: str) -> None:
    assert caller.send("GET", target).status == 404


def test_a_body_that_is_no_form_has_no_parameters(caller: Caller) -> None:
    caller.headers["Content-Type"] = "application/json"
    reply = caller.send("POST", "/v1/Services", '{"FriendlyName": "x"}')
    assert reply.error == (400, 20001)


def test_names_of_any_script_survive(caller: Caller) -> None:
    sid = caller.create_service("Zahnärzte 歯科 🦷")
    assert caller.call("GET", f"/v1/Services/{sid}").body["friendly_name"] == "Zahnärzte 歯科 🦷"


def test_a_port_that_is_taken_is_named(box: Sandbox) -> None:
    port = urlsplit(box.base_url).port
    assert port is not None
    with pytest.raises(SmsopsError, match=str(port)):
        Sandbox(None, port=port).start()


def test_after_the_stop_no_connection_is_served(box: Sandbox, caller: Caller) -> None:
    caller.call("GET", "/v1/Services")
    box.stop()
    with pytest.raises((ConnectionError, OSError)):
        caller.call("GET", "/v1/Services")
    with pytest.raises(RuntimeError):
        _ = box.base_url


def test_seeded_sandboxes_make_the_same_sids() -> None:
    made = []
    for _ in range(2):
        with Sandbox(None, seed="same") as box:
            made.append([box.console.create_service(ACCOUNT, "x") for _ in range(3)])
    assert made[0] == made[1]
    assert len(set(made[0])) == 3


@pytest.mark.parametrize("damage", ["DROP TABLE services", "DROP TABLE keys", "UPDATE services SET fields = 'no JSON'"])
def test_a_database_that_breaks_under_way_is_told_with_the_way_out(
    damage: str, box: Sandbox, caller: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    caller.create_service()
    with box.store.write() as rows:
        rows.execute(damage)
    reply = caller.call("GET", "/v1/Services")
    assert reply.error == (400, 20001), "neither repeated nor taken for a fault of Twilio's"
    assert "smsops sandbox reset" in reply.body["message"]
    assert isinstance(box.damage, SmsopsError)
    assert caplog.text == ""


def test_a_release_is_answered_also_when_it_cannot_be_noted(box: Sandbox, caller: Caller) -> None:
    with box.store.write() as rows:
        rows.execute("DROP TABLE violations")
    path = f"/2010-04-01/Accounts/{ACCOUNT}/IncomingPhoneNumbers/{P1}.json"
    assert caller.call("DELETE", path).error == (400, 20001)
    assert caller.call("GET", "/_sandbox/violations").error == (400, 20001)


def test_a_database_that_another_process_holds_is_a_503_and_no_damage(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.db"
    with Sandbox(path) as box, sqlite3.connect(path, isolation_level=None) as other:
        given = box.ensure_account(ACCOUNT)
        with box.store.write() as rows:  # as if the wait were over
            rows.execute("PRAGMA busy_timeout = 0")
        other.execute("BEGIN IMMEDIATE")
        with Caller(box, given) as caller:
            assert caller.call("POST", "/v1/Services", FriendlyName="x").error == (503, 20503)
        assert box.damage is None
        other.execute("ROLLBACK")
    other.close()


def test_a_defect_of_the_sandbox_is_a_500_and_is_logged(
    box: Sandbox, caller: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    caller.create_service()
    with box.store.write() as rows:
        rows.execute("UPDATE services SET fields = '[]'")
    assert caller.call("GET", "/v1/Services").error == (500, 20500)
    assert "failed to answer GET /v1/Services" in caplog.text


def test_the_request_log_is_bounded_and_can_be_sliced(box: Sandbox, caller: Caller) -> None:
    for n in range(3):
        caller.call("GET", f"/v1/Services/MG{n}")
    assert [asked.path[-1] for asked in box.requests[1:]] == ["1", "2"]
    assert box.requests[0].code == 20404
    assert list(box.requests.writes) == []
    caller.create_service()
    assert [asked.method for asked in box.requests.writes] == ["POST"]
    first: Asked = box.requests[0]
    for n in range(KEPT + 5):
        box.requests.append(replace(first, path=str(n)))
    assert len(box.requests) == KEPT
    assert box.requests[-1].path == str(KEPT + 4)
