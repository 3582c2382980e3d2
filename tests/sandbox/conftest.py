"""A sandbox of its own for each test of the sandbox, with one account, its numbers and a bare client."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from smsops.sandbox.accounts import Credentials
from smsops.sandbox.senders import number_sid
from smsops.sandbox.server import Sandbox
from tests.sandbox.caller import Caller

ACCOUNT = "AC00000000000000000000000000000aaa"
OTHER = "AC00000000000000000000000000000bbb"
NUMBERS = ("+12065550101", "+12065550102", "+12065550103", "+18005550199", "+447700900160")
SIDS = {number: number_sid(ACCOUNT, number) for number in NUMBERS}
P1, P2, P3, TOLLFREE, BRITISH = SIDS.values()


@pytest.fixture
def box() -> Iterator[Sandbox]:
    with Sandbox(None, seed="tests") as running:
        yield running


@pytest.fixture
def credentials(box: Sandbox) -> Credentials:
    return box.ensure_account(ACCOUNT, numbers=NUMBERS)


@pytest.fixture
def caller(box: Sandbox, credentials: Credentials) -> Iterator[Caller]:
    with Caller(box, credentials) as open_caller:
        yield open_caller


@pytest.fixture
def blunt(box: Sandbox, credentials: Credentials) -> Iterator[Caller]:
    """A client for answers that no description covers."""
    with Caller(box, credentials, described=False) as open_caller:
        yield open_caller
