"""Why a service cannot be said in a file, for what no sandbox answers."""

from __future__ import annotations

from smsops.adopting.limits import obstacles, senders_beside
from smsops.frozen import replace
from smsops.model import UNMANAGED, LiveService, ServiceSettings
from tests.adopting import SID

SETTINGS = ServiceSettings(friendly_name="x", status_callback_url="https://hooks.example.com/")
SERVICE = LiveService(sid=SID, settings=SETTINGS, pool={"+12065550101": "PN"})


def test_a_service_without_a_reason_has_none():
    assert list(obstacles(SERVICE)) == []


def test_a_service_that_went_meanwhile_and_a_flag_that_nobody_knows_are_reasons():
    assert list(obstacles(replace(SERVICE, pool=None))) == ["It is gone by now."]
    unknown = replace(SETTINGS, use_inbound_webhook_on_number=UNMANAGED)
    (reason,) = obstacles(replace(SERVICE, settings=unknown))
    assert reason.startswith("The account does not say whether")


def test_every_reason_is_told_and_no_login_with_it():
    settings = replace(
        SETTINGS, webhook_url="http://a:hunter2@b/", status_callback_url="https://a:hunter2@b.example.com/"
    )
    reasons = list(obstacles(replace(SERVICE, settings=settings, pool={})))
    assert len(reasons) == 3
    assert "hunter2" not in "".join(reasons)


def test_senders_that_are_no_numbers_are_told_by_kind():
    assert list(senders_beside(["12345", "Brand 2", "rcs:brand", "whatsapp:+12065550101"])) == [
        "short code 12345",
        "alpha sender Brand 2",
        "channel sender rcs:brand",
        "channel sender whatsapp:+12065550101",
    ]
