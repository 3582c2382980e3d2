"""The promise as a property: whatever git says, whatever the account holds and wherever a run was killed, apply makes
them equal, the plan after it is empty, nothing leaves a pool unasked, and no request outside the allowed set was made.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smsops.changes import ALLOWABLE, Change, Class, Gate
from smsops.errors import ExitCode
from smsops.ledger.chain import verify
from smsops.model import Base, Channel, Sender
from smsops.providers.base import Receipt
from smsops.providers.twilio.write import TwilioWriter
from smsops.sandbox.server import Sandbox
from smsops.sandbox.traffic import Asked
from tests.core.build import channel
from tests.world import World

NUMBERS = tuple(f"+1206555020{digit}" for digit in range(5))
NAMES = ("a", "b", "c")
HOSTS = ("one", "two")

ALLOWED = [
    ("GET", r"/v1/Services"),
    ("GET", r"/v1/Services/MG\w{32}"),
    ("GET", r"/v1/Services/MG\w{32}/(PhoneNumbers|ShortCodes|AlphaSenders|DestinationAlphaSenders|ChannelSenders)"),
    ("GET", r"/2010-04-01/Accounts/AC\w{32}/IncomingPhoneNumbers.json"),
    ("POST", r"/v1/Services"),
    ("POST", r"/v1/Services/MG\w{32}"),
    ("DELETE", r"/v1/Services/MG\w{32}"),
    ("POST", r"/v1/Services/MG\w{32}/PhoneNumbers"),
    ("DELETE", r"/v1/Services/MG\w{32}/PhoneNumbers/PN\w{32}"),
]


@dataclass(frozen=True)
class Edit:
    """Something that a person does in the console."""

    verb: str
    which: int
    number: int
    host: str


@dataclass(frozen=True)
class Wish:
    """What git says, and what the run is allowed."""

    names: frozenset[str]
    owner: tuple[str | None, ...]
    host: str
    validity: int
    receives: bool
    protected: bool
    renamed: frozenset[str]
    """Channels whose file has another name by now, and pins the service that they had."""
    retitled: bool
    allowed: bool
    killed_at: int | None = None
    """The run dies at this write, before or after its effect."""
    after_effect: bool = False


wishes = st.builds(
    Wish,
    names=st.frozensets(st.sampled_from(NAMES)),
    owner=st.tuples(*[st.sampled_from((*NAMES, None))] * len(NUMBERS)),
    host=st.sampled_from(HOSTS),
    validity=st.sampled_from((600, 601)),
    receives=st.booleans(),
    protected=st.booleans(),
    renamed=st.frozensets(st.sampled_from(NAMES)),
    retitled=st.booleans(),
    allowed=st.booleans(),
    killed_at=st.one_of(st.none(), st.integers(0, 5)),
    after_effect=st.booleans(),
)
edits = st.builds(
    Edit,
    verb=st.sampled_from(("create", "webhook", "defer", "attach", "detach", "delete")),
    which=st.integers(0, 5),
    number=st.integers(0, len(NUMBERS) - 1),
    host=st.sampled_from(HOSTS),
)


class Killed(BaseException):
    """Stands for `kill -9`: nothing of smsops runs after it."""


class Mortal(TwilioWriter):
    """Dies at its n-th write."""

    def live_until(self, left: int, after_effect: bool) -> Mortal:
        self.left, self.after_effect = left, after_effect
        return self

    def execute(self, change: Change, *, service_sid: str | None) -> Receipt:
        self.left -= 1
        if self.left < 0 and not self.after_effect:
            raise Killed
        receipt = super().execute(change, service_sid=service_sid)
        if self.left < 0:
            raise Killed
        return receipt


@pytest.mark.no_cover
@given(story=st.lists(st.one_of(wishes, edits), min_size=1, max_size=7), last=wishes)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_apply_then_plan_is_empty_whatever_happened_before(sandbox: Sandbox, story: list[Wish | Edit], last: Wish):
    with tempfile.TemporaryDirectory() as folder:
        world = World(sandbox=sandbox, folder=Path(folder), numbers=NUMBERS)
        sandbox.requests.clear()
        for step in (*story, replace(last, killed_at=None)):
            if isinstance(step, Edit):
                edit(world, step)
            else:
                apply_and_check(world, step)
        assert_allowed(sandbox.requests)
        assert sandbox.violations == ()


@pytest.mark.no_cover
@given(story=st.lists(wishes, min_size=1, max_size=5))
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_run_that_died_is_never_taken_for_a_colleague(sandbox: Sandbox, story: list[Wish]):
    with tempfile.TemporaryDirectory() as folder:
        world = World(sandbox=sandbox, folder=Path(folder), numbers=NUMBERS)
        for wish in story:
            found = world.plan(*channels_of(wish, world.base()))
            assert {change.klass for change in found.changes} <= {Class.INTENDED}
            apply_and_check(world, wish)


def channels_of(wish: Wish, base: Base) -> tuple[Channel, ...]:
    made = []
    for name in sorted(wish.names):
        fields: dict[str, Any] = {"webhook_url": f"https://{wish.host}.example.com/", "validity_period": wish.validity}
        if not wish.receives:
            fields["webhook_url"] = ""
        if wish.retitled:
            fields["friendly_name"] = f"The {name}"
        senders = [
            Sender(number=number, protected=wish.protected)
            for number, owner in zip(NUMBERS, wish.owner, strict=True)
            if owner == name
        ]
        recorded = base.channels.get(name)
        renamed = recorded if name in wish.renamed else None
        made.append(
            channel(
                f"{name}-renamed" if renamed else name,
                *senders,
                service_sid=renamed.service_sid if renamed else None,
                **fields,
            )
        )
    return tuple(made)


def edit(world: World, step: Edit) -> None:
    console = world.sandbox.console
    services = sorted(console.services(world.account_sid))
    number = NUMBERS[step.number]
    if step.verb == "create":
        console.create_service(world.account_sid, NAMES[step.which % 3] if step.which < 3 else "by hand")
    elif services:
        sid = services[step.which % len(services)]
        if step.verb == "webhook":
            url = f"https://{step.host}.example.org/"
            console.update_service(sid, inbound_request_url=url, validity_period=99)
        elif step.verb == "defer":
            console.update_service(sid, use_inbound_webhook_on_number=True)
        elif step.verb == "attach":
            console.attach(sid, number)
        elif step.verb == "detach" and number in console.pool(sid):
            console.detach(sid, number)
        elif step.verb == "delete":
            console.delete_service(sid)


def apply_and_check(world: World, wish: Wish) -> None:
    allow = ALLOWABLE if wish.allowed else ()
    channels = channels_of(wish, world.base())
    judged = world.plan(*channels, allow=allow)
    if {f.code for f in judged.findings} & {"SMS401"}:
        return  # somebody deleted the pinned service: a person has to decide
    if refused := {change.refused for change in judged.changes if change.refused}:
        # Nothing can allow these two: a person has to pin a SID, or bring the files back.
        assert not wish.allowed or refused <= {Gate.NAMESAKE, Gate.EMPTY}
        return
    assert {f.code for f in judged.findings} <= {"SMS508", "SMS515"}
    base, before = world.base(), pools(world)
    if wish.killed_at is not None:
        reader = world.reader()
        mortal = Mortal(reader.connection, reader.transport).live_until(wish.killed_at, wish.after_effect)
        try:
            world.carry_out(judged, reader, mortal)
        except Killed:
            return
    else:
        _, outcome = world.apply(*channels, allow=allow)
        assert outcome.exit_code is ExitCode.OK, outcome
    assert_recorded(world, channels)
    if not wish.allowed:
        assert_nothing_left_unasked(before, pools(world), base, channels)
    assert_equal(world, channels, allow)


def assert_recorded(world: World, channels: tuple[Channel, ...]) -> None:
    """After a clean apply every record has its end, the chain is whole, and nothing that is declared is in doubt."""
    assert world.ledger.unfinished("us") == ()
    shelf = world.ledger.shelf
    assert verify((path, shelf.read(path)) for path in shelf.paths()) == ()
    base = world.base()
    assert base.channels.keys() == {one.name for one in channels}
    assert not base.doubts.numbers & frozenset[str]().union(*(one.numbers for one in channels))
    assert not {sid for sid, _ in base.doubts.fields} & {entry.service_sid for entry in base.channels.values()}


def pools(world: World) -> dict[str, frozenset[str]]:
    console = world.sandbox.console
    return {sid: frozenset(console.pool(sid)) for sid in console.services(world.account_sid)}


def assert_nothing_left_unasked(
    before: dict[str, frozenset[str]], after: dict[str, frozenset[str]], base: Base, channels: tuple[Channel, ...]
) -> None:
    """With nothing allowed, a number leaves a pool only for another channel, or when smsops had applied that pool."""
    recorded = {entry.service_sid: entry for entry in base.channels.values()}
    declared = frozenset[str]().union(*(one.numbers for one in channels))
    assert before.keys() <= after.keys(), "no service is deleted unasked"
    for sid, pool in before.items():
        for number in pool - after[sid] - declared:
            assert sid in recorded
            assert number not in recorded[sid].held_back | recorded[sid].guarded


def assert_equal(world: World, channels: tuple[Channel, ...], allow: Iterable[Gate]) -> None:
    again = world.plan(*channels, allow=allow)
    assert again.changes == ()
    assert again.held_back == () or not allow
    assert again.findings == ()
    live = world.read(world.desired(*channels))
    waiting = {h.change.number for h in again.held_back if hasattr(h.change, "number")}
    for wanted in channels:
        service = live.services[dict(again.bound)[wanted.name]]
        assert set(service.pool or {}) - waiting == set(wanted.numbers)
        assert service.settings.webhook_url == wanted.settings.webhook_url
        assert service.settings.use_inbound_webhook_on_number is False


def assert_allowed(requests: Iterable[Asked]) -> None:
    for request in requests:
        known = any(request.method == method and re.fullmatch(path, request.path) for method, path in ALLOWED)
        assert known, f"{request.method} {request.path}"
