"""Whatever is asked, the sandbox answers as an API answers: no 500 and no broken JSON."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smsops.sandbox.senders import POOLS
from smsops.sandbox.server import Sandbox
from tests.sandbox.caller import Caller
from tests.sandbox.conftest import ACCOUNT, P1

NAMES = ["FriendlyName", "InboundRequestUrl", "InboundMethod", "ValidityPeriod", "StickySender", "Usecase", "PageSize"]
NAMES += ["Page", "PageToken", "PhoneNumberSid", "ShortCodeSid", "AlphaSender", "Sid", "IsoCountryCode", "PhoneNumber"]
NAMES += ["SmsUrl", "SmsApplicationSid", "Status", "TollfreePhoneNumberSid", "Origin"]
WORDS = [
    "",
    "0",
    "1",
    "-1",
    "99999999999999999999",
    "true",
    "x" * 5000,
    "\x00",
    "'; DROP TABLE services; --",
    "+1206",
    "*%_",
]
WORDS += ["PTe30=", "PTeyJpbmRleCI6MSwic2VxIjoxZTk5OX0=", "PA" + P1, "https://a.example.com/", "http://[", "🦷", P1]
PARTS = ["v1", "2010-04-01", "Services", "Accounts", ACCOUNT, f"{ACCOUNT}.json", "Usecases", "Compliance", "Usa2p"]
PARTS += ["IncomingPhoneNumbers.json", "IncomingPhoneNumbers", "Local.json", "Tollfree", "Verifications", P1, "", ".."]

params = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(WORDS) | st.text(max_size=20), max_size=5)
paths = st.lists(st.sampled_from([*PARTS, *POOLS]) | st.text(max_size=8), max_size=6)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(method=st.sampled_from(["GET", "POST", "PUT"]), path=paths, query=params, form=params, of_service=st.booleans())
def test_no_request_makes_the_sandbox_fail(
    box: Sandbox,
    blunt: Caller,
    method: str,
    path: list[str],
    query: dict[str, str],
    form: dict[str, str],
    of_service: bool,
) -> None:
    head = ["v1", "Services", (box.console.services(ACCOUNT) or (blunt.create_service(),))[0]] if of_service else []
    target = "/" + "/".join(quote(part, safe="") for part in head + path)
    reply = blunt.send(method, f"{target}?{urlencode(query)}", urlencode(form) if method != "GET" else None)
    assert reply.status < 500, reply.raw
    assert isinstance(reply.body, dict)
    assert reply.status < 400 or {"code", "message", "more_info", "status"} <= reply.body.keys()
