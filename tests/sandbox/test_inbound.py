"""Who is called for an inbound text: one test for each row of the table in twilio.md 3.1."""

from __future__ import annotations

import pytest

from smsops.sandbox.inbound import Effect, Inbound
from smsops.sandbox.senders import SAMPLE_REPLY_URL
from smsops.sandbox.server import Sandbox
from tests.sandbox.caller import Caller
from tests.sandbox.conftest import ACCOUNT, P1

NUMBER = "+12065550101"
HOOK = "https://hooks.example.com/in"
OWN = "https://number.example.com/in"


def routed(caller: Caller, **fields: str) -> None:
    caller.add(caller.create_service("orders", **fields), P1)


def test_without_deferral_and_url_a_text_is_dropped_whatever_the_number_says(box: Sandbox, caller: Caller) -> None:
    box.console.configure_number(ACCOUNT, NUMBER, sms_url=OWN)
    routed(caller, UseInboundWebhookOnNumber="false", InboundRequestUrl="")
    assert box.who_answers(NUMBER, "hello") == Inbound(effect=Effect.DROPPED)


def test_without_deferral_the_services_webhook_is_called(box: Sandbox, caller: Caller) -> None:
    box.console.configure_number(ACCOUNT, NUMBER, sms_url=OWN)
    routed(caller, UseInboundWebhookOnNumber="false", InboundRequestUrl=HOOK, FallbackUrl=f"{HOOK}/2")
    expected = Inbound(effect=Effect.SERVICE, url=HOOK, method="POST", fallback_url=f"{HOOK}/2")
    assert box.who_answers(NUMBER, "hello") == expected


def test_with_deferral_the_application_comes_first(box: Sandbox, caller: Caller) -> None:
    box.console.configure_number(ACCOUNT, NUMBER, sms_url=OWN, sms_application_sid="AP1")
    routed(caller, UseInboundWebhookOnNumber="true", InboundRequestUrl=HOOK)
    assert box.who_answers(NUMBER) == Inbound(effect=Effect.APPLICATION, application_sid="AP1")


def test_with_deferral_the_numbers_url_overrides_the_services(box: Sandbox, caller: Caller) -> None:
    box.console.configure_number(ACCOUNT, NUMBER, sms_url=OWN)
    routed(caller, UseInboundWebhookOnNumber="true", InboundRequestUrl=HOOK, FallbackUrl=HOOK)
    assert box.who_answers(NUMBER) == Inbound(effect=Effect.NUMBER, url=OWN, method="POST")


def test_with_deferral_and_an_empty_number_nobody_is_called(box: Sandbox, caller: Caller) -> None:
    routed(caller, UseInboundWebhookOnNumber="true", InboundRequestUrl=HOOK)
    assert box.who_answers(NUMBER) == Inbound(effect=Effect.NOBODY)


def test_a_number_of_no_pool_answers_for_itself(box: Sandbox, caller: Caller) -> None:
    box.console.configure_number(ACCOUNT, NUMBER, sms_url=SAMPLE_REPLY_URL)
    assert box.who_answers(NUMBER).effect is Effect.SAMPLE_REPLY


def test_a_conversation_takes_the_text_from_every_webhook(box: Sandbox, caller: Caller) -> None:
    routed(caller, InboundRequestUrl=HOOK)
    box.console.converse(ACCOUNT, NUMBER)
    assert box.who_answers(NUMBER) == Inbound(effect=Effect.CONVERSATION)


def test_an_opt_out_word_is_marked(box: Sandbox, caller: Caller) -> None:
    routed(caller, InboundRequestUrl=HOOK)
    assert [box.who_answers(NUMBER, text).keyword for text in (" stop ", "Help", "stop it")] == [True, True, False]


def test_a_number_that_nobody_owns_is_an_error(box: Sandbox) -> None:
    with pytest.raises(LookupError, match=r"\+19995550100"):
        box.who_answers("+19995550100")
