"""A copy of an account: the client reads from it the very state that was read elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from smsops.errors import SmsopsError
from smsops.model import LiveService, LiveState, OwnedNumber, ServiceSettings, Wanted
from smsops.providers.base import Connection
from smsops.providers.twilio.read import open_reader
from smsops.providers.twilio.wire import PARAMETERS
from smsops.sandbox.accounts import Credentials
from smsops.sandbox.loading import LoadedNumber, LoadedService
from smsops.sandbox.server import Sandbox
from smsops.secrets.base import Secret
from tests.sandbox.caller import Caller
from tests.sandbox.conftest import OTHER

ONE, TWO, EMPTY = "MG" + "1" * 32, "MG" + "2B" * 16, "MG" + "3" * 32
POOLED, FREE, DUMB = "+12065550101", "+447700900160", "+12065550104"
SIDS = {POOLED: "PN" + "a" * 32, FREE: "PN" + "B" * 32, DUMB: "PN" + "c" * 32}

LIVE = LiveState(
    account_sid=OTHER,
    services={
        ONE: LiveService(
            sid=ONE,
            settings=ServiceSettings(
                friendly_name="orders",
                webhook_url="https://hooks.example.com/in?b=2&a=1#rc=2",
                webhook_method="GET",
                fallback_url="https://user:pw@hooks.example.com/fallback",
                status_callback_url="https://hooks.example.com/status",
                use_inbound_webhook_on_number=True,
                use_case="notifications",
                validity_period=300,
                sticky_sender=False,
                smart_encoding=True,
                mms_converter=False,
                area_code_geomatch=False,
            ),
            pool={POOLED: SIDS[POOLED]},
        ),
        TWO: LiveService(
            sid=TWO,
            settings=ServiceSettings(
                friendly_name="alerts ⚡",
                use_case="undeclared",
                validity_period=36000,
                sticky_sender=True,
                smart_encoding=False,
                mms_converter=True,
                area_code_geomatch=True,
            ),
            pool={},
        ),
    },
    numbers={number: OwnedNumber(sid=sid, sms=number != DUMB) for number, sid in SIDS.items()},
)


def fields_of(settings: ServiceSettings) -> Mapping[str, Any]:
    return {theirs: getattr(settings, ours) for ours, theirs in PARAMETERS.items()}


def copy(box: Sandbox, live: LiveState) -> Credentials:
    return box.load_account(
        live.account_sid,
        services=[
            LoadedService(sid=sid, fields=fields_of(found.settings), pool=found.pool or {})
            for sid, found in live.services.items()
        ],
        numbers={number: LoadedNumber(sid=owned.sid, sms=owned.sms) for number, owned in (live.numbers or {}).items()},
    )


def read(box: Sandbox, given: Credentials, *numbers: str) -> LiveState:
    connection = Connection(
        account_sid=OTHER, username=given.username, password=Secret(given.password), base_url=box.base_url
    )
    wanted = Wanted(service_sid=ONE, friendly_name="orders", numbers=frozenset(numbers))
    return open_reader(connection).read((wanted,))


def test_a_copy_reads_as_what_was_copied(box: Sandbox) -> None:
    seen = read(box, copy(box, LIVE), FREE)
    assert (seen.account_sid, seen.services, seen.numbers) == (LIVE.account_sid, LIVE.services, LIVE.numbers)


def test_a_copy_can_be_changed_like_any_account(box: Sandbox) -> None:
    with Caller(box, copy(box, LIVE)) as caller:
        assert caller.add(TWO, SIDS[POOLED]).error == (409, 21712)
        assert caller.remove(ONE, SIDS[POOLED]).status == 204
        assert caller.add(TWO, SIDS[POOLED]).status == 201
        assert caller.add(TWO, SIDS[FREE]).status == 201
        assert caller.add(TWO, SIDS[DUMB]).error == (400, 21715)
        assert caller.pool(TWO) == [POOLED, FREE]


def test_the_log_of_a_copy_is_empty(box: Sandbox) -> None:
    with Caller(box, copy(box, LIVE), described=False) as caller:
        assert caller.call("GET", "/v1/Events").body["events"] == []


def test_every_number_of_a_pool_is_owned_without_being_named(box: Sandbox) -> None:
    given = box.load_account(
        OTHER,
        services=[LoadedService(sid=ONE, fields={"friendly_name": "orders"}, pool={POOLED: SIDS[POOLED]})],
        numbers={},
    )
    seen = read(box, given, FREE)
    assert seen.numbers == {POOLED: OwnedNumber(sid=SIDS[POOLED], sms=True)}
    assert seen.services[ONE].settings.validity_period == 36000


def test_a_number_that_two_pools_show_is_in_the_first(box: Sandbox) -> None:
    pool = {POOLED: SIDS[POOLED]}
    services = [LoadedService(sid=sid, fields={"friendly_name": sid}, pool=pool) for sid in (ONE, TWO)]
    box.load_account(OTHER, services=services, numbers={})
    assert (box.console.pool(ONE), box.console.pool(TWO)) == (pool, {})


def test_a_copy_with_more_numbers_than_a_page_is_read_whole(box: Sandbox) -> None:
    numbers = {f"+1206555{n:04}": LoadedNumber(sid=f"PN{n:032X}") for n in range(1001)}
    given = box.load_account(
        OTHER, services=[LoadedService(sid=EMPTY, fields={"friendly_name": "none"})], numbers=numbers
    )
    assert (read(box, given, "+12065559999").numbers or {}).keys() == numbers.keys()


def test_what_cannot_be_loaded_is_named(box: Sandbox) -> None:
    with pytest.raises(SmsopsError, match="account SID"):
        box.load_account("ACx", services=[], numbers={})
    with pytest.raises(LookupError, match="colour"):
        box.load_account(OTHER, services=[LoadedService(sid=ONE, fields={"colour": "red"})], numbers={})
    assert box.console.services(OTHER) == ()
