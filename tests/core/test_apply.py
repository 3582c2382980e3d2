"""Apply through the real door: the engine, the SDK, HTTP, the sandbox, and a plan that is empty afterwards."""

from __future__ import annotations

import contextlib
import json
import re
from pathlib import Path

import pytest

from smsops.changes import Class, Gate
from smsops.errors import ExitCode, Failure, LedgerError, ProviderError
from smsops.frozen import replace
from smsops.ledger.records import Run
from smsops.model import Base, Channel, Direction, Sender
from smsops.outcome import Status
from smsops.providers.twilio.write import TwilioWriter, open_writer
from smsops.sandbox.accounts import KeyKind
from smsops.sandbox.faults import Fault
from smsops.sandbox.inbound import Effect
from smsops.sandbox.server import Sandbox
from smsops.sandbox.switches import ClearedUrl, Switches
from smsops.secrets.base import Secret
from tests.core.build import channel, settings
from tests.world import World

A, B, C, D = "+12065550101", "+12065550102", "+12065550103", "+12065550104"


@pytest.fixture
def world(sandbox: Sandbox, tmp_path: Path) -> World:
    return World(sandbox=sandbox, folder=tmp_path, numbers=(A, B, C, D))


def pools(world: World, *channels: Channel) -> dict[str, set[str]]:
    """Friendly name to the numbers of its pool, for every live service."""
    live = world.read(world.desired(*channels))
    return {s.settings.friendly_name: set(s.pool or {}) for s in live.services.values()}


def test_the_first_apply_creates_everything_and_the_plan_after_it_is_empty(world: World):
    channels = (channel("a", A, B), channel("b", C))
    found, outcome = world.apply(*channels)
    assert outcome.exit_code is ExitCode.OK
    assert [r.status for r in outcome.results] == [Status.DONE] * len(found.changes) == [Status.DONE] * 5
    assert outcome.differences == ()
    assert pools(world, *channels) == {"a": {A, B}, "b": {C}}
    again = world.plan(*channels)
    assert (again.changes, again.held_back, again.findings) == ((), (), ())


def test_edits_are_planned_applied_and_then_gone(world: World):
    world.apply(channel("a", A, B), channel("b", C))
    steps = [
        ([channel("a", A, B, webhook_url="https://new.example.com/in"), channel("b", C)], ["service.update"]),
        ([channel("a", A, B), channel("b", C, D)], ["service.update", "number.attach"]),
        ([channel("a", A), channel("b", C, D)], ["number.detach"]),
        ([channel("a", A, D), channel("b", C)], ["number.move"]),
        ([channel("a", C, D), channel("b", A)], ["number.move", "number.move"]),
    ]
    for channels, actions in steps:
        found, outcome = world.apply(*channels)
        assert [c.action for c in found.changes] == actions
        assert outcome.exit_code is ExitCode.OK, outcome
        assert world.plan(*channels).changes == ()


def test_a_channel_switched_to_outbound_ends_without_any_inbound_url(world: World):
    two_way = channel("a", A, fallback_url="https://a.example.com/fallback")
    world.apply(two_way)
    quiet = settings("a", webhook_url="", fallback_url="")
    one_way = replace(two_way, direction=Direction.OUTBOUND, settings=quiet)
    sid = world.service_sid("a")
    world.sandbox.console.update_service(sid, use_inbound_webhook_on_number=True)
    world.sandbox.requests.clear()
    found, _ = world.apply(one_way)
    assert [c.klass for c in found.changes] == [Class.DRIFT, Class.INTENDED]
    assert [dict(update.params) for update in world.sandbox.requests.writes] == [
        {"UseInboundWebhookOnNumber": "false"},
        {"InboundRequestUrl": "", "FallbackUrl": ""},
    ]
    live = world.live(sid)
    assert not live["inbound_request_url"]
    assert not live["fallback_url"]
    assert live["use_inbound_webhook_on_number"] is False
    assert world.sandbox.who_answers(A, "C", account_sid=world.account_sid).effect is Effect.DROPPED
    assert world.plan(one_way).changes == ()


def test_deferral_switched_on_in_the_console_is_seen_and_mended(world: World):
    world.apply(channel("a", A))
    sid = world.service_sid("a")
    world.sandbox.console.update_service(sid, use_inbound_webhook_on_number=True)
    found, _ = world.apply(channel("a", A))
    assert [[d.name for d in c.fields] for c in found.changes] == [["use_inbound_webhook_on_number"]]
    assert world.live(sid)["use_inbound_webhook_on_number"] is False


