"""`smsops adopt`: files for an account that other people made, written only when the plan after it is empty."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from smsops.sandbox.accounts import KeyKind
from smsops.sandbox.server import Sandbox
from tests.cli.door import PROJECT, Ran, Run, git, write_project
from tests.world import World

STATUS = "https://hooks.example.com/status"
HOOK = "https://hooks.example.com/in?a=1#rc=2,ct=900"
NUMBERS = tuple(f"+1206555{last:04}" for last in range(100, 200))
PINNED = """\
# Everything about the desk
name: desk  # short for front desk
provider: twilio
account: us
direction: inbound-and-outbound
messaging_service_sid: SID  # do not touch
webhook_url: https://old.example.com/  # the old host
status_callback_url: https://hooks.example.com/status
phone_numbers:
  - {number: "NUMBER", label: Front, protected: true}  # rings first
  - "+12065559999"  # sold
messaging:
  sticky_sender: true
"""


@dataclass
class Account:
    """A project without channels, and an account that other clients fill."""

    root: Path
    world: World
    run: Run
    numbers: Iterator[str] = field(default_factory=lambda: iter(NUMBERS))

    def service(self, name: str, count: int = 1, **fields: object) -> str:
        made = {"status_callback": STATUS, "use_inbound_webhook_on_number": False, **fields}
        sid = self.world.sandbox.console.create_service(self.world.account_sid, name, **made)
        self.world.sandbox.console.attach(sid, *(next(self.numbers) for _ in range(count)))
        return sid

    def pool(self, sid: str) -> list[str]:
        return sorted(self.world.sandbox.console.pool(sid))

    def files(self) -> dict[str, str]:
        return {path.name: path.read_text() for path in sorted((self.root / "channels").iterdir())}

    def writes(self) -> list[str]:
        return [request.method for request in self.world.sandbox.requests if request.method != "GET"]

    def adopt(self, *argv: str, code: int = 0) -> Ran:
        ran = self.run("adopt", *argv)
        assert ran.code == code, ran.out + ran.err
        return ran

    def planned(self) -> Ran:
        return self.run("plan", "--detailed-exitcode")


@pytest.fixture
def account(tmp_path: Path, sandbox: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch) -> Account:
    world = World(sandbox=sandbox, folder=tmp_path / "ledger", numbers=NUMBERS)
    root = write_project(tmp_path / "project", project=re.sub(r"AC\w{32}", world.account_sid, PROJECT))
    monkeypatch.chdir(root)
    monkeypatch.setenv("SMSOPS_API_BASE_URL", sandbox.base_url)
    monkeypatch.setenv("US_TOKEN", world.connection.password.reveal())
    git(root, "init", "-q", "-b", "main")
    sandbox.requests.clear()
    return Account(root, world, run)


def inexpressible(account: Account) -> dict[str, str]:
    """Services that no file can say, by name, with a word of the reason."""
    account.service("empty", 0)
    account.service("defers", use_inbound_webhook_on_number=True)
    account.service("login", inbound_request_url="https://user:hunter2@hooks.example.com/in")
    account.service("plain http", inbound_request_url="http://hooks.example.com/in")
    account.service("elsewhere", status_callback="https://hooks.example.net/status")
    account.service("silent", status_callback=None)
    account.service("fallback only", fallback_url="https://hooks.example.com/f")
    account.service("two\nlines")
    account.service("https://user:hunter2@name.example.com")
    return {
        "empty": "holds no phone number",
        "defers": "use_inbound_webhook_on_number is true",
        "login": "webhook_url must not hold a user name or password",
        "plain http": "webhook_url must be an absolute https URL",
        "elsewhere": "policy.webhook_hosts does not allow",
        "silent": "neither a webhook nor a status callback",
        "fallback only": "a fallback URL and no webhook",
        "two\nlines": "friendly_name must be 1 to 64 characters",
        "https://****@name.example.com": "looks like a URL with a user name",
    }


def test_forty_services_of_other_clients_are_adopted_and_the_plan_is_empty(account: Account):
    root = account.root
    write_project(root, project=(root / "smsops.yaml").read_text() + 'policy:\n  webhook_hosts: ["*.example.com"]\n')
    (root / "schemas").mkdir()
    (root / "schemas" / "channel.schema.json").write_text("{}")
    for serial in range(24):
        account.service(f"Orders {serial}", 1 + serial % 3, inbound_request_url=HOOK, sticky_sender=serial % 2 == 0)
    odd = ["Ünïcödé – Straße", "通知", "   ", "null", ": - #'\"{}", "x" * 64, "twin", "twin", "twin "]
    for name in odd:
        account.service(name)
    brand = account.service("brand")
    code = account.world.sandbox.console.own_short_code(account.world.account_sid, "12345")
    account.world.join(brand, "ShortCodes", ShortCodeSid=code)
    account.world.join(brand, "AlphaSenders", AlphaSender="Brand")
    reasons = inexpressible(account)
    account.world.sandbox.requests.clear()
    said = account.adopt("us", "-o", "json").document
    assert account.writes() == []
    assert said["ok"] is True
    assert len(said["files"]) == len(account.files()) == 34
    told = {one["friendly_name"]: one["reason"] for one in said["left_out"]}
    assert told.keys() == reasons.keys()
    assert {name for name, reason in told.items() if reasons[name] not in reason} == set()
    assert [one["what"] for one in said["beside"] if one["service_sid"] == brand] == [
        "short code 12345",
        "alpha sender Brand",
    ]
    assert "hunter2" not in json.dumps(said) + "".join(account.files().values())
    assert account.run("fmt", "--check").code == 0
    ran = account.planned()
    assert (ran.code, ran.out) == (0, "No changes. 34 channels unchanged.\n")
    before = account.files()
    ran = account.adopt()
    assert "Adopted: 34 files say already what is live. The plan after it is empty. 9 services left out." in ran.out
    assert account.files() == before


def test_a_file_says_what_differs_from_defaults_byte_for_byte(account: Account):
    sid = account.service("Orders EU", 2, inbound_request_url=HOOK, inbound_method="GET", validity_period=60)
    ran = account.adopt()
    assert ran.out == (
        f"+ channels/orders-eu.yaml  {sid} 'Orders EU' (account us)\n\n"
        "Adopted: 1 file written. The plan after it is empty.\nNext: smsops plan\n"
    )
    assert account.files() == {
        "orders-eu.yaml": f"""\
