"""The set-up steps: in order, marked, filled in, and without a secret."""

from __future__ import annotations

import re
from dataclasses import replace

from smsops.model import Channel, Direction, Sender, ServiceSettings
from smsops.project import Account, SecretKind, SecretRef
from smsops.providers import PROVIDERS

SETTINGS = ServiceSettings(
    friendly_name="Larkspur",
    webhook_url="https://hooks.example.com/in",
    fallback_url="https://dr.example.com/in",
    status_callback_url="https://hooks.example.com/status",
)
CHANNEL = Channel(
    name="larkspur-dental-reminders",
    provider="twilio",
    account="us",
    direction=Direction.INBOUND_AND_OUTBOUND,
    settings=SETTINGS,
    senders=(Sender(number="+12065550101", label="Ballard clinic"), Sender(number="+12065550102")),
)
ACCOUNT = Account(
    name="us",
    provider="twilio",
    account_sid="AC" + "1" * 32,
    secret=SecretRef(kind=SecretKind.COMMAND, target=("vault", "read", "--token=hunter2")),
    api_key_sid="SK" + "2" * 32,
    region="ie1",
    edge="dublin",
)


def told(channel: Channel | None = None, account: Account | None = None) -> str:
    return PROVIDERS["twilio"].instructions(channel, account)


def test_steps_are_numbered_and_say_who_does_them() -> None:
    steps = re.findall(r"^ *(\d+)\. \[(you|smsops)\] ", told(), flags=re.MULTILINE)
    assert [int(number) for number, _ in steps] == list(range(1, len(steps) + 1))
    assert [who for _, who in steps] == ["you"] * 4 + ["smsops"] * 4 + ["you"]


def test_the_text_is_plain_and_fits_a_terminal() -> None:
    for text in (told(), told(CHANNEL, ACCOUNT)):
        assert not re.search(r"[`*#<]|\x1b", text)
        assert max(len(line) for line in text.splitlines()) <= 120


def test_a_channel_fills_in_its_urls_and_numbers() -> None:
    text = told(CHANNEL, ACCOUNT)
    for fact in (
        "larkspur-dental-reminders",
        "Friendly name: Larkspur",
        "POST https://hooks.example.com/in",
        "Fallback: POST https://dr.example.com/in",
        "https://hooks.example.com/status",
        "+12065550101  Ballard clinic",
        "the 2 declared numbers",
        "AC" + "1" * 32,
        "SK" + "2" * 32,
        "Region ie1, edge dublin",
    ):
        assert fact in text


def test_the_secret_is_named_by_its_place_alone() -> None:
    text = told(CHANNEL, ACCOUNT)
    assert "the command vault" in text
    assert "hunter2" not in text
    token = replace(ACCOUNT, api_key_sid=None, secret=SecretRef(kind=SecretKind.ENV, target=("US_TOKEN",)))
    assert "reads the auth token from the environment variable US_TOKEN" in told(None, token)


def test_an_outbound_or_disabled_channel_drops_replies() -> None:
    for channel in (replace(CHANNEL, direction=Direction.OUTBOUND), replace(CHANNEL, enabled=False)):
        text = told(channel)
        assert "Drop the message. Replies are neither delivered nor logged." in text
        assert "hooks.example.com/in" not in text


def test_a_pinned_service_is_kept_and_a_missing_callback_is_said() -> None:
    channel = replace(CHANNEL, service_sid="MG" + "3" * 32, settings=replace(SETTINGS, status_callback_url=""))
    text = told(channel)
    assert "Keeps the messaging service" in text
    assert "No delivery status callback is set." in text


def test_user_info_in_a_url_is_hidden() -> None:
    secret = replace(SETTINGS, webhook_url="https://anna:pw@hooks.example.com/in")
    text = told(replace(CHANNEL, settings=secret))
    assert "pw@" not in text
    assert "hooks.example.com/in" in text


def test_escape_codes_of_a_file_do_not_reach_the_terminal() -> None:
    text = told(replace(CHANNEL, senders=(Sender(number="+12065550101", label="\x1b[31mred\nnext"),)))
    assert "?[31mred?next" in text