@pytest.mark.parametrize("cleared", list(ClearedUrl))
def test_null_missing_and_empty_are_one_value(tmp_path: Path, cleared: ClearedUrl):
    with Sandbox(None, switches=Switches(cleared_url=cleared)) as sandbox:
        world = World(sandbox=sandbox, folder=tmp_path, numbers=(A,))
        world.apply(channel("a", A, fallback_url="https://a.example.com/f"))
        world.apply(channel("a", A))
        assert world.plan(channel("a", A)).changes == ()


def test_a_channel_that_left_git_is_pruned_and_deleted_only_when_allowed(world: World):
    world.apply(channel("a", A), channel("old", B))
    found, outcome = world.apply(channel("a", A))
    assert found.changes == ()
    assert [h.reason for h in found.held_back] == [Gate.PRUNE, Gate.DELETE_SERVICE]
    assert outcome.exit_code is ExitCode.OK
    _, outcome = world.apply(channel("a", A), allow=[Gate.DELETE_SERVICE])
    assert outcome.exit_code is ExitCode.OK
    assert pools(world, channel("a", A)) == {"a": {A}}
    assert world.plan(channel("a", A)).held_back == ()
    assert world.sandbox.violations == ()


def test_numbers_of_a_pool_before_its_first_apply_stay_held_back_after_it(world: World):
    world.apply(channel("a", A, B))
    sid = dict(world.plan(channel("a", A, B)).bound)["a"]
    newcomer = World(sandbox=world.sandbox, folder=world.folder / "elsewhere", account_sid=world.account_sid)
    pinned = channel("a", A, service_sid=sid)
    for _ in range(2):
        found, _ = newcomer.apply(pinned)
        assert found.changes == ()
        assert [(h.change.action, h.reason) for h in found.held_back] == [("number.detach", Gate.PRUNE)]


def test_a_protected_number_is_remembered_without_any_call(world: World):
    world.apply(channel("a", A, B))
    guarded = channel("a", A, Sender(number=B, protected=True))
    found, _ = world.apply(guarded)
    assert found.changes == ()
    assert [c.refused for c in world.plan(channel("a", A)).changes] == [Gate.PROTECTED]


def test_credentials_of_another_account_stop_everything_after_reading(world: World):
    world.apply(channel("a", A))
    world.connection = replace(world.connection, account_sid="AC" + "9" * 32)
    with pytest.raises(ProviderError) as caught:
        world.plan(channel("a", A))
    assert caught.value.failure is Failure.WRONG_ACCOUNT
    assert caught.value.exit_code is ExitCode.AUTH


def test_the_first_create_in_an_account_without_services_goes_alone_and_a_refusal_of_it_stops_everything(world: World):
    world.sandbox.requests.clear()
    world.sandbox.faults.add(Fault(method="POST", path="^/v1/Services$", status=401, code=20003))
    _, outcome = world.apply(channel("a", A), channel("b", B), channel("c", C))
    assert outcome.exit_code is ExitCode.AUTH
    assert [r.status for r in outcome.results] == [Status.FAILED] + [Status.NOT_ATTEMPTED] * 5
    assert len(world.sandbox.requests.writes) == 1
    assert world.sandbox.console.services(world.account_sid) == ()


def test_a_parents_key_writes_nothing_into_the_parent(world: World, tmp_path: Path):
    parent = World(sandbox=world.sandbox, folder=tmp_path)
    key = world.sandbox.add_key(parent.account_sid, "SK" + "7" * 32, kind=KeyKind.MAIN)
    world.sandbox.console.set_account(world.account_sid, owner_sid=parent.account_sid)
    world.connection = replace(world.connection, username=key.username, password=Secret(key.password))
    with pytest.raises(ProviderError):
        world.apply(channel("a", A))
    assert world.sandbox.console.services(parent.account_sid) == ()


def test_a_change_that_fails_stops_its_channel_and_no_other(world: World):
    world.apply(channel("a", A), channel("b", B))
    sid = world.service_sid("a")
    world.sandbox.faults.add(Fault(method="POST", path=f"^/v1/Services/{sid}$", status=400, code=20001))
    changed = {"webhook_method": "GET"}
    _, outcome = world.apply(channel("a", A, C, **changed), channel("b", B, D, **changed))
    told = {(r.change.channel, r.change.action): r.status for r in outcome.results}
    assert told == {
        ("a", "service.update"): Status.FAILED,
        ("a", "number.attach"): Status.NOT_ATTEMPTED,
        ("b", "service.update"): Status.DONE,
        ("b", "number.attach"): Status.DONE,
    }
    assert outcome.exit_code is ExitCode.PARTIAL
    assert [r.reason for r in outcome.results if r.reason] == ["An earlier change of a failed."]


