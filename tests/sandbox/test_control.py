"""The control door: what other programs' tests can do over HTTP, and who may not."""

from __future__ import annotations

import json

import pytest

from smsops.sandbox.faults import Fault, FaultKind
from smsops.sandbox.server import Sandbox
from smsops.sandbox.switches import Switches
from tests.sandbox.caller import Caller, Reply
from tests.sandbox.conftest import ACCOUNT, P1


def post(caller: Caller, what: str, document: object) -> Reply:
    return caller.send("POST", f"/_sandbox/{what}", json.dumps(document))


def test_a_fault_set_over_http_strikes(box: Sandbox, blunt: Caller) -> None:
    reply = post(blunt, "faults", {"status": 503, "method": "POST", "path": "^/v1/Services$", "times": 2})
    assert (reply.status, reply.body["faults"][0]["times"]) == (201, 2)
    assert post(blunt, "faults", [{"kind": "reset"}, {"kind": "delay", "seconds": 1}]).status == 201
    assert box.faults.left == (
        Fault(status=503, method="POST", path="^/v1/Services$", times=2),
        Fault(kind=FaultKind.RESET),
        Fault(kind=FaultKind.DELAY, seconds=1),
    )
    assert len(blunt.send("GET", "/_sandbox/faults").body["faults"]) == 3
    assert blunt.call("POST", "/v1/Services", FriendlyName="x").status == 503
    assert blunt.send("DELETE", "/_sandbox/faults").status == 204
    assert blunt.call("POST", "/v1/Services", FriendlyName="x").status == 201


@pytest.mark.parametrize(
    ("document", "named"),
    [
        ({"colour": 1}, "colour"),
        ({"kind": "flood"}, "kind"),
        ({"path": "("}, "regular expression"),
        ({"times": 0}, "times"),
        ({"times": "1"}, "times"),
        ({"status": True}, "status"),
        (7, "object"),
        ([7], "object"),
    ],
)
def test_a_wrong_fault_is_refused_with_the_reason(blunt: Caller, document: object, named: str) -> None:
    reply = post(blunt, "faults", document)
    assert reply.error == (400, 20001)
    assert named in reply.body["message"]


def test_switches_are_read_and_turned_over_http(box: Sandbox, blunt: Caller) -> None:
    assert post(blunt, "switches", {"lag": 3}).body["switches"]["lag"] == 3
    assert box.switches == Switches(lag=3)
    assert blunt.send("GET", "/_sandbox/switches").body["switches"]["cleared_url"] == "null"
    assert post(blunt, "switches", {"lag": "x"}).error == (400, 20001)
    assert post(blunt, "switches", []).error == (400, 20001)
    assert blunt.send("POST", "/_sandbox/switches", "{").error == (400, 20001)
    assert box.switches == Switches(lag=3)


def test_requests_are_told_without_credentials_and_can_be_forgotten(blunt: Caller) -> None:
    blunt.call("POST", "/v1/Services", FriendlyName="orders")
    reply = blunt.send("GET", "/_sandbox/requests")
    (told,) = reply.body["requests"]
    assert (told["method"], told["path"], told["form"], told["status"]) == (
        "POST",
        "/v1/Services",
        {"FriendlyName": "orders"},
        201,
    )
    assert told["account_sid"] == ACCOUNT
    assert blunt.headers["Authorization"] not in reply.raw.decode()
    assert reply.body["max_concurrency"] == 1
    assert blunt.send("DELETE", "/_sandbox/requests").status == 204
    assert blunt.send("GET", "/_sandbox/requests").body["requests"] == []


def test_violations_are_told(blunt: Caller) -> None:
    path = f"/2010-04-01/Accounts/{ACCOUNT}/IncomingPhoneNumbers/{P1}.json"
    blunt.call("DELETE", path)
    assert blunt.send("GET", "/_sandbox/violations").body == {
        "violations": [{"method": "DELETE", "path": path, "account_sid": ACCOUNT, "number": "+12065550101"}]
    }


def test_the_door_is_closed_without_credentials(box: Sandbox, blunt: Caller) -> None:
    with Caller(box, None) as stranger:
        for what in ("requests", "violations", "faults", "switches"):
            assert stranger.send("GET", f"/_sandbox/{what}").error == (401, 20003)
        assert post(stranger, "switches", {"lag": 1}).error == (401, 20003)
    assert box.switches == Switches()


def test_the_door_has_no_other_rooms(blunt: Caller) -> None:
    assert blunt.send("GET", "/_sandbox/secrets").error == (404, 20404)
    assert blunt.send("PUT", "/_sandbox/faults").error == (405, 20004)
