"""`policy.drift: report`: what moved in the account is told at every apply and left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from smsops.changes import Class, Gate
from smsops.errors import ExitCode
from smsops.frozen import replace
from smsops.sandbox.server import Sandbox
from tests.core.build import channel
from tests.world import ROOMY, World

A, B, C, D = "+12065550101", "+12065550102", "+12065550103", "+12065550104"
CHANNELS = (channel("a", A, B), channel("b", C))
REPORT = replace(ROOMY, drift="report")


@pytest.fixture
def world(sandbox: Sandbox, tmp_path: Path) -> World:
    return World(sandbox=sandbox, folder=tmp_path, numbers=(A, B, C, D))


def edit(world: World, verb: str) -> None:
    """Something that a person does in the console to the service of channel a."""
    console, sid = world.sandbox.console, world.service_sid("a")
    match verb:
        case "delete the service":
            console.delete_service(sid)
        case "attach a number":
            console.attach(sid, D)
        case "change a setting":
            console.update_service(sid, inbound_request_url="https://by.hand.example.com/")
        case _:
            console.detach(sid, A)
    if verb == "move a number to another channel":
        console.attach(world.service_sid("b"), A)
    if verb == "move a number to a service made by hand":
        console.attach(console.create_service(world.account_sid, "by hand"), A)


EDITS = (
    "delete the service",
    "detach a number",
    "attach a number",
    "change a setting",
    "move a number to another channel",
    "move a number to a service made by hand",
)


@pytest.mark.parametrize("verb", EDITS)
def test_what_is_reported_is_reported_again_and_never_written_until_the_policy_reverts_it(world: World, verb: str):
    world.apply(*CHANNELS)
    edit(world, verb)
    world.sandbox.requests.clear()
    reported = []
    for _ in range(3):
        found, _ = world.apply(*CHANNELS, policy=REPORT)
        assert found.changes == ()
        reported.append([(h.change.action, h.reason) for h in found.held_back])
    assert reported[0] == reported[1] == reported[2] != []
    assert {reason for _, reason in reported[0]} == {Gate.DRIFT}
    assert world.sandbox.requests.writes == ()
    found, outcome = world.apply(*CHANNELS, allow=[Gate.TAKEOVER])
    assert {change.klass for change in found.changes} == {Class.DRIFT}
    assert outcome.exit_code is ExitCode.OK
    assert world.plan(*CHANNELS).changes == ()


def test_a_partial_apply_of_another_channel_does_not_forget_a_service_that_was_deleted(world: World):
    world.apply(*CHANNELS)
    world.sandbox.console.delete_service(world.service_sid("a"))
    wish = world.desired(channel("a", A, B), channel("b", C, D), selected=["b"])
    world.apply_wish(wish)
    found = world.plan(channel("a", A, B), channel("b", C, D), policy=REPORT)
    assert found.changes == ()
    assert {h.reason for h in found.held_back} == {Gate.DRIFT}
