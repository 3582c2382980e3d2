"""A provider with other keys, ids and a server of its own works by being registered: the engine is as it was."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from smsops.files import forms, schema
from smsops.files.forms import FORMS
from smsops.providers import PROVIDERS
from tests.cli.conftest import committed
from tests.cli.door import PROJECT as TWILIO
from tests.cli.door import SUPPORT, Run, records, write_project
from tests.providers.carrier import ALERTS, PROJECT, Server, registered

PASS = "let-me-in"
PIN = "MG" + "1" * 32
BOTH = PROJECT.replace("policy:", TWILIO.partition("accounts:\n")[2] + "policy:")


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """The carrier, registered; the working directory is a project in git with one channel of it."""
    root = write_project(tmp_path / "project", project=PROJECT, alerts=ALERTS)
    monkeypatch.chdir(root)
    monkeypatch.setenv("NORTH_PASS", PASS)
    monkeypatch.delitem(sys.modules, "smsops.cli.instructions", raising=False)  # it lists the providers when it loads
    running = Server(pass_phrase=PASS, owned={"+12065550101", "+12065550102", "+12065550103"})
    with registered(running):
        yield running


def test_every_provider_has_a_form() -> None:
    assert FORMS.keys() == PROVIDERS.keys()


def test_without_a_further_provider_the_schemas_are_the_published_files() -> None:
    for name in schema.SCHEMAS:
        assert forms.composed({"as": "it is"}, "plan") == {"as": "it is"}
        assert schema.schema_text(name) == (Path(__file__).parents[2] / f"schemas/{name}.schema.json").read_text()


@pytest.mark.parametrize(
    ("old", "new", "code", "words"),
    [
        ("sender_id: NORTH\n", "", "SMS202", "The key sender_id is missing."),
        ("NORTH\n", "north\n", "SMS209", "sender_id must be 3 to 11 capital letters"),
        ("sender_id", "sender_ip", "SMS201", "Did you mean sender_id?"),
        (
            "sender_id",
            f"messaging_service_sid: {PIN}\nsender_id",
            "SMS201",
            "'messaging_service_sid' is unknown",
        ),
        ("sender_id", "messaging: {use_case: poll}\nsender_id", "SMS201", "'messaging' is unknown"),
        ("webhook_url: https://hooks.example.com/in\n", "", "SMS216", "webhook_url is required when"),
        ("provider: carrier", "provider: twilio", "SMS201", "'sender_id' is unknown"),
        ("provider: carrier", "provider: twilio", "SMS306", "is one of carrier, not of 'twilio'"),
        ("provider: carrier", "provider: karrier", "SMS222", "provider must be twilio or carrier"),
        ("provider: carrier", "provider: karrier", "SMS222", "Did you mean carrier?"),
    ],
)
def test_the_provider_decides_which_keys_a_channel_has(
    old: str, new: str, code: str, words: str, server: Server, run: Run
) -> None:
    assert run("validate").code == 0
    write_project(Path(), alerts=ALERTS.replace(old, new, 1))
    ran = run("validate")
    assert ran.code == 3
    assert code in ran.out
    assert words in ran.out


@pytest.mark.parametrize(
    ("old", "new", "code", "words"),
    [
        ("    customer: C-100\n", "", "SMS202", "The key customer is missing"),
        ("    api_url: https://carrier.example.com\n", "", "SMS202", "The key api_url is missing"),
        ("{env: NORTH_PASS}", "open sesame", "SMS212", "pass_phrase must be a reference to the secret"),
        ("    customer", "    region: us1\n    customer", "SMS201", "'region' is unknown"),
        ("    customer", "    account_sid: AC1\n    customer", "SMS201", "'account_sid' is unknown"),
        ("provider: carrier", "provider: twilio", "SMS202", "The key account_sid is missing"),
        ("provider: carrier", "provider: twilio", "SMS201", "'customer' is unknown"),
    ],
)
def test_the_provider_decides_which_keys_an_account_has(
    old: str, new: str, code: str, words: str, server: Server, run: Run
) -> None:
    write_project(Path(), project=PROJECT.replace(old, new, 1))
    ran = run("validate")
    assert ran.code == 3
    assert code in ran.out
    assert words in ran.out
    assert "open sesame" not in ran.out


def test_accounts_are_told_apart_by_what_their_provider_knows_them_by(server: Server, run: Run) -> None:
    north = PROJECT[PROJECT.index("  north:") : PROJECT.index("policy:")]
    write_project(Path(), project=PROJECT.replace("policy:", north.replace("north:", "south:") + "policy:"))
    assert "The accounts north and south are the same Carrier account." in run("validate").out


def test_a_warning_of_one_provider_is_none_of_another(server: Server, run: Run) -> None:
    numbers = '  - "+18005550101"\n  - "+18885550102"\n'
    write_project(Path(), project=BOTH, alerts=ALERTS + numbers, support=SUPPORT.replace("owner:", f"{numbers}owner:"))
    write_project(Path(), alerts=ALERTS + '  - "+18335550101"\n  - "+18445550102"\n')
    said = [line for line in run("validate").out.splitlines() if "SMS310" in line]
    assert len(said) == 1
    assert "support.yaml" in said[0]
    assert "Twilio warns" in said[0]


def test_both_providers_are_offered_and_explained(server: Server, run: Run) -> None:
    assert [line.split()[0] for line in run("providers").out.splitlines()[1:]] == ["twilio", "carrier"]
    steps = run("instructions", "carrier", "--channel", "alerts").out
    assert "Have the desk call https://hooks.example.com/in for customer C-100" in steps
    assert "sender_id" in run("schema", "channel").out


def test_plan_apply_and_a_saved_plan_go_through_the_protocols_alone(server: Server, run: Run) -> None:
    committed(Path())
    assert "create 1 service, attach 2 numbers" in run("plan", "--out", "plan.json").out
    assert server.writes == []
    applied = run("apply", "plan.json")
    assert applied.code == 0, applied.err
    assert server.writes == ["service.create", "number.attach", "number.attach"]
    assert server.routes["route1"].webhook_url == "https://hooks.example.com/in"
    assert records(Path(), "north")[-1]["data"]["account_sid"] == "C-100"
    assert run("plan", "--detailed-exitcode").code == 0

    server.numbers["+12065550103"] = "route1"
    drifted = run("drift", "--detailed-exitcode")
    assert drifted.code == 2
    assert "+12065550103" in drifted.out
    write_project(Path(), alerts=ALERTS.replace("/in", "/v2"))
    assert run("apply", "--yes").code == 0
    assert server.writes[3:] == ["service.update", "number.detach"]
    assert run("plan", "--detailed-exitcode").code == 0

    assert run("apply", "plan.json").code == 6


def test_credentials_that_the_provider_refuses_are_4(server: Server, run: Run) -> None:
    server.pass_phrase = "another"
    ran = run("plan")
    assert ran.code == 4
    assert "Carrier refuses the pass phrase." in ran.err
