"""Every request that smsops makes is one that Twilio's published description knows, with parameters that it allows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from smsops.changes import Gate
from smsops.sandbox.server import Sandbox
from tests import oai
from tests.core.build import channel
from tests.world import World

A, B, C, D = "+12065550101", "+12065550102", "+12065550103", "+12065550104"

pytestmark = pytest.mark.skipif(
    not oai.available(), reason=f"{oai.VARIABLE} does not name a folder with Twilio's API description"
)


def test_requests_of_all_six_kinds_of_change_conform(sandbox: Sandbox, tmp_path: Path):
    world = World(sandbox=sandbox, folder=tmp_path, numbers=(A, B, C, D))
    sandbox.requests.clear()
    every_field: dict[str, Any] = {
        "webhook_method": "GET",
        "fallback_url": "https://a.example.com/fallback#rc=2&ct=4000",
        "fallback_method": "GET",
        "use_case": "notifications",
        "validity_period": 600,
        "sticky_sender": False,
        "smart_encoding": True,
        "mms_converter": False,
        "area_code_geomatch": True,
    }
    world.apply(channel("a", A, B, **every_field), channel("old", D))
    world.apply(channel("a", A, webhook_url="", use_case="poll"), channel("b", B, C), allow=[Gate.DELETE_SERVICE])
    world.apply(channel("a", webhook_url=""), channel("b", B, C))
    assert {(asked.method, asked.path.count("/")) for asked in sandbox.requests} == {
        ("GET", 2),
        ("GET", 3),
        ("GET", 4),
        ("POST", 2),
        ("POST", 3),
        ("POST", 4),
        ("DELETE", 3),
        ("DELETE", 5),
    }
    for asked in sandbox.requests:
        oai.check_request(asked.method, asked.path, asked.params)
