"""The account's numbers by the core API, and the two requests that no engine may make."""

from __future__ import annotations

from pathlib import Path

import pytest

from smsops.sandbox.faults import Fault
from smsops.sandbox.server import Sandbox, Violation
from smsops.sandbox.switches import Switches
from tests.sandbox.caller import Caller
from tests.sandbox.conftest import ACCOUNT, NUMBERS, P1, SIDS, TOLLFREE

BASE = f"/2010-04-01/Accounts/{ACCOUNT}/IncomingPhoneNumbers"


def listed(caller: Caller, path: str = f"{BASE}.json", **filters: str) -> set[str]:
    return {item["phone_number"] for item in caller.call("GET", path, **filters).body["incoming_phone_numbers"]}


def test_the_list_holds_every_number_with_its_capabilities(caller: Caller) -> None:
    body = caller.call("GET", f"{BASE}.json").body
    assert {item["phone_number"]: item["sid"] for item in body["incoming_phone_numbers"]} == SIDS
    number = caller.call("GET", f"{BASE}/{P1}.json").body
    assert number["capabilities"] == {"voice": True, "sms": True, "mms": True, "fax": False}
    assert (number["sms_url"], number["voice_url"], number["type"]) == ("", None, "local")
    assert "messaging_service_sid" not in number


def test_filters_are_partial_and_a_bare_plus_is_a_space(caller: Caller, blunt: Caller) -> None:
    assert listed(caller, PhoneNumber="+12065550102") == {"+12065550102"}
    assert listed(blunt, PhoneNumber="2065550") == {"+12065550101", "+12065550102", "+12065550103"}
    assert listed(blunt, PhoneNumber="+1206555010*") == {"+12065550101", "+12065550102", "+12065550103"}
    assert listed(blunt, PhoneNumber="%") == set()
    assert blunt.send("GET", f"{BASE}.json?PhoneNumber=+12065550102").body["incoming_phone_numbers"] == []
    assert listed(caller, FriendlyName="(206) 555-0101") == {"+12065550101"}
    assert listed(caller, Origin="hosted") == set()


def test_numbers_are_listed_by_kind(caller: Caller) -> None:
    assert listed(caller, f"{BASE}/TollFree.json") == {"+18005550199"}
    assert listed(caller, f"{BASE}/Mobile.json") == {"+447700900160"}
    assert len(listed(caller, f"{BASE}/Local.json")) == 3


def test_a_numbers_own_settings_can_be_changed(caller: Caller, box: Sandbox) -> None:
    reply = caller.call("POST", f"{BASE}/{P1}.json", SmsUrl="https://n.example.com/", SmsMethod="GET", FriendlyName="x")
    assert (reply.status, reply.body["sms_url"], reply.body["sms_method"]) == (200, "https://n.example.com/", "GET")
    assert caller.call("POST", f"{BASE}/{P1}.json", SmsUrl="nonsense").error == (400, 21402)
    application = f"AP{'0' * 32}"
    assert (
        caller.call("POST", f"{BASE}/{P1}.json", SmsApplicationSid=application).body["sms_application_sid"]
        == application
    )
    assert caller.call("POST", f"{BASE}/{P1}.json", SmsApplicationSid="AP1").error == (400, 20001)
    assert caller.call("POST", f"{BASE}/{P1}.json", AccountSid="AC" + "1" * 32).status == 404
    assert box.violations == ()


def test_a_release_takes_the_number_away_for_good_and_is_a_violation(caller: Caller, box: Sandbox) -> None:
    sid = caller.create_service()
    caller.add(sid, P1)
    assert not box.violations
    assert caller.call("DELETE", f"{BASE}/{P1}.json").status == 204
    assert caller.pool(sid) == []
    assert caller.call("GET", f"{BASE}/{P1}.json").error == (404, 20404)
    box.ensure_account(ACCOUNT, numbers=NUMBERS)
    assert "+12065550101" not in listed(caller)
    assert box.violations == (
        Violation(method="DELETE", path=f"{BASE}/{P1}.json", account_sid=ACCOUNT, number="+12065550101"),
    )


@pytest.mark.parametrize(
    ("path", "form"),
    [
        (f"{BASE}.json", {"PhoneNumber": "+12065550777"}),
        (f"{BASE}.json", {"AreaCode": "206"}),
        (f"{BASE}/Local.json", {"PhoneNumber": "+12065550777"}),
    ],
)
def test_a_purchase_gives_the_number_and_is_a_violation(
    caller: Caller, box: Sandbox, path: str, form: dict[str, str]
) -> None:
    reply = caller.call("POST", path, **form)
    assert (reply.status, reply.body["account_sid"]) == (201, ACCOUNT)
    assert [violation.method for violation in box.violations] == ["POST"]


def test_the_mere_attempt_is_a_violation(blunt: Caller, box: Sandbox) -> None:
    box.faults.add(Fault(status=503))
    assert blunt.call("DELETE", f"{BASE}/{P1}.json").status == 503
    assert blunt.call("DELETE", f"{BASE}/PN{'0' * 32}.json").status == 404
    assert blunt.call("POST", f"{BASE}.json").error == (400, 20001)
    assert blunt.call("POST", f"{BASE}.json", PhoneNumber="soon").error == (400, 21421)
    assert blunt.call("POST", f"{BASE}.json", PhoneNumber=NUMBERS[0]).error == (400, 21422)
    assert len(box.violations) == 5


def test_violations_outlive_the_process(tmp_path: Path) -> None:
    database = tmp_path / "sandbox.db"
    with Sandbox(database) as box, Caller(box, box.ensure_account(ACCOUNT, numbers=NUMBERS)) as caller:
        caller.call("DELETE", f"{BASE}/{P1}.json")
    with Sandbox(database) as box:
        assert [violation.number for violation in box.violations] == ["+12065550101"]


def test_without_json_the_core_api_has_no_answer(caller: Caller) -> None:
    assert caller.call("GET", BASE).error == (404, 20404)
    assert caller.call("GET", "/2010-04-01/Nothing.json").error == (404, 20404)
    message = caller.call("GET", f"{BASE}/PN{'0' * 32}.json").body["message"]
    assert "/2010-04-01/Accounts/" in message


def test_a_new_number_may_answer_with_the_sample_reply(box: Sandbox) -> None:
    box.switches = Switches(sample_reply=True)
    with Caller(box, box.ensure_account(ACCOUNT, numbers=NUMBERS)) as caller:
        assert caller.call("GET", f"{BASE}/{TOLLFREE}.json").body["sms_url"].startswith("https://demo.twilio.com/")
