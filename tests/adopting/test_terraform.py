"""Terraform states of the two providers, and files that are none."""

from __future__ import annotations

import json
from typing import Any

import pytest

from smsops.adopting.terraform import handover, read_state
from smsops.errors import UsageError
from smsops.model import LiveService, LiveState, ServiceSettings

A, B, GONE = (f"MG{digit * 32}" for digit in "abc")
PA, PB, PX = (f"PN{digit * 32}" for digit in "123")


def resource(kind: str, name: str, *instances: Any, module: str | None = None, mode: str = "managed") -> dict[str, Any]:
    made = {"mode": mode, "type": kind, "name": name, "provider": 'provider["x"]', "instances": list(instances)}
    return {"module": module, **made} if module else made


def instance(key: object = None, **attributes: object) -> dict[str, Any]:
    made: dict[str, Any] = {"schema_version": 0, "attributes": attributes}
    return made if key is None else {"index_key": key, **made}


def state(*resources: Any, **facts: Any) -> bytes:
    return json.dumps({"version": 4, "serial": 1, "resources": list(resources), **facts}).encode()


STATE = state(
    resource("twilio_messaging_services_v1", "all", instance("it's a", sid=A, status_callback="https://u:hunter2@h/")),
    resource("twilio_messaging_service", "b", instance(id=B), module='module.x["y"]'),
    resource("twilio_messaging_services_v1", "gone", instance(0, sid=GONE)),
    resource("twilio_messaging_services_phone_numbers_v1", "n", instance(service_sid=A, phone_number_sid=PA)),
    resource("twilio_messaging_services_phone_numbers_v1", "imported", instance(phone_number_sid=None, id=f"{A}/{PX}")),
    resource("twilio_messaging_phone_number", "n", instance(1, service_sid=B, sid=PB), {"deposed": "x"}),
    resource("twilio_messaging_services_alpha_senders_v1", "brand", instance(service_sid=A, sid="AI1")),
    resource("twilio_messaging_services_v1", "blank", instance(sid="MG-hunter2"), {"attributes": None}),
    resource("twilio_messaging_phone_number", "blank", instance(service_sid=A)),
    resource("twilio_messaging_services_v1", "read", instance(sid="MG" + "9" * 32), mode="data"),
    resource("aws_secret", "s", instance(value="hunter2")),
    "nonsense",
)


def live() -> LiveState:
    settings = ServiceSettings(friendly_name="x")
    services = {
        sid: LiveService(sid=sid, settings=settings, pool=pool)
        for sid, pool in ((A, {"+12065550101": PA}), (B, {"+12065550102": PB}))
    }
    return LiveState(account_sid="AC", services=services)


def test_services_are_chosen_by_their_sids_under_either_provider():
    assert read_state(STATE).service_sids == {A, B, GONE}


def test_members_go_before_their_service_and_addresses_are_for_a_shell():
    told = handover(read_state(STATE), (live(),), {A, B})
    assert told.removals == (
        "terraform state rm twilio_messaging_services_phone_numbers_v1.imported",
        "terraform state rm twilio_messaging_services_phone_numbers_v1.n",
        "terraform state rm 'twilio_messaging_services_v1.all[\"it'\"'\"'s a\"]'",
        "terraform state rm 'module.x[\"y\"].twilio_messaging_phone_number.n[1]'".replace('module.x["y"].', ""),
        "terraform state rm 'module.x[\"y\"].twilio_messaging_service.b'",
    )
    assert told.kept == ("twilio_messaging_services_alpha_senders_v1.brand",)


def test_what_is_not_live_and_what_names_no_sid_is_told():
    told = handover(read_state(STATE), (live(),), frozenset())
    assert told.removals == told.kept == ()
    assert told.missing == (
        f"twilio_messaging_services_phone_numbers_v1.imported: {PX} is not in the pool of {A}.",
        f"twilio_messaging_services_v1.gone[0]: no account that was read has {GONE}.",
    )
    assert told.unclear == (
        "twilio_messaging_phone_number.blank",
        "twilio_messaging_services_v1.blank",
        "twilio_messaging_services_v1.blank",
    )
    assert "hunter2" not in repr(told)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe{}", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "not a JSON object"),
        (b'{"version": 4, "encrypted_data": "x"}', "encrypted"),
        (b'{"format_version": "1.0", "values": {}}', "terraform show -json"),
        (b'{"version": 3, "modules": []}', "version is not 4"),
        (b'{"version": true}', "version is not 4"),
        (b'{"version": 4}', "resources are no list"),
        (state(), "no messaging service"),
        (
            state(resource("twilio_messaging_phone_number", "n", instance(service_sid=A, sid=PA))),
            "no messaging service",
        ),
        (b" " * ((1 << 26) + 1), "larger than 64 MiB"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_state_says_why(data: bytes, why: str):
    with pytest.raises(UsageError, match=why):
        read_state(data)
