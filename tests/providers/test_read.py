"""What a read costs, what it finds, and what it refuses to believe."""

from __future__ import annotations

from dataclasses import replace

import pytest

from smsops.model import OwnedNumber
from smsops.providers.twilio.read import TwilioReader
from tests.providers.calls import asked, want
from tests.providers.scripted import (
    E164,
    INVENTORY,
    OTHER,
    POOL,
    SERVICE,
    SERVICES,
    Scripted,
    inventory,
    member,
    page,
    refusal,
    reply,
    service,
)

OTHER_POOL = f"{SERVICES}/{OTHER}/PhoneNumbers"
THIRD = "MG" + "c" * 32
THIRD_POOL = f"{SERVICES}/{THIRD}/PhoneNumbers"


def test_a_bound_channel_costs_one_list_and_one_pool(server: Scripted, reader: TwilioReader) -> None:
    server.on("GET", SERVICES, page("services", service(), service(OTHER)))
    server.on("GET", POOL, page("phone_numbers", member()))
    live = reader.read((want(SERVICE, E164),))
    assert asked(server) == {SERVICES: 1, POOL: 1}
    assert live.api_calls == reader.api_calls == 2
    assert {sid: found.pool for sid, found in live.services.items()} == {SERVICE: {E164: member()["sid"]}, OTHER: None}
    assert live.numbers is None
    assert all(request.query["PageSize"] == ["1000"] for request in server.asked)


def test_the_cost_of_many_bound_channels_is_one_pool_each(server: Scripted, reader: TwilioReader) -> None:
    sids = [f"MG{n:032x}" for n in range(50)]
    server.on("GET", SERVICES, page("services", *[service(sid) for sid in sids]))
    for n, sid in enumerate(sids):
        server.on("GET", f"{SERVICES}/{sid}/PhoneNumbers", page("phone_numbers", member(f"+1206555{n:04}")))
    live = reader.read([want(sid, f"+1206555{n:04}") for n, sid in enumerate(sids)])
    assert live.api_calls == len(server.asked) == 51


def test_nothing_wanted_costs_one_list(server: Scripted, reader: TwilioReader) -> None:
    server.on("GET", SERVICES, page("services"))
    assert reader.read(()).services == {}
    assert asked(server) == {SERVICES: 1}


def test_the_pool_of_a_namesake_is_read_for_a_channel_without_a_service(server: Scripted, reader: TwilioReader) -> None:
    server.on(
        "GET",
        SERVICES,
        page("services", service(), service(OTHER, friendly_name="orders"), service(THIRD, friendly_name="else")),
    )
    server.on("GET", POOL, page("phone_numbers", member()))
    server.on("GET", OTHER_POOL, page("phone_numbers", member("+12065550102", "PN" + "2" * 32)))
    live = reader.read((want(None, E164),))
    assert asked(server) == {SERVICES: 1, POOL: 1, OTHER_POOL: 1}
    assert live.numbers is None


def test_a_move_between_wanted_pools_reads_no_inventory(server: Scripted, reader: TwilioReader) -> None:
    server.on("GET", SERVICES, page("services", service(), service(OTHER), service(THIRD)))
    server.on("GET", POOL, page("phone_numbers"))
    server.on("GET", OTHER_POOL, page("phone_numbers", member()))
    live = reader.read((want(SERVICE, E164), want(OTHER)))
    assert asked(server) == {SERVICES: 1, POOL: 1, OTHER_POOL: 1}
    assert live.numbers is None


def test_a_number_in_no_known_pool_reads_the_inventory_and_scans_all_other_pools_once(
    server: Scripted, reader: TwilioReader
) -> None:
    server.on("GET", SERVICES, page("services", service(), service(OTHER), service(THIRD)))
    server.on("GET", POOL, page("phone_numbers"))
    server.on("GET", OTHER_POOL, page("phone_numbers", member()))
    server.on("GET", THIRD_POOL, refusal(404, 20404))
    server.on(
        "GET",
        INVENTORY,
        inventory(
            member(capabilities={"voice": True, "sms": True}),
            member("+12065550102", "PN" + "2" * 32, capabilities={"sms": False, "voice": True}),
            member("+12065550103", "PN" + "3" * 32, capabilities=None),
            a_new_key="of Twilio's",
        ),
    )
    live = reader.read((want(SERVICE, E164),))
    assert asked(server) == {SERVICES: 1, POOL: 1, OTHER_POOL: 1, THIRD_POOL: 1, INVENTORY: 1}
    assert live.services[OTHER].pool == {E164: member()["sid"]}
    assert live.services[THIRD].pool is None
    assert live.numbers == {
        E164: OwnedNumber(sid=member()["sid"], sms=True),
        "+12065550102": OwnedNumber(sid="PN" + "2" * 32, sms=False),
        "+12065550103": OwnedNumber(sid="PN" + "3" * 32, sms=True),
    }