def test_when_every_change_fails_nothing_was_written_and_the_exit_code_is_1(world: World):
    world.apply(channel("a", A))
    world.sandbox.faults.add(Fault(method="POST", status=400, code=20001))
    _, outcome = world.apply(channel("a", A, webhook_method="GET"))
    assert outcome.exit_code is ExitCode.ERROR
    assert outcome.results[0].error is not None
    assert outcome.results[0].error.provider_code == 20001
    assert str(outcome.results[0].request_id).startswith("RQ")


def test_a_service_that_still_holds_numbers_is_not_deleted(world: World):
    world.apply(channel("a", A), channel("old", B))
    reader = world.reader()
    found = world.plan(channel("a", A), allow=[Gate.DELETE_SERVICE])
    world.sandbox.console.attach(world.service_sid("old"), C)
    outcome = world.carry_out(found, reader, open_writer(reader))
    assert [(r.change.action, r.status) for r in outcome.results] == [
        ("number.detach", Status.DONE),
        ("service.delete", Status.FAILED),
    ]
    assert C in world.sandbox.console.pool(world.service_sid("old"))


def test_a_service_that_still_holds_a_short_code_is_not_deleted(world: World):
    world.apply(channel("a", A), channel("old", B))
    sid = world.service_sid("old")
    console = world.sandbox.console
    owned = console.own_short_code(world.account_sid, "89123")
    world.join(sid, "ShortCodes", ShortCodeSid=owned)
    _, outcome = world.apply(channel("a", A), allow=[Gate.DELETE_SERVICE])
    assert [(r.change.action, r.status) for r in outcome.results] == [
        ("number.detach", Status.DONE),
        ("service.delete", Status.FAILED),
    ]
    assert outcome.results[1].error is not None
    assert "89123" in outcome.results[1].error.message
    assert sid in console.services(world.account_sid)


def test_a_run_that_is_told_to_stop_finishes_its_request_and_its_record(world: World):
    wish = world.desired(channel("a", A), channel("b", B))
    reader = world.reader()
    found = world.plan(*wish.channels)
    written = []

    class Counted(TwilioWriter):
        def execute(self, change, *, service_sid):
            written.append(change)
            return super().execute(change, service_sid=service_sid)

    writer = Counted(reader.connection, reader.transport)
    outcome = world.carry_out(found, reader, writer, stopping=lambda: len(written) > 0)
    assert outcome.exit_code is ExitCode.INTERRUPTED
    assert [r.status for r in outcome.results] == [Status.DONE] + [Status.NOT_ATTEMPTED] * 3
    assert {r.reason for r in outcome.results} == {"", "The run was interrupted."}
    assert list(world.base().channels) == ["a"]
    _, outcome = world.apply(*wish.channels)
    assert outcome.exit_code is ExitCode.OK
    assert world.plan(*wish.channels).changes == ()


def test_what_another_client_changes_meanwhile_is_told_and_the_exit_code_is_8(world: World):
    world.apply(channel("a", A))
    wish = world.desired(channel("a", A, webhook_method="GET"))
    found = world.plan(*wish.channels)
    sid = world.service_sid("a")
    reader = world.reader()

    class Meddled(TwilioWriter):
        def execute(self, change, *, service_sid):
            receipt = super().execute(change, service_sid=service_sid)
            world.sandbox.console.update_service(sid, inbound_method="POST")
            return receipt

    outcome = world.carry_out(found, reader, Meddled(reader.connection, reader.transport))
    assert outcome.differences == ("a: webhook_method is 'POST', not 'GET'.",)
    assert outcome.exit_code is ExitCode.PARTIAL


