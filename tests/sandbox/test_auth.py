"""Who may do what: tokens, keys of each kind, subaccounts, suspended accounts."""

from __future__ import annotations

import base64

import pytest

from smsops.errors import SmsopsError
from smsops.sandbox.accounts import Credentials, KeyKind
from smsops.sandbox.server import Sandbox
from smsops.sandbox.switches import Switches
from tests.sandbox.caller import Caller
from tests.sandbox.conftest import ACCOUNT, NUMBERS, OTHER, P1

KEY = "SK" + "1" * 32
SERVICES = "/v1/Services"
INVENTORY = f"/2010-04-01/Accounts/{ACCOUNT}/IncomingPhoneNumbers.json"
ITSELF = f"/2010-04-01/Accounts/{ACCOUNT}.json"


@pytest.mark.parametrize(
    "header",
    ["", "Bearer x", "Basic", "Basic !!!", "Basic " + base64.b64encode(b"\xff:\xff").decode(),
     "Basic " + base64.b64encode(b"AC0:x").decode(), "Basic " + base64.b64encode(ACCOUNT.encode() + b":no").decode()],
)  # fmt: skip
def test_without_the_right_credentials_there_is_no_answer(box: Sandbox, credentials: Credentials, header: str) -> None:
    with Caller(box, None) as stranger:
        stranger.headers["Authorization"] = header
        reply = stranger.call("GET", SERVICES)
    assert reply.error == (401, 20003)
    assert reply.body["detail"] == "Your AccountSid or AuthToken was incorrect."
    assert credentials.password not in reply.raw.decode()


def test_the_credentials_choose_the_account_of_the_messaging_api(caller: Caller, box: Sandbox) -> None:
    sid = caller.create_service("mine")
    with Caller(box, box.ensure_account(OTHER)) as other:
        assert other.call("GET", f"{SERVICES}/{sid}").error == (404, 20404)
        assert other.call("DELETE", f"{SERVICES}/{sid}").error == (404, 20404)
        assert other.add(sid, P1).error == (404, 20404)
        assert other.names() == []
    assert caller.names() == ["mine"]


def test_the_account_body_shows_the_token_so_that_redaction_can_be_tested(
    caller: Caller, credentials: Credentials
) -> None:
    assert caller.call("GET", ITSELF).body["auth_token"] == credentials.password
    listed = caller.call("GET", "/2010-04-01/Accounts.json").body["accounts"]
    assert [account["sid"] for account in listed] == [ACCOUNT]
    assert caller.call("GET", "/2010-04-01/Accounts.json", Status="closed").body["accounts"] == []


def test_a_standard_key_does_everything_but_read_accounts_and_keys(box: Sandbox, caller: Caller) -> None:
    with Caller(box, box.ensure_account(ACCOUNT, api_key_sid=KEY)) as keyed:
        assert keyed.call("GET", SERVICES).status == 200
        assert keyed.call("GET", INVENTORY).status == 200
        for path in (ITSELF, "/2010-04-01/Accounts.json", f"/2010-04-01/Accounts/{ACCOUNT}/Keys.json"):
            assert keyed.call("GET", path).error == (401, 20003)


def test_a_main_key_reads_accounts(box: Sandbox, caller: Caller) -> None:
    with Caller(box, box.add_key(ACCOUNT, KEY, kind=KeyKind.MAIN)) as keyed:
        assert keyed.call("GET", ITSELF).status == 200
        assert keyed.call("GET", f"/2010-04-01/Accounts/{ACCOUNT}/Keys.json").error == (404, 20404)


@pytest.mark.parametrize("status", [401, 403])
def test_a_restricted_key_does_what_it_lists(box: Sandbox, caller: Caller, status: int) -> None:
    box.switches = Switches(restricted_status=status)
    given = box.add_key(ACCOUNT, KEY, kind=KeyKind.RESTRICTED, permissions=["GET /v1/Services.*"])
    with Caller(box, given) as keyed:
        assert keyed.call("GET", SERVICES).status == 200
        assert keyed.call("POST", SERVICES, FriendlyName="x").error == (status, 70051)
        assert keyed.call("GET", INVENTORY).error == (status, 70051)


def test_test_credentials_reach_no_messaging_service(box: Sandbox, caller: Caller) -> None:
    with Caller(box, box.add_key(ACCOUNT, OTHER, kind=KeyKind.TEST)) as tester:
        assert tester.call("GET", SERVICES).error == (403, 20008)


@pytest.mark.parametrize("status", [401, 403])
def test_a_suspended_account_is_refused(box: Sandbox, caller: Caller, status: int) -> None:
    box.switches = Switches(suspended_status=status)
    box.console.set_account(ACCOUNT, status="suspended")
    assert caller.call("GET", SERVICES).error == (status, 20005)


@pytest.mark.parametrize(("code", "status"), [(20404, 404), (20003, 401)])
def test_a_core_path_is_open_to_the_owner_and_to_its_parents_token(
    box: Sandbox, caller: Caller, code: int, status: int
) -> None:
    box.switches = Switches(foreign_account_code=code)
    with Caller(box, box.ensure_account(OTHER)) as other:
        assert other.call("GET", INVENTORY).error == (status, code)
        box.console.set_account(ACCOUNT, owner_sid=OTHER)
        assert other.call("GET", INVENTORY).status == 200
    with Caller(box, box.ensure_account(OTHER, api_key_sid=KEY)) as keyed:
        assert keyed.call("GET", INVENTORY).error == (status, code)


def test_ensuring_twice_keeps_what_is_there(box: Sandbox, caller: Caller) -> None:
    pinned = "MG" + "7" * 32
    first = box.ensure_account(ACCOUNT, numbers=NUMBERS, service_sids=[pinned])
    box.console.update_service(pinned, friendly_name="renamed")
    assert box.ensure_account(ACCOUNT, numbers=NUMBERS, service_sids=[pinned]) == first
    assert caller.names() == ["renamed"]
    box.console.delete_service(pinned)
    box.ensure_account(ACCOUNT, service_sids=[pinned])
    assert caller.names() == []


def test_a_service_that_two_accounts_claim_belongs_to_the_first(box: Sandbox, caller: Caller) -> None:
    pinned = "MG" + "7" * 32
    box.ensure_account(ACCOUNT, service_sids=[pinned])
    with Caller(box, box.ensure_account(OTHER, service_sids=[pinned])) as other:
        assert other.call("GET", f"{SERVICES}/{pinned}").error == (404, 20404)
    assert caller.call("GET", f"{SERVICES}/{pinned}").status == 200


@pytest.mark.parametrize(
    "wrong",
    [{"account_sid": "AC1"}, {"api_key_sid": "SK1"}, {"numbers": ["2065550101"]}, {"service_sids": ["MG1"]}],
)
def test_a_malformed_sid_or_number_is_named(box: Sandbox, wrong: dict[str, object]) -> None:
    with pytest.raises(SmsopsError, match="it is no"):
        box.ensure_account(**{"account_sid": ACCOUNT, **wrong})  # type: ignore[arg-type]


def test_a_password_is_not_shown_by_repr(credentials: Credentials) -> None:
    assert credentials.password not in repr(credentials)