def test_numbers_are_compared_exactly(server: Scripted, reader: TwilioReader) -> None:
    server.on("GET", SERVICES, page("services", service()))
    server.on("GET", POOL, page("phone_numbers", member("+120655501010")))
    server.on("GET", INVENTORY, inventory(member("+120655501010")))
    live = reader.read((want(SERVICE, E164),))
    assert live.numbers is not None
    assert E164 not in live.numbers


def test_a_service_that_does_not_exist_is_left_out(server: Scripted, reader: TwilioReader) -> None:
    server.on("GET", SERVICES, page("services", service(OTHER, friendly_name="else")))
    live = reader.read((want(SERVICE),))
    assert set(live.services) == {OTHER}
    assert asked(server) == {SERVICES: 1, POOL: 1}


def test_the_pool_of_a_namesake_is_read_for_a_channel_whose_service_is_gone(
    server: Scripted, reader: TwilioReader
) -> None:
    server.on("GET", SERVICES, page("services", service(OTHER), service(THIRD, friendly_name="else")))
    server.on("GET", OTHER_POOL, page("phone_numbers", member()))
    live = reader.read((want(SERVICE, E164),))
    assert {sid: found.pool for sid, found in live.services.items()} == {OTHER: {E164: member()["sid"]}, THIRD: None}
    assert asked(server) == {SERVICES: 1, POOL: 1, OTHER_POOL: 1}


@pytest.mark.parametrize("sid", [None, SERVICE])
def test_a_service_without_a_name_is_nobodys_namesake(sid: str | None, server: Scripted, reader: TwilioReader) -> None:
    server.on("GET", SERVICES, page("services", service(OTHER, friendly_name=""), service(THIRD, friendly_name=None)))
    live = reader.read((want(sid, name=""),))
    assert {found.pool for found in live.services.values()} == {None}
    assert (server.calls("GET", OTHER_POOL), server.calls("GET", THIRD_POOL)) == (0, 0)


def test_a_service_that_the_list_does_not_show_yet_is_asked_for_itself(server: Scripted, reader: TwilioReader) -> None:
    server.on("GET", SERVICES, page("services"))
    server.on("GET", POOL, page("phone_numbers", member()))
    server.on("GET", f"{SERVICES}/{SERVICE}", reply(200, service()))
    live = reader.read((want(SERVICE, E164),))
    assert live.services[SERVICE].pool == {E164: member()["sid"]}
    assert live.numbers is None


def test_a_service_that_went_while_it_was_read_is_left_out(server: Scripted, reader: TwilioReader) -> None:
    server.on("GET", SERVICES, page("services", service()))
    live = reader.read((want(SERVICE),))
    assert live.services == {}


def test_all_pages_of_a_list_and_of_a_pool_are_read(server: Scripted, reader: TwilioReader) -> None:
    host = "https://messaging.twilio.com"
    server.on(
        "GET",
        SERVICES,
        page("services", service(), following=f"{host}{SERVICES}?PageToken=a"),
        page("services", service(OTHER)),
    )
    server.on(
        "GET",
        POOL,
        page("phone_numbers", member(), following=f"{host}{POOL}?PageToken=b"),
        page("phone_numbers", member("+12065550102", "PN" + "2" * 32)),
    )
    live = reader.read((want(SERVICE, E164),))
    assert set(live.services) == {SERVICE, OTHER}
    assert set(live.services[SERVICE].pool or ()) == {E164, "+12065550102"}
    assert live.api_calls == 4


def test_lists_and_pools_are_asked_for_side_by_side(server: Scripted, reader: TwilioReader) -> None:
    server.on("GET", SERVICES, replace(page("services", service()), after=POOL))
    server.on("GET", POOL, page("phone_numbers", member()))
    assert reader.read((want(SERVICE, E164),)).api_calls == 2
