"""The set-up steps: in order, marked, filled in, and without a secret."""

from __future__ import annotations

import dataclasses
import re

import pytest

from smsops.frozen import replace
from smsops.model import Channel, Direction, Sender, ServiceSettings
from smsops.project import Account, SecretKind, SecretRef
from smsops.providers import PROVIDERS
from smsops.render.steps import STEPS, Steps
from smsops.steps import By, Step

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


def steps(channel: Channel | None = None, account: Account | None = None) -> tuple[Step, ...]:
    return PROVIDERS["twilio"].instructions(channel, account)


def told(channel: Channel | None = None, account: Account | None = None) -> str:
    return "\n".join(line for step in steps(channel, account) for line in (step.title, *step.lines))


def titles(channel: Channel | None = None, by: By | None = None) -> list[str]:
    return [step.title for step in steps(channel) if by in (None, step.by)]


def test_apply_does_what_is_set_on_the_service_and_a_person_the_rest() -> None:
    assert titles(by=By.APPLY) == [
        "Creates the messaging service, or keeps the pinned one",
        "Sets what happens to incoming messages",
        "Sets the status callback",
        "Fills the sender pool",
    ]
    assert [step.by for step in steps()] == [By.YOU] * 5 + [By.APPLY] * 4 + [By.YOU] * 3


def test_the_text_is_plain_and_fits_a_terminal() -> None:
    for text in (told(), told(CHANNEL, ACCOUNT)):
        assert not re.search(r"[`*#<]|\x1b", text)
        assert max(len(line) for line in text.splitlines()) <= 112


def test_a_channel_fills_in_its_urls_and_numbers() -> None:
    text = told(CHANNEL, ACCOUNT)
    for fact in (
        "Friendly name: Larkspur",
        "Send a webhook, POST https://hooks.example.com/in",
        "Fallback: POST https://dr.example.com/in",
        "callback: https://hooks.example.com/status",
        "POST https://hooks.example.com/in  replies",
        "POST https://hooks.example.com/status  delivery reports",
        "+12065550101  Ballard clinic",
        "the 2 declared numbers",
        "AC" + "1" * 32,
        "SK" + "2" * 32,
        "region ie1, edge dublin",
    ):
        assert fact in text


def test_the_secret_is_named_by_its_place_alone() -> None:
    text = told(CHANNEL, ACCOUNT)
    assert "the command vault" in text
    assert "hunter2" not in text
    token = dataclasses.replace(ACCOUNT, api_key_sid=None, secret=SecretRef(kind=SecretKind.ENV, target=("US_TOKEN",)))
    assert "reads the auth token from the environment variable US_TOKEN" in told(None, token)


def test_an_outbound_or_disabled_channel_drops_replies() -> None:
    dropped = replace(SETTINGS, webhook_url="", fallback_url="")
    for channel in (replace(CHANNEL, direction=Direction.OUTBOUND), replace(CHANNEL, enabled=False)):
        text = told(replace(channel, settings=dropped))
        assert "Drop the message. Replies are neither delivered nor logged." in text
        assert "hooks.example.com/in" not in text
        assert "Answer it: nothing is called" in text
        assert "Text one of the numbers" not in text


def test_a_pinned_service_is_kept_and_an_unpinned_one_is_to_be_pinned() -> None:
    pinned = replace(CHANNEL, service_sid="MG" + "3" * 32)
    assert "Keeps the messaging service" in titles(pinned)
    assert not any(title.startswith("Pin the service") for title in titles(pinned))
    unpinned = replace(CHANNEL, path="channels/larkspur.yaml")
    assert "Creates the messaging service" in titles(unpinned)
    assert "puts the SID into channels/larkspur.yaml." in told(unpinned)


def test_a_channel_that_only_receives_registers_no_sender_and_may_have_no_callback() -> None:
    channel = replace(CHANNEL, direction=Direction.INBOUND, settings=replace(SETTINGS, status_callback_url=""))
    assert "Register the senders with the carriers" not in titles(channel)
    assert "No delivery status callback is set." in told(channel)
    assert "Send a text" not in told(channel)
    assert "Nothing can be tried" in told(replace(channel, enabled=False))


@pytest.mark.parametrize(
    ("numbers", "said"),
    [(["+12065550101"], {"30034"}), (["+18005550199"], {"30032"}), (["+447700900160"], set())],
)
def test_carriers_want_to_know_what_the_numbers_are(numbers: list[str], said: set[str]) -> None:
    text = told(replace(CHANNEL, senders=tuple(Sender(number=number) for number in numbers)))
    assert {number for number in ("30032", "30034") if number in text} == said
    assert ("Register the senders" in text) == bool(said)


def test_a_channel_that_calls_nothing_needs_no_server() -> None:
    quiet = replace(SETTINGS, webhook_url="", fallback_url="", status_callback_url="")
    assert "Have a server that answers what Twilio calls" not in titles(replace(CHANNEL, settings=quiet))


def test_user_info_in_a_url_is_hidden() -> None:
    secret = replace(SETTINGS, webhook_url="https://anna:pw@hooks.example.com/in")
    text = told(replace(CHANNEL, settings=secret))
    assert "pw@" not in text
    assert "hooks.example.com/in" in text


HOSTILE = replace(CHANNEL, senders=(Sender(number="+12065550101", label="\x1b[31mred\n```\n/close @all <b>"),))


def test_what_a_file_says_can_leave_neither_its_line_nor_its_fence() -> None:
    value = Steps(provider="twilio", title="Twilio", channel="a<b>", steps=steps(HOSTILE))
    text = STEPS["text"](value, color=False)
    assert "\\x1b[31mred\\n```\\n/close" in text
    assert "[x]  6. Creates the messaging service: apply does this" in text
    assert "[ ]  1. Choose the account\n" in text
    page = STEPS["markdown"](value, color=False)
    assert "\x1b" not in page
    assert "````text\n" in page
    assert "a<b>" not in page
    assert "- [x] Creates the messaging service: apply does this\n" in page
