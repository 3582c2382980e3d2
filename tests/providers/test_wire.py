"""Field values as Twilio gives them, and as we read them."""

from __future__ import annotations

from smsops.model import UNMANAGED, LiveService, ServiceSettings
from smsops.providers.twilio import wire
from smsops.providers.twilio.read import TwilioReader
from tests.providers.calls import once
from tests.providers.scripted import (
    SERVICE,
    SERVICES,
    Scripted,
    reply,
    service,
)


def test_null_missing_and_empty_are_the_same() -> None:
    class Live:
        def __init__(self, empty: object) -> None:
            for name in wire.PARAMETERS.values():
                setattr(self, name, empty)

    null = wire.settings_of(Live(None))
    assert null == ServiceSettings(
        friendly_name="",
        use_inbound_webhook_on_number=UNMANAGED,
        use_case="undeclared",
    )
    assert (null.webhook_url, null.fallback_url, null.status_callback_url, null.webhook_method) == ("", "", "", "POST")


def test_every_field_is_read_as_it_is_and_unknown_ones_are_ignored(server: Scripted, reader: TwilioReader) -> None:
    url = "https://Hooks.example.com/SMS/?b=2&a=1#rc=2,ct=500"
    server.on(
        "GET",
        f"{SERVICES}/{SERVICE}",
        reply(
            200,
            service(
                inbound_request_url=url,
                inbound_method="get",
                fallback_url="https://x.example.com/{Token}",
                fallback_method="Post",
                status_callback="https://anna:pw@x.example.com",
                use_inbound_webhook_on_number=True,
                usecase="marketing",
                validity_period=300,
                sticky_sender=False,
                smart_encoding=True,
                mms_converter=False,
                area_code_geomatch=True,
                sending_window={"of": "a beta"},
            ),
        ),
    )
    live = reader.read_back(SERVICE, settings=True, pool=False, settled=once)
    assert live == LiveService(
        sid=SERVICE,
        settings=ServiceSettings(
            friendly_name="orders",
            webhook_url=url,
            webhook_method="GET",
            fallback_url="https://x.example.com/{Token}",
            fallback_method="POST",
            status_callback_url="https://anna:pw@x.example.com",
            use_inbound_webhook_on_number=True,
            use_case="marketing",
            validity_period=300,
            sticky_sender=False,
            smart_encoding=True,
            mms_converter=False,
            area_code_geomatch=True,
        ),
        pool=None,
    )