name: orders-eu
provider: twilio
account: us
direction: inbound-and-outbound
messaging_service_sid: {sid}
friendly_name: Orders EU
webhook_url: "{HOOK}"
webhook_method: GET
status_callback_url: {STATUS}
phone_numbers:
  - "+12065550100"
  - "+12065550101"
messaging:
  validity_period: 60
"""
    }


def test_with_all_defaults_are_said_too_and_an_owner_where_the_policy_wants_one(account: Account):
    text = (account.root / "smsops.yaml").read_text()
    write_project(account.root, project=text + "policy:\n  require_owner: true\n")
    account.service("inbox", inbound_request_url="https://hooks.example.com/in", status_callback=None)
    ran = account.adopt()
    assert "The channel has no owner, and the policy requires one. Name one with --owner TEAM." in ran.out
    assert account.files() == {}
    account.adopt("--all", "--owner", "on call: 2nd")
    (said,) = account.files().values()
    for line in ("direction: inbound", "friendly_name: inbox", "webhook_method: POST", 'team: "on call: 2nd"'):
        assert line in said
    for line in ("use_case: undeclared", "validity_period: 36000", "smart_encoding: false"):
        assert line in said
    assert account.planned().code == 0


def test_an_existing_file_changes_only_where_it_differs_and_keeps_every_comment(account: Account):
    sid = account.service("desk", 2, inbound_request_url=HOOK, sticky_sender=False, area_code_geomatch=False)
    first, second = account.pool(sid)
    before = PINNED.replace("SID", sid).replace("NUMBER", first)
    write_project(account.root, desk=before)
    said = account.adopt("-o", "json").document
    expected = (
        before.replace("https://old.example.com/", f'"{HOOK}"')
        .replace('  - "+12065559999"  # sold\n', f'  # sold\n  - "{second}"\n')
        .replace("sticky_sender: true", "sticky_sender: false")
    )
    assert account.files() == {"desk.yaml": expected}
    (one,) = said["files"]
    assert one["is_new"] is False
    assert [(c["field"], c["before"], c["after"]) for c in one["changes"]] == [
        ("webhook_url", "https://old.example.com/", HOOK),
        ("messaging.sticky_sender", True, False),
        ("phone_numbers", None, second),
        ("phone_numbers", "+12065559999", None),
    ]
    assert account.planned().code == 0


@pytest.mark.parametrize(
    ("live", "direction"),
    [
        ({"inbound_request_url": None}, "outbound"),
        ({"status_callback": None}, "inbound"),
        ({"fallback_url": "https://f.example.com/"}, "inbound-and-outbound"),
    ],
    ids=["no webhook", "no callback", "a fallback"],
)
def test_the_direction_of_an_existing_file_follows_what_is_live(live: dict[str, Any], direction: str, account: Account):
    sid = account.service("desk", inbound_request_url=HOOK, **live) if "inbound_request_url" not in live else ""
    sid = sid or account.service("desk", **live)
    write_project(account.root, desk=PINNED.replace("SID", sid).replace("NUMBER", account.pool(sid)[0]))
    ran = account.adopt()
    assert f"~ channels/desk.yaml  {sid} 'desk' (account us)" in ran.out
    (said,) = account.files().values()
    assert f"direction: {direction}\n" in said
    assert said.count("#") == PINNED.count("#") + HOOK.count("#") * ("null  #" not in said or direction != "outbound")
    assert account.planned().code == 0


def test_a_disabled_channel_stays_as_it_is_while_nothing_comes_in_and_is_enabled_when_it_does(account: Account):
    sid = account.service("desk")
    number = account.pool(sid)[0]
    text = PINNED.replace("SID", sid).replace('  - "+12065559999"  # sold\n', "").replace("NUMBER", number)
    text = text.replace("name: desk", "name: desk\nenabled: false", 1)
    write_project(account.root, desk=text)
    assert "1 file says already what is live" in account.adopt().out
    account.world.sandbox.console.update_service(sid, inbound_request_url="https://new.example.com/")
    account.adopt()
    (said,) = account.files().values()
    assert said == text.replace("enabled: false", "enabled: true").replace("old.example.com", "new.example.com")


def test_a_file_without_a_service_takes_the_one_service_of_its_name(account: Account):
    sid = account.service("desk", inbound_request_url="https://old.example.com/")
    text = PINNED.replace("messaging_service_sid: SID  # do not touch\n", "").replace("NUMBER", account.pool(sid)[0])
    write_project(account.root, desk=text)
    account.adopt()
    (said,) = account.files().values()
    assert f"direction: inbound-and-outbound\nmessaging_service_sid: {sid}\n" in said
    assert account.planned().code == 0


def test_nothing_is_written_when_the_plan_after_it_would_not_be_empty(account: Account):
    account.service("good")
    twins = [account.service("desk"), account.service("desk")]
    text = PINNED.replace("messaging_service_sid: SID  # do not touch\n", "").replace("NUMBER", "+12065550199")
    write_project(account.root, desk=text.replace('  - "+12065559999"  # sold\n', ""))
    before = account.files()
    ran = account.adopt(code=5)
    assert account.files() == before
    assert "Nothing was written: the plan after it would not be empty." in ran.out
    assert ran.out.count("channels/desk.yaml may mean it or another service of this name; pin the right one") == 2
    assert f"A live service, {min(twins)}, already has the friendly name of channel desk." in ran.out
    said = account.adopt("-o", "json", code=5).document
    assert said["ok"] is False
    assert said["plan"]["summary"]["create"] == 1


def test_a_file_that_would_become_invalid_is_told_and_nothing_is_written(account: Account):
    account.service("good")
    sid = account.service("desk")
    text = PINNED.replace("SID", sid).replace("NUMBER", account.pool(sid)[0])
    write_project(account.root, desk=text.replace("label: Front", "flow: answer"))
    before = account.files()
    ran = account.adopt(code=5)
    assert "SMS217" in ran.out
    assert account.files() == before


def test_a_file_that_nothing_can_be_put_into_is_told_and_nothing_is_written(account: Account):
    sid = account.service("desk", inbound_request_url=HOOK)
    text = PINNED.replace("SID", sid).replace("NUMBER", account.pool(sid)[0])
    write_project(
        account.root, desk=text.replace("https://old.example.com/  # the old host", ">-\n  https://old.example.com/")
    )
    ran = account.adopt(code=5)
    assert "channels/desk.yaml is written in a way that webhook_url, phone_numbers cannot be put into" in ran.out


def test_numbers_and_services_that_another_file_has_are_left_to_it(account: Account):
    text = (account.root / "smsops.yaml").read_text()
    other = text[text.index("  us:") :].replace("us:", "uk:").replace(account.world.account_sid, "AC" + "9" * 32)
    first, second = account.service("first"), account.service("second")
    theirs = PINNED.replace("account: us", "account: uk").replace("NUMBER", account.pool(second)[0])
    write_project(account.root, project=text + other, desk=theirs.replace("SID", first))
    ran = account.adopt("us")
    assert f"{first} 'first' (account us): channels/desk.yaml of account uk pins it." in ran.out
    assert (
        f"{second} 'second' (account us): channels/desk.yaml declares {account.pool(second)[0]} of its pool." in ran.out
    )
    assert list(account.files()) == ["desk.yaml"]


def test_a_name_that_is_taken_is_not_taken_again(account: Account):
    (account.root / "channels" / "deep").mkdir()
    (account.root / "channels" / ".hidden.yaml").write_text("")
    sid, kept = account.service("Orders"), account.service("other")
    text = PINNED.replace("SID", kept).replace("NUMBER", account.pool(kept)[0]).replace("name: desk", "name: orders")
    (account.root / "channels" / "deep" / "orders.yaml").write_text(text)
    account.adopt()
    assert (account.root / "channels" / f"orders-{sid[-6:]}.yaml").is_file()
    assert account.planned().code == 0


def test_an_excepted_service_is_left_to_whoever_manages_it(account: Account):
    sid = account.service("theirs")
    ran = account.adopt("--except", sid, "--except", "MGtypo")
    assert ran.err == "warning: --except MGtypo: no account that was read has this service.\n"
    assert f"{sid} 'theirs' (account us): It was excepted." in ran.out
    assert "Nothing was adopted, for the reasons above. 1 service left out." in ran.out


def test_what_the_console_changed_since_the_last_apply_is_adopted(account: Account):
    sid = account.service("desk", 2, inbound_request_url=HOOK)
    account.adopt()
    git(account.root, "add", ".")
    git(account.root, "-c", "user.name=A", "-c", "user.email=a@example.com", "commit", "-qm", "adopted")
    assert account.run("apply", "--yes").code == 0
    console = account.world.sandbox.console
    console.update_service(sid, inbound_request_url="https://new.example.com/")
    console.detach(sid, account.pool(sid)[0])
    assert account.planned().code == 2
    account.adopt()
    assert account.planned().code == 0
    assert account.writes() == []


def test_terraform_hands_its_services_over(account: Account):
    ours, other, bare = account.service("ours"), account.service("other"), account.service("bare", 0)
    number = account.world.sandbox.console.pool(ours)[account.pool(ours)[0]]
    kind = "twilio_messaging_services_v1"
    state = {
        "version": 4,
        "resources": [
            {"mode": "managed", "type": kind, "name": name, "instances": [{"attributes": {"sid": sid}}]}
            for name, sid in (("ours", ours), ("bare", bare), ("gone", "MG" + "9" * 32))
        ]
        + [
            {
                "mode": "managed",
                "type": "twilio_messaging_services_phone_numbers_v1",
                "name": "n",
                "instances": [{"index_key": "a", "attributes": {"service_sid": ours, "phone_number_sid": number}}],
            },
            {
                "mode": "managed",
                "type": "twilio_messaging_services_alpha_senders_v1",
                "name": "brand",
                "instances": [{"attributes": {"service_sid": ours}}],
            },
        ],
    }
    file = account.root / "state.json"
    file.write_text(json.dumps(state))
    ran = account.adopt("--from-terraform", "state.json")
    assert list(account.files()) == ["ours.yaml"]
    assert other not in ran.out
    assert "  twilio_messaging_services_v1.gone: no account that was read has MG9999" in ran.out
    assert "  twilio_messaging_services_alpha_senders_v1.brand\n" in ran.out
    assert ran.out.count("terraform state rm") == 2
    assert (
        "  terraform state rm 'twilio_messaging_services_phone_numbers_v1.n[\"a\"]'\n"
        "  terraform state rm twilio_messaging_services_v1.ours\n"
    ) in ran.out
    said = account.adopt("--from-terraform", "state.json", "-o", "json").document
    assert len(said["terraform"]["commands"]) == 2
    file.write_text("{}")
    assert account.adopt("--from-terraform", "state.json", code=64).err.startswith(
        "error SMS102: The file is no Terraform"
    )
    assert "cannot be read" in account.adopt("--from-terraform", "no.json", code=64).err


def test_where_the_key_may_not_list_other_senders_that_is_told(account: Account, monkeypatch: pytest.MonkeyPatch):
    account.service("desk")
    key = "SK" + account.world.account_sid[2:]
    given = account.world.sandbox.add_key(
        account.world.account_sid,
        key,
        kind=KeyKind.RESTRICTED,
        permissions=["GET /v1/Services(/MG[0-9a-f]+/PhoneNumbers)?"],
    )
    monkeypatch.setenv("US_TOKEN", given.password)
    text = (account.root / "smsops.yaml").read_text()
    write_project(account.root, project=text.replace("auth_token:", f"api_key_sid: {key}\n    api_key_secret:"))
    assert "warning: Other senders than numbers cannot be listed" in account.adopt().err
    assert len(account.files()) == 1


def test_an_account_that_does_not_exist_is_wrong_usage(account: Account):
    assert "Did you mean us?" in account.adopt("uss", code=64).err


@pytest.mark.parametrize("channels", ["sms/../sms", "./sms/"])
def test_new_files_go_where_the_project_has_its_channels(channels: str, account: Account):
    text = (account.root / "smsops.yaml").read_text()
    (account.root / "channels").rmdir()
    (account.root / "smsops.yaml").write_text(text + f"channels: {channels}\n")
    (account.root / "sms").mkdir()
    account.service("desk")
    assert "+ sms/desk.yaml" in account.adopt().out
    assert (account.root / "sms" / "desk.yaml").is_file()


def test_in_the_sandbox_it_works_without_credentials(project: Path, run: Run):
    assert run("--sandbox", "apply", "--yes").code == 0
    ran = run("--sandbox", "adopt")
    assert "Adopted: 2 files changed. The plan after it is empty." in ran.out
    assert ran.out.endswith("Next: smsops --sandbox plan\n")
    assert run("--sandbox", "plan", "--detailed-exitcode").code == 0