def test_the_record_is_open_before_the_first_write_and_closed_after_the_last(world: World):
    seen = []

    class Watched(TwilioWriter):
        def execute(self, change, *, service_sid):
            (path,) = (world.folder / world.account_sid).rglob("*.json")
            seen.append(json.loads(path.read_text())["data"]["state"])
            return super().execute(change, service_sid=service_sid)

    wish = world.desired(channel("a", A))
    reader = world.reader()
    world.carry_out(world.plan(*wish.channels), reader, Watched(reader.connection, reader.transport))
    (path,) = (world.folder / world.account_sid).rglob("*.json")
    data = json.loads(path.read_text())["data"]
    assert seen == ["started", "started"]
    assert data["state"] == "finished"
    assert data["inventory"]["a"]["pool"] == [A]
    assert world.connection.password.reveal() not in path.read_text()


def test_when_the_record_cannot_be_opened_nothing_is_written(world: World):
    (world.folder / world.account_sid).write_text("a file where the folder should be")
    world.sandbox.requests.clear()
    with pytest.raises(LedgerError):
        world.apply(channel("a", A))
    assert world.sandbox.requests.writes == ()


def test_a_record_that_cannot_be_closed_is_told_and_the_next_apply_goes_on(world: World):
    wish = world.desired(channel("a", A))
    reader = world.reader()
    folder = world.folder / world.account_sid / "records" / "us"

    class Obstructed(TwilioWriter):
        def execute(self, change, *, service_sid):
            (path,) = folder.glob("*.json")
            with contextlib.suppress(FileExistsError):
                path.with_name(f".{path.name}.tmp").mkdir()
            return super().execute(change, service_sid=service_sid)

    found = world.plan(*wish.channels)
    outcome = world.carry_out(found, reader, Obstructed(reader.connection, reader.transport))
    assert isinstance(outcome.unrecorded, LedgerError)
    assert outcome.exit_code is ExitCode.PARTIAL
    assert {result.status for result in outcome.results} == {Status.DONE}
    for obstacle in folder.glob(".*.tmp"):
        obstacle.rmdir()
    again, outcome = world.apply(channel("a", A))
    assert [f.code for f in again.findings] == ["SMS508"]
    assert world.ledger.unfinished("us") == ()
    assert outcome.exit_code is ExitCode.OK
    assert world.plan(channel("a", A)).findings == ()


def test_a_damaged_record_stops_the_plan_and_names_the_file(world: World):
    world.apply(channel("a", A))
    (path,) = (world.folder / world.account_sid).rglob("*.json")
    for text in ("", "{", "[]", "{}", '{"type": "smsops.apply.v1", "data": {"format_version": "9.9"}}', "[" * 100_000):
        path.write_text(text)
        with pytest.raises(LedgerError, match=re.escape(path.name)):
            world.plan(channel("a", A))


def test_records_of_another_account_that_bore_the_name_do_not_count(world: World):
    world.apply(channel("a", A))
    assert world.ledger.base("us", world.account_sid, None).channels
    assert world.ledger.base("us", "AC" + "8" * 32, None) == Base()
    assert world.ledger.base("us", world.account_sid, "proxy.example.com") == Base()
    assert world.ledger.accounts() == ("us",)


def test_records_that_cannot_be_listed_are_not_taken_for_none(world: World):
    root = world.folder / world.account_sid
    root.write_text("a file where the folder should be")
    with pytest.raises(LedgerError):
        world.base()
    with pytest.raises(LedgerError):
        world.ledger.accounts()


def test_records_keep_their_order_when_the_clock_steps_back(world: World):
    found = world.plan(channel("a", A))
    runs = [Run(plan_id="sha256:" + digit * 64) for digit in "a0"]
    first = world.ledger.begin(found, world.base(), runs[0], at="2026-11-23T12:00:00.000005Z").key
    second = world.ledger.begin(found, world.base(), runs[1], at="2026-11-23T11:00:00.000001Z").key
    assert first.startswith("20261123T120000000005Z-aaaa")
    assert second.startswith("20261123T120000000006Z-0000")


def test_creates_go_one_at_a_time_until_one_has_proved_the_account(world: World):
    world.sandbox.requests.clear()
    world.sandbox.faults.add(
        Fault(method="POST", path="^/v1/Services$", status=400, code=20001),
        Fault(method="POST", path="^/v1/Services$", status=401, code=20003),
    )
    _, outcome = world.apply(channel("a", A), channel("b", B), channel("c", C))
    assert outcome.exit_code is ExitCode.AUTH
    assert len(world.sandbox.requests.writes) == 2


def test_the_state_folder_ignores_itself(world: World):
    world.apply(channel("a", A))
    assert (world.folder / ".gitignore").read_text() == "*\n"
