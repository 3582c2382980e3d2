"""Whatever goes wrong on whatever call, an apply converges or stops, and the next one converges: no second service, no
lost number, nothing to clean up by hand."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from smsops.errors import ExitCode, ProviderError
from smsops.frozen import field_names
from smsops.model import Channel
from smsops.sandbox.faults import Fault, FaultKind
from smsops.sandbox.server import Sandbox
from smsops.sandbox.switches import ClearedUrl, Switches
from tests.core.build import channel
from tests.world import World

A, B, C, D, E = (f"+1206555010{digit}" for digit in range(1, 6))

CALLS = {
    "list services": ("GET", r"^/v1/Services$"),
    "list pool": ("GET", r"/PhoneNumbers$"),
    "list numbers": ("GET", r"IncomingPhoneNumbers"),
    "fetch service": ("GET", r"^/v1/Services/MG\w+$"),
    "create": ("POST", r"^/v1/Services$"),
    "update": ("POST", r"^/v1/Services/MG\w+$"),
    "attach": ("POST", r"/PhoneNumbers$"),
    "detach": ("DELETE", r"/PhoneNumbers/PN\w+$"),
}

TROUBLE: dict[str, dict[str, Any]] = {
    "429": {"status": 429},
    "429 with Retry-After": {"status": 429, "retry_after": "1"},
    "500 before": {"status": 500},
    "500 after": {"status": 500, "after": True},
    "503 before": {"status": 503},
    "503 after": {"status": 503, "after": True},
    "reset before": {"kind": FaultKind.RESET},
    "reset after": {"kind": FaultKind.RESET, "after": True},
    "html before": {"kind": FaultKind.HTML},
    "html after": {"kind": FaultKind.HTML, "after": True},
    "garbage after": {"kind": FaultKind.GARBAGE, "after": True},
    "truncated after": {"kind": FaultKind.TRUNCATED, "after": True},
    "20162": {"status": 409, "code": 20162},
    "20409": {"status": 409, "code": 20409},
    "refused": {"status": 400, "code": 20001},
}

BEFORE = (channel("a", A, B), channel("b", C, D))
AFTER = (
    channel("a", A, webhook_url="https://moved.example.com/in"),
    channel("b", B, C),
    channel("new", E),
)
"""One change of each kind but the last: create, update, attach, move, detach."""


@pytest.fixture(scope="module")
def applied(tmp_path_factory: pytest.TempPathFactory) -> World:
    """An account as BEFORE says, with its records; each test changes a copy of it."""
    folder = tmp_path_factory.mktemp("applied")
    with Sandbox(folder / "sandbox.db") as sandbox:
        world = World(sandbox=sandbox, folder=folder, numbers=(A, B, C, D, E))
        world.apply(*BEFORE)
    return world


@pytest.fixture
def world(applied: World, tmp_path: Path) -> Iterator[World]:
    """The account as BEFORE says, in a sandbox of its own."""
    folder = tmp_path / "copy"
    shutil.copytree(applied.folder, folder)
    with Sandbox(folder / "sandbox.db") as sandbox:
        yield World(sandbox=sandbox, folder=folder, numbers=applied.numbers, account_sid=applied.account_sid)


def try_to_apply(world: World, *channels: Channel) -> ExitCode:
    try:
        _, outcome = world.apply(*channels)
    except ProviderError as error:
        return error.exit_code
    return outcome.exit_code


def snapshot(world: World) -> dict[str, tuple[object, object]]:
    """Everything that a change could have touched."""
    console = world.sandbox.console
    return {
        sid: (world.live(sid)["inbound_request_url"], console.pool(sid)) for sid in console.services(world.account_sid)
    }


def assert_whole(world: World) -> None:
    live = world.read(world.desired(*AFTER))
    names = Counter(service.settings.friendly_name for service in live.services.values())
    assert names == {"a": 1, "b": 1, "new": 1}
    assert {s.settings.friendly_name: set(s.pool or {}) for s in live.services.values()} == {
        "a": {A},
        "b": {B, C},
        "new": {E},
    }
    assert world.sandbox.violations == ()


PASSING = [
    (call, trouble)
    for call, (method, _) in CALLS.items()
    for trouble in TROUBLE
    if call != "create" and trouble != "refused" and not (method == "GET" and trouble in ("20162", "20409"))
]
"""Calls that may be repeated, with troubles that pass; reads do not conflict."""
TRIED = [(call, trouble, 60) for call in CALLS for trouble in TROUBLE]
TRIED += [(call, trouble, 1) for call in CALLS for trouble in TROUBLE if (call, trouble) not in PASSING]
"""For long, all of them; once, those that an apply may notice."""


@pytest.mark.no_cover
@pytest.mark.parametrize(("call", "trouble", "times"), TRIED)
def test_after_trouble_the_next_apply_converges(world: World, call: str, trouble: str, times: int):
    method, path = CALLS[call]
    world.sandbox.faults.add(Fault(method=method, path=path, times=times, **TROUBLE[trouble]))
    before = snapshot(world)
    first = try_to_apply(world, *AFTER)
    world.sandbox.faults.clear()
    assert first in (ExitCode.OK, ExitCode.ERROR, ExitCode.PARTIAL)
    if first is ExitCode.ERROR:
        assert snapshot(world) == before, "exit code 1 says that nothing was written"
    second = try_to_apply(world, *AFTER)
    assert second is ExitCode.OK
    assert world.plan(*AFTER).changes == ()
    assert_whole(world)


@pytest.mark.no_cover
@pytest.mark.parametrize(("call", "trouble"), PASSING)
def test_trouble_that_passes_is_not_noticed(world: World, call: str, trouble: str):
    method, path = CALLS[call]
    world.sandbox.faults.add(Fault(method=method, path=path, times=1, **TROUBLE[trouble]))
    assert try_to_apply(world, *AFTER) is ExitCode.OK
    assert_whole(world)


@pytest.mark.parametrize(
    "switches",
    [
        Switches(deferral_default=True, smart_encoding_default=True, cleared_url=ClearedUrl.EMPTY),
        Switches(added_status=200, empty_capabilities=True, unknown_field=True, pool_touches_service=True),
        Switches(lag=2),
        Switches(deregistration_calls=2),
        Switches(real_host_links=True, page_size_refused=False, sample_reply=True),
        Switches(concurrency_limit=2),
        Switches(unknown_number_code=21421, foreign_account_code=20003),
    ],
    ids=lambda switches: ",".join(
        name for name in field_names(switches) if getattr(switches, name) != getattr(Switches(), name)
    ),
)
def test_nothing_rests_on_a_guess_about_twilio(tmp_path: Path, switches: Switches):
    with Sandbox(None, switches=switches) as sandbox:
        world = World(sandbox=sandbox, folder=tmp_path, numbers=(A, B, C, D, E))
        for channels in (BEFORE, AFTER):
            assert try_to_apply(world, *channels) is ExitCode.OK
            assert world.plan(*channels).changes == ()
        assert_whole(world)


def test_a_create_is_never_sent_twice_after_a_lost_answer(sandbox: Sandbox, tmp_path: Path):
    for after in (False, True):
        world = World(sandbox=sandbox, folder=tmp_path, numbers=(A,))
        sandbox.faults.add(Fault(method="POST", path=r"^/v1/Services$", kind=FaultKind.RESET, after=after))
        sandbox.requests.clear()
        code = try_to_apply(world, channel("solo", A))
        creates = [r for r in sandbox.requests if r.method == "POST" and r.path == "/v1/Services"]
        assert len(creates) == 1
        assert code is (ExitCode.OK if after else ExitCode.PARTIAL)


def test_a_failed_move_puts_the_number_back(sandbox: Sandbox, tmp_path: Path):
    world = World(sandbox=sandbox, folder=tmp_path, numbers=(A, B))
    world.apply(channel("a", A), channel("b", B))
    target = dict(world.plan(channel("a", A), channel("b", B)).bound)["b"]
    sandbox.faults.add(Fault(method="POST", path=f"{target}/PhoneNumbers$", times=None, status=400, code=21714))
    _, outcome = world.apply(channel("a"), channel("b", A, B))
    sandbox.faults.clear()
    assert outcome.exit_code is ExitCode.PARTIAL
    live = world.read(world.desired(channel("a", A), channel("b", B)))
    assert {s.settings.friendly_name: set(s.pool or {}) for s in live.services.values()} == {"a": {A}, "b": {B}}
