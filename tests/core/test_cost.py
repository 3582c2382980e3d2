"""What a plan and an apply cost in requests (contract 8), counted at the other end."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from smsops.sandbox.server import Sandbox
from tests.core.build import channel
from tests.world import World


def kinds(sandbox: Sandbox) -> Counter[str]:
    """How often each kind of request was made, such as `GET Services` or `DELETE PN`."""
    return Counter(f"{request.method} {_last(request.path)}" for request in sandbox.requests)


def _last(path: str) -> str:
    last = path.rpartition("/")[2].removesuffix(".json")
    return last[:2] if last.startswith(("MG", "PN")) else last


@pytest.mark.parametrize("count", [3, 50, pytest.param(200, marks=pytest.mark.no_cover)])
def test_a_plan_without_changes_is_one_list_of_services_and_one_pool_a_channel(tmp_path: Path, count: int):
    numbers = [f"+1206{n:07}" for n in range(5550000, 5550000 + count)]
    sids = [f"MG{n:032x}" for n in range(count)]
    with Sandbox(None) as sandbox:
        world = World(sandbox=sandbox, folder=tmp_path, numbers=tuple(numbers))
        sandbox.ensure_account(world.account_sid, service_sids=sids)
        channels = [channel(f"c{n}", numbers[n], service_sid=sids[n]) for n in range(count)]
        world.apply(*channels)
        for n in range(3):
            sandbox.console.create_service(world.account_sid, f"undeclared {n}")
        sandbox.requests.clear()
        found = world.plan(*channels)
        assert found.changes == ()
        assert kinds(sandbox) == {"GET Services": 1, "GET PhoneNumbers": count}
        assert found.api_calls == count + 1


@pytest.mark.no_cover
def test_more_than_a_thousand_services_cost_one_more_list(tmp_path: Path):
    sids = [f"MG{n:032x}" for n in range(1001)]
    with Sandbox(None) as sandbox:
        world = World(sandbox=sandbox, folder=tmp_path, numbers=("+12065550101",))
        sandbox.ensure_account(world.account_sid, service_sids=sids)
        one = channel("a", "+12065550101", service_sid=sids[0])
        world.apply(one)
        sandbox.requests.clear()
        assert world.plan(one).changes == ()
        assert kinds(sandbox) == {"GET Services": 2, "GET PhoneNumbers": 1}


def test_a_move_needs_no_list_of_numbers_and_an_attach_needs_one(tmp_path: Path):
    first, second, third = "+12065550101", "+12065550102", "+12065550103"
    with Sandbox(None) as sandbox:
        world = World(sandbox=sandbox, folder=tmp_path, numbers=(first, second, third))
        world.apply(channel("a", first), channel("b", second))
        sandbox.requests.clear()
        assert len(world.plan(channel("a"), channel("b", first, second)).changes) == 1
        assert kinds(sandbox) == {"GET Services": 1, "GET PhoneNumbers": 2}
        sandbox.requests.clear()
        assert len(world.plan(channel("a", first, third), channel("b", second)).changes) == 1
        assert kinds(sandbox) == {"GET Services": 1, "GET PhoneNumbers": 2, "GET IncomingPhoneNumbers": 1}


def test_an_apply_costs_its_writes_and_the_read_back_of_what_it_touched(tmp_path: Path):
    first, second, third = "+12065550101", "+12065550102", "+12065550103"
    with Sandbox(None) as sandbox:
        world = World(sandbox=sandbox, folder=tmp_path, numbers=(first, second, third))
        world.apply(channel("a", first), channel("b", second), channel("idle", third))
        sandbox.requests.clear()
        world.apply(channel("a", webhook_method="GET"), channel("b", first, second), channel("idle", third))
        reads = Counter({"GET Services": 1, "GET PhoneNumbers": 3})
        writes = Counter({"POST MG": 1, "DELETE PN": 1, "POST PhoneNumbers": 1})
        read_back = Counter({"GET MG": 1, "GET PhoneNumbers": 2})
        assert kinds(sandbox) == reads + writes + read_back
