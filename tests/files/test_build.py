"""A channel file becomes the settings of contract 2.3, with defaults and short forms resolved."""

from __future__ import annotations

from pathlib import Path

import pytest

from smsops.files.load import load_project
from smsops.model import UNMANAGED, Channel, Direction, Sender
from smsops.project import MaxRemovals, Project, SecretKind, SecretRef
from tests.files.snippets import write_project

HOOK, STATUS = "https://hooks.example.com/sms/inbound", "https://hooks.example.com/sms/status"


def built(root: Path, snippet: str) -> Channel:
    write_project(root, snippet)
    (channel,) = load_project(root).channels
    return channel


def project(root: Path, snippet: str) -> Project:
    write_project(root, snippet)
    loaded = load_project(root)
    assert loaded.project is not None, loaded.findings
    return loaded.project


@pytest.mark.parametrize("direction", ["inbound", "inbound-and-outbound"])
def test_a_channel_that_receives_calls_its_webhook_and_never_defers_to_the_number(direction, tmp_path):
    channel = built(tmp_path, f"direction: {direction}\nfallback_url: https://dr.example.com\nwebhook_method: GET\n")
    assert channel.direction is Direction(direction)
    assert channel.settings.webhook_url == HOOK
    assert channel.settings.webhook_method == "GET"
    assert channel.settings.fallback_url == "https://dr.example.com"
    assert channel.settings.fallback_method == "POST"
    assert channel.settings.status_callback_url == STATUS
    assert channel.settings.use_inbound_webhook_on_number is False


@pytest.mark.parametrize("snippet", ["direction: outbound\n", "enabled: false\n"], ids=["outbound", "disabled"])
def test_a_channel_that_does_not_receive_has_no_inbound_url_and_no_deferral(snippet, tmp_path):
    channel = built(tmp_path, snippet + "fallback_url: https://dr.example.com\n")
    assert channel.settings.webhook_url == ""
    assert channel.settings.fallback_url == ""
    assert channel.settings.use_inbound_webhook_on_number is False
    assert channel.settings.status_callback_url == STATUS
    assert not channel.receives


def test_inbound_without_a_status_callback_clears_it(tmp_path):
    channel = built(tmp_path, "direction: inbound\n# without: status_callback_url\n")
    assert channel.settings.status_callback_url == ""


def test_an_absent_setting_is_unmanaged_and_a_null_use_case_clears(tmp_path):
    bare = built(tmp_path / "a", "")
    assert bare.settings.use_case is UNMANAGED
    assert bare.settings.validity_period is UNMANAGED
    assert bare.settings.sticky_sender is UNMANAGED
    cleared = built(tmp_path / "b", "messaging: {use_case: null, validity_period: 1.0, sticky_sender: false}\n")
    assert cleared.settings.use_case == "undeclared"
    assert cleared.settings.validity_period == 1
    assert type(cleared.settings.validity_period) is int
    assert cleared.settings.sticky_sender is False


def test_the_friendly_name_is_the_name_unless_given(tmp_path):
    assert built(tmp_path / "a", "").settings.friendly_name == "example"
    assert built(tmp_path / "b", "friendly_name: NO\n").settings.friendly_name == "NO"


def test_both_forms_of_a_number_become_senders(tmp_path):
    text = 'phone_numbers:\n  - "+12065550101"\n  - {number: "+447700900160", label: UK, flow: f, protected: true}\n'
    assert built(tmp_path, text).senders == (
        Sender(number="+12065550101"),
        Sender(number="+447700900160", label="UK", flow="f", protected=True),
    )


def test_lines_lead_from_a_key_and_a_number_to_the_file(tmp_path):
    text = (
        'messaging:\n  use_case: poll\nphone_numbers:\n  - "+12065550101"\n  - label: UK\n    number: "+447700900160"\n'
    )
    lines = built(tmp_path, text).lines
    assert lines["messaging"] == 1
    assert lines["messaging.use_case"] == 2
    assert lines["+12065550101"] == 4
    assert lines["+447700900160"] == 6
    assert lines["name"] == 7


def test_the_document_keeps_what_is_declared_only(tmp_path):
    channel = built(tmp_path, "owner:\n  team: NO\ntags: {a: b}\n")
    assert channel.document["owner"] == {"team": "NO"}
    assert channel.path == "channels/example.yaml"


def test_a_url_is_kept_byte_for_byte(tmp_path):
    url = "https://Hooks.EXAMPLE.com:443/A%2fb/?b=2&a={To}#ct=2000,rc=2"
    assert built(tmp_path, f'webhook_url: "{url}"\n').settings.webhook_url == url


def test_a_project_has_the_defaults_of_the_contract(tmp_path):
    found = project(tmp_path, "")
    assert found.channels == "channels"
    assert found.ledger_branch == "smsops-ledger"
    assert found.policy.webhook_hosts is None
    assert found.policy.max_removals == MaxRemovals(count=3, percent=10)
    assert (found.policy.drift, found.policy.require_owner) == ("revert", False)
    account = found.accounts["main"]
    assert account.secret == SecretRef(kind=SecretKind.ENV, target=("MAIN_AUTH_TOKEN",))
    assert account.line == 3
    assert (account.environment, account.region, account.api_key_sid) == ("production", None, None)


def test_a_project_keeps_what_it_says(tmp_path):
    text = (
        "# smsops.yaml\naccounts:\n  uk:\n    provider: twilio\n"
        "    account_sid: AC00000000000000000000000000000808\n    api_key_sid: SK00000000000000000000000000000808\n"
        "    api_key_secret: {command: [pass, show]}\n    region: ie1\n    edge: dublin\n"
        "    api_base_url: http://127.0.0.1:1\n"
        "policy:\n  webhook_hosts: {a: [b.example], c: []}\n  max_removals: {percent: 5}\n  drift: report\n"
        "ledger: {branch: records}\n"
    )
    found = project(tmp_path, text)
    account = found.accounts["uk"]
    assert account.secret == SecretRef(kind=SecretKind.COMMAND, target=("pass", "show"))
    assert (account.region, account.edge, account.api_base_url) == ("ie1", "dublin", "http://127.0.0.1:1")
    assert found.policy.webhook_hosts == {"a": ("b.example",), "c": ()}
    assert found.policy.max_removals == MaxRemovals(count=3, percent=5)
    assert (found.policy.drift, found.ledger_branch) == ("report", "records")
