"""The promise as a property: whatever git says and whatever the account holds, apply makes them equal, the plan after
it is empty, and no request outside the allowed set was made."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smsops.changes import ALLOWABLE, Gate
from smsops.errors import ExitCode
from smsops.model import Channel, Sender
from smsops.sandbox.server import Sandbox
from tests.core.build import channel
from tests.world import World

NUMBERS = tuple(f"+1206555020{digit}" for digit in range(5))
NAMES = ("a", "b", "c")
HOSTS = ("one", "two")

ALLOWED = [
    ("GET", r"/v1/Services"),
    ("GET", r"/v1/Services/MG\w{32}"),
    ("GET", r"/v1/Services/MG\w{32}/PhoneNumbers"),
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


wishes = st.fixed_dictionaries(
    {
        "names": st.sets(st.sampled_from(NAMES)),
        "owner": st.tuples(*[st.sampled_from((*NAMES, None))] * len(NUMBERS)),
        "host": st.sampled_from(HOSTS),
        "validity": st.sampled_from((600, 601)),
        "receives": st.booleans(),
        "protected": st.booleans(),
    }
)
edits = st.builds(
    Edit,
    verb=st.sampled_from(("create", "webhook", "defer", "attach", "detach", "delete")),
    which=st.integers(0, 5),
    number=st.integers(0, len(NUMBERS) - 1),
    host=st.sampled_from(HOSTS),
)


def channels_of(wish: dict) -> tuple[Channel, ...]:
    made = []
    for name in sorted(wish["names"]):
        fields = {} if wish["receives"] else {"webhook_url": "", "fallback_url": ""}
        senders = [
            Sender(number=number, protected=wish["protected"])
            for number, owner in zip(NUMBERS, wish["owner"], strict=True)
            if owner == name
        ]
        base = {"webhook_url": f"https://{wish['host']}.example.com/", "validity_period": wish["validity"]}
        made.append(channel(name, *senders, **{**base, **fields}))
    return tuple(made)


def do(world: World, edit: Edit) -> None:
    console = world.sandbox.console
    services = sorted(console.services(world.account_sid))
    number = NUMBERS[edit.number]
    if edit.verb == "create":
        console.create_service(world.account_sid, NAMES[edit.which % 3] if edit.which < 3 else "by hand")
    elif services:
        sid = services[edit.which % len(services)]
        if edit.verb == "webhook":
            url = f"https://{edit.host}.example.org/"
            console.update_service(sid, inbound_request_url=url, validity_period=99)
        elif edit.verb == "defer":
            console.update_service(sid, use_inbound_webhook_on_number=True)
        elif edit.verb == "attach":
            console.attach(sid, number)
        elif edit.verb == "detach" and number in console.pool(sid):
            console.detach(sid, number)
        elif edit.verb == "delete":
            console.delete_service(sid)


@given(story=st.lists(st.one_of(wishes, edits), min_size=1, max_size=6), last=wishes)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_apply_then_plan_is_empty_whatever_happened_before(sandbox: Sandbox, story: list, last: dict):
    with tempfile.TemporaryDirectory() as folder:
        world = World(sandbox=sandbox, folder=Path(folder), numbers=NUMBERS)
        sandbox.requests.clear()
        for step in (*story, last):
            if isinstance(step, Edit):
                do(world, step)
            else:
                apply_and_check(world, channels_of(step))
        assert_allowed(sandbox.requests)
        assert sandbox.violations == ()


def apply_and_check(world: World, channels: tuple[Channel, ...]) -> None:
    judged = world.plan(*channels, allow=ALLOWABLE)
    if refused := {change.refused for change in judged.changes if change.refused}:
        # Nothing can allow these two: a person has to pin a SID, or bring the files back.
        assert refused <= {Gate.NAMESAKE, Gate.EMPTY}
        return
    assert judged.findings == ()
    _, outcome = world.apply(*channels, allow=ALLOWABLE)
    assert outcome.exit_code is ExitCode.OK, outcome
    again = world.plan(*channels, allow=ALLOWABLE)
    assert again.changes == ()
    assert again.held_back == ()
    live = world.read(world.desired(*channels))
    bound = dict(again.bound)
    for wanted in channels:
        service = live.services[bound[wanted.name]]
        assert set(service.pool or {}) == set(wanted.numbers)
        assert service.settings.webhook_url == wanted.settings.webhook_url
        assert service.settings.use_inbound_webhook_on_number is False


def assert_allowed(requests) -> None:
    for request in requests:
        known = any(request.method == method and re.fullmatch(path, request.path) for method, path in ALLOWED)
        assert known, f"{request.method} {request.path}"
