"""Twilio passes the contract, through its own SDK against the sandbox, however the open questions are answered."""

from __future__ import annotations

import base64
import itertools
import urllib.request
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from smsops.changes import AttachNumber, Change, CreateService, DeleteService, DetachNumber, UpdateService
from smsops.frozen import replace
from smsops.model import Wanted
from smsops.providers import PROVIDERS
from smsops.providers.base import Connection, Reader, Writer
from smsops.providers.twilio.read import open_reader
from smsops.providers.twilio.retry import RetryPolicy
from smsops.providers.twilio.write import open_writer
from smsops.sandbox.faults import Fault, FaultKind
from smsops.sandbox.server import Sandbox
from smsops.sandbox.switches import ClearedUrl, Switches
from smsops.secrets.base import Secret
from tests.providers.contract import ProviderContract
from tests.providers.hands import Hands

NUMBERS = ("+12065550101", "+12065550102", "+12065550103")
OTHERWISE = Switches(
    deferral_default=True,
    smart_encoding_default=True,
    cleared_url=ClearedUrl.EMPTY,
    added_status=200,
    empty_capabilities=True,
    unknown_field=True,
    real_host_links=True,
    pool_touches_service=True,
    deregistration_calls=1,
)
REQUESTS: dict[type[Change], tuple[str, str]] = {
    CreateService: ("POST", r"/v1/Services$"),
    UpdateService: ("POST", r"/v1/Services/\w+$"),
    AttachNumber: ("POST", r"/PhoneNumbers$"),
    DetachNumber: ("DELETE", r"/PhoneNumbers/\w+$"),
    DeleteService: ("DELETE", r"/v1/Services/\w+$"),
}
_serial = itertools.count(0x700)


class SandboxAccount:
    numbers = NUMBERS

    def __init__(self, sandbox: Sandbox, policy: RetryPolicy, *, key: bool) -> None:
        sid = f"AC{next(_serial):032x}"
        given = sandbox.ensure_account(sid, api_key_sid=f"SK{next(_serial):032x}" if key else None, numbers=NUMBERS)
        self._sandbox = sandbox
        self._policy = policy
        self.connection = Connection(
            account_sid=sid,
            username=given.username,
            password=Secret(given.password),
            base_url=sandbox.base_url,
            concurrency=4,
        )

    def reader(self) -> Reader:
        return open_reader(self.connection, policy=self._policy)

    def writer(self, reader: Reader) -> Writer:
        return open_writer(reader)

    def with_wrong_secret(self) -> Reader:
        return open_reader(replace(self.connection, password=Secret("not-the-secret")), policy=self._policy)

    def lose_next(self, change: type[Change]) -> None:
        method, path = REQUESTS[change]
        self._sandbox.faults.add(Fault(kind=FaultKind.RESET, method=method, path=path, after=True))

    def fail_next(self, change: type[Change]) -> None:
        method, path = REQUESTS[change]
        self._sandbox.faults.add(Fault(method=method, path=path, status=412, code=21714))

    def requests(self) -> int:
        return sum(1 for asked in self._sandbox.requests if asked.account_sid == self.connection.account_sid)

    def violations(self) -> int:
        return len(self._sandbox.violations)


@pytest.fixture(params=["as we guess", "otherwise"])
def switched(request: pytest.FixtureRequest, sandbox: Sandbox) -> Iterator[Sandbox]:
    usual = sandbox.switches
    if request.param == "otherwise":
        sandbox.switches = OTHERWISE
    yield sandbox
    sandbox.switches = usual


class TestTwilio(ProviderContract):
    @pytest.fixture
    def account(self, switched: Sandbox, policy: RetryPolicy) -> SandboxAccount:
        return SandboxAccount(switched, policy, key=switched.switches == OTHERWISE)


def test_a_thousand_and_one_numbers_and_services_are_read_page_by_page(sandbox: Sandbox, policy: RetryPolicy) -> None:
    sid = f"AC{next(_serial):032x}"
    numbers = [f"+1206{n:07}" for n in range(1001)]
    given = sandbox.ensure_account(sid, numbers=numbers, service_sids=[f"MG{n:032x}" for n in range(0x5000, 0x53E9)])
    connection = Connection(
        account_sid=sid,
        username=given.username,
        password=Secret(given.password),
        base_url=sandbox.base_url,
    )
    live = open_reader(connection, policy=policy).read(())
    assert (len(live.services), live.api_calls) == (1001, 2)
    everything = open_reader(connection, policy=policy)
    found = everything._account.numbers()
    assert (len(found), everything.api_calls) == (1001, 2)


def test_the_registry_opens_what_the_contract_tests(sandbox: Sandbox, policy: RetryPolicy) -> None:
    twilio = PROVIDERS["twilio"]
    account = SandboxAccount(sandbox, policy, key=False)
    reader = twilio.open_reader(account.connection)
    live = reader.read((Wanted(service_sid=None, friendly_name="none", numbers=frozenset(NUMBERS)),))
    assert set(live.numbers or {}) == set(NUMBERS)
    assert twilio.open_writer(reader).api_calls == 0
    assert (twilio.name, twilio.title) == ("twilio", "Twilio Programmable Messaging")


def test_senders_that_are_no_numbers_are_found(switched: Sandbox, policy: RetryPolicy) -> None:
    account = SandboxAccount(switched, policy, key=False)
    owner = account.connection.account_sid
    room = f"/v1/Services/{switched.console.create_service(owner, 'orders')}"
    for segment, form in (
        ("ShortCodes", {"ShortCodeSid": switched.console.own_short_code(owner, "72600")}),
        ("AlphaSenders", {"AlphaSender": "Larkspur"}),
        ("DestinationAlphaSenders", {"AlphaSender": "Larkspur UK", "IsoCountryCode": "GB"}),
        ("ChannelSenders", {"Sid": switched.console.own_channel_sender(owner, "whatsapp:+12065550199", "WhatsApp")}),
    ):
        assert post(account.connection, f"{room}/{segment}", form) in (200, 201)
    found = account.reader().other_senders(room.rpartition("/")[2])
    assert found == ("72600", "Larkspur", "Larkspur UK", "whatsapp:+12065550199")


def post(connection: Connection, path: str, form: dict[str, str]) -> int:
    """The status of a request that no client of ours can send."""
    pair = base64.b64encode(f"{connection.username}:{connection.password.reveal()}".encode()).decode()
    asking = urllib.request.Request(
        f"{connection.base_url}{path}", urlencode(form).encode(), {"Authorization": f"Basic {pair}"}, method="POST"
    )
    with urllib.request.urlopen(asking) as answer:
        return int(answer.status)


def test_services_and_members_that_show_up_late_are_waited_for(
    sandbox: Sandbox, policy: RetryPolicy, waits: list[float]
) -> None:
    account = SandboxAccount(sandbox, policy, key=False)
    hands = Hands(account)
    usual = sandbox.switches
    sandbox.switches = Switches(lag=2)
    try:
        account.lose_next(CreateService)
        sid = hands.create()
        assert len(waits) == 2
        hands.attach(sid, NUMBERS[0])
        found = hands.reader.read_back(
            sid, settings=True, pool=True, settled=lambda seen: seen is not None and NUMBERS[0] in (seen.pool or {})
        )
        assert found is not None
        assert set(found.pool or {}) == {NUMBERS[0]}
    finally:
        sandbox.switches = usual
    assert set(hands.reader.read(()).services) == {sid}
