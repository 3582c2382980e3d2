"""What doctor's reads make of answers that the sandbox never gives."""

from __future__ import annotations

import pytest

from smsops.errors import Failure, ProviderError
from smsops.providers.base import Connection
from smsops.providers.examining import Registration, Standing
from smsops.providers.twilio.client import Door
from smsops.providers.twilio.examine import TwilioExaminer, open_examiner
from smsops.providers.twilio.read import TwilioReader
from smsops.providers.twilio.routes import EXAMINES
from tests.providers.scripted import (
    ACCOUNT,
    POOL,
    SECRET,
    SERVICE,
    SERVICES,
    Scripted,
    member,
    page,
    refusal,
    reply,
    service,
)

CAMPAIGNS = f"{SERVICES}/{SERVICE}/Compliance/Usa2p"
VERIFICATIONS = "/v1/Tollfree/Verifications"
THE_ACCOUNT = f"/2010-04-01/Accounts/{ACCOUNT}.json"
FREE = "+18005550100"


@pytest.fixture
def examiner(connection: Connection) -> TwilioExaminer:
    return open_examiner(connection)


def filed(status: object, reason: str | None = None, **fields: object) -> dict[str, object]:
    return {"account_sid": None, "tollfree_phone_number": FREE, "status": status, "rejection_reason": reason, **fields}


@pytest.mark.parametrize("order", [1, -1])
def test_the_best_of_several_filings_counts(order: int, server: Scripted, examiner: TwilioExaminer) -> None:
    tries = [filed("TWILIO_REJECTED", "no website"), filed("TWILIO_APPROVED"), filed("IN_REVIEW")][::order]
    server.on("GET", VERIFICATIONS, page("verifications", *tries))
    assert examiner.verifications()[FREE] == Registration(standing=Standing.APPROVED, said="TWILIO_APPROVED")
    server.on("GET", VERIFICATIONS, page("verifications", filed("TWILIO_REJECTED", "no website")))
    assert examiner.verifications()[FREE].reason == "no website"
    runs = [
        {"sid": "QE1", "account_sid": ACCOUNT, "campaign_status": "FAILED", "errors": [{"description": "no terms"}, 5]},
        {"sid": "QE2", "account_sid": None, "campaign_status": "VERIFIED", "errors": None},
    ][::order]
    server.on("GET", f"{SERVICES}/{SERVICE}", reply(200, service()))
    server.on("GET", POOL, page("phone_numbers", member(country_code=None)))
    server.on("GET", CAMPAIGNS, page("compliance", *runs))
    found = examiner.services([SERVICE])[SERVICE]
    assert found is not None
    assert [(one.standing, one.reason) for one in found.campaigns] == [
        (Standing.APPROVED, ""),
        (Standing.REFUSED, "no terms"),
    ]


def test_filings_of_another_account_and_words_that_are_none_are_refused(
    server: Scripted, examiner: TwilioExaminer
) -> None:
    server.on("GET", VERIFICATIONS, page("verifications", filed("IN_REVIEW", account_sid="AC" + "2" * 32)))
    with pytest.raises(ProviderError) as raised:
        examiner.verifications()
    assert raised.value.failure is Failure.WRONG_ACCOUNT
    server.on("GET", VERIFICATIONS, page("verifications", filed(["IN_REVIEW"])))
    with pytest.raises(ProviderError) as raised:
        examiner.verifications()
    assert raised.value.failure is Failure.GARBLED


def test_an_auth_token_that_may_not_read_its_account_is_refused(server: Scripted, examiner: TwilioExaminer) -> None:
    server.on("GET", THE_ACCOUNT, refusal(401, 20003))
    with pytest.raises(ProviderError) as raised:
        examiner.account()
    assert raised.value.failure is Failure.AUTH
    assert SECRET not in raised.value.message


@pytest.mark.parametrize("path", [THE_ACCOUNT, VERIFICATIONS, CAMPAIGNS, f"{SERVICES}/{SERVICE}", POOL])
def test_the_examining_client_cannot_write(path: str, server: Scripted, reader: TwilioReader) -> None:
    product = "api" if path == THE_ACCOUNT else "messaging"
    door = Door(reader.transport, EXAMINES)
    with pytest.raises(ProviderError) as raised:
        door.request("POST", f"https://{product}.twilio.com{path}", data={"Status": "closed"})
    assert raised.value.failure is Failure.FORBIDDEN_REQUEST
    assert server.asked == []
